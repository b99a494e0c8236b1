// DELETE: preconditions, grace period, finalizers, propagation.
// Source: Kubernetes documentation, "Garbage Collection", "Pod Lifecycle: Termination of Pods".
#include <algorithm>

#include "sim/api/admission.h"
#include "sim/api/request.h"
#include "sim/api/status.h"

namespace inferlab::sim {
namespace {

constexpr std::string_view kForeground = "foregroundDeletion";
constexpr std::string_view kOrphan = "orphan";

// The finalizers after this deletion was asked for: what is to become of the dependents is noted
// there.
Value finalizers_after(const Value& finalizers, Propagation propagation) {
  Value::Array kept;
  for (const Value& item : finalizers.items()) {
    const std::string_view name = item.as_string();
    const bool of_collector = name == kForeground || name == kOrphan;
    if (!of_collector || propagation == Propagation::kDefault) kept.push_back(item);
  }
  if (propagation == Propagation::kForeground) kept.emplace_back(kForeground);
  if (propagation == Propagation::kOrphan) kept.emplace_back(kOrphan);
  return Value::array(std::move(kept));
}

// A CustomResourceDefinition stays until the objects of its kind are gone.
// Source: apiextensions-apiserver, pkg/registry/customresourcedefinition.
Value with_cleanup(const Kind& kind, const Value& finalizers, const Value& metadata) {
  constexpr std::string_view kCleanup = "customresourcecleanup.apiextensions.k8s.io";
  if (kind.kind != "CustomResourceDefinition" || kind.custom) return finalizers;
  if (metadata.has("deletionTimestamp")) return finalizers;
  for (const Value& item : finalizers.items()) {
    if (item.as_string() == kCleanup) return finalizers;
  }
  return finalizers.appended(Value(kCleanup));
}

// Seconds that a Pod still gets; 0 for all else. A deletion that is under way goes on as it is
// unless a request asks for less. Source: k8s.io/apiserver/pkg/registry/rest, BeforeDelete.
std::int64_t grace_period(const Call& call, const Value& object) {
  if (call.kind.kind != "Pod") return 0;
  std::optional<std::int64_t> asked = call.request.grace_period_seconds;
  if (asked && *asked < 0) asked = 1;
  const Value& meta = object["metadata"];
  if (const std::int64_t had = meta["deletionGracePeriodSeconds"].as_int();
      meta.has("deletionTimestamp") && had > 0) {
    return std::min(had, asked.value_or(had));
  }
  const Value& spec = object["spec"];
  const std::string_view phase = object["status"]["phase"].as_string();
  if (spec["nodeName"].empty() || phase == "Failed" || phase == "Succeeded") return 0;
  const std::int64_t period = asked.value_or(spec["terminationGracePeriodSeconds"].as_int(30));
  return period < 0 ? 1 : period;
}

ApiResponse deleted_answer(const Call& call, const ObjectPtr& object, const Value& last) {
  ApiResponse out;
  out.object = object;
  if (call.kind.returns_deleted) {
    out.body = last;
    return out;
  }
  Value::Object details = {{"kind", Value(call.kind.plural)},
                           {"name", object->document["metadata"]["name"]},
                           {"uid", object->document["metadata"]["uid"]}};
  if (!call.kind.group.empty()) details.push_back({"group", Value(call.kind.group)});
  out.body = Value::object({{"apiVersion", "v1"},
                            {"details", Value::object(std::move(details))},
                            {"kind", "Status"},
                            {"metadata", Value::object()},
                            {"status", "Success"}});
  return out;
}

// Namespaces that a cluster cannot be without.
// Source: k8s.io/apiserver/pkg/admission/plugin/namespace/lifecycle.
bool is_immortal(const ObjectKey& key) {
  return key.resource == "namespaces" &&
         (key.name == "default" || key.name == "kube-system" || key.name == "kube-public");
}

std::optional<ApiResponse> precondition_failure(const Call& call, const Value& object) {
  const ApiRequest& request = call.request;
  const Value& meta = object["metadata"];
  if (!request.precondition_uid.empty() && meta["uid"].as_string() != request.precondition_uid) {
    return conflict(call.kind.kind, meta["name"].as_string(),
                    "the UID in the precondition (" + request.precondition_uid +
                        ") does not match the UID in record (" + meta["uid"].str() +
                        "). The object might have been deleted and then recreated");
  }
  if (!request.precondition_resource_version.empty() &&
      meta["resourceVersion"].as_string() != request.precondition_resource_version) {
    return conflict(call.kind.kind, meta["name"].as_string(),
                    "the ResourceVersion in the precondition (" +
                        request.precondition_resource_version +
                        ") does not match the ResourceVersion in record (" +
                        meta["resourceVersion"].str() + "). The object might have been modified");
  }
  return std::nullopt;
}

}  // namespace

ApiResponse delete_object(Call& call, const ObjectPtr& object) {
  const Value& old = object->document;
  if (is_immortal(object->key)) {
    return forbidden(call.resource(), object->key.name, "this namespace may not be deleted");
  }
  if (auto refused = precondition_failure(call, old)) return *std::move(refused);
  const Value none;
  if (auto refused = admit_part(call, {"DELETE", "", none, old})) return *std::move(refused);
  const Value& had = old["metadata"];
  const Value finalizers =
      with_cleanup(call.kind, finalizers_after(had["finalizers"], call.request.propagation), had);
  const bool held = !finalizers.empty() || !old["spec"]["finalizers"].empty();
  const std::int64_t grace = grace_period(call, old);
  const bool deleting = had.has("deletionTimestamp");
  const std::int64_t had_grace = had["deletionGracePeriodSeconds"].as_int();

  Value meta = finalizers.empty()                ? had.without("finalizers")
               : finalizers == had["finalizers"] ? had
                                                 : had.with("finalizers", finalizers);
  Value last = old;
  if (!deleting || grace < had_grace) {
    // A later request may only shorten what an earlier one gave.
    const auto since = parse_rfc3339(had["deletionTimestamp"].as_string());
    const Time asked = since ? *since - seconds_capped(had_grace) : call.now();
    meta = meta.with("deletionTimestamp", Value(format_rfc3339(asked + seconds_capped(grace))));
    if (call.kind.kind != "Namespace") meta = meta.with("deletionGracePeriodSeconds", grace);
    if (!deleting && meta["generation"].as_int() > 0) {
      meta = meta.with("generation", meta["generation"].as_int() + 1);
    }
  }
  if (meta != had) last = last.with("metadata", meta);
  if (call.kind.kind == "Namespace" && last["status"]["phase"].as_string() != "Terminating") {
    last = last.with_path({"status", "phase"}, "Terminating");
  }
  if (call.request.dry_run) return deleted_answer(call, object, last);
  if (grace == 0 && !held) {
    const ObjectPtr removed = call.store().remove(object->key, last, call.now());
    return deleted_answer(call, removed, removed->document);
  }
  ApiResponse out;
  out.object = last == old ? object : call.store().put(object->key, last, call.now());
  out.body = out.object->document;
  return out;
}

ApiResponse handle_delete(Call& call) {
  if (!call.request.subresource.empty()) return method_not_allowed();
  const ObjectPtr object = call.store().get(call.key());
  if (object == nullptr) return not_found(call.resource(), call.request.name);
  return delete_object(call, object);
}

ApiResponse handle_delete_collection(Call& call) {
  auto chosen = select_objects(call, call.store().list(call.request.resource, call.request.ns));
  if (!chosen) return bad_request(chosen.error().message);
  Value::Array items;
  for (const ObjectPtr& object : *chosen) {
    ApiResponse one = delete_object(call, object);
    if (!one.ok()) return one;
    if (one.object != nullptr) {
      items.push_back(one.object->document.without("apiVersion").without("kind"));
    }
  }
  ApiResponse out;
  out.body = Value::object(
      {{"apiVersion", Value(call.kind.api_version())},
       {"items", Value::array(std::move(items))},
       {"kind", Value(call.kind.list_name())},
       {"metadata",
        Value::object({{"resourceVersion", std::to_string(call.store().revision())}})}});
  return out;
}

}  // namespace inferlab::sim
