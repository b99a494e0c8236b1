#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace inferlab::sim {

constexpr std::string_view kNotAnIpAddress =
    "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)";

/// Whether this is an IPv4 or IPv6 address.
bool is_ip_address(const std::string& text);

constexpr std::string_view kNotANetwork =
    "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)";

/// "10.9.8.0/24": an address, of which so many bits count.
struct IpNetwork {
  bool v6 = false;
  std::array<std::uint8_t, 16> address = {};  // of IPv4 the first four
  int bits = 0;

  /// All its addresses are of `outer`, which has more.
  [[nodiscard]] bool strictly_within(const IpNetwork& outer) const;
};

/// nullopt for what is no network. Zeros in front of a number do no harm.
/// Source: k8s.io/utils/net, ParseCIDRSloppy.
std::optional<IpNetwork> parse_network(std::string_view text);

/// Why traffic from outside cannot be meant for this address, in the API server's words; empty:
/// it can.
std::string fault_of_outside_ip(const std::string& text);

}  // namespace inferlab::sim
