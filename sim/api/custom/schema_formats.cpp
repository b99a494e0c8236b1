#include "sim/api/custom/schema_formats.h"

#include <arpa/inet.h>
#include <re2/re2.h>

#include <array>
#include <charconv>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "engine/base/time.h"
#include "sim/api/base64.h"

namespace inferlab::sim {
namespace {

bool is_ip(int family, std::string_view text) {
  std::array<unsigned char, sizeof(in6_addr)> address{};
  return inet_pton(family, std::string(text).c_str(), address.data()) == 1;
}

bool is_cidr(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return false;
  const std::string_view address = text.substr(0, slash);
  const bool v4 = is_ip(AF_INET, address);
  if (!v4 && !is_ip(AF_INET6, address)) return false;
  const std::string_view length = text.substr(slash + 1);
  int bits = -1;
  const auto [end, error] = std::from_chars(length.data(), length.data() + length.size(), bits);
  return error == std::errc() && end == length.data() + length.size() && bits >= 0 &&
         bits <= (v4 ? 32 : 128);
}

// A calendar day of RFC 3339.
bool is_date(std::string_view text) {
  return text.size() == 10 && parse_rfc3339(std::string(text) + "T00:00:00Z").has_value();
}

std::function<bool(std::string_view)> matching(const char* pattern) {
  return [expression = std::make_shared<const re2::RE2>(pattern)](std::string_view text) {
    return re2::RE2::FullMatch(re2::StringPiece(text.data(), text.size()), *expression);
  };
}

using Formats = std::map<std::string, std::function<bool(std::string_view)>, std::less<>>;

const Formats& formats() {
  static const Formats kFormats = {
      {"date-time", [](std::string_view text) { return parse_rfc3339(text).has_value(); }},
      {"datetime", [](std::string_view text) { return parse_rfc3339(text).has_value(); }},
      {"date", is_date},
      {"duration", [](std::string_view text) { return parse_duration(text).has_value(); }},
      {"byte", [](std::string_view text) { return !base64_error(text); }},
      {"ipv4", [](std::string_view text) { return is_ip(AF_INET, text); }},
      {"ipv6", [](std::string_view text) { return is_ip(AF_INET6, text); }},
      {"cidr", is_cidr},
      {"email", matching(R"([^@\s]+@[^@\s]+)")},
      {"hostname",
       matching(
           R"((?i)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*)")},
      {"uri", matching(R"([A-Za-z][A-Za-z0-9+.-]*:\S*|/\S*)")},
      {"uuid", matching("(?i)[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}")},
      {"uuid3", matching("(?i)[0-9a-f]{8}-?[0-9a-f]{4}-?3[0-9a-f]{3}-?[0-9a-f]{4}-?[0-9a-f]{12}")},
      {"uuid4",
       matching("(?i)[0-9a-f]{8}-?[0-9a-f]{4}-?4[0-9a-f]{3}-?[89ab][0-9a-f]{3}-?[0-9a-f]{12}")},
      {"uuid5",
       matching("(?i)[0-9a-f]{8}-?[0-9a-f]{4}-?5[0-9a-f]{3}-?[89ab][0-9a-f]{3}-?[0-9a-f]{12}")},
      {"mac", matching("(?i)([0-9a-f]{2}[:-]){5}[0-9a-f]{2}|([0-9a-f]{4}\\.){2}[0-9a-f]{4}")},
      {"hexcolor", matching("(?i)#?([0-9a-f]{3}|[0-9a-f]{6})")},
  };
  return kFormats;
}

}  // namespace

bool has_format(std::string_view format, std::string_view text) {
  const auto known = formats().find(format);
  return known == formats().end() || known->second(text);
}

}  // namespace inferlab::sim
