#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "sim/node/eviction_manager.h"
#include "sim/node/node_runtime.h"
#include "sim/node/pod_worker.h"

namespace inferlab::sim {

/// One node: its Node object, its heartbeats and the pods bound to it.
///
/// Heartbeats are a Lease every 10 s and a full Node status every 5 min (the kubelet's
/// nodeLeaseRenew and nodeStatusReportFrequency), as in life: the node lifecycle controller reads
/// spec.renewTime, and so may a learner. Both go straight to the store as renewals where they say
/// nothing new, because there is nothing in them to default or to validate.
class Kubelet {
 public:
  Kubelet(NodeRuntime runtime);  // NOLINT(google-explicit-constructor): made in place only
  Kubelet(const Kubelet&) = delete;
  Kubelet& operator=(const Kubelet&) = delete;

  /// Registers the node and begins to beat.
  void start();
  /// The machine is lost: no heartbeat, no process, no write. up() boots it again.
  void down();
  void up();
  /// The process starts anew on a machine that runs: containers run on, and device plugins must
  /// register again. Probes go on as they were.
  void restart();
  [[nodiscard]] bool is_up() const { return up_; }

  /// A pod bound here was written or deleted, or something happened to it.
  void pod_changed(const std::string& ns, const std::string& name);
  [[nodiscard]] bool writing() const { return node_.writing; }

  [[nodiscard]] PodWorker* find(std::string_view ns, std::string_view name);
  /// In order of (namespace, name).
  template <typename Visit>
  void for_each_pod(Visit visit) {
    for (const auto& [name, worker] : pods_) visit(*worker);
  }
  [[nodiscard]] bool has_pods() const { return !pods_.empty(); }
  [[nodiscard]] NodeRuntime& node() { return node_; }
  /// Writes the Node's status now if it says something new, or the last report is old.
  void report_status();
  /// Somebody else wrote the Node: the next heartbeat looks at it.
  void node_written() { node_written_ = true; }
  /// Something outside of all Pods takes so much memory or disk from now on.
  void take_memory(std::int64_t bytes);
  void take_disk(std::int64_t bytes);
  [[nodiscard]] const std::string& name() const { return node_.name; }

 private:
  using PodName = std::pair<std::string, std::string>;  // namespace, name
  void beat();
  void write_lease();
  [[nodiscard]] Value new_lease() const;
  [[nodiscard]] bool has_news() const;
  void check_memory();
  [[nodiscard]] std::int64_t free_memory();
  void report_volumes();
  void note_start(const StoredObject& node);
  void note_schedulable(const StoredObject& node);
  void sync_pending();
  void sync_pod(const PodName& pod);
  [[nodiscard]] Resources used_by_others(const PodWorker& worker) const;

  NodeRuntime node_;
  bool up_ = false;
  std::map<PodName, std::unique_ptr<PodWorker>> pods_;
  std::set<PodName> pending_;
  bool sync_scheduled_ = false;
  bool node_written_ = false;
  bool unschedulable_ = false;                    // as last told
  std::uint64_t images_reported_ = 0;             // ImagePuller::changes() at the last report
  std::set<std::string_view> pressure_reported_;  // the conditions in it
  Time status_reported_{};
  Store::Line lease_, status_;
  ObjectPtr reported_;  // the version with our latest report, if it can be renewed
  Time images_collected_{};
  bool memory_check_scheduled_ = false;
  EvictionManager eviction_;
  Timers timers_;
};

}  // namespace inferlab::sim
