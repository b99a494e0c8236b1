#include "sim/api/object_admission.h"

#include "sim/api/quantity.h"
#include "sim/api/status.h"

namespace inferlab::sim {
namespace {

constexpr const char* kStorageClasses = "storageclasses.storage.k8s.io";

// Of several classes marked so the newest is the default, then the first by name.
const StoredObject* default_of(const std::vector<ObjectPtr>& classes,
                               std::initializer_list<std::string_view> annotations) {
  const StoredObject* found = nullptr;
  std::string_view newest;
  for (const ObjectPtr& one : classes) {
    const Value& meta = one->document["metadata"];
    bool marked = false;
    for (const std::string_view annotation : annotations)
      marked = marked || meta["annotations"][annotation].as_string() == "true";
    const std::string_view created = meta["creationTimestamp"].as_string();
    if (!marked || (found != nullptr && created <= newest)) continue;
    found = one.get();
    newest = created;
  }
  return found;
}

// An object that is in use is not deleted before it is free.
void add_finalizer(Value& object, std::string_view name) {
  const Value& finalizers = object["metadata"]["finalizers"];
  for (const Value& one : finalizers.items()) {
    if (one.as_string() == name) return;
  }
  object = object.with_path({"metadata", "finalizers"}, finalizers.appended(Value(name)));
}

void set_storage_class(Call& call, Value& claim) {
  if (claim["spec"].has("storageClassName") ||
      claim["metadata"]["annotations"].has("volume.beta.kubernetes.io/storage-class")) {
    return;
  }
  const auto classes = call.store().list(kStorageClasses);
  if (const StoredObject* chosen =
          default_of(classes, {"storageclass.kubernetes.io/is-default-class",
                               "storageclass.beta.kubernetes.io/is-default-class"})) {
    claim = claim.with_path({"spec", "storageClassName"}, Value(chosen->key.name));
  }
}

Quantity storage_of(const Value& claim) {
  return Quantity::parse(claim["spec"]["resources"]["requests"]["storage"].as_string())
      .value_or(Quantity());
}

std::optional<ApiResponse> check_resize(Call& call, const Value& claim, const Value& old) {
  if (storage_of(claim) <= storage_of(old)) return std::nullopt;
  const std::string_view name = claim["metadata"]["name"].as_string();
  if (old["status"]["phase"].as_string() != "Bound") {
    return forbidden(call.resource(), name, "Only bound persistent volume claims can be expanded");
  }
  const ObjectPtr storage_class =
      call.store().get({kStorageClasses, "", claim["spec"]["storageClassName"].str()});
  if (storage_class == nullptr || !storage_class->document["allowVolumeExpansion"].as_bool()) {
    return forbidden(call.resource(), name,
                     "only dynamically provisioned pvc can be resized and the storageclass that "
                     "provisions the pvc must support resize");
  }
  return std::nullopt;
}

void set_ingress_class(Call& call, Value& ingress) {
  if (ingress["spec"].has("ingressClassName") ||
      ingress["metadata"]["annotations"].has("kubernetes.io/ingress.class")) {
    return;
  }
  const auto classes = call.store().list("ingressclasses.networking.k8s.io");
  if (const StoredObject* chosen =
          default_of(classes, {"ingressclass.kubernetes.io/is-default-class"})) {
    ingress = ingress.with_path({"spec", "ingressClassName"}, Value(chosen->key.name));
  }
}

std::optional<ApiResponse> check_only_default(Call& call, const Value& priority_class) {
  if (!priority_class["globalDefault"].as_bool()) return std::nullopt;
  const std::string_view name = priority_class["metadata"]["name"].as_string();
  for (const ObjectPtr& one : call.store().list(call.resource())) {
    if (!one->document["globalDefault"].as_bool() || one->key.name == name) continue;
    return forbidden(call.resource(), name,
                     "PriorityClass " + one->key.name +
                         " is already marked as default. Only one default can exist");
  }
  return std::nullopt;
}

}  // namespace

std::optional<ApiResponse> admit_objects(Call& call, Value& object, const Value& old) {
  const std::string_view kind = call.kind.kind;
  const bool creates = old.is_null();
  if (kind == "PersistentVolumeClaim") {
    if (!creates) return check_resize(call, object, old);
    set_storage_class(call, object);
    add_finalizer(object, "kubernetes.io/pvc-protection");
  } else if (kind == "PersistentVolume" && creates) {
    add_finalizer(object, "kubernetes.io/pv-protection");
  } else if (kind == "Ingress" && creates) {
    set_ingress_class(call, object);
  } else if (kind == "PriorityClass") {
    return check_only_default(call, object);
  }
  return std::nullopt;
}

}  // namespace inferlab::sim
