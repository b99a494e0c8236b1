#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "engine/base/result.h"

namespace inferlab::sim::cel {

/// An IPv4 or IPv6 address in network byte order.
struct IpAddress {
  std::array<std::uint8_t, 16> bytes{};  ///< an IPv4 address uses the first four
  bool v4 = true;

  [[nodiscard]] std::size_t size() const { return v4 ? 4 : 16; }
  /// The canonical form: RFC 5952 for IPv6.
  [[nodiscard]] std::string str() const;
  /// Bits behind the first `bits` are zero.
  [[nodiscard]] IpAddress masked(int bits) const;
  friend bool operator==(const IpAddress& a, const IpAddress& b) = default;
};

/// The errors are those of Go's net/netip and of Kubernetes, which refuses zones and IPv4-mapped
/// IPv6 addresses; the message of the error is complete.
Result<IpAddress> parse_ip(std::string_view text);

struct IpPrefix {
  IpAddress address;
  int bits = 0;
};
Result<IpPrefix> parse_cidr(std::string_view text);

}  // namespace inferlab::sim::cel
