#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/time.h"
#include "sim/api/selector.h"
#include "sim/api/store.h"
#include "sim/api/views.h"

namespace inferlab::sim {

/// One term of podAffinity or podAntiAffinity: Pods that `selector` selects, in `namespaces` or in
/// a namespace that `namespace_selector` selects, count as near on nodes with an equal
/// `topology_key`. matchLabelKeys and mismatchLabelKeys are part of `selector` already.
/// Source: Kubernetes API reference, PodAffinityTerm.
struct PodAffinityTerm {
  LabelSelector selector;
  std::vector<std::string> namespaces;              // sorted; the Pod's own when none is stated
  std::optional<LabelSelector> namespace_selector;  // none: `namespaces` alone
  std::string topology_key;
  std::int64_t weight = 0;  // of a preferred term
  // Equal for equal terms of one kind, weight and all.
  std::string text;
  // Equal for terms that select the same Pods; empty with a namespace_selector, whose meaning
  // changes with the namespaces.
  std::string who;
};

/// One entry of topologySpreadConstraints. matchLabelKeys are part of `selector` already.
/// Source: Kubernetes API reference, TopologySpreadConstraint.
struct SpreadConstraint {
  std::string topology_key;
  std::int64_t max_skew = 1;
  std::int64_t min_domains = 1;
  bool do_not_schedule = true;      // else ScheduleAnyway
  bool honors_affinity = true;      // nodeAffinityPolicy
  bool honors_taints = false;       // nodeTaintsPolicy
  bool selects_everything = false;  // an empty selector
  LabelSelector selector;
  std::string who;  // equal for constraints that select the same Pods
};

struct PreferredNodeTerm {
  std::int64_t weight = 0;
  NodeSelectorTerm term;
};

struct HostPort {
  std::string ip;        // "0.0.0.0": all addresses
  std::string protocol;  // "TCP"
  std::int64_t port = 0;
  bool operator==(const HostPort&) const = default;
  /// Both cannot be open on one node.
  [[nodiscard]] bool conflicts_with(const HostPort& other) const;
};

/// What only kube-scheduler reads of a Pod's spec; PodView has the rest.
struct PodSchedulingView {
  explicit PodSchedulingView(const StoredObject& pod);

  std::vector<PodAffinityTerm> required_affinity, required_anti_affinity;
  std::vector<PodAffinityTerm> preferred_affinity, preferred_anti_affinity;
  std::vector<SpreadConstraint> spread;
  std::vector<PreferredNodeTerm> preferred_nodes;
  std::vector<HostPort> host_ports;
  std::vector<std::string> images;  // of init containers and containers; with a tag, always
  std::vector<std::string> claims;  // names of PersistentVolumeClaims
  Resources overhead;
  bool never_preempts = false;
  /// Equal for Pods that ask the same of one node, whatever else they are: nodeSelector, node
  /// affinity, tolerations, requests, ports and images, as text.
  std::string node_demands;
  /// nodeSelector and required node affinity alone, as text; empty when there are none.
  std::string node_affinity_key;
  std::string tolerations_key;
};

/// The labels of a Namespace.
struct NamespaceLabels {
  explicit NamespaceLabels(const StoredObject& ns)
      : labels(labels_from(ns.document["metadata"]["labels"])) {}
  Labels labels;
};

/// The images that a Node says it has, by each of their names.
struct NodeImage {
  std::string name;
  std::int64_t size = 0;  // bytes
};
std::vector<NodeImage> images_of(const StoredObject& node);

/// Equal for equal selectors; that of everything and that of nothing differ.
std::string text_of(const LabelSelector& selector);

/// With ":latest" where neither tag nor digest is written.
std::string with_tag(std::string_view image);

}  // namespace inferlab::sim
