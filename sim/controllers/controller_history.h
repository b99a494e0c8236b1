#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "sim/api/selector.h"
#include "sim/api/store.h"
#include "sim/controllers/workload_context.h"

namespace inferlab::sim {

// The versions of a workload's Pod template, kept as ControllerRevisions: what a StatefulSet and a
// DaemonSet have in the place of ReplicaSets. `data` of a revision is the patch that brings the
// template back, which is what `kubectl rollout undo` sends.
// Source: kube-controller-manager 1.32; Kubernetes API reference, ControllerRevision.

inline constexpr std::string_view kRevisions = "controllerrevisions.apps";
/// Which version a Pod is of: a StatefulSet's says the revision's name, a DaemonSet's its hash.
inline constexpr std::string_view kRevisionLabel = "controller-revision-hash";

Value template_patch(const Value& pod_template);
/// The template in the patch of a revision.
Value template_of(const StoredObject& revision);
std::int64_t number_of(const StoredObject& revision);
/// A label of any object; empty without it.
std::string_view label_of(const StoredObject& object, std::string_view name);

/// The revisions that `owner` controls, those of its selector that nobody controls among them: they
/// are adopted unless it is being deleted. Oldest first.
std::vector<ObjectPtr> revisions_of(const WorkloadContext& context, const StoredObject& owner,
                                    const LabelSelector& selector);

struct NewRevision {
  std::string name;
  Value labels;
  Value data;
  std::int64_t number = 1;
};
/// Makes it, or finds it made already. kConflict: the name belongs to another version, another hash
/// is needed.
Result<ObjectPtr> create_revision(const WorkloadContext& context, const StoredObject& owner,
                                  const NewRevision& revision);
/// An old version that is wanted again becomes the newest.
Result<ObjectPtr> renumber_revision(const WorkloadContext& context, const StoredObject& revision,
                                    std::int64_t number);
Result<void> delete_revision(const WorkloadContext& context, const StoredObject& revision);

}  // namespace inferlab::sim
