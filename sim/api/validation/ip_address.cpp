#include "sim/api/validation/ip_address.h"

#include <arpa/inet.h>

#include <cstdint>

namespace inferlab::sim {

bool is_ip_address(const std::string& text) {
  in6_addr bits{};
  return inet_pton(AF_INET, text.c_str(), &bits) == 1 ||
         inet_pton(AF_INET6, text.c_str(), &bits) == 1;
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
