#include "engine/structured/string_format.h"

#include <fmt/format.h>

namespace inferlab::structured {
namespace {

// Days that there are: 29 February in leap years alone.
constexpr std::string_view kDate =
    "([0-9]{4}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|"
    "02-(0[1-9]|1[0-9]|2[0-8]))|"
    "([0-9]{2}(0[48]|[2468][048]|[13579][26])|([02468][048]|[13579][26])00)-02-29)";
constexpr std::string_view kTime =
    "([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\\.[0-9]{1,9})?"
    "([Zz]|[+-]([01][0-9]|2[0-3]):[0-5][0-9])";
// Weeks stand alone; otherwise units in order, with none left out between two.
constexpr std::string_view kDuration =
    "P([0-9]{1,9}W|"
    "([0-9]{1,9}Y([0-9]{1,9}M([0-9]{1,9}D)?)?|[0-9]{1,9}M([0-9]{1,9}D)?|[0-9]{1,9}D)(T%)?|T%)";
constexpr std::string_view kDurationTime =
    "([0-9]{1,9}H([0-9]{1,9}M([0-9]{1,9}S)?)?|[0-9]{1,9}M([0-9]{1,9}S)?|[0-9]{1,9}S)";
constexpr std::string_view kLabel = "[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?";
constexpr std::string_view kOctet = "(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])";
constexpr std::string_view kAtom = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]{1,64}";

std::string hostname() {
  return fmt::format("{0}(\\.{0}){{0,3}}", kLabel);
}

std::string ipv4() {
  return fmt::format("{0}\\.{0}\\.{0}\\.{0}", kOctet);
}

/// The nine forms of RFC 3986's rule IPv6address.
std::string ipv6() {
  const std::string h = "[0-9A-Fa-f]{1,4}";
  const std::string ls32 = fmt::format("({0}:{0}|{1})", h, ipv4());
  std::string pattern = fmt::format("(({}:){{6}}{}", h, ls32);
  // What may stand before "::", by how many groups follow it.
  for (int before = 0; before <= 7; ++before) {
    const std::string left = before == 0 ? "" : fmt::format("(({0}:){{0,{1}}}{0})?", h, before - 1);
    const int after = 7 - before;  // of 16 bits
    std::string right;
    if (after >= 2) {
      right = (after > 2 ? fmt::format("({}:){{{}}}", h, after - 2) : "") + ls32;
    } else if (after == 1) {
      right = h;
    }
    pattern += "|" + left + "::" + right;
  }
  return pattern + ")";
}

std::string uri() {
  const std::string pchar = "([A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})";
  const std::string reg_name = "([A-Za-z0-9._~!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*";
  const std::string userinfo = "(([A-Za-z0-9._~!$&'()*+,;=:-]|%[0-9A-Fa-f]{2})*@)?";
  const std::string authority =
      fmt::format("{}({}|\\[{}\\])(:[0-9]{{0,5}})?", userinfo, reg_name, ipv6());
  const std::string hier =
      fmt::format("(//{0}(/{1}*)*|/({1}+(/{1}*)*)?|{1}+(/{1}*)*)?", authority, pchar);
  return fmt::format("[A-Za-z][A-Za-z0-9+.-]*:{0}(\\?({1}|[/?])*)?(#({1}|[/?])*)?", hier, pchar);
}

std::string duration() {
  std::string pattern;
  for (const char c : kDuration) {
    if (c == '%') {
      pattern += kDurationTime;
    } else {
      pattern += c;
    }
  }
  return pattern;
}

}  // namespace

std::optional<std::string> format_pattern(std::string_view format) {
  if (format == "date") return std::string(kDate);
  if (format == "time") return std::string(kTime);
  if (format == "date-time") return fmt::format("{}[Tt]{}", kDate, kTime);
  if (format == "duration") return duration();
  if (format == "hostname") return hostname();
  if (format == "email") return fmt::format("{0}(\\.{0}){{0,3}}@{1}", kAtom, hostname());
  if (format == "ipv4") return ipv4();
  if (format == "ipv6") return ipv6();
  if (format == "uri") return uri();
  if (format == "uuid") {
    return "[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}";
  }
  return std::nullopt;
}

std::string_view known_formats() {
  return "date, time, date-time, duration, email, hostname, ipv4, ipv6, uuid, uri";
}

}  // namespace inferlab::structured
