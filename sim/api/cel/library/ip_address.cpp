#include "sim/api/cel/library/ip_address.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace inferlab::sim::cel {

namespace {

Error refused(std::string why) {
  return {ErrorKind::kInvalid, std::move(why)};
}

// netip's own error, which names what it was given.
std::string netip_error(std::string_view text, std::string_view why, std::string_view at = {}) {
  std::string out = fmt::format("ParseAddr(\"{}\"): {}", text, why);
  if (!at.empty()) out += fmt::format(" (at \"{}\")", at);
  return out;
}

std::string read_v4(std::string_view text, std::uint8_t* out) {
  std::size_t field = 0, digits = 0;
  int value = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c >= '0' && c <= '9') {
      if (digits == 1 && value == 0) {
        return netip_error(text, "IPv4 field has octet with leading zero");
      }
      value = value * 10 + (c - '0');
      ++digits;
      if (value > 255) return netip_error(text, "IPv4 field has value >255");
    } else if (c == '.') {
      if (i == 0 || i == text.size() - 1 || text[i - 1] == '.') {
        return netip_error(text, "IPv4 field must have at least one digit", text.substr(i));
      }
      if (field == 3) return netip_error(text, "IPv4 address too long");
      out[field++] = static_cast<std::uint8_t>(value);
      value = 0;
      digits = 0;
    } else {
      return netip_error(text, "unexpected character", text.substr(i));
    }
  }
  if (field < 3) return netip_error(text, "IPv4 address too short");
  out[3] = static_cast<std::uint8_t>(value);
  return {};
}

std::string read_v6(std::string_view all, std::uint8_t* out) {
  std::string_view text = all;
  int ellipsis = -1;
  if (text.starts_with("::")) {
    ellipsis = 0;
    text.remove_prefix(2);
    if (text.empty()) return {};
  }
  int i = 0;
  while (i < 16) {
    std::size_t digits = 0;
    unsigned value = 0;
    for (; digits < text.size(); ++digits) {
      const char c = text[digits];
      const char lower = static_cast<char>(c | 0x20);
      const bool digit = c >= '0' && c <= '9';
      if (!digit && (lower < 'a' || lower > 'f')) break;
      value = value * 16 + static_cast<unsigned>(digit ? c - '0' : lower - 'a' + 10);
      if (digits > 3) return netip_error(all, "each group must have 4 or less digits", text);
    }
    if (digits == 0) {
      return netip_error(all, "each colon-separated field must have at least one digit", text);
    }
    if (digits < text.size() && text[digits] == '.') {
      if (ellipsis < 0 && i != 12) {
        return netip_error(
            all, "embedded IPv4 address must replace the final 2 fields of the address", text);
      }
      if (i + 4 > 16) {
        return netip_error(
            all, "too many hex fields to fit an embedded IPv4 at the end of the address", text);
      }
      std::string error = read_v4(text, out + i);
      if (!error.empty()) return error;
      text = {};
      i += 4;
      break;
    }
    out[i] = static_cast<std::uint8_t>(value >> 8U);
    out[i + 1] = static_cast<std::uint8_t>(value);
    i += 2;
    text.remove_prefix(digits);
    if (text.empty()) break;
    if (text.front() != ':') return netip_error(all, "unexpected character, want colon", text);
    if (text.size() == 1)
      return netip_error(all, "colon must be followed by more characters", text);
    text.remove_prefix(1);
    if (text.front() == ':') {
      if (ellipsis >= 0) return netip_error(all, "multiple :: in address", text);
      ellipsis = i;
      text.remove_prefix(1);
      if (text.empty()) break;
    }
  }
  if (!text.empty()) return netip_error(all, "trailing garbage after address", text);
  if (i < 16) {
    if (ellipsis < 0) return netip_error(all, "address string too short");
    const int moved = i - ellipsis;
    std::copy_backward(out + ellipsis, out + i, out + 16);
    std::fill(out + ellipsis, out + 16 - moved, std::uint8_t{0});
  } else if (ellipsis >= 0) {
    return netip_error(all, "the :: must expand to at least one field of zeros");
  }
  return {};
}

