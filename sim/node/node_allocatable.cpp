#include "sim/node/node_allocatable.h"

#include <algorithm>

#include "sim/api/quantity.h"
#include "sim/node/eviction_signals.h"

namespace inferlab::sim {
namespace {

Quantity reserved(const NodePoolSpec& pool, const std::string& resource) {
  Quantity sum;
  for (const KubeletSpec::Amounts* of :
       {&pool.kubelet.kube_reserved, &pool.kubelet.system_reserved}) {
    const auto found = of->find(resource);
    if (found == of->end()) continue;
    if (const auto quantity = Quantity::parse(found->second)) sum += *quantity;
  }
  return sum;
}

std::int64_t hard_threshold(const NodePoolSpec& pool, Signal signal, std::int64_t capacity) {
  const auto thresholds = thresholds_of(pool.kubelet);
  if (!thresholds) return 0;
  for (const Threshold& one : *thresholds) {
    if (one.signal == signal && one.hard()) return one.value.of(capacity);
  }
  return 0;
}

}  // namespace

std::int64_t reserved_memory(const NodePoolSpec& pool) {
  return reserved(pool, "memory").units();
}

int reserved_cpus(const NodePoolSpec& pool) {
  return static_cast<int>((reserved(pool, "cpu").milli() + 999) / 1000);
}

Allocatable allocatable_of(const NodePoolSpec& pool) {
  const auto left = [](std::int64_t capacity, std::int64_t taken) {
    return std::max<std::int64_t>(0, capacity - taken);
  };
  std::int64_t huge_pages = 0;
  for (const auto& [size, bytes] : pool.huge_pages) huge_pages += bytes;
  return {
      left(pool.cpu_milli, reserved(pool, "cpu").milli()),
      left(pool.memory_bytes,
           reserved_memory(pool) + huge_pages +
               hard_threshold(pool, Signal::kMemoryAvailable, pool.memory_bytes)),
      left(pool.disk_bytes, reserved(pool, "ephemeral-storage").units() +
                                hard_threshold(pool, Signal::kNodeFsAvailable, pool.disk_bytes))};
}

}  // namespace inferlab::sim
