// The snapshot controller: binds a VolumeSnapshot to the VolumeSnapshotContent that stands for it,
// which it makes for one of a claim, and shows in its status what the driver says there.
//
// A claim keeps a finalizer while a snapshot of it is being made, a VolumeSnapshot while a claim is
// being made of it and, with deletionPolicy Delete, until its content is gone.
// Source: kubernetes-csi/external-snapshotter v8.2, pkg/common-controller.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "sim/controllers/make_controllers.h"
#include "sim/controllers/snapshot_source.h"
#include "sim/controllers/storage_sidecar.h"
#include "sim/controllers/volume_snapshot.h"

namespace inferlab::sim {
namespace {

constexpr std::string_view kWatches[] = {kSnapshots, kSnapshotContents, "persistentvolumeclaims"};
constexpr std::string_view kBound =
    "snapshot.storage.kubernetes.io/volumesnapshot-bound-protection";
constexpr std::string_view kClaimFinalizer =
    "snapshot.storage.kubernetes.io/pvc-as-source-protection";

// After the first, second … failure in a row: --retry-interval-start and --retry-interval-max.
constexpr Duration kFirstRetry = 1s;
constexpr Duration kLastRetry = 5min;

/// What could not be done, as Event and status.error say it. `reason` empty: nothing.
struct Trouble {
  std::string_view reason = {};
  std::string message = {};
  bool not_ready = true;  // status.readyToUse becomes false
};

std::string label_of(const ObjectKey& key) {
  return key.ns + "/" + key.name;
}

class SnapshotController final : public Controller {
 public:
  explicit SnapshotController(const ControllerContext& context)
      : Controller(context, "controller/snapshot", "snapshot-controller") {}

  std::span<const std::string_view> watches() const override { return kWatches; }

  void observe(const Change& change) override {
    const ObjectKey& key = change.object->key;
    const Value& document = change.object->document;
    if (key.resource == kSnapshots) {
      if (change.type != ChangeType::kDeleted) queue().add(key);
    } else if (key.resource == kSnapshotContents) {
      const Value& of = document["spec"]["volumeSnapshotRef"];
      queue().add({std::string(kSnapshots), of["namespace"].str(), of["name"].str()});
      if (change.type != ChangeType::kDeleted) queue().add(key);
    } else if (const std::string of = snapshot_of_claim(document); !of.empty()) {
      queue().add({std::string(kSnapshots), key.ns, of});
    }
  }

  Result<void> reconcile(const ObjectKey& key) override {
    const ObjectPtr object = store().get(key);
    if (object == nullptr) return {};
    if (key.resource == kSnapshotContents) return protect(*object);
    INFERLAB_TRY_VOID(let_claim_go(*object));
    if (object->document["metadata"].has("deletionTimestamp")) return remove(*object);
    INFERLAB_TRY_VOID(hold(key, content_of(*object)));
    const ObjectPtr held = store().get(key);
    const Value& status = held->document["status"];
    if (status["readyToUse"].as_bool() && !status["boundVolumeSnapshotContentName"].empty()) {
      return content_of(*held) != nullptr
                 ? Result<void>()
                 : tell(*held, {"SnapshotContentMissing", "VolumeSnapshotContent is missing"});
    }
    const bool is_named = held->document["spec"]["source"].has("volumeSnapshotContentName");
    return is_named ? bind(*held) : take(*held);
  }

 private:
  ObjectPtr content(const std::string& name) const {
    return store().get({std::string(kSnapshotContents), "", name});
  }
  /// The one that stands for the snapshot, or would if it were there.
  ObjectPtr content_of(const StoredObject& snapshot) const {
    const std::string named =
        snapshot.document["spec"]["source"]["volumeSnapshotContentName"].str();
    return content(named.empty() ? snapshot_content_name(snapshot) : named);
  }
  static bool is_deleted_with(const StoredObject& content) {
    return content.document["spec"]["deletionPolicy"].as_string() == "Delete";
  }

  // --- finalizers

  Result<void> patch(const ObjectKey& key, Value body) {
    return check(api().merge_patch(key, "", std::move(body), user()), key.name);
  }

