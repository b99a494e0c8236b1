#pragma once

#include <cstdint>
#include <string>

#include "sim/api/selector.h"
#include "sim/api/store.h"
#include "sim/api/views.h"

namespace inferlab::sim {

/// What the controller reads of a DaemonSet that was validated and defaulted by the API.
struct DaemonSetView {
  explicit DaemonSetView(const StoredObject& object);

  MetaView meta;
  LabelSelector selector;
  std::int64_t min_ready_seconds = 0, revision_history_limit = 10;
  bool on_delete = false;  // updateStrategy OnDelete; else RollingUpdate
  /// The number of the template's version in an annotation that the API counts up, and in label
  /// pod-template-generation of its Pods; empty if there is none.
  std::string template_generation;
  Value pod_template;  // spec.template, its Pods' own tolerations added
  /// A Pod of this template, for questions about where it fits.
  ObjectPtr example;

  /// On how many of `nodes` a Pod may be missing, or be beside the old one, during an update;
  /// percentages are rounded up.
  [[nodiscard]] std::int64_t max_unavailable(std::int64_t nodes) const;
  [[nodiscard]] std::int64_t max_surge(std::int64_t nodes) const;
  [[nodiscard]] bool surges() const { return max_surge(1) > 0; }

 private:
  Value max_unavailable_, max_surge_;
};

/// What a DaemonSet means for a node.
struct DaemonPlacement {
  bool should_run = false;  // a Pod is to be there
  bool may_stay = false;    // one that is there may stay
  bool operator==(const DaemonPlacement&) const = default;
};

/// By node name, selector and required affinity of the template, and by the node's taints: a
/// NoSchedule taint that is not tolerated lets a Pod stay that is there already.
/// Source: Kubernetes documentation, "DaemonSet", "How Daemon Pods are scheduled".
DaemonPlacement placement_on(const DaemonSetView& set, const NodeView& node);

}  // namespace inferlab::sim
