#include "sim/node/eviction_ranking.h"

#include <algorithm>
#include <tuple>

namespace inferlab::sim {
namespace {

std::int64_t disk_of(const PodUsage& pod, Signal signal, bool has_image_disk) {
  if (!has_image_disk) return pod.disk_bytes();
  return signal == Signal::kImageFsAvailable ? pod.layer_bytes : pod.volume_bytes;
}

struct Rank {
  bool is_within_request;
  std::int64_t priority;
  std::int64_t over_request;
  [[nodiscard]] auto key() const { return std::tuple(is_within_request, priority, -over_request); }
};

Rank rank_of(const PodUsage& pod, Signal signal, bool has_image_disk) {
  switch (signal) {
    case Signal::kMemoryAvailable:
    case Signal::kAllocatableMemoryAvailable: {
      const std::int64_t over = pod.memory_bytes - pod.memory_request;
      return {over <= 0, pod.priority, over};
    }
    case Signal::kNodeFsAvailable:
    case Signal::kImageFsAvailable: {
      const std::int64_t over = disk_of(pod, signal, has_image_disk) - pod.disk_request;
      return {over <= 0, pod.priority, over};
    }
    case Signal::kNodeFsInodesFree:
    case Signal::kImageFsInodesFree:
      return {pod.inodes <= 0, pod.priority, pod.inodes};
    case Signal::kPidAvailable:
      break;
  }
  return {false, pod.priority, pod.pids};
}

}  // namespace

void rank_for_eviction(std::vector<PodUsage>& pods, Signal signal, bool has_image_disk) {
  std::stable_sort(pods.begin(), pods.end(), [&](const PodUsage& a, const PodUsage& b) {
    return rank_of(a, signal, has_image_disk).key() < rank_of(b, signal, has_image_disk).key();
  });
}

}  // namespace inferlab::sim