  Result<void> protect(const StoredObject& content) {
    const Value& document = content.document;
    const bool wanted = !document["spec"]["volumeSnapshotRef"]["uid"].empty() &&
                        !document["metadata"].has("deletionTimestamp") &&
                        !has_text(document["metadata"]["finalizers"], kContentFinalizer);
    return wanted ? patch(content.key, with_finalizer(document, kContentFinalizer))
                  : Result<void>();
  }

  Result<void> hold(const ObjectKey& key, const ObjectPtr& content) {
    for (const std::string_view finalizer : {kSnapshotAsSource, kBound}) {
      if (finalizer == kBound && (content == nullptr || !is_deleted_with(*content))) continue;
      const Value document = store().get(key)->document;
      if (has_text(document["metadata"]["finalizers"], finalizer)) continue;
      INFERLAB_TRY_VOID(patch(key, with_finalizer(document, finalizer)));
    }
    return {};
  }

  Result<void> let_claim_go(const StoredObject& snapshot) {
    const ObjectPtr claim = claim_of_snapshot(snapshot, store());
    if (claim == nullptr || !has_text(claim->document["metadata"]["finalizers"], kClaimFinalizer)) {
      return {};
    }
    for (const ObjectPtr& one : store().list(kSnapshots, snapshot.key.ns)) {
      const bool of_it = one->document["spec"]["source"]["persistentVolumeClaimName"].as_string() ==
                         claim->key.name;
      const bool is_going =
          one->key == snapshot.key && one->document["metadata"].has("deletionTimestamp");
      if (of_it && !is_going && !one->document["status"]["readyToUse"].as_bool()) return {};
    }
    return patch(claim->key, without_finalizer(claim->document, kClaimFinalizer));
  }

  // --- deletion

  Result<void> remove(const StoredObject& snapshot) {
    const ObjectPtr found = content_of(snapshot);
    const bool is_mine =
        found != nullptr && found->document["spec"]["volumeSnapshotRef"]["uid"].as_string() ==
                                snapshot.document["metadata"]["uid"].as_string();
    if (is_mine && is_being_restored(snapshot)) {
      events().warning(snapshot, "SnapshotDeletePending",
                       "Snapshot is being used to restore a PVC");
      return {};
    }
    const bool goes_too = is_mine && is_deleted_with(*found);
    if (is_mine && !found->document["metadata"]["annotations"].has(kSnapshotBeingDeleted)) {
      const Value annotations = Value::object({{std::string(kSnapshotBeingDeleted), "yes"}});
      INFERLAB_TRY_VOID(
          patch(found->key,
                Value::object({{"metadata", Value::object({{"annotations", annotations}})}})));
    }
    if (goes_too && !found->document["metadata"].has("deletionTimestamp")) {
      INFERLAB_TRY_VOID(check(api().remove(found->key, user()), found->key.name));
    }
    for (const std::string_view finalizer : {kSnapshotAsSource, kBound}) {
      const ObjectPtr left = store().get(snapshot.key);
      // The content is still there: it goes once the driver has deleted what it stands for.
      if (left == nullptr || (finalizer == kBound && goes_too)) return {};
      if (!has_text(left->document["metadata"]["finalizers"], finalizer)) continue;
      INFERLAB_TRY_VOID(patch(left->key, without_finalizer(left->document, finalizer)));
    }
    return {};
  }

  bool is_being_restored(const StoredObject& snapshot) const {
    const auto claims = store().list("persistentvolumeclaims", snapshot.key.ns);
    return std::any_of(claims.begin(), claims.end(), [&](const ObjectPtr& claim) {
      return snapshot_of_claim(claim->document) == snapshot.key.name &&
             claim->document["status"]["phase"].as_string() == "Pending";
    });
  }

  // --- binding

