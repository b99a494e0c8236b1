// POST and PUT: from the body of a request to a new version in the store.
#include <algorithm>

#include "sim/api/add_on_note.h"
#include "sim/api/admission.h"
#include "sim/api/apply/managed_fields.h"
#include "sim/api/custom/rule_tree.h"
#include "sim/api/decode.h"
#include "sim/api/not_simulated.h"
#include "sim/api/request.h"
#include "sim/api/status.h"
#include "sim/api/validation/errors.h"
#include "sim/api/validation/meta_validation.h"
#include "sim/api/warnings.h"

namespace inferlab::sim {
namespace {

// "core" for the core group: how Go's internal packages are called.
std::string internal_package(const Kind& kind) {
  return kind.group.empty() ? "core" : std::string(kind.group.substr(0, kind.group.find('.')));
}

// What the server says of a new object in the place of what was sent.
Value new_metadata(Call& call, const Value& sent) {
  constexpr std::string_view kOwn[] = {
      "namespace",       "deletionTimestamp", "deletionGracePeriodSeconds", "selfLink",
      "resourceVersion", "generation",        "creationTimestamp",          "uid"};
  Value::Object members;
  members.reserve(sent.size() + 4);
  for (const Value::Member& member : sent.members()) {
    if (std::find(std::begin(kOwn), std::end(kOwn), member.key) == std::end(kOwn)) {
      members.push_back(member);
    }
  }
  if (call.kind.namespaced) members.push_back({"namespace", Value(call.request.ns)});
  if (call.kind.counts_generation) members.push_back({"generation", 1});
  members.push_back({"creationTimestamp", Value(format_rfc3339(call.now()))});
  members.push_back({"uid", Value(call.api.new_uid())});
  return Value::object(std::move(members));
}

std::string cannot_be_handled(const Kind& kind, std::string_view body_kind,
                              std::string_view version, std::string_view why) {
  return std::string(body_kind) + " in version \"" + std::string(version) +
         "\" cannot be handled as a " + std::string(kind.kind) + ": " + std::string(why);
}

// The body must be of this kind; an empty apiVersion or kind means the one of the URL.
std::optional<ApiResponse> wrong_kind(const Call& call, const Value& body) {
  const std::string why = kind_mismatch(call, body);
  if (why.empty()) return std::nullopt;
  const std::string api_version(body["apiVersion"].as_string(call.kind.api_version()));
  return bad_request(cannot_be_handled(call.kind, body["kind"].as_string(call.kind.kind),
                                       api_version.substr(api_version.find('/') + 1), why));
}

std::optional<ApiResponse> wrong_namespace(const Call& call, const Value& object) {
  const Value& ns = object["metadata"]["namespace"];
  if (!call.kind.namespaced || ns.empty() || ns.as_string() == call.request.ns) return std::nullopt;
  return bad_request(
      "the namespace of the provided object does not match the namespace sent on the request");
}

// Only those are told who can do something about it: components write what others have decided.
void warn(Call& call, const Value& object, const Value& old) {
  if (!call.request.track_fields) return;
  const auto add = [&](std::vector<std::string> more) {
    for (std::string& warning : more) call.warnings.push_back(std::move(warning));
  };
  add(warnings_of(call.kind, object, old));
  if (object["spec"] != old["spec"] || old.is_null()) {
    add(not_simulated(call.kind, object, call.api.simulates_nodes()));
    add(add_on_warnings(call.store(), call.kind));
  }
}

// What a rule has against the object, but had before too, is told and refuses nothing.
void tell_warnings(Call& call, FieldErrors& errors) {
  for (const FieldError& error : errors) {
    if (is_warning(error)) call.warnings.push_back(error.field + ": " + error.message);
  }
  std::erase_if(errors, is_warning);
}

void run_validation(Call& call, const Value& object, const Value& old, FieldErrors& errors) {
  const Kind& kind = call.kind;
  validate_metadata(kind, object, old, errors);
  if (kind.validate != nullptr) kind.validate(object, old, errors);
  tell_warnings(call, errors);
}

void store_charges(Call& call) {
  for (const auto& [key, document] : call.charges) call.store().put(key, document, call.now());
}

ApiResponse answer(ObjectPtr written, int code) {
  ApiResponse out;
  out.code = code;
  out.body = written->document;
  out.object = std::move(written);
  return out;
}

ApiResponse dry_answer(Value object, int code) {
  ApiResponse out;
  out.code = code;
  out.body = std::move(object);
  return out;
}

// What an update cannot change of the metadata comes from `old`. That an object goes cannot be
// taken back so either; that it should go is left for validation to refuse.
// Source: Kubernetes 1.32, apiserver, registry/rest, BeforeUpdate.
Value kept_metadata(const Value& object, const Value& old) {
  const Value& had = old["metadata"];
  Value meta = object["metadata"];
  for (const char* field : {"uid", "creationTimestamp", "generation", "resourceVersion", "name",
                            "namespace", "generateName"}) {
    const Value* before = had.find(field);
    if (before == nullptr) {
      meta = meta.without(field);
    } else if (meta[field] != *before) {
      meta = meta.with(field, *before);
    }
  }
  const Value* going = had.find("deletionTimestamp");
  if (going != nullptr && meta["deletionTimestamp"] != *going)
    meta = meta.with("deletionTimestamp", *going);
  const Value* grace = had.find("deletionGracePeriodSeconds");
  if (grace != nullptr && meta["deletionGracePeriodSeconds"].is_null())
    meta = meta.with("deletionGracePeriodSeconds", *grace);
  return meta == had ? had : meta;
}

// Where etcd has an object. Source: Kubernetes 1.32, pkg/kubeapiserver,
// SpecialDefaultResourcePrefixes; apiextensions-apiserver.
std::string storage_key(const Kind& kind, const ObjectKey& key) {
  constexpr std::pair<std::string_view, std::string_view> kFolders[] = {
      {"endpoints", "services/endpoints"},
      {"ingresses.networking.k8s.io", "ingress"},
      {"nodes", "minions"},
      {"replicationcontrollers", "controllers"},
      {"services", "services/specs"}};
  std::string folder(kind.plural);
  if (kind.custom || kind.group == "apiextensions.k8s.io")
    folder = std::string(kind.group) + "/" + folder;
  for (const auto& [resource, called] : kFolders) {
    if (key.resource == resource) folder = called;
  }
  return "/registry/" + folder + "/" + (key.ns.empty() ? "" : key.ns + "/") + key.name;
}

// A name that is free, or after eight tries one that is not: the answer is then AlreadyExists.
// Source: Kubernetes API concepts, "Generated names".
std::string generated_name(const Call& call, const std::string& prefix) {
  constexpr std::size_t kMaxPrefix = 58;  // 63 less the suffix
  constexpr int kTries = 8;
  std::string name;
  for (int i = 0; i < kTries; ++i) {
    name = prefix.substr(0, kMaxPrefix) + call.api.name_suffix();
    const ObjectKey key{call.request.resource,
                        call.kind.namespaced ? call.request.ns : std::string(), name};
    if (call.store().get(key) == nullptr) break;
  }
  return name;
}

FieldManager writer_of(const Call& call) {
  const ApiRequest& request = call.request;
  return {request.field_manager.empty() ? "unknown" : request.field_manager,
          false,
          call.kind.api_version(),
          call.led_by.empty() ? request.subresource : std::string(call.led_by),
          format_rfc3339(call.now()),
          {}};
}

bool is_manager_entry(const Value& entry) {
  const std::string_view operation = entry["operation"].as_string();
  return (operation == "Apply" || operation == "Update") &&
         entry["fieldsType"].as_string() == "FieldsV1";
}

// Clients send managedFields back as they got them, or mended (kubectl moves what it once updated
// to what it now applies); what makes no sense, or comes through a subresource, does not count.
Value with_managed_fields_of(const Call& call, const Value& object, const Value& old) {
  const Value& had = old["metadata"]["managedFields"];
  const Value& given = object["metadata"]["managedFields"];
  if (had == given) return object;
  if (call.request.subresource.empty() && !given.empty()) {
    // [{}] asks to forget them.
    if (given.size() == 1 && given[std::size_t{0}].empty())
      return object.without_path({"metadata", "managedFields"});
    const Value::Array& entries = given.items();
    if (std::all_of(entries.begin(), entries.end(), is_manager_entry)) return object;
  }
  return had.is_null() ? object.without_path({"metadata", "managedFields"})
                       : object.with_path({"metadata", "managedFields"}, had);
}

// A write through the subresource "status" changes the status, and annotations; of what a kubelet
// reports, labels too.
Value only_status(const Kind& kind, const Value& object, const Value& old) {
  Value out = old;
  const Value& status = object["status"];
  if (status != old["status"])
    out = status.is_null() ? out.without("status") : out.with("status", status);
  Value meta = old["metadata"];
  const bool labels_too = kind.kind == "Pod" || kind.kind == "Node";
  for (const char* field : {"annotations", "labels"}) {
    if (!labels_too && std::string_view(field) == "labels") continue;
    const Value& wanted = object["metadata"][field];
    if (wanted == meta[field]) continue;
    meta = wanted.is_null() ? meta.without(field) : meta.with(field, wanted);
  }
  return meta == old["metadata"] ? out : out.with("metadata", std::move(meta));
}

// Whether the status is written through its subresource alone. A custom resource without one has
// its status like any other field.
bool keeps_status(const Kind& kind) {
  return !kind.custom || kind.has_subresource("status");
}

Value with_status_of(const Value& object, const Value& old) {
  const Value* status = old.find("status");
  if (status == nullptr) return object.without("status");
  return object["status"] == *status ? object : object.with("status", *status);
}

// What metadata.generation counts the changes of.
Value counted_part(const Kind& kind, const Value& object) {
  // A Deployment's annotations count as well, since its ReplicaSets are given them.
  // Source: Kubernetes 1.32, pkg/registry/apps/deployment.
  if (kind.group == "apps" && kind.kind == "Deployment") {
    const Value& annotations = object["metadata"]["annotations"];
    return Value::array({object["spec"], annotations.empty() ? Value() : annotations});
  }
  // An EndpointSlice has no spec: all that it says counts, and its labels.
  if (kind.kind == "EndpointSlice" && kind.group == "discovery.k8s.io")
    return object.with("metadata", object["metadata"]["labels"]);
  if (!kind.custom) return object["spec"];
  const Value desired = object.without("metadata");
  return keeps_status(kind) ? desired.without("status") : desired;
}

}  // namespace

std::string kind_mismatch(const Call& call, const Value& body) {
  const Kind& kind = call.kind;
  const std::string wanted = kind.api_version();
  const std::string api_version(body["apiVersion"].as_string(wanted));
  const std::string body_kind(body["kind"].as_string(kind.kind));
  if (api_version == wanted && body_kind == kind.kind) return {};
  if (call.api.kinds().by_gvk(api_version, body_kind) == nullptr) {
    return "no kind \"" + body_kind + "\" is registered for version \"" + api_version +
           "\" in scheme \"k8s.io/kubernetes/pkg/api/legacyscheme/scheme.go:30\"";
  }
  return "converting (" + api_version.substr(api_version.find('/') + 1) + "." + body_kind +
         ") to (" + internal_package(kind) + "." + std::string(kind.kind) + "): unknown conversion";
}

std::vector<std::string> strict_faults(const ApiRequest& request,
                                       const std::vector<std::string>& unknown) {
  std::vector<std::string> faults;
  for (const std::string& path : request.duplicate_fields) {
    faults.push_back("duplicate field \"" + path.substr(path.starts_with('.') ? 1 : 0) + "\"");
  }
  for (const std::string& path : unknown) faults.push_back("unknown field \"" + path + "\"");
  return faults;
}

std::string strict_error_text(const std::vector<std::string>& faults) {
  std::string all;
  for (const std::string& fault : faults) all += (all.empty() ? "" : ", ") + fault;
  return "strict decoding error: " + all;
}

Decoded decode_body(Call& call, const Value& body) {
  Decoded out;
  if (body.is_object()) {
    if ((out.failure = wrong_kind(call, body))) return out;
  }
  const bool reports = call.request.field_validation != FieldValidation::kIgnore;
  std::vector<std::string> unknown;
  std::string place;
  auto decoded = call.kind.decode && body.is_object()
                     ? call.kind.decode(body, reports ? &unknown : nullptr, &place)
                     : decode(*call.kind.schema, body, reports ? &unknown : nullptr,
                              DecodeWords::kJson, &place);
  const std::string version = call.kind.api_version();
  const std::string short_version = version.substr(version.find('/') + 1);
  if (!decoded) {
    out.failure = bad_request(
        cannot_be_handled(call.kind, call.kind.kind, short_version, decoded.error().message));
    out.failure->field = std::move(place);
    return out;
  }
  if (reports) {
    const std::vector<std::string> faults = strict_faults(call.request, unknown);
    if (call.request.field_validation == FieldValidation::kWarn) {
      call.warnings.insert(call.warnings.end(), faults.begin(), faults.end());
    } else if (!faults.empty()) {
      out.failure = bad_request(
          cannot_be_handled(call.kind, call.kind.kind, short_version, strict_error_text(faults)));
      return out;
    }
  }
  out.object = std::move(decoded).value();
  if (out.object["apiVersion"].as_string() != version)
    out.object = out.object.with("apiVersion", Value(version));
  if (out.object["kind"].as_string() != call.kind.kind)
    out.object = out.object.with("kind", Value(call.kind.kind));
  return out;
}

ApiResponse handle_create(Call& call) {
  if (!call.request.subresource.empty() || !call.request.name.empty()) return method_not_allowed();
  Decoded decoded = decode_body(call, call.request.body);
  if (decoded.failure) return *std::move(decoded.failure);
  return store_new(call, std::move(decoded.object));
}

ApiResponse store_new(Call& call, Value object) {
  const Kind& kind = call.kind;
  if (auto refused = wrong_namespace(call, object)) return *std::move(refused);
  if (!object["metadata"]["resourceVersion"].empty()) {
    return internal_error("resourceVersion should not be set on objects to be created");
  }
  Value meta = object["metadata"];
  const std::string prefix = meta["generateName"].str();
  const bool generated = meta["name"].empty() && !prefix.empty();
  if (generated) meta = meta.with("name", Value(generated_name(call, prefix)));
  const std::string name = meta["name"].str();
  object = object.with("metadata", new_metadata(call, meta));
  if (kind.set_defaults != nullptr) object = kind.set_defaults(std::move(object));
  if (!call.fields_tracked) {
    object = object.without_path({"metadata", "managedFields"});
    if (call.request.track_fields) {
      object = track_update(*kind.schema, Value(), object.without("status"), writer_of(call))
                   .with("status", object["status"]);
      if (object["status"].is_null()) object = object.without("status");
    }
  }
  if (auto refused = admit(call, object, Value())) return *std::move(refused);
  if (kind.prepare != nullptr) object = kind.prepare(std::move(object), Value());
  FieldErrors errors;
  run_validation(call, object, Value(), errors);
  if (!errors.empty()) return invalid(kind.group, kind.kind, name, errors);
  const ObjectKey key{call.request.resource, kind.namespaced ? call.request.ns : std::string(),
                      name};
  warn(call, object, Value());
  if (auto refused = admit_valid(call, object, Value())) return *std::move(refused);
  if (call.store().get(key) != nullptr) {
    return already_exists(call.resource(), name);
  }
  if (call.request.dry_run) return dry_answer(std::move(object), 201);
  if (call.store().size() >= call.api.max_objects()) return no_space();
  store_charges(call);
  return answer(call.store().put(key, object, call.now()), 201);
}

ApiResponse handle_update(Call& call) {
  Decoded decoded = decode_body(call, call.request.body);
  if (decoded.failure) return *std::move(decoded.failure);
  const Value& meta = decoded.object["metadata"];
  if (meta["name"].empty()) return bad_request("name must be provided");
  if (meta["name"].as_string() != call.request.name) {
    return name_mismatch(meta["name"].as_string(), call.request.name);
  }
  if (auto refused = wrong_namespace(call, decoded.object)) return *std::move(refused);
  const ObjectPtr old = call.store().get(call.key());
  if (old == nullptr) {
    if (call.kind.create_on_update && call.request.subresource.empty()) {
      return store_new(call, std::move(decoded.object));
    }
    return not_found(call.resource(), call.request.name);
  }
  return store_update(call, std::move(decoded.object), old);
}

ApiResponse store_update(Call& call, Value object, const ObjectPtr& old_object) {
  const Kind& kind = call.kind;
  const Value& old = old_object->document;
  const std::string& name = old_object->key.name;
  const Value& uid = object["metadata"]["uid"];
  if (!uid.empty() && uid != old["metadata"]["uid"]) {
    return conflict(
        call.resource(), name,
        "StorageError: invalid object, Code: 4, Key: " + storage_key(kind, old_object->key) +
            ", ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in "
            "precondition: " +
            uid.str() + ", UID in object meta: " + old["metadata"]["uid"].str());
  }
  const Value& version = object["metadata"]["resourceVersion"];
  if (!version.empty() && version != old["metadata"]["resourceVersion"]) {
    return modified_meanwhile(call.resource(), name);
  }
  object = object.with("metadata", kept_metadata(object, old));
  if (!call.fields_tracked) object = with_managed_fields_of(call, object, old);
  if (call.request.subresource == "status") {
    const Value managed = object["metadata"]["managedFields"];
    object = only_status(kind, object, old);
    if (call.fields_tracked) object = object.with_path({"metadata", "managedFields"}, managed);
    if (kind.set_defaults != nullptr) object = kind.set_defaults(std::move(object));
  } else {
    if (keeps_status(kind)) object = with_status_of(object, old);
    if (kind.set_defaults != nullptr) object = kind.set_defaults(std::move(object));
    if (auto refused = admit(call, object, old)) return *std::move(refused);
    if (kind.prepare != nullptr) object = kind.prepare(std::move(object), old);
    if (kind.counts_generation && counted_part(kind, object) != counted_part(kind, old)) {
      object =
          object.with_path({"metadata", "generation"}, old["metadata"]["generation"].as_int() + 1);
    }
  }
  FieldErrors errors;
  run_validation(call, object, old, errors);
  if (!errors.empty()) return invalid(kind.group, kind.kind, name, errors);
  if (call.request.subresource.empty()) warn(call, object, old);
  if (call.request.subresource != "status") {
    if (auto refused = admit_valid(call, object, old)) return *std::move(refused);
  } else if (auto refused = admit_part(call, {"UPDATE", "status", object, old})) {
    return *std::move(refused);
  }
  if (!call.fields_tracked && (call.request.track_fields || old["metadata"].has("managedFields"))) {
    object = track_update(*kind.schema, old, object, writer_of(call));
  }
  if (call.request.dry_run) return dry_answer(std::move(object), 200);
  if (object == old) return answer(old_object, 200);  // nothing changed: no new version
  store_charges(call);
  // The last finalizer of an object that is being deleted is gone: so is the object.
  const Value& meta = object["metadata"];
  if (meta.has("deletionTimestamp") && meta["finalizers"].empty() &&
      meta["deletionGracePeriodSeconds"].as_int() == 0 && object["spec"]["finalizers"].empty()) {
    return answer(call.store().remove(old_object->key, object, call.now()), 200);
  }
  return answer(call.store().put(old_object->key, object, call.now()), 200);
}

}  // namespace inferlab::sim
