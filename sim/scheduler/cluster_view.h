#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "sim/api/store.h"
#include "sim/scheduler/node_changes.h"
#include "sim/scheduler/node_info.h"
#include "sim/scheduler/node_sets.h"
#include "sim/scheduler/pod_index.h"

namespace inferlab::sim {

using NodeSpan = std::span<const NodeInfo* const>;
/// Nodes by NodeInfo::slot. Who looks at thousands of nodes must not touch the NodeInfos, which lie
/// far apart in memory: what it needs is in arrays by slot.
using SlotSpan = std::span<const std::uint32_t>;

/// Which nodes have an image, and how large it is.
struct ImageState {
  std::int64_t size = 0;             // bytes, as the first node said
  std::map<std::string, int> nodes;  // names
};
using ImageTable = std::map<std::string, ImageState, std::less<>>;

/// What a plugin may see of the cluster beside the Pod and one node. Valid for one cycle.
struct ClusterView {
  NodeSpan nodes;  // in the order in which they are looked at
  SlotSpan slots;  // the same
  const NodeChanges& changes;
  PodIndex& pods;
  NodeSets& sets;
  const Store& store;
  const ImageTable& images;
  std::uint64_t node_revision = 0;   // another one after every change of a Node's labels or spec
  std::uint64_t image_revision = 0;  // the same of images, and when nodes come or go

  /// Empty for a namespace that is not there.
  [[nodiscard]] const Labels& namespace_labels(const std::string& ns) const;
  /// The names of the namespaces that `selector` selects, sorted.
  [[nodiscard]] std::vector<std::string> namespaces(const LabelSelector& selector) const;
  /// The selector of the Services that select this Pod and of the controller that owns it; nullopt
  /// when there are none. Source: kube-scheduler, DefaultSelector.
  [[nodiscard]] std::optional<LabelSelector> default_selector(const PodInfo& pod) const;
};

/// The question that an affinity term of `pod` asks, with its namespaces looked up.
PodQuery::Part part_of(const PodAffinityTerm& term, const ClusterView& cluster);

}  // namespace inferlab::sim
