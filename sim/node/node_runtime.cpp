#include "sim/node/node_runtime.h"

#include <fmt/format.h>

#include <iterator>

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

void NodeRuntime::use_volumes(const std::vector<std::string>& volumes, const std::string& pod_uid) {
  bool is_new = false;
  for (const std::string& volume : volumes) {
    std::set<std::string>& pods = volumes_in_use[volume];
    is_new = is_new || pods.empty();
    pods.insert(pod_uid);
  }
  if (is_new && report_volumes) report_volumes();
}

void NodeRuntime::release_volumes(const std::string& pod_uid) {
  bool freed = false;
  for (auto entry = volumes_in_use.begin(); entry != volumes_in_use.end();) {
    entry->second.erase(pod_uid);
    const bool is_free = entry->second.empty();
    freed = freed || is_free;
    entry = is_free ? volumes_in_use.erase(entry) : std::next(entry);
  }
  if (freed && report_volumes) report_volumes();
}

}  // namespace inferlab::sim
