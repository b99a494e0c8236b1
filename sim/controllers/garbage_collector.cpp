// The garbage collector: deletes what has lost its last owner, in the background, in the foreground
// (dependents first) or not at all (orphan).
// Source: Kubernetes documentation, "Garbage Collection" and "Owners and Dependents".
#include <fmt/format.h>

#include <algorithm>

#include "sim/controllers/make_controllers.h"

namespace inferlab::sim {
namespace {

constexpr std::string_view kWatches[] = {"*"};
constexpr std::string_view kForeground = "foregroundDeletion";
constexpr std::string_view kOrphan = "orphan";

bool has_finalizer(const StoredObject& object, std::string_view finalizer) {
  const Value::Array& all = object.document["metadata"]["finalizers"].items();
  return std::any_of(all.begin(), all.end(),
                     [&](const Value& one) { return one.as_string() == finalizer; });
}

bool is_deleting(const StoredObject& object) {
  return !object.document["metadata"]["deletionTimestamp"].is_null();
}

bool is_foreground(const StoredObject& object) {
  return is_deleting(object) && has_finalizer(object, kForeground);
}

class GarbageCollector final : public Controller {
 public:
  explicit GarbageCollector(const ControllerContext& context)
      : Controller(context, "controller/garbage-collector", "garbage-collector-controller") {}

  std::span<const std::string_view> watches() const override { return kWatches; }

  void observe(const Change& change) override {
    const StoredObject& object = *change.object;
    if (object.key.resource == "events") return;
    const Value& metadata = object.document["metadata"];
    if (change.type == ChangeType::kDeleted) {
      for (const ObjectKey& key : index().dependents(metadata["uid"].as_string())) queue().add(key);
      // An owner that waits in the foreground may be done now.
      for (const Value& owner : metadata["ownerReferences"].items()) {
        const ObjectKey* key = index().by_uid(owner["uid"].as_string());
        if (key == nullptr) continue;
        const ObjectPtr found = store().get(*key);
        if (found != nullptr && is_deleting(*found)) queue().add(*key);
      }
      return;
    }
    const bool new_owners =
        change.previous == nullptr ||
        !(change.previous->document["metadata"]["ownerReferences"] == metadata["ownerReferences"]);
    const bool has_owners = !metadata["ownerReferences"].empty();
    const bool collected = is_deleting(object) &&
                           (has_finalizer(object, kForeground) || has_finalizer(object, kOrphan));
    if ((new_owners && has_owners) || collected) queue().add(object.key);
  }

  Result<void> reconcile(const ObjectKey& key) override {
    const ObjectPtr object = store().get(key);
    if (object == nullptr) return {};
    if (is_deleting(*object)) {
      if (has_finalizer(*object, kOrphan)) return orphan_dependents(*object);
      if (has_finalizer(*object, kForeground)) return delete_dependents(*object);
      return {};
    }
    return judge(*object);
  }

 private:
  struct Owner {
    ObjectPtr object;        // nullptr: absent
    bool resolvable = true;  // false: nobody can say, so the dependent stays
    bool misplaced = false;  // lives, but not where the reference looks for it
  };

  // A reference is looked up by kind and name in the dependent's own namespace, and holds only when
  // what is found there has its uid. Source: Kubernetes documentation, "Owners and Dependents".
  Owner owner_of(const Value& reference, const StoredObject& dependent) const {
    const ObjectKey* known = index().by_uid(reference["uid"].as_string());
    const Kind* kind =
        api().kinds().by_gvk(reference["apiVersion"].as_string(), reference["kind"].as_string());
    if (kind == nullptr) return {nullptr, false, known != nullptr};
    if (kind->namespaced && dependent.key.ns.empty()) return {nullptr, false, true};
    const ObjectPtr found =
        store().get({kind->resource(), kind->namespaced ? dependent.key.ns : std::string(),
                     reference["name"].str()});
    const bool holds = found != nullptr && found->document["metadata"]["uid"] == reference["uid"];
    if (holds) return {found, true, false};
    return {nullptr, true, known != nullptr && known->ns != dependent.key.ns && !known->ns.empty()};
  }

