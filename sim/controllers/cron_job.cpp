// The CronJob controller: a Job at each time of the schedule, named after the minute.
// Source: Kubernetes documentation, "CronJob"; the events and their order are those of
// kube-controller-manager 1.32.
#include <fmt/format.h>

#include <algorithm>

#include "sim/api/views.h"
#include "sim/controllers/cron_job_times.h"
#include "sim/controllers/job_pods.h"
#include "sim/controllers/make_controllers.h"
#include "sim/controllers/pod_creation.h"
#include "sim/controllers/pod_state.h"

namespace inferlab::sim {
namespace {

constexpr std::string_view kCronJobs = "cronjobs.batch";
constexpr std::string_view kJobs = "jobs.batch";
constexpr std::string_view kWatches[] = {kCronJobs, kJobs};

std::string_view end_of(const StoredObject& job) {
  for (const char* type : {"Complete", "Failed"}) {
    if (condition_of(job.document, type)["status"].as_string() == "True") return type;
  }
  return {};
}

bool is_active_job(const Value& status, const Value& uid) {
  const Value::Array& all = status["active"].items();
  return std::any_of(all.begin(), all.end(), [&](const Value& one) { return one["uid"] == uid; });
}

Value without_active(const Value& status, const Value& uid) {
  Value::Array left;
  for (const Value& one : status["active"].items()) {
    if (one["uid"] != uid) left.push_back(one);
  }
  return left.empty() ? status.without("active")
                      : status.with("active", Value::array(std::move(left)));
}

// "Mon, 05 Jan 2026 08:00:00 +0000" (RFC 1123 with a numeric zone).
std::string rfc1123(Time time) {
  using std::chrono::days;
  constexpr std::string_view kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::string_view kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time.time_since_epoch()) +
                       std::chrono::seconds(kEpochOfRun);
  const std::chrono::sys_days day(std::chrono::floor<days>(seconds));
  const std::chrono::year_month_day date(day);
  const auto of_day = (seconds - day.time_since_epoch()).count();
  return fmt::format(
      "{}, {:02} {} {} {:02}:{:02}:{:02} +0000", kDays[std::chrono::weekday(day).c_encoding()],
      static_cast<unsigned>(date.day()), kMonths[static_cast<unsigned>(date.month()) - 1],
      static_cast<int>(date.year()), of_day / 3600, of_day / 60 % 60, of_day % 60);
}

std::int64_t unix_minutes(Time time) {
  return std::chrono::floor<std::chrono::minutes>(time.time_since_epoch() +
                                                  std::chrono::seconds(kEpochOfRun))
      .count();
}

class CronJobController final : public Controller {
 public:
  explicit CronJobController(const ControllerContext& context)
      : Controller(context, "controller/cronjob", "cronjob-controller") {}

  std::span<const std::string_view> watches() const override { return kWatches; }

  void observe(const Change& change) override {
    if (change.object->key.resource == kCronJobs) {
      observe_cron_job(change);
      return;
    }
    for (const StoredObject* job : {change.previous.get(), change.object.get()}) {
      if (job == nullptr) continue;
      const ObjectPtr owner = controlling_owner(store(), *job, "CronJob", kCronJobs);
      if (owner != nullptr) queue().add(owner->key);
    }
  }

  Result<void> reconcile(const ObjectKey& key) override {
    const ObjectPtr cron_job = store().get(key);
    if (cron_job == nullptr) return {};
    std::vector<ObjectPtr> jobs;
    const Value& uid = cron_job->document["metadata"]["uid"];
    for (const ObjectKey& one : index().dependents(uid.as_string())) {
      if (one.resource == kJobs) jobs.push_back(store().get(one));
    }
    Value status = cron_job->document["status"];
    const Result<std::optional<Duration>> again = sync(*cron_job, jobs, status);
    clean_up(*cron_job, jobs, status);
    if (status != cron_job->document["status"]) {
      const ObjectPtr current = store().get(key);
      if (current == nullptr) return {};
      INFERLAB_TRY_VOID(
          check(api().update_status(kCronJobs, current->document.with("status", status), user()),
                key.name));
    }
    if (!again) return again.error();
    if (again.value()) queue().add_after(key, *again.value());
    return {};
  }

 private:
  // After a new schedule it is looked at when its next time comes: nothing is made up for.
  void observe_cron_job(const Change& change) {
    const ObjectKey& key = change.object->key;
    const Value& spec = change.object->document["spec"];
    const Value& before = change.previous == nullptr ? spec : change.previous->document["spec"];
    if (spec["schedule"] == before["schedule"] && spec["timeZone"] == before["timeZone"]) {
      queue().add(key);
      return;
    }
    auto zone = TimeZone::load(spec["timeZone"].as_string());
    const auto schedule = CronSchedule::parse(spec["schedule"].str());
    if (!zone || !schedule) return;  // no client can write such a one
    const CronJobTimes times(change.object->document, *schedule, *std::move(zone), now());
    queue().add_after(key, times.until_next());
  }

