// Argo Rollouts' controller of AnalysisRuns: takes measurements at their times and judges them.
// Jobs measure; other providers are refused by name.
// Source: Argo Rollouts 1.9 documentation, "Analysis & Progressive Delivery"; its
// analysis/analysis.go.
#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "sim/api/conditions.h"
#include "sim/controllers/analysis_assess.h"
#include "sim/controllers/analysis_job.h"
#include "sim/controllers/analysis_spec.h"
#include "sim/controllers/make_controllers.h"
#include "sim/controllers/rollout_spec.h"

namespace inferlab::sim {
namespace {

constexpr std::string_view kWatches[] = {kAnalysisRuns, "jobs.batch"};
constexpr std::int64_t kMeasurementsKept = 10;
constexpr Duration kRetryAfterError = 10s;

/// The metrics that each of spec.dryRun or spec.measurementRetention is about, with the rule.
/// Go's regular expressions are RE2's, so all of them are carried out.
Result<std::map<std::string, Value>> rules_of(const Value& rules, const Value& metrics,
                                              const char* field) {
  std::map<std::string, Value> out;
  for (std::size_t i = 0; i < rules.size(); ++i) {
    RE2::Options options;
    options.set_log_errors(false);
    const RE2 pattern(rules[i]["metricName"].str(), options);
    bool has_matched = false;
    for (const Value& metric : metrics.items()) {
      if (!pattern.ok() || !RE2::PartialMatch(metric["name"].str(), pattern)) continue;
      out[metric["name"].str()] = rules[i];
      has_matched = true;
    }
    if (has_matched) continue;
    return Error{ErrorKind::kInvalid,
                 fmt::format("{}[{}]: Rule didn't match any metric name(s)", field, i)};
  }
  return out;
}

std::optional<Time> time_in(const Value& text) {
  return parse_rfc3339(text.as_string());
}

Value last_measurement(const Value& result) {
  const Value::Array& list = result["measurements"].items();
  return list.empty() ? Value() : list.back();
}

class AnalysisRunController final : public Controller {
 public:
  explicit AnalysisRunController(const ControllerContext& context)
      : Controller(context, "controller/analysis-run", "rollouts-controller") {}

  std::span<const std::string_view> watches() const override { return kWatches; }

  void observe(const Change& change) override {
    const StoredObject& object = *change.object;
    if (object.key.resource == kAnalysisRuns) return queue().add(object.key);
    for (const Value& owner : object.document["metadata"]["ownerReferences"].items()) {
      if (owner["kind"].as_string() != "AnalysisRun") continue;
      const Value& conditions = object.document["status"]["conditions"];
      const bool is_over = !find_condition(conditions, "Complete").is_null() ||
                           !find_condition(conditions, "Failed").is_null();
      if (!is_over && change.type != ChangeType::kDeleted) continue;
      queue().add({std::string(kAnalysisRuns), object.key.ns, owner["name"].str()});
    }
  }

  Result<void> reconcile(const ObjectKey& key) override {
    const ObjectPtr run = store().get(key);
    if (run == nullptr || run->document["metadata"].has("deletionTimestamp")) return {};
    const Value& before = run->document["status"];
    if (is_analysis_over(before["phase"].as_string())) return {};
    const Value status = look(*run);
    if (status == before) return {};
    const ApiResponse response =
        api().update(kAnalysisRuns, run->document.with("status", status), user());
    return response.code == 404 ? Result<void>() : check(response, key.name);
  }

 private:
  Value refused(const StoredObject& run, const std::string& message) {
    events().warning(run, "AnalysisRunError", "Analysis Completed. Result: Error");
    Value status = run.document["status"];
    return (status.is_object() ? status : Value::object())
        .with("phase", "Error")
        .with("message", Value(message));
  }

