// snapscheduler: VolumeSnapshots of a namespace's claims by a SnapshotSchedule's cron expression,
// and when there are too many or they are too old, the oldest go.
// Source: backube/snapscheduler v3.4, internal/controller.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <utility>

#include "sim/api/conditions.h"
#include "sim/api/cron_schedule.h"
#include "sim/api/selector.h"
#include "sim/controllers/make_controllers.h"
#include "sim/controllers/volume_snapshot.h"

namespace inferlab::sim {
namespace {

constexpr std::string_view kWatches[] = {"snapshotschedules.snapscheduler.backube"};
constexpr std::string_view kScheduleLabel = "snapscheduler.backube/schedule";
constexpr std::string_view kWhenLabel = "snapscheduler.backube/when";
constexpr Duration kLongestWait = 5min;
constexpr std::size_t kMostName = 253;  // of an object

/// "202601050800", as names and labels have it.
std::string stamp_of(Time time) {
  const std::string text = format_rfc3339(time);  // 2026-01-05T08:00:00Z
  return text.substr(0, 4) + text.substr(5, 2) + text.substr(8, 2) + text.substr(11, 2) +
         text.substr(14, 2);
}

std::string snapshot_name(std::string claim, std::string schedule, const std::string& stamp) {
  const std::size_t budget = kMostName - stamp.size() - 2;
  if (claim.size() + schedule.size() > budget) {
    const bool long_claim = claim.size() > budget / 2, long_schedule = schedule.size() > budget / 2;
    if (long_claim) claim.resize(long_schedule ? budget / 2 : budget - schedule.size());
    if (long_schedule) schedule.resize(long_claim ? budget / 2 : budget - claim.size());
  }
  return fmt::format("{}-{}-{}", claim, schedule, stamp);
}

class SnapshotSchedules final : public Controller {
 public:
  explicit SnapshotSchedules(const ControllerContext& context)
      : Controller(context, "controller/snapscheduler", "snapscheduler") {}

  std::span<const std::string_view> watches() const override { return kWatches; }

  void observe(const Change& change) override {
    if (change.type != ChangeType::kDeleted) queue().add(change.object->key);
  }

  Result<void> reconcile(const ObjectKey& key) override {
    const ObjectPtr schedule = store().get(key);
    if (schedule == nullptr || schedule->document["metadata"].has("deletionTimestamp")) return {};
    Value status = schedule->document["status"];
    const Result<void> done = act(*schedule, status);
    const Value condition = Value::object(
        {{"message", done ? Value("Reconcile complete") : Value(done.error().message)},
         {"reason", done ? "ReconcileComplete" : "ReconcileError"},
         {"status", done ? "True" : "False"},
         {"type", "Reconciled"}});
    status = status.with("conditions",
                         set_condition_at(status["conditions"], condition, format_rfc3339(now())));
    if (status != schedule->document["status"]) {
      INFERLAB_TRY_VOID(check(
          api().merge_patch(key, "status", Value::object({{"status", status}}), user()), key.name));
    }
    return done;
  }

 private:
  Result<void> act(const StoredObject& schedule, Value& status) {
    const Value& spec = schedule.document["spec"];
    const auto times = CronSchedule::parse(spec["schedule"].as_string());
    if (!times) {
      status = status.with("nextSnapshotTime", Value());
      return times.error();
    }
    const auto planned = parse_rfc3339(status["nextSnapshotTime"].as_string());
    if (planned && !spec["disabled"].as_bool() && now() > *planned) {
      INFERLAB_TRY_VOID(take_all(schedule, *planned));
      status = status.with("lastSnapshotTime", Value(format_rfc3339(now())));
    }
    const std::optional<Time> next = times->next(now());
    status = status.with("nextSnapshotTime", next ? Value(format_rfc3339(*next)) : Value());
    INFERLAB_TRY_VOID(expire(schedule));
    // A moment after the time that was planned: at that very time it is not over yet.
    if (next) queue().add_after(schedule.key, std::min(*next - now() + 1ms, kLongestWait));
    return {};
  }

