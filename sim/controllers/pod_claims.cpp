#include "sim/controllers/pod_claims.h"

#include <string>
#include <utility>

#include "sim/controllers/controller.h"

namespace inferlab::sim {
namespace {

bool controls(std::string_view uid, const PodView& pod) {
  const OwnerReference* owner = pod.meta.controller();
  return owner != nullptr && owner->uid == uid;
}

Value without_owner(const Value& owners, std::string_view uid) {
  Value::Array left;
  for (const Value& owner : owners.items()) {
    if (owner["uid"].as_string() != uid) left.push_back(owner);
  }
  return left.empty() ? Value() : Value::array(std::move(left));
}

}  // namespace

std::vector<ObjectPtr> claim_pods(const WorkloadContext& context, const StoredObject& owner,
                                  const std::function<bool(const PodView&)>& belongs) {
  const Value& metadata = owner.document["metadata"];
  const std::string uid = metadata["uid"].str();
  // Noted first, written then: a write changes the index that is being walked through.
  std::vector<std::pair<ObjectKey, Value>> writes;
  if (!metadata.has("deletionTimestamp")) {
    for (const ObjectKey& key : context.index.orphan_pods(owner.key.ns)) {
      const ObjectPtr pod = context.store().get(key);
      const PodView& view = pod->view<PodView>();
      if (view.meta.deletion_timestamp || !belongs(view)) continue;
      writes.emplace_back(
          key, pod->document["metadata"]["ownerReferences"].appended(controller_reference(owner)));
    }
    for (const ObjectKey& key : context.index.dependents(uid)) {
      if (key.resource != "pods") continue;
      const ObjectPtr pod = context.store().get(key);
      const PodView& view = pod->view<PodView>();
      if (!controls(uid, view) || view.meta.deletion_timestamp || belongs(view)) continue;
      writes.emplace_back(key, without_owner(pod->document["metadata"]["ownerReferences"], uid));
    }
  }
  for (const auto& [key, owners] : writes) {
    // A Pod that vanished meanwhile needs neither adoption nor release.
    static_cast<void>(context.api.merge_patch(
        key, "", Value::object({{"metadata", Value::object({{"ownerReferences", owners}})}}),
        context.user));
  }

  std::vector<ObjectPtr> out;
  for (const ObjectKey& key : context.index.dependents(uid)) {
    if (key.resource != "pods") continue;
    ObjectPtr pod = context.store().get(key);
    if (controls(uid, pod->view<PodView>())) out.push_back(std::move(pod));
  }
  return out;
}

}  // namespace inferlab::sim
