// The subresources that are not a view of the object: binding, scale, finalize; eviction is in
// api_eviction.cpp.
#include "sim/api/admission.h"
#include "sim/api/conditions.h"
#include "sim/api/custom/printer_path.h"
#include "sim/api/decode.h"
#include "sim/api/patch/merge_patch.h"
#include "sim/api/request.h"
#include "sim/api/selector.h"
#include "sim/api/status.h"
#include "sim/api/types/types.h"
#include "sim/api/validation/errors.h"
#include "sim/api/validation/meta_validation.h"
#include "sim/api/validation/names.h"

namespace inferlab::sim {
namespace {

// PodScheduled is True, since when it first was.
Value scheduled(const Value& conditions, Time now) {
  if (find_condition(conditions, "PodScheduled")["status"].as_string() == "True") return conditions;
  return set_condition(conditions,
                       Value::object({{"lastProbeTime", Value()},
                                      {"lastTransitionTime", Value(format_rfc3339(now))},
                                      {"status", "True"},
                                      {"type", "PodScheduled"}}));
}

// The body of a subresource that is an object of its own.
struct Body {
  Value value;
  std::optional<ApiResponse> failure;
};
Body decode_as(const Type& type, std::string_view kind, std::string_view version,
               const Value& body) {
  auto decoded = decode(type, body);
  if (decoded) return {std::move(decoded).value(), {}};
  return {{},
          bad_request(std::string(kind) + " in version \"" + std::string(version) +
                      "\" cannot be handled as a " + std::string(kind) + ": " +
                      decoded.error().message)};
}

Value first_at(const Value& object, std::string_view path) {
  if (path.empty()) return {};
  const std::vector<Value> found = find_by_path(object, path);
  return found.empty() ? Value() : found.front();
}

// `object` with the member at ".spec.replicas" set: such paths name members alone.
Value with_at(const Value& object, std::string_view path, const Value& value) {
  path.remove_prefix(path.starts_with('.') ? 1 : 0);
  const std::size_t dot = path.find('.');
  const std::string_view name = path.substr(0, dot);
  if (dot == std::string_view::npos) return object.with(name, value);
  return object.with(name, with_at(object[name], path.substr(dot), value));
}

std::string selector_of(const Kind& kind, const Value& object) {
  if (kind.custom) return first_at(object, kind.scale_paths.selector).str();
  return LabelSelector::from_object(object["spec"]["selector"]).str();
}

Value scale_of(const Kind& kind, const Value& object) {
  const Value& meta = object["metadata"];
  Value::Object scale_meta;
  for (const char* field : {"creationTimestamp", "name", "namespace", "resourceVersion", "uid"}) {
    if (meta.has(field)) scale_meta.push_back({field, meta[field]});
  }
  const Value replicas = first_at(object, kind.scale_paths.replicas);
  Value spec = Value::object();
  if (replicas.as_int() != 0) spec = spec.with("replicas", replicas);
  Value status =
      Value::object({{"replicas", first_at(object, kind.scale_paths.status_replicas).as_int()}});
  const std::string selector = selector_of(kind, object);
  if (!selector.empty()) status = status.with("selector", Value(selector));
  return Value::object({{"apiVersion", "autoscaling/v1"},
                        {"kind", "Scale"},
                        {"metadata", Value::object(std::move(scale_meta))},
                        {"spec", std::move(spec)},
                        {"status", std::move(status)}});
}

// Every member from `old`, but what a Scale says.
ApiResponse write_scale(Call& call, const Value& scale, const ObjectPtr& old) {
  const Value& wanted = scale["metadata"];
  if (!wanted["name"].empty() && wanted["name"].as_string() != old->key.name) {
    return name_mismatch(wanted["name"].as_string(), old->key.name);
  }
  const std::int64_t replicas = scale["spec"]["replicas"].as_int();
  if (replicas < 0) {
    return invalid(
        "autoscaling", "Scale", old->key.name,
        {invalid_value("spec.replicas", Value(replicas), "must be greater than or equal to 0")});
  }
  Value object = with_at(old->document, call.kind.scale_paths.replicas, Value(replicas));
  if (!wanted["resourceVersion"].empty()) {
    object = object.with_path({"metadata", "resourceVersion"}, wanted["resourceVersion"]);
  }
  if (!wanted["uid"].empty()) object = object.with_path({"metadata", "uid"}, wanted["uid"]);
  ApiRequest plain = call.request;
  plain.subresource.clear();
  Call whole{call.api, plain, call.kind, {}, false};
  whole.led_by = "scale";
  const Value before = scale_of(call.kind, old->document);
  if (auto refused = admit_part(call, {"UPDATE", "scale", scale_of(call.kind, object), before}))
    return *std::move(refused);
  ApiResponse out = store_update(whole, std::move(object), old);
  if (out.ok()) out.body = scale_of(call.kind, out.body);
  return out;
}

// Reading the scale of a built-in kind that is not there, the server misses the scale; writing it,
// and of a custom resource, the object.
ApiResponse no_scale(const Call& call) {
  const Kind& kind = call.kind;
  if (kind.custom || call.request.verb == Verb::kUpdate) {
    return not_found(call.resource(), call.request.name);
  }
  const std::string_view group = kind.group.empty() ? "autoscaling" : kind.group;
  return not_found(std::string(kind.plural) + "/scale." + std::string(group), call.request.name);
}

}  // namespace

ApiResponse handle_binding(Call& call) {
  if (call.request.verb != Verb::kCreate) return method_not_allowed();
  Body read = decode_as(types::kBinding, "Binding", "v1", call.request.body);
  if (read.failure) return *std::move(read.failure);
  const Value& body = read.value;
  const Value& target = body["target"];
  const std::string_view kind = target["kind"].as_string();
  FieldErrors errors;
  if (!kind.empty() && kind != "Node")
    errors.push_back(unsupported("target.kind", target["kind"], {"Node", ""}));
  if (target["name"].empty()) errors.push_back(required("target.name"));
  validate_annotations(body["metadata"]["annotations"], "metadata.annotations", errors);
  if (!errors.empty()) return invalid("", "Binding", call.request.name, errors);
  const ObjectPtr pod = call.store().get(call.key());
  if (pod == nullptr) return not_found("pods", call.request.name);
  const std::string& name = call.request.name;
  const Value& document = pod->document;
  const auto refuse = [&](const std::string& why) {
    return conflict("pods/binding", name, "pod " + name + why);
  };
  if (!body["metadata"]["uid"].empty() && body["metadata"]["uid"] != document["metadata"]["uid"]) {
    return conflict("pods/binding", name,
                    "Precondition failed: UID in precondition: " + body["metadata"]["uid"].str() +
                        ", UID in object meta: " + document["metadata"]["uid"].str());
  }
  if (document["metadata"].has("deletionTimestamp"))
    return refuse(" is being deleted, cannot be assigned to a host");
  if (const std::string_view node = document["spec"]["nodeName"].as_string(); !node.empty()) {
    return refuse(" is already assigned to node \"" + std::string(node) + "\"");
  }
  if (!document["spec"]["schedulingGates"].empty())
    return refuse(" has non-empty .spec.schedulingGates");
  Value bound = document.with_path({"spec", "nodeName"}, target["name"]);
  if (const Value& notes = body["metadata"]["annotations"]; !notes.empty()) {
    Value annotations = document["metadata"]["annotations"];
    for (const Value::Member& note : notes.members())
      annotations = annotations.with(note.key, note.value);
    bound = bound.with_path({"metadata", "annotations"}, annotations);
  }
  const Value none;
  if (auto refused = admit_part(call, {"CREATE", "binding", body, none}))
    return *std::move(refused);
  bound = bound.with_path({"status", "conditions"},
                          scheduled(document["status"]["conditions"], call.now()));
  ApiResponse out = status_success(201);
  if (!call.request.dry_run) out.object = call.store().put(pod->key, bound, call.now());
  return out;
}

ApiResponse handle_scale(Call& call) {
  const ObjectPtr object = call.store().get(call.key());
  if (object == nullptr) return no_scale(call);
  Value body = call.request.body;
  if (call.request.verb == Verb::kGet) {
    ApiResponse out;
    out.body = scale_of(call.kind, object->document);
    out.object = object;
    return out;
  }
  if (call.request.verb == Verb::kPatch) {
    // A Scale has neither lists nor strategies: all patches but JSON patches mean the same.
    if (call.request.patch_type == PatchType::kJson) {
      auto patched = json_patch(scale_of(call.kind, object->document), body);
      if (!patched)
        return invalid("", "", "", {invalid_value("patch", body, patched.error().message)});
      body = std::move(patched).value();
    } else {
      body = merge_patch(scale_of(call.kind, object->document), body);
    }
  } else if (call.request.verb != Verb::kUpdate) {
    return method_not_allowed();
  }
  const Value& api_version = body["apiVersion"];
  if (!api_version.empty() && body["kind"].as_string("Scale") != "Scale") {
    return bad_request("the object is a " + body["kind"].str() + ", not a Scale");
  }
  auto scale = decode(types::kScale, body);
  if (!scale) {
    return bad_request("Scale in version \"v1\" cannot be handled as a Scale: " +
                       scale.error().message);
  }
  return write_scale(call, *scale, object);
}

ApiResponse handle_finalize(Call& call) {
  if (call.request.verb != Verb::kUpdate) return method_not_allowed();
  const ObjectPtr old = call.store().get(call.key());
  if (old == nullptr) return not_found(call.resource(), call.request.name);
  Decoded decoded = decode_body(call, call.request.body);
  if (decoded.failure) return *std::move(decoded.failure);
  const Value& wanted = decoded.object["metadata"];
  if (wanted["name"].as_string() != call.request.name) {
    return name_mismatch(wanted["name"].as_string(), call.request.name);
  }
  const Value& had = old->document["metadata"];
  if ((!wanted["resourceVersion"].empty() && wanted["resourceVersion"] != had["resourceVersion"]) ||
      (!wanted["uid"].empty() && wanted["uid"] != had["uid"])) {
    return modified_meanwhile(call.resource(), call.request.name);
  }
  const Value& finalizers = decoded.object["spec"]["finalizers"];
  FieldErrors errors;
  const FieldPath spec("spec");
  const FieldPath list = spec / "finalizers";
  for (const Value& finalizer : finalizers.items()) {
    for (const std::string& fault : check_qualified_name(finalizer.as_string())) {
      errors.push_back(invalid_value(list, finalizer, fault));
    }
  }
  if (!errors.empty()) {
    return invalid(call.kind.group, call.kind.kind, call.request.name, errors);
  }
  const Value document = old->document.with(
      "spec", finalizers.empty() ? Value::object() : Value::object({{"finalizers", finalizers}}));
  ApiResponse out;
  if (call.request.dry_run || document == old->document) {
    out.body = document;
    if (!call.request.dry_run) out.object = old;
    return out;
  }
  const bool gone = had.has("deletionTimestamp") && finalizers.empty() && had["finalizers"].empty();
  out.object = gone ? call.store().remove(old->key, document, call.now())
                    : call.store().put(old->key, document, call.now());
  out.body = out.object->document;
  return out;
}

}  // namespace inferlab::sim