  // When to look again; nullopt: when something changes.
  Result<std::optional<Duration>> sync(const StoredObject& cron_job,
                                       const std::vector<ObjectPtr>& jobs, Value& status) {
    follow_jobs(cron_job, jobs, status);
    const Value& spec = cron_job.document["spec"];
    if (cron_job.document["metadata"].has("deletionTimestamp")) return std::optional<Duration>();
    auto zone = TimeZone::load(spec["timeZone"].as_string());
    if (!zone) {
      events().warning(cron_job, "UnknownTimeZone",
                       fmt::format("invalid timeZone: \"{}\": {}", spec["timeZone"].as_string(),
                                   zone.error().message));
      return std::optional<Duration>();
    }
    if (spec["suspend"].as_bool()) return std::optional<Duration>();
    const std::string text = spec["schedule"].str();
    const auto schedule = CronSchedule::parse(text);
    if (!schedule) {
      events().warning(
          cron_job, "UnparseableSchedule",
          fmt::format("unparseable schedule: \"{}\" : {}", text, schedule.error().message));
      return std::optional<Duration>();
    }
    const CronJobTimes times(cron_job.document, *schedule, *std::move(zone), now());
    const auto due = times.due();
    if (!due) {
      events().warning(cron_job, "InvalidSchedule",
                       fmt::format("invalid schedule: {} : {}", text, due.error().message));
      return std::optional<Duration>();
    }
    if (due.value().time) {
      if (due.value().too_many_missed) {
        events().warning(cron_job, "TooManyMissedTimes",
                         "too many missed start times. Set or decrease "
                         ".spec.startingDeadlineSeconds or check clock skew");
      }
      INFERLAB_TRY_VOID(start_job(cron_job, *due.value().time, times.zone(), status));
    }
    // With the run that has just been noted.
    const CronJobTimes then(cron_job.document.with("status", status), *schedule, times.zone(),
                            now());
    return std::optional<Duration>(then.until_next());
  }

  // Jobs that have ended are active no more; those that vanished neither.
  void follow_jobs(const StoredObject& cron_job, const std::vector<ObjectPtr>& jobs,
                   Value& status) {
    for (const ObjectPtr& job : jobs) {
      const Value& uid = job->document["metadata"]["uid"];
      const bool active = is_active_job(status, uid);
      const std::string_view end = end_of(*job);
      if (!active && end.empty()) {
        events().warning(cron_job, "UnexpectedJob",
                         fmt::format("Saw a job that the controller did not create or forgot: {}",
                                     job->key.name));
      } else if (active && !end.empty()) {
        status = without_active(status, uid);
        events().normal(cron_job, "SawCompletedJob",
                        fmt::format("Saw completed job: {}, condition: {}", job->key.name, end));
      } else if (end == "Complete") {
        const Value& ended = job->document["status"]["completionTime"];
        const auto time = parse_rfc3339(ended.as_string());
        const auto last = parse_rfc3339(status["lastSuccessfulTime"].as_string());
        if (time && (!last || *time > *last)) status = status.with("lastSuccessfulTime", ended);
      }
    }
    const Value::Array active = status["active"].items();
    for (const Value& one : active) {
      const bool found = std::any_of(jobs.begin(), jobs.end(), [&](const ObjectPtr& job) {
        return job->document["metadata"]["uid"] == one["uid"];
      });
      if (found) continue;
      events().normal(cron_job, "MissingJob",
                      fmt::format("Active job went missing: {}", one["name"].as_string()));
      status = without_active(status, one["uid"]);
    }
  }

  Result<void> start_job(const StoredObject& cron_job, Time time, const TimeZone& zone,
                         Value& status) {
    const Value& spec = cron_job.document["spec"];
    const Value& deadline = spec["startingDeadlineSeconds"];
    if (!deadline.is_null() && time + seconds_capped(deadline.as_int()) < now()) {
      events().warning(cron_job, "MissSchedule",
                       "Missed scheduled time to start a job: " + rfc1123(time));
      return {};
    }
    const std::string name = fmt::format("{}-{}", cron_job.key.name, unix_minutes(time));
    const Value::Array& active = status["active"].items();
    const bool runs = std::any_of(active.begin(), active.end(), [&](const Value& one) {
      return one["name"].as_string() == name;
    });
    if (runs || status["lastScheduleTime"].as_string() == format_rfc3339(time)) return {};
    const std::string_view policy = spec["concurrencyPolicy"].as_string();
    if (policy == "Forbid" && !active.empty()) {
      events().normal(cron_job, "JobAlreadyActive",
                      "Not starting job because prior execution is running and concurrency policy "
                      "is Forbid");
      return {};
    }
    if (policy == "Replace") INFERLAB_TRY_VOID(replace_active(cron_job, status));
    ObjectPtr job = store().get({std::string(kJobs), cron_job.key.ns, name});
    if (job == nullptr) {
      const ApiResponse response =
          api().create(kJobs, cron_job.key.ns, job_from(cron_job, name, zone.format(time)), user());
      if (is_refused_by_ending_namespace(response)) return check(response, name);
      if (!response.ok()) {
        events().warning(cron_job, "FailedCreate",
                         fmt::format("Error creating job: {}", response.message()));
        return check(response, name);
      }
      job = response.object;
      events().normal(cron_job, "SuccessfulCreate", "Created job " + name);
    } else {
      const MetaView job_meta(job->document["metadata"]);
      const OwnerReference* owner = job_meta.controller();
      const bool ours =
          owner != nullptr && owner->uid == cron_job.document["metadata"]["uid"].as_string();
      if (!ours || is_active_job(status, job->document["metadata"]["uid"])) return {};
    }
    const Value& meta = job->document["metadata"];
    status = status
                 .with("active", status["active"].appended(
                                     Value::object({{"apiVersion", "batch/v1"},
                                                    {"kind", "Job"},
                                                    {"name", Value(name)},
                                                    {"namespace", Value(cron_job.key.ns)},
                                                    {"resourceVersion", meta["resourceVersion"]},
                                                    {"uid", meta["uid"]}})))
                 .with("lastScheduleTime", Value(format_rfc3339(time)));
    return {};
  }

