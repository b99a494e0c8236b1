#include "sim/node/node_runtime.h"

#include <fmt/format.h>

namespace inferlab::sim {
namespace {

// 10.244.0.0/16 in /24 pieces, as kubeadm's usual flannel set-up has it; above 256 nodes it goes on
// in 10.245.0.0/16.
std::string pod_prefix_of(int index) {
  return fmt::format("10.{}.{}", 244 + index / 256, index % 256);
}

}  // namespace

std::string pod_cidr_of(int index) {
  return pod_prefix_of(index) + ".0/24";
}

std::string node_ip_of(int index) {
  return fmt::format("10.0.{}.{}", index / 200, 10 + index % 200);
}

// .1 is the bridge's and .255 the broadcast address. The CNI plugin host-local goes round from the
// last address it gave, so that one that was released does not come back at once.
std::string NodeRuntime::take_pod_ip() {
  constexpr int kFirst = 2;
  constexpr int kCount = 253;
  for (int i = 1; i <= kCount; ++i) {
    const int candidate = kFirst + (last_address - kFirst + i) % kCount;
    if (!used_addresses.insert(candidate).second) continue;
    last_address = candidate;
    return fmt::format("{}.{}", pod_prefix_of(index), candidate);
  }
  return {};
}

std::string NodeRuntime::pod_ip_range() const {
  return fmt::format("{0}.1-{0}.254", pod_prefix_of(index));
}

void NodeRuntime::release_pod_ip(const std::string& ip_address) {
  const std::size_t dot = ip_address.rfind('.');
  if (dot == std::string::npos) return;
  used_addresses.erase(std::atoi(ip_address.c_str() + dot + 1));
}

std::string NodeRuntime::new_container_id() {
  return fmt::format("{:016x}{:016x}{:016x}{:016x}", ids.next(), ids.next(), ids.next(),
                     ids.next());
}

}  // namespace inferlab::sim