// As netip.ParseAddr; the error is empty for an address.
std::string read_address(std::string_view text, IpAddress& out) {
  for (const char c : text) {
    if (c == '.') return read_v4(text, out.bytes.data());
    if (c == ':') {
      out.v4 = false;
      return read_v6(text.substr(0, text.find('%')), out.bytes.data());
    }
    if (c == '%') return netip_error(text, "missing IPv6 address");
  }
  return netip_error(text, "unable to parse IP");
}

bool is_mapped(const IpAddress& address) {
  return !address.v4 &&
         std::all_of(address.bytes.begin(), address.bytes.begin() + 10,
                     [](std::uint8_t b) { return b == 0; }) &&
         address.bytes[10] == 0xFF && address.bytes[11] == 0xFF;
}

}  // namespace

std::string IpAddress::str() const {
  if (v4) return fmt::format("{}.{}.{}.{}", bytes[0], bytes[1], bytes[2], bytes[3]);
  std::array<unsigned, 8> groups{};
  for (std::size_t i = 0; i < 8; ++i) groups.at(i) = bytes.at(2 * i) * 256U + bytes.at(2 * i + 1);
  // The first longest run of at least two zero groups becomes "::".
  std::size_t best = 8, best_length = 1;
  for (std::size_t i = 0; i < 8; ++i) {
    std::size_t length = 0;
    while (i + length < 8 && groups.at(i + length) == 0) ++length;
    if (length > best_length) {
      best = i;
      best_length = length;
    }
  }
  std::string out;
  for (std::size_t i = 0; i < 8; ++i) {
    if (i == best) {
      out += "::";
      i += best_length - 1;
      continue;
    }
    if (!out.empty() && out.back() != ':') out += ':';
    out += fmt::format("{:x}", groups.at(i));
  }
  return out;
}

IpAddress IpAddress::masked(int bits) const {
  IpAddress out = *this;
  for (std::size_t i = 0; i < size(); ++i) {
    const int kept = std::clamp(bits - static_cast<int>(8 * i), 0, 8);
    out.bytes.at(i) =
        static_cast<std::uint8_t>(out.bytes.at(i) & (0xFF00U >> static_cast<unsigned>(kept)));
  }
  return out;
}

Result<IpAddress> parse_ip(std::string_view text) {
  IpAddress out;
  const std::string error = read_address(text, out);
  if (!error.empty()) {
    return refused(fmt::format("IP Address \"{}\" parse error during conversion from string: {}",
                               text, error));
  }
  if (text.find('%') != std::string_view::npos) {
    return refused(fmt::format("IP address \"{}\" with zone value is not allowed", text));
  }
  if (is_mapped(out)) {
    return refused(fmt::format("IPv4-mapped IPv6 address \"{}\" is not allowed", text));
  }
  return out;
}

Result<IpPrefix> parse_cidr(std::string_view text) {
  const auto no = [&](std::string_view why) {
    return refused(
        fmt::format("network address parse error during conversion from string: "
                    "netip.ParsePrefix(\"{}\"): {}",
                    text, why));
  };
  const std::size_t slash = text.rfind('/');
  if (slash == std::string_view::npos) return no("no '/'");
  IpPrefix out;
  const std::string error = read_address(text.substr(0, slash), out.address);
  if (!error.empty()) return no(error);
  if (text.find('%') != std::string_view::npos)
    return no("IPv6 zones cannot be present in a prefix");
  const std::string_view bits = text.substr(slash + 1);
  const bool digits = !bits.empty() && std::all_of(bits.begin(), bits.end(),
                                                   [](char c) { return c >= '0' && c <= '9'; });
  if (!digits || (bits.size() > 1 && bits.front() == '0')) {
    return no(fmt::format("bad bits after slash: \"{}\"", bits));
  }
  const auto [end, code] = std::from_chars(bits.data(), bits.data() + bits.size(), out.bits);
  if (code != std::errc{} || out.bits > static_cast<int>(out.address.size() * 8)) {
    return no("prefix length out of range");
  }
  if (is_mapped(out.address)) {
    return refused(fmt::format("IPv4-mapped IPv6 address \"{}\" is not allowed", text));
  }
  return out;
}

}  // namespace inferlab::sim::cel
