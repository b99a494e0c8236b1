#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace inferlab::structured {

/// The regular expression, for the whole text, of JSON Schema's `format`; nothing for one that is
/// not supported. Supported: date, time, date-time, duration, email, hostname, ipv4, ipv6, uuid,
/// uri. What they admit is within what the RFCs admit, not always all of it: no quoted local part
/// in an email, no leap second, no userinfo with an IPv6 literal's zone.
/// Source: RFC 3339 (dates, times, durations), 5321 (email), 1123 (hostname), 3986 (uri, ipv4,
/// ipv6), 9562 (uuid).
std::optional<std::string> format_pattern(std::string_view format);

/// The names of all formats, for messages.
std::string_view known_formats();

}  // namespace inferlab::structured
