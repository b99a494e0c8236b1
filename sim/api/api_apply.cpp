// PATCH with application/apply-patch+yaml: server-side apply.
#include <algorithm>
#include <tuple>

#include "sim/api/apply/managed_fields.h"
#include "sim/api/apply/typed.h"
#include "sim/api/request.h"
#include "sim/api/status.h"
#include "sim/api/validation/errors.h"

namespace inferlab::sim {
namespace {

struct Conflict {
  const FieldManager* manager;
  std::string path;
};

std::string conflict_text(const std::vector<Conflict>& conflicts) {
  if (conflicts.size() == 1) {
    return "Apply failed with 1 conflict: conflict with " + conflicts[0].manager->printed() + ": " +
           conflicts[0].path;
  }
  std::string out = "Apply failed with " + std::to_string(conflicts.size()) + " conflicts: ";
  const FieldManager* current = nullptr;
  for (const Conflict& conflict : conflicts) {
    if (conflict.manager != current) {
      out += (current == nullptr ? "" : "\n") +
             ("conflicts with " + conflict.manager->printed() + ":");
      current = conflict.manager;
    }
    out += "\n- " + conflict.path;
  }
  return out;
}

ApiResponse conflict_answer(const std::vector<Conflict>& conflicts) {
  Value::Array causes;
  for (const Conflict& conflict : conflicts) {
    causes.push_back(
        Value::object({{"field", Value(conflict.path)},
                       {"message", Value("conflict with " + conflict.manager->printed())},
                       {"reason", "FieldManagerConflict"}}));
  }
  return status_failure(409, "Conflict", conflict_text(conflicts),
                        Value::object({{"causes", Value::array(std::move(causes))}}));
}

// Why this body cannot be applied at all.
std::optional<ApiResponse> refused(const Call& call) {
  const ApiRequest& request = call.request;
  const Value& body = request.body;
  if (request.field_manager.empty()) {
    return invalid("meta.k8s.io", "PatchOptions", "",
                   {required("fieldManager", "is required for apply patch")});
  }
  if (!body.is_object()) return bad_request("error decoding YAML: the patch is not an object");
  if (body["metadata"].has("managedFields"))
    return bad_request("metadata.managedFields must be nil");
  if (body["apiVersion"].as_string() != call.kind.api_version() ||
      body["kind"].as_string() != call.kind.kind) {
    return bad_request("failed to apply: the patch is a " + body["apiVersion"].str() + " " +
                       body["kind"].str() + ", the resource a " + call.kind.api_version() + " " +
                       std::string(call.kind.kind));
  }
  if (const Value& name = body["metadata"]["name"];
      !name.empty() && name.as_string() != request.name) {
    return name_mismatch(name.as_string(), request.name);
  }
  if (auto typed = check_typed(*call.kind.schema, body); !typed) {
    return internal_error("failed to create typed patch object (" +
                          body["metadata"]["namespace"].str() + "/" +
                          body["metadata"]["name"].str() + "; " + call.kind.api_version() +
                          ", Kind=" + std::string(call.kind.kind) + "): " + typed.error().message);
  }
  return std::nullopt;
}

}  // namespace

ApiResponse handle_apply(Call& call) {
  if (auto answer = refused(call)) return *std::move(answer);
  const ApiRequest& request = call.request;
  const Type& type = *call.kind.schema;
  const ObjectPtr old = call.store().get(call.key());
  const Value live = old != nullptr ? shown_in(call.kind, old->document) : Value();
  const Value config = request.body.with_path({"metadata", "name"}, Value(request.name));
  const FieldManager who{request.field_manager,      true,
                         call.kind.api_version(),    request.subresource,
                         format_rfc3339(call.now()), {}};
  std::vector<FieldManager> managers = managers_of(live);
  if (managers.empty() && old != nullptr) {
    // Whoever wrote the object before fields were tracked owns all of it.
    FieldManager before{"before-first-apply",     false, who.api_version, "", who.time,
                        stated_fields(type, live)};
    drop_unmanaged(before.fields);
    managers.push_back(std::move(before));
  }
  FieldSet applied = stated_fields(type, config);
  drop_unmanaged(applied);
  FieldManager& mine = manager_in(managers, who);
  const FieldSet last = mine.fields;
  mine.fields = applied;
  FieldSet owned;
  for (const FieldManager& manager : managers) owned.add(manager.fields);
  Value merged = old != nullptr ? merge_typed(type, live, config) : config;
  if (!last.empty()) merged = without_unowned(type, merged, last, owned);

  const Difference difference = difference_of(type, live, merged);
  std::vector<Conflict> conflicts;
  for (FieldManager& manager : managers) {
    if (&manager == &mine) continue;
    const FieldSet both = manager.fields.intersection(difference.changed);
    for (std::string& path : both.paths()) conflicts.push_back({&manager, std::move(path)});
    if (request.force) manager.fields.subtract(both);
    manager.fields.subtract(difference.removed);
  }
  if (!conflicts.empty() && !request.force) {
    // Source: apimachinery, managedfields/internal, getConflictMessage.
    std::ranges::stable_sort(conflicts, {}, [](const Conflict& conflict) {
      return std::tie(conflict.manager->name, conflict.manager->subresource);
    });
    return conflict_answer(conflicts);
  }

  const bool same = difference.changed.empty() && difference.removed.empty() && last == applied;
  if (!same || mine.time.empty()) mine.time = who.time;
  Decoded decoded = decode_body(call, merged);
  if (decoded.failure) return *std::move(decoded.failure);
  decoded.object = with_managers(decoded.object, std::move(managers));
  call.fields_tracked = true;
  if (old == nullptr) {
    if (!request.subresource.empty()) return not_found(call.resource(), request.name);
  }
  return store_patched(call, std::move(decoded.object), old);
}

}  // namespace inferlab::sim
