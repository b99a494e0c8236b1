#include "sim/node/image_gc.h"

#include <fmt/format.h>

#include <limits>
#include <set>
#include <string>

#include "sim/node/kubelet.h"
#include "sim/node/node_usage.h"

namespace inferlab::sim {
namespace {

/// Digests of the images of all containers on the node, ended ones too.
std::set<std::string> in_use(Kubelet& kubelet) {
  std::set<std::string> digests;
  kubelet.for_each_pod([&](PodWorker& pod) {
    pod.for_each_container([&](const Container& container) {
      const std::size_t at = container.image_id.find('@');
      if (at != std::string::npos) digests.insert(container.image_id.substr(at + 1));
    });
  });
  return digests;
}

std::int64_t free_space(Kubelet& kubelet, std::int64_t bytes) {
  NodeRuntime& node = kubelet.node();
  return node.images.free_space(bytes, in_use(kubelet), node.api.simulation().now(),
                                node.pool.kubelet.image_minimum_age);
}

Observation image_disk(Kubelet& kubelet) {
  std::vector<PodUsage> pods;
  kubelet.for_each_pod([&](PodWorker& pod) { pods.push_back(usage_of(pod)); });
  return observe_node(kubelet.node(), pods)[static_cast<std::size_t>(Signal::kImageFsAvailable)];
}

}  // namespace

void collect_images(Kubelet& kubelet) {
  NodeRuntime& node = kubelet.node();
  if (node.images.stored().empty()) return;
  node.images.mark_used(in_use(kubelet), node.api.simulation().now());
  const Observation disk = image_disk(kubelet);
  const std::int64_t percent = 100 - disk.available * 100 / disk.capacity;
  if (percent < node.pool.kubelet.image_gc_high_percent) {
    node.image_gc_failed = false;
    return;
  }
  const std::int64_t wanted =
      disk.capacity / 100 * (100 - node.pool.kubelet.image_gc_low_percent) - disk.available;
  const std::int64_t freed = free_space(kubelet, wanted);
  kubelet.report_status();
  if (freed >= wanted) {
    node.image_gc_failed = false;
    return;
  }
  const ObjectPtr object = node.api.store().get({"nodes", "", node.name});
  if (object == nullptr) return;
  const std::string why = fmt::format(
      "Failed to garbage collect required amount of images. Attempted to free {} bytes, but only "
      "found {} bytes eligible to free.",
      wanted, freed);
  node.recorder.warning(*object, "FreeDiskSpaceFailed", why);
  // Only a failure that repeats is told a second time.
  if (node.image_gc_failed) node.recorder.warning(*object, "ImageGCFailed", why);
  node.image_gc_failed = true;
}

void delete_unused_images(Kubelet& kubelet) {
  kubelet.node().images.mark_used(in_use(kubelet), kubelet.node().api.simulation().now());
  free_space(kubelet, std::numeric_limits<std::int64_t>::max());
}

}  // namespace inferlab::sim
