#include "sim/api/validation/job_validation.h"

#include <set>

#include "sim/api/cron_schedule.h"
#include "sim/api/json.h"
#include "sim/api/selector.h"
#include "sim/api/time_zone.h"
#include "sim/api/validation/field_rules.h"
#include "sim/api/validation/go_pod_template.h"
#include "sim/api/validation/go_text.h"
#include "sim/api/validation/meta_validation.h"
#include "sim/api/validation/names.h"
#include "sim/api/validation/pod_failure_policy.h"
#include "sim/api/validation/pod_spec_validation.h"

namespace inferlab::sim {
namespace {

constexpr std::string_view kNoMatch = "`selector` does not match template `labels`";

void validate_has_label(const Value& labels, const std::string& key, const std::string& expected,
                        const FieldPath& metadata, FieldErrors& errors) {
  const FieldPath path = metadata / "labels";
  if (!labels.has(key)) {
    errors.push_back(required(path.key(key), "must be '" + expected + "'"));
  } else if (labels[key].as_string() != expected) {
    errors.push_back(
        invalid_raw(path.key(key), go_string_map(labels), "must be '" + expected + "'"));
  }
}

// The labels that the server gave must still be there.
void validate_generated_selector(const Value& object, FieldErrors& errors) {
  const Value& spec = object["spec"];
  if (spec["manualSelector"].as_bool() || spec["selector"].is_null()) return;
  const FieldPath path("spec");
  const FieldPath pod_template = path / "template";
  const FieldPath metadata = pod_template / "metadata";
  const std::string uid = object["metadata"]["uid"].str();
  const std::string name = object["metadata"]["name"].str();
  const Value& labels = spec["template"]["metadata"]["labels"];
  Labels expected;
  const auto expect = [&](const char* key, const std::string& value) {
    validate_has_label(labels, key, value, metadata, errors);
    expected.emplace(key, value);
  };
  expect("controller-uid", uid);
  expect("job-name", name);
  expect("batch.kubernetes.io/controller-uid", uid);
  expect("batch.kubernetes.io/job-name", name);
  if (!LabelSelector::from_object(spec["selector"]).matches(expected)) {
    errors.push_back(invalid_raw(path / "selector", go_label_selector(spec["selector"]),
                                 "`selector` not auto-generated"));
  }
}

void validate_indexed(const Value& spec, const FieldPath& path, FieldErrors& errors) {
  constexpr std::int64_t kMaxParallelism = 100'000;
  constexpr std::int64_t kMaxFailedIndexes = 100'000;
  constexpr std::int64_t kManyCompletions = 100'000;
  constexpr std::int64_t kMaxOfMany = 10'000;
  const Value& completions = spec["completions"];
  const Value& parallelism = spec["parallelism"];
  const Value& failed = spec["maxFailedIndexes"];
  const auto at_most = [&](const char* field, const Value& value, std::int64_t limit,
                           const std::string& when) {
    if (value.as_int() <= limit) return;
    errors.push_back(invalid_value(
        path / field, value, "must be less than or equal to " + std::to_string(limit) + when));
  };
  if (completions.is_null())
    errors.push_back(required(path / "completions", "when completion mode is Indexed"));
  at_most("parallelism", parallelism, kMaxParallelism, " when completion mode is Indexed");
  if (!completions.is_null() && failed.as_int() > completions.as_int()) {
    errors.push_back(invalid_value(path / "maxFailedIndexes", failed,
                                   "must be less than or equal to completions"));
  }
  at_most("maxFailedIndexes", failed, kMaxFailedIndexes, "");
  if (completions.as_int() <= kManyCompletions || !spec.has("backoffLimitPerIndex")) return;
  if (failed.is_null()) {
    errors.push_back(
        required(path / "maxFailedIndexes", "must be specified when completions is above 100000"));
  }
  constexpr const char* kWhen =
      " when completions are above 100000 and used with backoff limit per index";
  at_most("parallelism", parallelism, kMaxOfMany, kWhen);
  at_most("maxFailedIndexes", failed, kMaxOfMany, kWhen);
}

void validate_restart_policy(const Value& spec, const FieldPath& path, FieldErrors& errors) {
  const FieldPath pod_template = path / "template";
  const FieldPath pod = pod_template / "spec";
  const Value& policy = spec["template"]["spec"]["restartPolicy"];
  const std::string_view word = policy.as_string();
  if (word.empty() || word == "Always") {
    errors.push_back(required(pod / "restartPolicy", "valid values: \"OnFailure\", \"Never\""));
  } else if (word != "OnFailure" && word != "Never") {
    errors.push_back(unsupported(pod / "restartPolicy", policy, {"OnFailure", "Never"}));
  } else if (spec.has("podFailurePolicy") && word != "Never") {
    errors.push_back(
        invalid_value(pod / "restartPolicy", policy,
                      "only \"Never\" is supported when podFailurePolicy is specified"));
  }
}

// What holds for a Job and for the template of one.
void validate_job_spec(const Value& spec, const FieldPath& path, FieldErrors& errors) {
  for (const char* field :
       {"parallelism", "completions", "activeDeadlineSeconds", "backoffLimit",
        "ttlSecondsAfterFinished", "backoffLimitPerIndex", "maxFailedIndexes"}) {
    validate_not_negative(path / field, spec[field], errors);
  }
  if (spec.has("maxFailedIndexes") && !spec.has("backoffLimitPerIndex")) {
    errors.push_back(required(path / "backoffLimitPerIndex", "when maxFailedIndexes is specified"));
  }
  if (spec.has("managedBy"))
    validate_domain_prefixed_path(path / "managedBy", spec["managedBy"], errors);
  const std::string_view mode = spec["completionMode"].as_string("NonIndexed");
  const bool indexed = mode == "Indexed";
  if (!indexed && mode != "NonIndexed") {
    errors.push_back(
        unsupported(path / "completionMode", spec["completionMode"], {"NonIndexed", "Indexed"}));
  }
  if (indexed) validate_indexed(spec, path, errors);
  if (mode == "NonIndexed") {
    for (const char* field : {"backoffLimitPerIndex", "maxFailedIndexes"}) {
      if (spec.has(field))
        errors.push_back(
            invalid_value(path / field, spec[field], "requires indexed completion mode"));
    }
  }
  if (spec.has("podFailurePolicy"))
    validate_pod_failure_policy(spec, path / "podFailurePolicy", errors);
  if (spec.has("successPolicy")) {
    if (indexed) {
      validate_success_policy(spec, path / "successPolicy", errors);
    } else {
      errors.push_back(invalid_raw(path / "successPolicy", go_success_policy(spec["successPolicy"]),
                                   "requires indexed completion mode"));
    }
  }
  if (const Value& policy = spec["podReplacementPolicy"]; !policy.is_null()) {
    if (spec.has("podFailurePolicy")) {
      validate_one_of(path / "podReplacementPolicy", policy, {"Failed"}, errors);
    } else {
      validate_one_of(path / "podReplacementPolicy", policy, {"Failed", "TerminatingOrFailed"},
                      errors);
    }
  }
  validate_pod_template(spec["template"], path / "template", errors);
  validate_restart_policy(spec, path, errors);
}

void validate_selector(const Value& spec, const FieldPath& path, FieldErrors& errors) {
  const Value& selector = spec["selector"];
  if (selector.is_null()) {
    errors.push_back(required(path / "selector"));
  } else {
    validate_label_selector(selector, path / "selector", errors);
  }
  const Value& labels = spec["template"]["metadata"]["labels"];
  if (!LabelSelector::from_object(selector).matches(labels_from(labels))) {
    const FieldPath pod_template = path / "template";
    const FieldPath metadata = pod_template / "metadata";
    errors.push_back(invalid_raw(metadata / "labels", go_string_map(labels), kNoMatch));
  }
}

// Of a template, where its Pods may run changes while no Pod was made yet.
bool template_may_change(const Value& old, const Value& now, const Value& before) {
  const bool suspended = old["spec"]["suspend"].as_bool() && !old["status"].has("startTime");
  if (!suspended) return false;
  Value kept = now;
  for (const char* field : {"nodeSelector", "affinity", "tolerations", "schedulingGates"}) {
    const Value& had = before["spec"][field];
    kept =
        had.is_null() ? kept.without_path({"spec", field}) : kept.with_path({"spec", field}, had);
  }
  for (const char* field : {"labels", "annotations"}) {
    const Value& had = before["metadata"][field];
    kept = had.is_null() ? kept.without_path({"metadata", field})
                         : kept.with_path({"metadata", field}, had);
  }
  return kept == before;
}

void validate_job_update(const Value& object, const Value& old, FieldErrors& errors) {
  const Value& spec = object["spec"];
  const Value& before = old["spec"];
  const FieldPath path("spec");
  if (spec["completions"] != before["completions"]) {
    if (before["completionMode"].as_string() != "Indexed") {
      validate_immutable(path / "completions", spec["completions"], before["completions"], errors);
    } else if (spec["completions"] != spec["parallelism"]) {
      errors.push_back(invalid_value(path / "completions", spec["completions"],
                                     "can only be modified in tandem with spec.parallelism"));
    }
  }
  if (spec["selector"] != before["selector"]) {
    errors.push_back(
        invalid_raw(path / "selector", go_label_selector(spec["selector"]), "field is immutable"));
  }
  if (spec["template"] != before["template"] &&
      !template_may_change(old, spec["template"], before["template"])) {
    errors.push_back(
        invalid_raw(path / "template", go_pod_template(spec["template"]), "field is immutable"));
  }
  validate_immutable(path / "completionMode", spec["completionMode"], before["completionMode"],
                     errors);
  const auto keep = [&](const char* field, std::string (*text)(const Value&)) {
    const Value& now = spec[field];
    if (now == before[field]) return;
    errors.push_back(
        invalid_raw(path / field, now.is_null() ? "\"null\"" : text(now), "field is immutable"));
  };
  keep("podFailurePolicy", go_pod_failure_policy);
  for (const char* field : {"backoffLimitPerIndex", "managedBy"})
    validate_immutable(path / field, spec[field], before[field], errors);
  keep("successPolicy", go_success_policy);
}

void validate_schedule(const Value& object, const Value& old, const FieldPath& path,
                       FieldErrors& errors) {
  const Value& spec = object["spec"];
  const Value& schedule = spec["schedule"];
  if (schedule.empty()) {
    errors.push_back(required(path));
    return;
  }
  const auto parsed = CronSchedule::parse(schedule.as_string());
  if (!parsed) errors.push_back(invalid_value(path, schedule, parsed.error().message));
  if (schedule.as_string().find("TZ") == std::string_view::npos) return;
  if (spec.has("timeZone")) {
    errors.push_back(invalid_value(path, schedule,
                                   "cannot use both timeZone field and TZ or CRON_TZ in schedule"));
  } else if (old.is_null()) {
    errors.push_back(invalid_value(
        path, schedule, "cannot use TZ or CRON_TZ in schedule, use timeZone field instead"));
  }
}

void validate_time_zone(const Value& zone, const FieldPath& path, FieldErrors& errors) {
  if (zone.is_null()) return;
  if (zone.empty()) {
    errors.push_back(invalid_value(path, zone, "timeZone must be nil or non-empty string"));
  } else if (zone.as_string() == "Local") {
    errors.push_back(invalid_value(
        path, zone,
        "timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones"));
  } else if (const auto found = TimeZone::load(zone.as_string()); !found) {
    errors.push_back(invalid_value(path, zone, found.error().message));
  }
}

}  // namespace

void validate_job(const Value& object, const Value& old, FieldErrors& errors) {
  const Value& spec = object["spec"];
  if (!old.is_null() && spec == old["spec"]) return;
  const FieldPath path("spec");
  if (old.is_null()) validate_generated_selector(object, errors);
  validate_job_spec(spec, path, errors);
  validate_selector(spec, path, errors);
  if (!old.is_null()) {
    validate_job_update(object, old, errors);
    return;
  }
  if (spec["completionMode"].as_string() == "Indexed" && spec["completions"].as_int() > 0) {
    // The name of the last Pod's host.
    const std::string host =
        object["metadata"]["name"].str() + "-" + std::to_string(spec["completions"].as_int() - 1);
    if (!check_dns1123_label(host).empty()) {
      const FieldPath metadata("metadata");
      errors.push_back(
          invalid_value(metadata / "name", object["metadata"]["name"],
                        "will not able to create pod with invalid DNS label: " + host));
    }
  }
}

void validate_cron_job(const Value& object, const Value& old, FieldErrors& errors) {
  constexpr std::size_t kMaxName = 52;  // 11 less than a label: the Jobs' names add so much
  const Value& spec = object["spec"];
  if (!old.is_null() && spec == old["spec"]) return;
  const FieldPath path("spec");
  validate_schedule(object, old, path / "schedule", errors);
  validate_not_negative(path / "startingDeadlineSeconds", spec["startingDeadlineSeconds"], errors);
  validate_one_of(path / "concurrencyPolicy", spec["concurrencyPolicy"],
                  {"Allow", "Forbid", "Replace"}, errors);
  const FieldPath job_template = path / "jobTemplate";
  const FieldPath job_path = job_template / "spec";
  const Value& job = spec["jobTemplate"]["spec"];
  validate_job_spec(job, job_path, errors);
  if (job.has("selector")) {
    errors.push_back(invalid_raw(job_path / "selector", go_label_selector(job["selector"]),
                                 "`selector` will be auto-generated"));
  }
  if (job["manualSelector"].as_bool()) {
    errors.push_back(
        unsupported(job_path / "manualSelector", job["manualSelector"], {"nil", "false"}));
  }
  validate_time_zone(spec["timeZone"], path / "timeZone", errors);
  for (const char* field : {"successfulJobsHistoryLimit", "failedJobsHistoryLimit"})
    validate_not_negative(path / field, spec[field], errors);
  const Value& name = object["metadata"]["name"];
  if (old.is_null() && name.size() > kMaxName) {
    const FieldPath metadata("metadata");
    errors.push_back(invalid_value(metadata / "name", name, too_long(kMaxName)));
  }
}

}  // namespace inferlab::sim
