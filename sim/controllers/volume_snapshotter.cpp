// The csi-snapshotter beside each CSI driver that is installed: takes the snapshot that a
// VolumeSnapshotContent asks for, finds the one that it names, and deletes it when that is due.
//
// A snapshot shows its volume as it was at creationTime, and can be used once the driver has copied
// it. What a driver holds outlives the objects: with deletionPolicy Retain they go alone.
// Source: kubernetes-csi/external-snapshotter v8.2, pkg/sidecar-controller.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "sim/api/views_storage.h"
#include "sim/controllers/make_controllers.h"
#include "sim/controllers/storage_sidecar.h"
#include "sim/controllers/volume_snapshot.h"

namespace inferlab::sim {
namespace {

constexpr std::string_view kWatches[] = {kSnapshotContents};

// After the first, second … failure in a row: --retry-interval-start and --retry-interval-max.
constexpr Duration kFirstRetry = 1s;
constexpr Duration kLastRetry = 5min;

class VolumeSnapshotter final : public Controller {
 public:
  explicit VolumeSnapshotter(const ControllerContext& context)
      : Controller(context, "csi/snapshotter", "csi-snapshotter"),
        sidecar_(context, "csi-snapshotter {0}") {}

  std::span<const std::string_view> watches() const override { return kWatches; }

  void observe(const Change& change) override {
    const std::string_view driver = change.object->document["spec"]["driver"].as_string();
    if (change.type == ChangeType::kDeleted || sidecar_.driver(driver) == nullptr) return;
    queue().add(change.object->key);
  }

  Result<void> reconcile(const ObjectKey& key) override {
    const ObjectPtr content = store().get(key);
    if (content == nullptr) {
      work_.erase(key);
      return {};
    }
    const Value& document = content->document;
    if (document["metadata"].has("deletionTimestamp")) return remove(*content);
    if (document["status"]["readyToUse"].as_bool()) return {};
    const Value& source = document["spec"]["source"];
    if (source.has("snapshotHandle")) return find(*content, source["snapshotHandle"].str());
    return document["status"].has("snapshotHandle") ? finish(*content) : take(*content);
  }

 private:
  /// What the storage system holds, whether an object stands for it or not.
  struct Held {
    Time taken, ready;
    std::int64_t bytes = 0;  // of a volume that is made of it, at least
  };
  struct Work {
    Time due;
    Duration retry = kFirstRetry;
  };

  const StorageDriver& driver_of(const StoredObject& content) const {
    return *sidecar_.driver(content.document["spec"]["driver"].as_string());
  }
  /// Handles are the driver's own.
  static std::string held_name(const StoredObject& content, std::string_view handle) {
    return fmt::format("{}^{}", content.document["spec"]["driver"].as_string(), handle);
  }

  Result<void> take(const StoredObject& content) {
    const StorageDriver& driver = driver_of(content);
    const Value& spec = content.document["spec"];
    Work& work = work_.try_emplace(content.key, Work{now() + driver.snapshot_time}).first->second;
    if (now() < work.due) {
      queue().add_after(content.key, work.due - now());
      return {};
    }
    const std::string volume_handle = spec["source"]["volumeHandle"].str();
    const std::int64_t bytes = size_of(driver, volume_handle);
    if (bytes == 0) {
      return fail(content, work, "SnapshotCreationFailed",
                  fmt::format("Failed to create snapshot: failed to take snapshot of the volume "
                              "{}: \"rpc error: code = NotFound desc = volume {} does not exist\"",
                              volume_handle, volume_handle));
    }
    const std::string handle = "snapshot-" + spec["volumeSnapshotRef"]["uid"].str();
    Duration copying{};
    if (driver.snapshot_bandwidth > 0) {
      copying = std::chrono::milliseconds(
          std::llround(1000 * static_cast<double>(bytes) / driver.snapshot_bandwidth));
    }
    held_[held_name(content, handle)] = {now(), now() + copying, bytes};
    work_.erase(content.key);
    return show(content, handle);
  }

