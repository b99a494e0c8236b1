#pragma once

#include <string>
#include <string_view>

namespace inferlab::sim {

constexpr std::string_view kNotAnIpAddress =
    "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)";

/// Whether this is an IPv4 or IPv6 address.
bool is_ip_address(const std::string& text);

/// Why traffic from outside cannot be meant for this address, in the API server's words; empty:
/// it can.
std::string fault_of_outside_ip(const std::string& text);

}  // namespace inferlab::sim