  /// To a content that was there before.
  Result<void> bind(const StoredObject& snapshot) {
    const std::string name = snapshot.document["spec"]["source"]["volumeSnapshotContentName"].str();
    const ObjectPtr found = content(name);
    if (found == nullptr) {
      return fail(snapshot, {"SnapshotContentMissing", "VolumeSnapshotContent is missing"});
    }
    const Value& spec = found->document["spec"];
    if (!spec["source"].has("snapshotHandle")) {
      return fail(snapshot, {"SnapshotContentMismatch",
                             "VolumeSnapshotContent is dynamically provisioned while expecting a "
                             "pre-provisioned one"});
    }
    const Value& of = spec["volumeSnapshotRef"];
    const Value& uid = snapshot.document["metadata"]["uid"];
    if (of["name"].as_string() != snapshot.key.name ||
        of["namespace"].as_string() != snapshot.key.ns ||
        (!of["uid"].empty() && of["uid"] != uid)) {
      return fail(snapshot, {"SnapshotContentMisbound",
                             fmt::format("VolumeSnapshotContent [{}] is bound to a different "
                                         "snapshot",
                                         name)});
    }
    if (of["uid"].empty()) {
      const Value reference = Value::object({{"uid", uid}});
      INFERLAB_TRY_VOID(
          patch(found->key,
                Value::object({{"spec", Value::object({{"volumeSnapshotRef", reference}})}})));
    }
    retries_.erase(snapshot.key);
    return show(snapshot, *content(name));
  }

  /// Of a claim: makes its content, with which the driver begins.
  Result<void> take(const StoredObject& snapshot) {
    if (const ObjectPtr made = content_of(snapshot)) {
      retries_.erase(snapshot.key);
      return show(snapshot, *made);
    }
    auto [storage_class, trouble] = class_of(snapshot);
    if (!trouble.reason.empty()) return fail(snapshot, trouble);
    const auto [volume, why] = volume_of_snapshot(snapshot, store());
    const auto refused = [&](const std::string& text) {
      return fail(snapshot, {"SnapshotContentCreationFailed",
                             "Failed to create snapshot content with error " + text});
    };
    const ObjectPtr claim = claim_of_snapshot(snapshot, store());
    if (claim == nullptr || claim->document["metadata"].has("deletionTimestamp")) {
      return refused(fmt::format(
          "snapshot controller failed to update {} on API server: {}",
          claim == nullptr ? snapshot.key.name : claim->key.name,
          claim == nullptr ? "cannot get claim from snapshot"
                           : "cannot add finalizer on claim because it is being deleted"));
    }
    if (volume == nullptr) {
      return refused(fmt::format("failed to get input parameters to create snapshot {}: \"{}\"",
                                 snapshot.key.name, why));
    }
    if (!volume->document["spec"].has("csi")) {
      return refused(
          fmt::format("cannot find CSI PersistentVolumeSource for volume {}", volume->key.name));
    }
    if (!has_text(claim->document["metadata"]["finalizers"], kClaimFinalizer)) {
      INFERLAB_TRY_VOID(patch(claim->key, with_finalizer(claim->document, kClaimFinalizer)));
    }
    INFERLAB_TRY_VOID(
        check(api().create(kSnapshotContents, "",
                           snapshot_content(snapshot, *storage_class, *volume), user()),
              snapshot.key.name));
    events().normal(snapshot, "CreatingSnapshot",
                    fmt::format("Waiting for a snapshot {} to be created by the CSI driver.",
                                label_of(snapshot.key)));
    retries_.erase(snapshot.key);
    return show(snapshot, *content(snapshot_content_name(snapshot)));
  }

