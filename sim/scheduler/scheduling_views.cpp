#include "sim/scheduler/scheduling_views.h"

#include <algorithm>

#include "engine/base/hash.h"

namespace inferlab::sim {
namespace {

// The claim of an ephemeral volume is named after the Pod: such a view is the Pod's own.
bool depends_on_name(const Value& spec) {
  const Value::Array& volumes = spec["volumes"].items();
  return std::any_of(volumes.begin(), volumes.end(),
                     [](const Value& volume) { return volume.has("ephemeral"); });
}

}  // namespace

std::shared_ptr<const PodSchedulingView> SchedulingViews::of(const StoredObject& pod) {
  const Value& spec = pod.document["spec"];
  const Value& metadata = pod.document["metadata"];
  if (depends_on_name(spec)) return std::make_shared<const PodSchedulingView>(pod);
  RunHash hash;
  spec.add_to(hash);
  metadata["labels"].add_to(hash);
  hash.add(metadata["namespace"].as_string());
  if (known_.size() >= kMost) known_.clear();
  Known& known = known_[hash.digest()];
  const bool same = known.view != nullptr && known.spec == spec &&
                    known.labels == metadata["labels"] &&
                    known.ns == metadata["namespace"].as_string();
  if (!same) {
    known = {spec, metadata["labels"], metadata["namespace"].str(),
             std::make_shared<const PodSchedulingView>(pod)};
  }
  return known.view;
}

}  // namespace inferlab::sim
