// CronJob: makes a Job at set times.
#include "sim/api/defaults/fill.h"
#include "sim/api/defaults/pod_defaults.h"
#include "sim/api/kinds/age.h"
#include "sim/api/kinds/cells.h"
#include "sim/api/kinds/kinds.h"
#include "sim/api/kinds/pod_template_cells.h"
#include "sim/api/kinds/verbs.h"
#include "sim/api/types/types.h"
#include "sim/api/validation/job_validation.h"

namespace inferlab::sim::kinds {
namespace {

constexpr PrintColumn kColumns[] = {{"Name", "string", "name"},  {"Schedule", "string", ""},
                                    {"Timezone", "string", ""},  {"Suspend", "boolean", ""},
                                    {"Active", "integer", ""},   {"Last Schedule", "string", ""},
                                    {"Age", "string", ""},       {"Containers", "string", "", 1},
                                    {"Images", "string", "", 1}, {"Selector", "string", "", 1}};

std::vector<Value> cells(const Value& object, Time now) {
  const Value& spec = object["spec"];
  const Value& last = object["status"]["lastScheduleTime"];
  const Value& job = spec["jobTemplate"]["spec"];
  return {object["metadata"]["name"],
          spec["schedule"],
          text_or(spec["timeZone"], "<none>"),
          bool_text(spec["suspend"]),
          static_cast<std::int64_t>(object["status"]["active"].size()),
          last.empty() ? Value("<none>") : Value(age_since(last.as_string(), now)),
          age_of(object, now),
          container_names(job["template"]),
          container_images(job["template"]),
          selector_text(job["selector"])};
}

Value set_defaults(Value object) {
  Value spec = filled(object["spec"], {{"concurrencyPolicy", "Allow"},
                                       {"failedJobsHistoryLimit", 1},
                                       {"successfulJobsHistoryLimit", 3},
                                       {"suspend", false}});
  spec = spec.with_path({"jobTemplate", "spec", "template"},
                        default_pod_template(spec["jobTemplate"]["spec"]["template"]));
  return object.with("spec", spec);
}

Value prepare(Value object, const Value& old) {
  return old.is_null() ? object.with("status", Value::object()) : object;
}

}  // namespace

const Kind kCronJob = {.group = "batch",
                       .version = "v1",
                       .kind = "CronJob",
                       .plural = "cronjobs",
                       .singular = "cronjob",
                       .short_names = {"cj"},
                       .categories = {"all"},
                       .verbs = all_verbs(),
                       .subresources = {"status"},
                       .schema = &types::kCronJob,
                       .counts_generation = true,
                       .set_defaults = set_defaults,
                       .validate = validate_cron_job,
                       .prepare = prepare,
                       .columns = kColumns,
                       .cells = cells};

}  // namespace inferlab::sim::kinds