  Result<void> replace_active(const StoredObject& cron_job, Value& status) {
    const Value::Array active = status["active"].items();
    for (const Value& one : active) {
      const ObjectKey key{std::string(kJobs), cron_job.key.ns, one["name"].str()};
      const ObjectPtr job = store().get(key);
      if (job == nullptr) {
        events().warning(cron_job, "FailedGet",
                         fmt::format("Get job: jobs.batch \"{}\" not found", key.name));
        return Error{ErrorKind::kNotFound, key.name + ": is gone"};
      }
      INFERLAB_TRY_VOID(remove(cron_job, *job, status));
    }
    return {};
  }

  Result<void> remove(const StoredObject& cron_job, const StoredObject& job, Value& status) {
    ApiRequest request;
    request.verb = Verb::kDelete;
    request.resource = kJobs;
    request.ns = job.key.ns;
    request.name = job.key.name;
    request.user = user();
    request.track_fields = false;
    request.propagation = Propagation::kBackground;
    const ApiResponse response = api().handle(request);
    if (!response.ok()) {
      events().warning(cron_job, "FailedDelete",
                       fmt::format("Deleted job: {}", response.message()));
      return check(response, job.key.name);
    }
    status = without_active(status, job.document["metadata"]["uid"]);
    events().normal(cron_job, "SuccessfulDelete", "Deleted job " + job.key.name);
    return {};
  }

  static Value job_from(const StoredObject& cron_job, const std::string& name,
                        const std::string& scheduled) {
    const Value& job_template = cron_job.document["spec"]["jobTemplate"];
    const Value& from = job_template["metadata"];
    Value metadata =
        Value::object({{"name", Value(name)},
                       {"namespace", Value(cron_job.key.ns)},
                       {"ownerReferences", Value::array({controller_reference(cron_job)})}});
    for (const char* field : {"labels", "annotations"}) {
      if (!from[field].empty()) metadata = metadata.with(field, from[field]);
    }
    metadata = metadata.with_path(
        {"annotations", "batch.kubernetes.io/cronjob-scheduled-timestamp"}, Value(scheduled));
    return Value::object({{"apiVersion", "batch/v1"},
                          {"kind", "Job"},
                          {"metadata", metadata},
                          {"spec", job_template["spec"]}});
  }

  // Of the Jobs that have ended the newest stay, as many as the history limits say.
  void clean_up(const StoredObject& cron_job, const std::vector<ObjectPtr>& jobs, Value& status) {
    const Value& spec = cron_job.document["spec"];
    remove_oldest(cron_job, jobs, "Complete", spec["successfulJobsHistoryLimit"], status);
    remove_oldest(cron_job, jobs, "Failed", spec["failedJobsHistoryLimit"], status);
  }

  void remove_oldest(const StoredObject& cron_job, const std::vector<ObjectPtr>& jobs,
                     std::string_view end, const Value& limit, Value& status) {
    if (limit.is_null()) return;
    std::vector<ObjectPtr> ended;
    for (const ObjectPtr& job : jobs) {
      if (end_of(*job) == end) ended.push_back(job);
    }
    // By start, then by name; stamps of one form compare as texts.
    std::sort(ended.begin(), ended.end(), [](const ObjectPtr& a, const ObjectPtr& b) {
      const std::string_view x = a->document["status"]["startTime"].as_string();
      const std::string_view y = b->document["status"]["startTime"].as_string();
      if (x.empty() != y.empty()) return y.empty();
      return x != y ? x < y : a->key.name < b->key.name;
    });
    const auto surplus = static_cast<std::int64_t>(ended.size()) - limit.as_int();
    for (std::int64_t i = 0; i < surplus; ++i) {
      // One that cannot be deleted is tried again the next time.
      static_cast<void>(remove(cron_job, *ended[static_cast<std::size_t>(i)], status));
    }
  }
};

}  // namespace

std::unique_ptr<Controller> make_cron_job_controller(const ControllerContext& context) {
  return std::make_unique<CronJobController>(context);
}

}  // namespace inferlab::sim