  /// The capacity of the driver's volume; 0: there is none.
  std::int64_t size_of(const StorageDriver& driver, const std::string& handle) const {
    for (const ObjectPtr& one : store().list("persistentvolumes")) {
      const auto& volume = one->view<PersistentVolumeView>();
      if (volume.csi_driver == driver.name && volume.csi_handle == handle)
        return volume.capacity.units();
    }
    return 0;
  }

  Result<void> find(const StoredObject& content, const std::string& handle) {
    if (held_.contains(held_name(content, handle))) {
      work_.erase(content.key);
      return show(content, handle);
    }
    return fail(content, work_.try_emplace(content.key).first->second,
                "SnapshotContentCheckandUpdateFailed",
                fmt::format("Failed to check and update snapshot content: failed to list snapshot "
                            "for content {}: \"can not find snapshot for snapshotID {}\"",
                            content.key.name, handle));
  }

  Result<void> finish(const StoredObject& content) {
    const std::string handle = content.document["status"]["snapshotHandle"].str();
    const auto held = held_.find(held_name(content, handle));
    if (held == held_.end()) return {};
    if (now() >= held->second.ready) return show(content, handle);
    queue().add_after(content.key, held->second.ready - now());
    return {};
  }

  Result<void> show(const StoredObject& content, const std::string& handle) {
    const Held& held = held_.at(held_name(content, handle));
    const bool is_ready = now() >= held.ready;
    if (!is_ready) queue().add_after(content.key, held.ready - now());
    const std::int64_t taken =
        (held.taken.time_since_epoch() + std::chrono::seconds(kEpochOfRun)).count();
    Value status = Value::object({{"creationTime", Value(taken)},
                                  {"readyToUse", Value(is_ready)},
                                  {"restoreSize", Value(held.bytes)},
                                  {"snapshotHandle", Value(handle)}});
    if (content.document["status"].has("error")) status = status.with("error", Value());
    return set_status(content, std::move(status));
  }

  Result<void> set_status(const StoredObject& content, Value status) {
    return check(api().merge_patch(content.key, "status",
                                   Value::object({{"status", std::move(status)}}), user()),
                 content.key.name);
  }

  Result<void> fail(const StoredObject& content, Work& work, std::string_view reason,
                    const std::string& message) {
    work.due = now() + work.retry;
    queue().add_after(content.key, work.retry);
    work.retry = std::min(2 * work.retry, kLastRetry);
    if (content.document["status"]["error"]["message"].as_string() == message) return {};
    const Value error =
        Value::object({{"message", Value(message)}, {"time", Value(format_rfc3339(now()))}});
    INFERLAB_TRY_VOID(
        set_status(content, Value::object({{"error", error}, {"readyToUse", Value(false)}})));
    sidecar_.events(driver_of(content)).warning(content, reason, message);
    return {};
  }

  Result<void> remove(const StoredObject& content) {
    const Value& document = content.document;
    const Value& spec = document["spec"];
    const bool is_unbound =
        spec["source"].has("snapshotHandle") && spec["volumeSnapshotRef"]["uid"].empty();
    if (!is_unbound && !document["metadata"]["annotations"].has(kSnapshotBeingDeleted)) return {};
    const std::string handle = document["status"]["snapshotHandle"].str();
    if (spec["deletionPolicy"].as_string() == "Delete" && !handle.empty()) {
      held_.erase(held_name(content, handle));
      INFERLAB_TRY_VOID(set_status(content, Value::object({{"creationTime", Value()},
                                                           {"readyToUse", Value()},
                                                           {"restoreSize", Value()},
                                                           {"snapshotHandle", Value()}})));
    }
    const ObjectPtr left = store().get(content.key);
    if (left == nullptr || !has_text(left->document["metadata"]["finalizers"], kContentFinalizer)) {
      return {};
    }
    return check(api().merge_patch(left->key, "",
                                   without_finalizer(left->document, kContentFinalizer), user()),
                 left->key.name);
  }

  StorageSidecar sidecar_;
  std::map<std::string, Held> held_;
  std::map<ObjectKey, Work> work_;
};

}  // namespace

std::unique_ptr<Controller> make_volume_snapshotter(const ControllerContext& context) {
  return std::make_unique<VolumeSnapshotter>(context);
}

}  // namespace inferlab::sim
