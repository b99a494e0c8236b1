#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/api/store.h"
#include "sim/api/views.h"
#include "sim/api/views_scheduling.h"

namespace inferlab::sim {

/// a + b, held at the ends of int64: amounts are what somebody wrote.
std::int64_t saturated_sum(std::int64_t a, std::int64_t b);

/// Amounts of resources in the units kube-scheduler counts in: CPU in thousandths, memory and
/// ephemeral storage in bytes, everything else ("nvidia.com/gpu") in whole units, rounded up.
struct ResourceAmounts {
  std::int64_t milli_cpu = 0;
  std::int64_t memory = 0;                                    // bytes
  std::int64_t ephemeral_storage = 0;                         // bytes
  std::vector<std::pair<std::string, std::int64_t>> scalars;  // by name; "pods" is not among them

  ResourceAmounts() = default;
  explicit ResourceAmounts(const Resources& resources);

  [[nodiscard]] std::int64_t scalar(std::string_view name) const;
  void add(const ResourceAmounts& other);
  void subtract(const ResourceAmounts& other);
  /// Holds every amount at what one Pod can count with at most.
  void cap();
};

/// CPU and memory that a container without requests counts with in scoring, so that the scores see
/// it at all. Source: kube-scheduler, DefaultMilliCPURequest and DefaultMemoryRequest.
inline constexpr std::int64_t kDefaultMilliCpu = 100;
inline constexpr std::int64_t kDefaultMemory = std::int64_t{200} * 1024 * 1024;

/// One Pod as the scheduler counts it: its document and sums worked out once per version.
struct PodInfo {
  explicit PodInfo(ObjectPtr pod);
  /// With the view of `pod` that somebody has already.
  PodInfo(ObjectPtr pod, std::shared_ptr<const PodSchedulingView> scheduling);
  /// A later version of the same Pod, with an equal spec (but for its node) and equal labels.
  PodInfo(const PodInfo& earlier, ObjectPtr pod);

  ObjectPtr object;
  std::string uid, ns;
  std::int64_t priority = 0;
  bool terminating = false;      // it has a deletionTimestamp
  std::optional<Time> started;   // status.startTime
  ResourceAmounts requests;      // effective: see PodView::requests
  std::int64_t nonzero_cpu = 0;  // milli, with kDefaultMilliCpu where a container names none
  std::int64_t nonzero_memory = 0;
  std::shared_ptr<const PodSchedulingView> spec;

  /// Read it anew each time: another view of the same document may take its place.
  [[nodiscard]] const PodView& view() const { return object->view<PodView>(); }
  [[nodiscard]] const Labels& labels() const { return view().meta.labels; }

 private:
  void read_status();
};
using PodInfoPtr = std::shared_ptr<const PodInfo>;

/// A Node and the Pods on it, kept up to date Pod by Pod: filter and score read sums, never lists.
/// The list is for preemption, where it decides which of equal Pods must go: a new one comes last,
/// the last one takes the place of one that leaves, a written one leaves and comes back.
/// Source: kube-scheduler, NodeInfo.AddPod, removeFromSlice; cache.updatePod.
struct NodeInfo {
  explicit NodeInfo(ObjectPtr node) { set_node(std::move(node)); }

  void set_node(ObjectPtr node);
  void add_pod(const PodInfoPtr& pod);
  void remove_pod(const PodInfo& pod);
  /// Puts another version in place of the one that is counted; their sums are equal.
  void replace_pod(const PodInfoPtr& pod);
  /// A write of this Pod was seen: in `listed` it goes to the end.
  void list_last(const std::string& uid);
  /// The place of a Pod in `listed`, and back to it what was added last: as if it had never left.
  [[nodiscard]] std::size_t place_in_list(const std::string& uid) const;
  void list_at(std::size_t place) { std::swap(listed[place], listed.back()); }

  [[nodiscard]] bool opens(const HostPort& port) const;

  std::size_t slot = 0;  // a small number of its own, given by PodIndex
  ObjectPtr object;
  std::string name;
  ResourceAmounts allocatable;
  std::int64_t allowed_pods = 0;
  ResourceAmounts requested;
  std::int64_t nonzero_cpu = 0, nonzero_memory = 0;
  std::map<std::string, PodInfoPtr> pods;           // by uid
  std::vector<PodInfoPtr> listed;                   // the same in kube-scheduler's order
  std::map<std::int64_t, std::int64_t> priorities;  // how many Pods have which priority
  std::vector<HostPort> host_ports;                 // that Pods have open; one may come twice
  std::vector<NodeImage> images;

  [[nodiscard]] const NodeView& view() const { return object->view<NodeView>(); }
};

}  // namespace inferlab::sim