  // Text of kube-controller-manager 1.32.
  void report_misplaced(const StoredObject& object, const Value& reference) {
    events().warning(
        object, "OwnerRefInvalidNamespace",
        fmt::format("ownerRef [{}/{}, namespace: {}, name: {}, uid: {}] does not exist "
                    "in namespace \"{}\"",
                    reference["apiVersion"].as_string(), reference["kind"].as_string(),
                    object.key.ns, reference["name"].as_string(), reference["uid"].as_string(),
                    object.key.ns));
  }

  Result<void> judge(const StoredObject& object) {
    Value::Array solid;
    bool waiting = false;
    const Value& owners = object.document["metadata"]["ownerReferences"];
    for (const Value& reference : owners.items()) {
      const Owner owner = owner_of(reference, object);
      if (owner.misplaced) report_misplaced(object, reference);
      if (owner.object == nullptr && owner.resolvable) continue;
      if (owner.object != nullptr && is_foreground(*owner.object)) {
        waiting = true;
      } else {
        solid.push_back(reference);
      }
    }
    if (owners.empty()) return {};
    if (!solid.empty()) {
      if (solid.size() == owners.size()) return {};
      return patch_metadata(object, "ownerReferences", Value::array(std::move(solid)));
    }
    ApiRequest request;
    request.verb = Verb::kDelete;
    request.resource = object.key.resource;
    request.ns = object.key.ns;
    request.name = object.key.name;
    request.user = user();
    request.precondition_uid = object.document["metadata"]["uid"].str();
    // Whose owner waits for its dependents goes with its own dependents first, for the same
    // reason.
    const bool has_dependents = !index().dependents(request.precondition_uid).empty();
    request.propagation =
        waiting && has_dependents ? Propagation::kForeground : Propagation::kBackground;
    if (has_finalizer(object, kOrphan)) request.propagation = Propagation::kOrphan;
    const ApiResponse response = api().handle(request);
    return response.code == 404 ? Result<void>() : check(response, object.key.name);
  }

  Result<void> delete_dependents(const StoredObject& owner) {
    const std::string uid = owner.document["metadata"]["uid"].str();
    const ObjectIndex::Keys dependents = index().dependents(uid);
    bool blocked = false;
    for (const ObjectKey& key : dependents) {
      const ObjectPtr dependent = store().get(key);
      for (const Value& reference : dependent->document["metadata"]["ownerReferences"].items()) {
        if (reference["uid"].as_string() != uid) continue;
        blocked = blocked || reference["blockOwnerDeletion"].as_bool();
      }
      if (!is_deleting(*dependent)) queue().add(key);
    }
    return blocked ? Result<void>() : drop_finalizer(owner, kForeground);
  }

  Result<void> orphan_dependents(const StoredObject& owner) {
    const std::string uid = owner.document["metadata"]["uid"].str();
    const ObjectIndex::Keys dependents = index().dependents(uid);
    for (const ObjectKey& key : dependents) {
      const ObjectPtr dependent = store().get(key);
      Value::Array left;
      for (const Value& reference : dependent->document["metadata"]["ownerReferences"].items()) {
        if (reference["uid"].as_string() != uid) left.push_back(reference);
      }
      INFERLAB_TRY_VOID(
          patch_metadata(*dependent, "ownerReferences", Value::array(std::move(left))));
    }
    return drop_finalizer(owner, kOrphan);
  }

  Result<void> drop_finalizer(const StoredObject& object, std::string_view finalizer) {
    Value::Array left = object.document["metadata"]["finalizers"].items();
    std::erase_if(left, [&](const Value& one) { return one.as_string() == finalizer; });
    return patch_metadata(object, "finalizers", Value::array(std::move(left)));
  }

  Result<void> patch_metadata(const StoredObject& object, std::string_view field, Value value) {
    if (value.empty()) value = nullptr;
    const ApiResponse response = api().merge_patch(
        object.key, "",
        Value::object({{"metadata", Value::object({{std::string(field), std::move(value)}})}}),
        user());
    return response.code == 404 ? Result<void>() : check(response, object.key.name);
  }
};

}  // namespace

std::unique_ptr<Controller> make_garbage_collector(const ControllerContext& context) {
  return std::make_unique<GarbageCollector>(context);
}

}  // namespace inferlab::sim