  Result<void> take_all(const StoredObject& schedule, Time planned) {
    const Value& spec = schedule.document["spec"];
    const LabelSelector selector = LabelSelector::from_object(spec["claimSelector"]);
    const std::string stamp = stamp_of(planned);
    Value labels = spec["snapshotTemplate"]["labels"];
    labels = labels.with(kScheduleLabel, Value(schedule.key.name)).with(kWhenLabel, Value(stamp));
    for (const ObjectPtr& claim : store().list("persistentvolumeclaims", schedule.key.ns)) {
      if (!selector.matches(labels_from(claim->document["metadata"]["labels"]))) continue;
      const std::string name = snapshot_name(claim->key.name, schedule.key.name, stamp);
      if (store().get({std::string(kSnapshots), schedule.key.ns, name}) != nullptr) continue;
      Value wish = Value::object(
          {{"source", Value::object({{"persistentVolumeClaimName", Value(claim->key.name)}})}});
      const Value& of_class = spec["snapshotTemplate"]["snapshotClassName"];
      if (!of_class.empty()) wish = wish.with("volumeSnapshotClassName", of_class);
      const Value meta = Value::object(
          {{"labels", labels}, {"name", Value(name)}, {"namespace", Value(schedule.key.ns)}});
      INFERLAB_TRY_VOID(
          check(api().create(kSnapshots, schedule.key.ns,
                             Value::object({{"apiVersion", "snapshot.storage.k8s.io/v1"},
                                            {"kind", "VolumeSnapshot"},
                                            {"metadata", meta},
                                            {"spec", wish}}),
                             user()),
                name));
    }
    return {};
  }

  Result<void> expire(const StoredObject& schedule) {
    const Value& retention = schedule.document["spec"]["retention"];
    std::map<std::string, std::vector<std::pair<std::string, ObjectKey>>> by_claim;  // and by age
    for (const ObjectPtr& one : store().list(kSnapshots, schedule.key.ns)) {
      const Value& meta = one->document["metadata"];
      if (meta["labels"][kScheduleLabel].as_string() != schedule.key.name) continue;
      if (meta.has("deletionTimestamp")) continue;
      by_claim[one->document["spec"]["source"]["persistentVolumeClaimName"].str()].emplace_back(
          meta["creationTimestamp"].str(), one->key);
    }
    const auto lifetime = lifetime_of(retention["expires"].as_string());
    const std::int64_t most = retention["maxCount"].as_int();
    for (auto& [claim, snapshots] : by_claim) {
      std::sort(snapshots.begin(), snapshots.end());
      for (std::size_t i = 0; i < snapshots.size(); ++i) {
        const auto created = parse_rfc3339(snapshots[i].first);
        const bool too_old = lifetime && created && *created < now() - *lifetime;
        const bool too_many = most > 0 && snapshots.size() - i > static_cast<std::size_t>(most);
        if (!too_old && !too_many) continue;
        INFERLAB_TRY_VOID(
            check(api().remove(snapshots[i].second, user()), snapshots[i].second.name));
      }
    }
    return {};
  }

  /// "168h", as the definition lets it pass.
  static std::optional<Duration> lifetime_of(std::string_view text) {
    if (text.empty()) return std::nullopt;
    const std::int64_t count = std::strtoll(std::string(text).c_str(), nullptr, 10);
    const std::chrono::seconds unit(text.back() == 'h' ? 3600 : text.back() == 'm' ? 60 : 1);
    // Older than the run can be is never.
    return unit * std::min<std::int64_t>(count, 1'000'000);
  }
};

}  // namespace

std::unique_ptr<Controller> make_snapshot_schedule_controller(const ControllerContext& context) {
  return std::make_unique<SnapshotSchedules>(context);
}

}  // namespace inferlab::sim