  std::pair<ObjectPtr, Trouble> class_of(const StoredObject& snapshot) {
    const std::string name = snapshot.document["spec"]["volumeSnapshotClassName"].str();
    if (!name.empty()) {
      ObjectPtr found = store().get({std::string(kSnapshotClasses), "", name});
      if (found != nullptr) return {std::move(found), {}};
      return {nullptr,
              {"GetSnapshotClassFailed",
               fmt::format("Failed to get snapshot class with error "
                           "volumesnapshotclass.snapshot.storage.k8s.io \"{}\" not found",
                           name),
               false}};
    }
    const auto failed = [](std::string why) {
      return std::pair<ObjectPtr, Trouble>{
          nullptr,
          {"SetDefaultSnapshotClassFailed",
           "Failed to set default snapshot class with error " + std::move(why), false}};
    };
    const auto [volume, why] = volume_of_snapshot(snapshot, store());
    if (volume == nullptr) return failed(why);
    const Value& driver = volume->document["spec"]["csi"]["driver"];
    if (driver.empty()) {
      return failed("snapshotting non-CSI volumes is not supported, snapshot:" +
                    label_of(snapshot.key));
    }
    const std::vector<ObjectPtr> defaults = default_snapshot_classes(store(), driver);
    if (defaults.empty()) return failed("cannot find default snapshot class");
    if (defaults.size() > 1) {
      return failed(fmt::format("{} default snapshot classes were found", defaults.size()));
    }
    const Value spec = Value::object({{"volumeSnapshotClassName", Value(defaults[0]->key.name)}});
    if (const auto set = patch(snapshot.key, Value::object({{"spec", spec}})); !set) {
      return failed(set.error().message);
    }
    return {defaults[0], {}};
  }

  // --- status

  /// What the content's status says, in the snapshot's.
  Result<void> show(const StoredObject& snapshot, const StoredObject& content) {
    const Value& from = content.document["status"];
    const Value before = store().get(snapshot.key)->document["status"];
    const bool is_ready = from["readyToUse"].as_bool();
    Value after = before;
    if (before["boundVolumeSnapshotContentName"].empty()) {
      after = after.with("boundVolumeSnapshotContentName", Value(content.key.name));
    }
    if (!before.has("creationTime") && from.has("creationTime")) {
      const Time at{std::chrono::nanoseconds(from["creationTime"].as_int()) -
                    std::chrono::seconds(kEpochOfRun)};
      after = after.with("creationTime", Value(format_rfc3339(at)));
    }
    after = after.with("readyToUse", Value(is_ready));
    if (!before.has("restoreSize") && from.has("restoreSize")) {
      after = after.with("restoreSize", Value(binary_size(from["restoreSize"].as_int())));
    }
    after = from.has("error") ? after.with("error", from["error"]) : after.with("error", Value());
    if (!from.has("error") && !before.has("error")) after = after.without("error");
    if (after == before) return {};
    if (!before.has("creationTime") && after.has("creationTime")) {
      events().normal(snapshot, "SnapshotCreated",
                      fmt::format("Snapshot {} was successfully created by the CSI driver.",
                                  label_of(snapshot.key)));
    }
    if (!before["readyToUse"].as_bool() && is_ready) {
      events().normal(snapshot, "SnapshotReady",
                      fmt::format("Snapshot {} is ready to use.", label_of(snapshot.key)));
    }
    return set_status(snapshot, after);
  }

  Result<void> set_status(const StoredObject& snapshot, const Value& status) {
    return check(
        api().merge_patch(snapshot.key, "status", Value::object({{"status", status}}), user()),
        snapshot.key.name);
  }

  Result<void> tell(const StoredObject& snapshot, const Trouble& trouble) {
    const Value before = store().get(snapshot.key)->document["status"];
    if (before["error"]["message"].as_string() == trouble.message) return {};
    const Value error = Value::object(
        {{"message", Value(trouble.message)}, {"time", Value(format_rfc3339(now()))}});
    Value status = Value::object({{"error", error}});
    if (trouble.not_ready) status = status.with("readyToUse", Value(false));
    INFERLAB_TRY_VOID(set_status(snapshot, status));
    events().warning(snapshot, trouble.reason, trouble.message);
    return {};
  }

  /// The same, and tries again.
  Result<void> fail(const StoredObject& snapshot, const Trouble& trouble) {
    INFERLAB_TRY_VOID(tell(snapshot, trouble));
    Duration& retry = retries_.try_emplace(snapshot.key, kFirstRetry).first->second;
    queue().add_after(snapshot.key, retry);
    retry = std::min(2 * retry, kLastRetry);
    return {};
  }

  std::map<ObjectKey, Duration> retries_;
};

}  // namespace

std::unique_ptr<Controller> make_snapshot_controller(const ControllerContext& context) {
  return std::make_unique<SnapshotController>(context);
}

}  // namespace inferlab::sim
