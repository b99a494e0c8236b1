#include "sim/api/validation/ip_address.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>

namespace inferlab::sim {
namespace {

std::optional<int> number(std::string_view text, int limit) {
  int value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || read.ptr != text.data() + text.size() || value < 0 || value > limit)
    return std::nullopt;
  return value;
}

}  // namespace

bool is_ip_address(const std::string& text) {
  in6_addr bits{};
  return inet_pton(AF_INET, text.c_str(), &bits) == 1 ||
         inet_pton(AF_INET6, text.c_str(), &bits) == 1;
}

bool IpNetwork::strictly_within(const IpNetwork& outer) const {
  if (v6 != outer.v6 || bits <= outer.bits) return false;
  for (std::size_t i = 0; i < address.size(); ++i) {
    const int counted = std::clamp(outer.bits - static_cast<int>(i) * 8, 0, 8);
    const unsigned mask = 0xffU << static_cast<unsigned>(8 - counted) & 0xffU;
    if ((address[i] & mask) != (outer.address[i] & mask)) return false;
  }
  return true;
}

std::optional<IpNetwork> parse_network(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  std::string_view address = text.substr(0, slash);
  IpNetwork out;
  out.v6 = address.find(':') != std::string_view::npos;
  const auto bits = number(text.substr(slash + 1), out.v6 ? 128 : 32);
  if (!bits) return std::nullopt;
  out.bits = *bits;
  if (out.v6) {
    const bool sound = inet_pton(AF_INET6, std::string(address).c_str(), out.address.data()) == 1;
    return sound ? std::optional(out) : std::nullopt;
  }
  for (std::size_t part = 0; part < 4; ++part) {
    const std::size_t dot = address.find('.');
    if ((dot == std::string_view::npos) != (part == 3)) return std::nullopt;
    const auto octet = number(address.substr(0, dot), 255);
    if (!octet) return std::nullopt;
    out.address[part] = static_cast<std::uint8_t>(*octet);
    if (part < 3) address.remove_prefix(dot + 1);
  }
  return out;
}

std::string fault_of_outside_ip(const std::string& text) {
  constexpr std::string_view kLoopback = "may not be in the loopback range (127.0.0.0/8, ::1/128)";
  constexpr std::string_view kLinkLocal =
      "may not be in the link-local range (169.254.0.0/16, fe80::/10)";
  constexpr std::string_view kMulticast =
      "may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)";
  const std::string unspecified = "may not be unspecified (" + text + ")";
  in_addr v4{};
  if (inet_pton(AF_INET, text.c_str(), &v4) == 1) {
    const std::uint32_t bits = ntohl(v4.s_addr);
    if (bits == 0) return unspecified;
    if (bits >> 24 == 127) return std::string(kLoopback);
    if (bits >> 16 == (169U << 8 | 254U)) return std::string(kLinkLocal);
    if (bits >> 8 == 224U << 16) return std::string(kMulticast);
    return {};
  }
  in6_addr v6{};
  if (inet_pton(AF_INET6, text.c_str(), &v6) != 1) return std::string(kNotAnIpAddress);
  if (IN6_IS_ADDR_UNSPECIFIED(&v6)) return unspecified;
  if (IN6_IS_ADDR_LOOPBACK(&v6)) return std::string(kLoopback);
  if (IN6_IS_ADDR_LINKLOCAL(&v6)) return std::string(kLinkLocal);
  if (IN6_IS_ADDR_MC_LINKLOCAL(&v6)) return std::string(kMulticast);
  return {};
}

}  // namespace inferlab::sim
