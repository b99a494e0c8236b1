#include "sim/node/eviction_manager.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "sim/node/eviction_message.h"
#include "sim/node/eviction_ranking.h"
#include "sim/node/image_gc.h"
#include "sim/node/kubelet.h"

namespace inferlab::sim {
namespace {

/// How long a Pod gets that goes because of a hard threshold or of its own limits.
constexpr Duration kImmediateGrace = 1s;
constexpr Duration kCleanupTimeout = 30s;
constexpr Duration kCleanupPoll = 1s;
/// The least priority of the system's own classes: such Pods stay. Source: Kubernetes
/// documentation, "Guaranteed Scheduling For Critical Add-On Pods".
constexpr std::int64_t kCriticalPriority = 2'000'000'000;

std::vector<Threshold> checked_thresholds(const KubeletSpec& spec) {
  Result<std::vector<Threshold>> thresholds = thresholds_of(spec);
  INFERLAB_CHECK(thresholds.has_value());  // who reads a cluster's description has said so already
  return std::move(*thresholds);
}

}  // namespace

EvictionManager::EvictionManager(Kubelet& kubelet)
    : kubelet_(kubelet),
      state_(checked_thresholds(kubelet.node().pool.kubelet),
             kubelet.node().pool.kubelet.eviction_pressure_transition_period),
      timers_(kubelet.node().api.simulation()) {}

void EvictionManager::reset() {
  const KubeletSpec& spec = kubelet_.node().pool.kubelet;
  state_ = EvictionState(checked_thresholds(spec), spec.eviction_pressure_transition_period);
  leaving_.clear();
  quiet_disk_bytes_ = -1;
  kubelet_.node().pressure.clear();
  timers_.drop();
}

void EvictionManager::synchronize() {
  if (!leaving_.empty()) return;  // await_cleanup() comes back
  NodeRuntime& node = kubelet_.node();
  // A node on which nothing runs and nothing has changed needs no second look.
  const std::int64_t disk =
      node.images.disk_bytes() + node.other_disk_bytes + node.other_memory_bytes;
  const bool is_empty = !kubelet_.has_pods();
  if (is_empty && disk == quiet_disk_bytes_ && state_.idle()) return;
  Look look;
  kubelet_.for_each_pod([&](PodWorker& pod) { look.pods.push_back(usage_of(pod)); });
  look.candidates = look.pods;
  std::erase_if(look.candidates, [](const PodUsage& one) { return one.pod->ended(); });
  look.observations = observe_node(node, look.pods);
  look.met = state_.observe(look.observations, node.api.simulation().now());
  quiet_disk_bytes_ = is_empty && state_.idle() ? disk : -1;
  show_conditions();
  if (evict_over_limits(look) || look.met.empty()) return;
  relieve(look);
}

void EvictionManager::show_conditions() {
  NodeRuntime& node = kubelet_.node();
  if (node.pressure == state_.conditions()) return;
  node.pressure = state_.conditions();
  kubelet_.report_status();
}

bool EvictionManager::evict_over_limits(const Look& look) {
  bool any = false;
  for (const PodUsage& pod : look.candidates) {
    const std::string message =
        local_storage_message(pod, kubelet_.node().pool.image_disk_bytes > 0);
    if (!message.empty() && evict(pod, message, kImmediateGrace, false)) any = true;
  }
  return any;
}

void EvictionManager::relieve(Look& look) {
  NodeRuntime& node = kubelet_.node();
  const Threshold& threshold = look.met.front();
  const std::string_view resource = row_of(threshold.signal).resource;
  if (const ObjectPtr object = node.api.store().get({"nodes", "", node.name})) {
    node.recorder.warning(*object, "EvictionThresholdMet",
                          fmt::format("Attempting to reclaim {}", resource));
  }
  const bool has_image_disk = node.pool.image_disk_bytes > 0;
  const bool is_disk = row_of(threshold.signal).condition == "DiskPressure";
  const bool images_help = !has_image_disk || threshold.signal == Signal::kImageFsAvailable ||
                           threshold.signal == Signal::kImageFsInodesFree;
  if (is_disk && images_help) {
    delete_unused_images(kubelet_);
    if (!state_.any_crossed(observe_node(node, look.pods))) return;
  }
  rank_for_eviction(look.candidates, threshold.signal, has_image_disk);
  const Duration grace = threshold.hard()
                             ? kImmediateGrace
                             : seconds_capped(node.pool.kubelet.eviction_max_pod_grace_seconds);
  for (const PodUsage& pod : look.candidates) {
    const std::string message = pressure_message(resource, pod, look.met, look.observations);
    if (evict(pod, message, grace, true)) return;
  }
}

bool EvictionManager::evict(const PodUsage& pod, const std::string& message, Duration grace,
                            bool for_pressure) {
  if (pod.priority >= kCriticalPriority) return false;
  pod.pod->evict(message, grace, for_pressure);
  leaving_.push_back(pod.pod->uid());
  if (leaving_.size() > 1) return true;  // it is being waited already
  wait_until_ = timers_.now() + kCleanupTimeout;
  timers_.after(kCleanupPoll, "kubelet/eviction-cleanup", [this] { await_cleanup(); });
  return true;
}

void EvictionManager::await_cleanup() {
  std::set<std::string> running;
  kubelet_.for_each_pod([&](PodWorker& pod) {
    if (pod.has_running()) running.insert(pod.uid());
  });
  std::erase_if(leaving_, [&](const std::string& uid) { return !running.contains(uid); });
  if (!leaving_.empty() && timers_.now() < wait_until_) {
    timers_.after(kCleanupPoll, "kubelet/eviction-cleanup", [this] { await_cleanup(); });
    return;
  }
  leaving_.clear();
  synchronize();
}

std::string pressure_refusal(const std::set<std::string_view>& conditions, std::int64_t priority,
                             std::string_view qos_class, bool tolerates_memory_pressure) {
  if (conditions.empty() || priority >= kCriticalPriority) return {};
  const bool only_memory = conditions.size() == 1 && conditions.contains("MemoryPressure");
  if (only_memory && (qos_class != "BestEffort" || tolerates_memory_pressure)) return {};
  return fmt::format("The node had condition: [{}]. ", fmt::join(conditions, " "));
}

}  // namespace inferlab::sim
