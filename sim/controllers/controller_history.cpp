#include "sim/controllers/controller_history.h"

#include <fmt/format.h>

#include <algorithm>

#include "sim/api/views.h"
#include "sim/controllers/controller.h"

namespace inferlab::sim {
namespace {

// Lower numbers first, then older ones; names decide between those of one second.
bool older(const ObjectPtr& a, const ObjectPtr& b) {
  const std::int64_t x = number_of(*a);
  const std::int64_t y = number_of(*b);
  if (x != y) return x < y;
  const std::string_view then = a->document["metadata"]["creationTimestamp"].as_string();
  const std::string_view later = b->document["metadata"]["creationTimestamp"].as_string();
  return then != later ? then < later : a->key.name < b->key.name;
}

ObjectPtr adopted(const WorkloadContext& context, const StoredObject& owner,
                  const StoredObject& revision) {
  const Value owners =
      revision.document["metadata"]["ownerReferences"].appended(controller_reference(owner));
  const ApiResponse response = context.api.merge_patch(
      revision.key, "", Value::object({{"metadata", Value::object({{"ownerReferences", owners}})}}),
      context.user);
  return response.ok() ? response.object : nullptr;
}

}  // namespace

Value template_patch(const Value& pod_template) {
  return Value::object(
      {{"spec", Value::object({{"template", pod_template.with("$patch", "replace")}})}});
}

Value template_of(const StoredObject& revision) {
  return revision.document["data"]["spec"]["template"].without("$patch");
}

std::int64_t number_of(const StoredObject& revision) {
  return revision.document["revision"].as_int();
}

std::string_view label_of(const StoredObject& object, std::string_view name) {
  return object.document["metadata"]["labels"][name].as_string();
}

std::vector<ObjectPtr> revisions_of(const WorkloadContext& context, const StoredObject& owner,
                                    const LabelSelector& selector) {
  const Value& metadata = owner.document["metadata"];
  const std::string_view uid = metadata["uid"].as_string();
  std::vector<ObjectPtr> out;
  for (ObjectPtr& revision : context.store().list(kRevisions, owner.key.ns)) {
    const MetaView meta(revision->document["metadata"]);
    const OwnerReference* controller = meta.controller();
    if (controller != nullptr) {
      if (controller->uid == uid) out.push_back(std::move(revision));
      continue;
    }
    if (metadata.has("deletionTimestamp") || meta.deletion_timestamp) continue;
    if (!selector.matches(meta.labels)) continue;
    if (ObjectPtr mine = adopted(context, owner, *revision)) out.push_back(std::move(mine));
  }
  std::sort(out.begin(), out.end(), older);
  return out;
}

Result<ObjectPtr> create_revision(const WorkloadContext& context, const StoredObject& owner,
                                  const NewRevision& revision) {
  Value metadata =
      Value::object({{"name", revision.name},
                     {"namespace", owner.key.ns},
                     {"labels", revision.labels},
                     {"ownerReferences", Value::array({controller_reference(owner)})}});
  const Value& annotations = owner.document["metadata"]["annotations"];
  if (!annotations.empty()) metadata = metadata.with("annotations", annotations);
  const ApiResponse response = context.api.create(kRevisions, owner.key.ns,
                                                  Value::object({{"apiVersion", "apps/v1"},
                                                                 {"kind", "ControllerRevision"},
                                                                 {"metadata", metadata},
                                                                 {"data", revision.data},
                                                                 {"revision", revision.number}}),
                                                  context.user);
  if (response.ok()) return response.object;
  if (response.reason() == "AlreadyExists") {
    ObjectPtr found = context.store().get({std::string(kRevisions), owner.key.ns, revision.name});
    if (found != nullptr && found->document["data"] == revision.data) return found;
    return Error{ErrorKind::kConflict,
                 fmt::format("{}: the name is another revision's", revision.name)};
  }
  return Error{ErrorKind::kInvalid, fmt::format("{}: {}", revision.name, response.message())};
}

Result<ObjectPtr> renumber_revision(const WorkloadContext& context, const StoredObject& revision,
                                    std::int64_t number) {
  const ApiResponse response = context.api.merge_patch(
      revision.key, "", Value::object({{"revision", number}}), context.user);
  INFERLAB_TRY_VOID(accepted(response, revision.key.name));
  return context.store().get(revision.key);
}

Result<void> delete_revision(const WorkloadContext& context, const StoredObject& revision) {
  const ApiResponse response = context.api.remove(revision.key, context.user);
  return response.code == 404 ? Result<void>() : accepted(response, revision.key.name);
}

}  // namespace inferlab::sim
