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

std::string NodeRuntime::take_pod_ip() {
  // .1 is the bridge. The CNI plugin goes round, so that an address does not come back at once.
  const int last = used_addresses.empty() ? 1 : *used_addresses.rbegin();
  for (int i = 1; i <= 253; ++i) {
    const int candidate = 2 + (last - 2 + i) % 253;
    if (candidate >= 2 && used_addresses.insert(candidate).second) {
      return fmt::format("{}.{}", pod_prefix_of(index), candidate);
    }
  }
  return {};
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
