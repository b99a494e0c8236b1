#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "sim/api/store.h"
#include "sim/api/value.h"

namespace inferlab::sim {

// The Pods of a DaemonSet. Each is meant for one node: required node affinity names it, and
// kube-scheduler binds it there.
// Source: Kubernetes documentation, "DaemonSet"; kube-controller-manager 1.32.

inline constexpr std::string_view kTemplateGenerationLabel = "pod-template-generation";

/// `pod_spec` with the tolerations that all Pods of DaemonSets get: they stay on nodes that are not
/// ready or under pressure, and come to cordoned ones.
Value with_daemon_tolerations(const Value& pod_spec);

/// The Pod to create for `node`; `hash` says which version of the template it is of.
Value daemon_pod(const StoredObject& set, const std::string& hash, const std::string& node);

/// The node that the Pod is on, or else meant for; empty if it is meant for none.
std::string target_node(const StoredObject& pod);

/// A Pod of the version that `hash` stands for.
bool is_of_version(const StoredObject& set, const StoredObject& pod, std::string_view hash);

/// Those with a node first, then the older ones: the first one is the one to keep.
void sort_by_age(std::vector<ObjectPtr>& pods);

/// The Pods of a DaemonSet by their target_node().
using PodsByNode = std::map<std::string, std::vector<ObjectPtr>>;

}  // namespace inferlab::sim
