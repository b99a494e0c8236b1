// Job: runs Pods until enough of them have succeeded.
#include "sim/api/defaults/fill.h"
#include "sim/api/defaults/pod_defaults.h"
#include "sim/api/kinds/age.h"
#include "sim/api/kinds/kinds.h"
#include "sim/api/kinds/pod_template_cells.h"
#include "sim/api/kinds/verbs.h"
#include "sim/api/types/types.h"
#include "sim/api/validation/job_validation.h"

namespace inferlab::sim::kinds {
namespace {

constexpr PrintColumn kColumns[] = {{"Name", "string", "name"},    {"Status", "string", ""},
                                    {"Completions", "string", ""}, {"Duration", "string", ""},
                                    {"Age", "string", ""},         {"Containers", "string", "", 1},
                                    {"Images", "string", "", 1},   {"Selector", "string", "", 1}};

bool has_condition(const Value& object, std::string_view type) {
  for (const Value& condition : object["status"]["conditions"].items()) {
    if (condition["type"].as_string() == type) return condition["status"].as_string() == "True";
  }
  return false;
}

std::string status_word(const Value& object) {
  for (const char* end : {"Complete", "Failed"}) {
    if (has_condition(object, end)) return end;
  }
  if (object["metadata"].has("deletionTimestamp")) return "Terminating";
  for (const char* state : {"Suspended", "FailureTarget", "SuccessCriteriaMet"}) {
    if (has_condition(object, state)) return state;
  }
  return "Running";
}

std::string completions(const Value& object) {
  const Value& spec = object["spec"];
  const std::string done = std::to_string(object["status"]["succeeded"].as_int());
  if (spec.has("completions")) return done + "/" + std::to_string(spec["completions"].as_int());
  const std::int64_t parallelism = spec["parallelism"].as_int();
  return parallelism > 1 ? done + "/1 of " + std::to_string(parallelism) : done + "/1";
}

std::string duration(const Value& status, Time now) {
  const auto start = parse_rfc3339(status["startTime"].as_string());
  if (!start) return "";
  return human_duration(parse_rfc3339(status["completionTime"].as_string()).value_or(now) - *start);
}

std::vector<Value> cells(const Value& object, Time now) {
  const Value& spec = object["spec"];
  return {object["metadata"]["name"],
          status_word(object),
          completions(object),
          duration(object["status"], now),
          age_of(object, now),
          container_names(spec["template"]),
          container_images(spec["template"]),
          selector_text(spec["selector"])};
}

Value set_defaults(Value object) {
  const Value& given = object["spec"];
  const bool one_pod = !given.has("completions") && !given.has("parallelism");
  constexpr std::int64_t kMaxInt32 = 2147483647;
  Value spec = filled(given, {{"backoffLimit", given.has("backoffLimitPerIndex") ? kMaxInt32 : 6},
                              {"completionMode", "NonIndexed"},
                              {"completions", one_pod ? Value(1) : Value()},
                              {"manualSelector", false},
                              {"parallelism", 1},
                              {"podReplacementPolicy",
                               given.has("podFailurePolicy") ? "Failed" : "TerminatingOrFailed"},
                              {"suspend", false}});
  spec = spec.with("template", default_pod_template(spec["template"]));
  const Value& rules = spec["podFailurePolicy"]["rules"];
  if (!rules.empty()) {
    const Value filled_rules = each_item(rules, [](const Value& rule) {
      if (!rule.has("onPodConditions")) return rule;
      return rule.with("onPodConditions", each_item(rule["onPodConditions"], [](const Value& one) {
                         return one["status"].empty() ? one.with("status", "True") : one;
                       }));
    });
    spec = spec.with_path({"podFailurePolicy", "rules"}, filled_rules);
  }
  const Value& labels = given["template"]["metadata"]["labels"];
  if (!labels.empty() && object["metadata"]["labels"].empty())
    object = object.with_path({"metadata", "labels"}, labels);
  return object.with("spec", spec);
}

// The Pods of a Job are found by its uid, under a name of old and a name of today.
Value with_generated_selector(Value spec, const Value& name, const Value& uid) {
  Value labels = spec["template"]["metadata"]["labels"];
  // A label that somebody else set stays: validation refuses it.
  const auto add = [&](const char* old_key, const char* key, const Value& value) {
    if (labels.has(old_key)) return;
    labels = labels.with(old_key, value).with(key, value);
  };
  add("job-name", "batch.kubernetes.io/job-name", name);
  add("controller-uid", "batch.kubernetes.io/controller-uid", uid);
  spec = spec.with_path({"template", "metadata", "labels"}, labels);
  if (spec["selector"]["matchLabels"].has("batch.kubernetes.io/controller-uid")) return spec;
  return spec.with_path({"selector", "matchLabels", "batch.kubernetes.io/controller-uid"}, uid);
}

// Source: Kubernetes 1.32, pkg/registry/batch/job.
Value prepare(Value object, const Value& old) {
  if (!old.is_null()) return object;
  const Value& meta = object["metadata"];
  if (!object["spec"]["manualSelector"].as_bool()) {
    object =
        object.with("spec", with_generated_selector(object["spec"], meta["name"], meta["uid"]));
  }
  return object.with("status", Value::object());
}

std::vector<std::pair<std::string, std::string>> selectable_fields(const Value& object) {
  return {{"status.successful", std::to_string(object["status"]["succeeded"].as_int())}};
}

}  // namespace

const Kind kJob = {.group = "batch",
                   .version = "v1",
                   .kind = "Job",
                   .plural = "jobs",
                   .singular = "job",
                   .short_names = {},
                   .categories = {"all"},
                   .verbs = all_verbs(),
                   .subresources = {"status"},
                   .schema = &types::kJob,
                   .counts_generation = true,
                   .set_defaults = set_defaults,
                   .validate = validate_job,
                   .prepare = prepare,
                   .columns = kColumns,
                   .cells = cells,
                   .selectable_fields = selectable_fields};

}  // namespace inferlab::sim::kinds