  Value look(const StoredObject& run) {
    const Value& spec = run.document["spec"];
    const Result<Value> metrics = resolved_metrics(spec["metrics"], spec["args"]);
    if (!metrics) {
      return refused(run, "Unable to resolve metric arguments: " + metrics.error().message);
    }
    std::string fault = metrics_fault(*metrics);
    if (spec.has("ttlStrategy")) fault = "ttlStrategy is not simulated here";
    if (!fault.empty()) return refused(run, "Analysis spec invalid: " + fault);
    const auto dry = rules_of(spec["dryRun"], *metrics, "dryRun");
    if (!dry) return refused(run, "Analysis spec invalid: " + dry.error().message);
    const auto kept = rules_of(spec["measurementRetention"], *metrics, "measurementRetention");
    if (!kept) return refused(run, "Analysis spec invalid: " + kept.error().message);
    std::set<std::string> dry_run;
    for (const auto& [name, rule] : *dry) dry_run.insert(name);

    Value status = run.document["status"];
    if (!status.is_object()) status = Value::object();
    const bool terminating = is_terminating(run.document, status);
    for (const Value& metric : metrics->items()) {
      status = measured(run, std::move(status), metric, terminating,
                        dry_run.contains(metric["name"].str()));
    }
    status = assessed(run, std::move(status), *metrics, dry_run, events(), now());
    status = trimmed(run, std::move(status), *kept);
    if (is_analysis_over(status["phase"].as_string())) return status;
    for (const Value& metric : metrics->items()) look_again(run.key, status, metric);
    return status;
  }

  /// Takes the metric's measurement if it is due, or sees how the one under way stands.
  Value measured(const StoredObject& run, Value status, const Value& metric, bool terminating,
                 bool is_dry) {
    const Value result = metric_result(status, metric["name"].as_string());
    if (is_analysis_over(result["phase"].as_string())) return status;
    const Value last = last_measurement(result);
    const bool is_under_way = !last.is_null() && !last.has("finishedAt");
    Value measurement;
    if (is_under_way) {
      measurement = terminating ? terminate_job_measurement(api(), run, last, user())
                                : resume_job_measurement(api(), run, last);
      if (measurement == last) return status;
    } else {
      const auto due = due_at(status, metric, result);
      if (terminating || !due || *due > now()) return status;
      const std::int64_t before = result["count"].as_int() + result["error"].as_int();
      measurement = begin_job_measurement(api(), run, metric, before, user());
    }
    Value fresh = result;
    if (fresh.is_null()) {
      fresh = Value::object({{"name", metric["name"]}, {"phase", "Running"}});
      if (is_dry) fresh = fresh.with("dryRun", true);
    }
    return with_metric_result(status, with_measurement(fresh, measurement, is_under_way));
  }

  /// When the metric's next measurement is due; nullopt: there is none, or not before something
  /// changes.
  [[nodiscard]] std::optional<Time> due_at(const Value& status, const Value& metric,
                                           const Value& result) const {
    const Value last = last_measurement(result);
    if (last.is_null()) {
      const auto delay = metric_time(metric, "initialDelay");
      if (!delay) return now();
      const auto began = time_in(status["startedAt"]);
      return began ? std::optional(*began + *delay) : std::nullopt;
    }
    const auto finished = time_in(last["finishedAt"]);
    if (!finished) return std::nullopt;
    const auto count = effective_count(metric);
    if (count && result["count"].as_int() >= *count) return std::nullopt;
    if (last["phase"].as_string() == "Error") return *finished + kRetryAfterError;
    return *finished + metric_time(metric, "interval").value_or(kRetryAfterError);
  }

  void look_again(const ObjectKey& key, const Value& status, const Value& metric) {
    const Value& result = metric_result(status, metric["name"].as_string());
    if (is_analysis_over(result["phase"].as_string())) return;
    if (const auto due = due_at(status, metric, result)) {
      queue().add_after(key, std::max<Duration>(*due - now(), 0s));
    }
  }

  Value trimmed(const StoredObject& run, Value status, const std::map<std::string, Value>& rules) {
    const Value results = status["metricResults"];
    for (const Value& result : results.items()) {
      const auto rule = rules.find(result["name"].str());
      std::int64_t limit = kMeasurementsKept;
      if (rule != rules.end() && rule->second["limit"].as_int() > 0) {
        limit = rule->second["limit"].as_int();
      }
      const Value::Array& list = result["measurements"].items();
      const auto count = static_cast<std::int64_t>(list.size());
      if (count <= limit) continue;
      drop_old_jobs(api(), run, limit, user());
      status = with_metric_result(
          status, result.with("measurements", Value::array({list.end() - limit, list.end()})));
    }
    return status;
  }
};

}  // namespace

std::unique_ptr<Controller> make_analysis_run_controller(const ControllerContext& context) {
  return std::make_unique<AnalysisRunController>(context);
}

}  // namespace inferlab::sim
