#include "sim/controllers/analysis_assess.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "sim/api/go_space.h"
#include "sim/controllers/analysis_spec.h"

namespace inferlab::sim {
namespace {

// From the best end to the worst.
constexpr std::array<std::string_view, 6> kByBadness = {"Successful",   "Running", "Pending",
                                                        "Inconclusive", "Error",   "Failed"};

std::size_t badness(std::string_view phase) {
  const auto found = std::find(kByBadness.begin(), kByBadness.end(), phase);
  return found == kByBadness.end() ? 0 : static_cast<std::size_t>(found - kByBadness.begin());
}

struct Verdict {
  std::string phase;  // empty: no limit has been passed
  std::string why;
};

Verdict limits_passed(const Value& metric, const Value& result) {
  Verdict out;
  const std::int64_t failures = limit_of(metric["failureLimit"]);
  if (failures >= 0 && result["failed"].as_int() > failures) {
    out = {"Failed",
           fmt::format("failed ({}) > failureLimit ({})", result["failed"].as_int(), failures)};
  }
  const std::int64_t inconclusive = limit_of(metric["inconclusiveLimit"]);
  if (result["inconclusive"].as_int() > inconclusive) {
    out = {"Inconclusive", fmt::format("inconclusive ({}) > inconclusiveLimit ({})",
                                       result["inconclusive"].as_int(), inconclusive)};
  }
  const std::int64_t errors =
      metric.has("consecutiveErrorLimit") ? limit_of(metric["consecutiveErrorLimit"]) : 4;
  if (result["consecutiveError"].as_int() > errors) {
    out = {"Error", fmt::format("consecutiveErrors ({}) > consecutiveErrorLimit ({})",
                                result["consecutiveError"].as_int(), errors)};
  }
  return out;
}

std::string metric_phase(const Value& metric, const Value& result, bool terminating) {
  if (is_analysis_over(result["phase"].as_string())) return result["phase"].str();
  const Value::Array& measurements = result["measurements"].items();
  if (measurements.empty()) return terminating ? "Successful" : "Pending";
  if (!is_analysis_over(measurements.back()["phase"].as_string())) return "Running";
  if (const Verdict verdict = limits_passed(metric, result); !verdict.phase.empty()) {
    return verdict.phase;
  }
  const std::int64_t successes = limit_of(metric["consecutiveSuccessLimit"]);
  if (successes > 0 && result["consecutiveSuccess"].as_int() >= successes) return "Successful";
  const auto count = effective_count(metric);
  if (count && result["count"].as_int() >= *count) {
    const bool can_fail = limit_of(metric["failureLimit"]) >= 0;
    if (successes > 0) return can_fail ? "Inconclusive" : "Failed";
    return "Successful";
  }
  return terminating ? "Successful" : "Running";
}

struct Summary {
  std::int64_t count = 0, successful = 0, failed = 0, inconclusive = 0, error = 0;

  void add(std::string_view phase) {
    ++(phase == "Error"          ? error
       : phase == "Failed"       ? failed
       : phase == "Inconclusive" ? inconclusive
                                 : successful);
  }
  [[nodiscard]] Value value() const {
    Value out = Value::object();
    for (const auto& [field, number] : {std::pair{"count", count},
                                        {"successful", successful},
                                        {"failed", failed},
                                        {"inconclusive", inconclusive},
                                        {"error", error}}) {
      if (number != 0) out = out.with(field, number);
    }
    return out;
  }
};

void tell(EventRecorder& events, const StoredObject& run, std::string_view what,
          std::string_view phase, const std::string& message) {
  const std::string reason = fmt::format("{}{}", what, phase);
  if (phase == "Error" || phase == "Failed") {
    events.warning(run, reason, message);
  } else {
    events.normal(run, reason, message);
  }
}

Value counted_up(Value result, const char* field) {
  return result.with(field, result[field].as_int() + 1);
}

}  // namespace

bool is_analysis_over(std::string_view phase) {
  return phase == "Successful" || phase == "Failed" || phase == "Error" || phase == "Inconclusive";
}

const Value& metric_result(const Value& status, std::string_view metric) {
  static const Value kNone;
  for (const Value& result : status["metricResults"].items()) {
    if (result["name"].as_string() == metric) return result;
  }
  return kNone;
}

Value with_metric_result(const Value& status, const Value& result) {
  Value::Array out;
  bool is_placed = false;
  for (const Value& before : status["metricResults"].items()) {
    const bool is_it = before["name"] == result["name"];
    is_placed = is_placed || is_it;
    out.push_back(is_it ? result : before);
  }
  if (!is_placed) out.push_back(result);
  return status.with("metricResults", Value::array(std::move(out)));
}

Value with_measurement(Value result, const Value& measurement, bool replaces_last) {
  const std::string_view phase = measurement["phase"].as_string();
  const bool counts = phase == "Successful" || phase == "Failed" || phase == "Inconclusive";
  if (counts) {
    const char* field = phase == "Successful" ? "successful"
                        : phase == "Failed"   ? "failed"
                                              : "inconclusive";
    result = counted_up(counted_up(result, field), "count").without("consecutiveError");
  }
  if (phase == "Error") result = counted_up(counted_up(result, "error"), "consecutiveError");
  if (phase == "Successful") result = counted_up(result, "consecutiveSuccess");
  if (is_analysis_over(phase) && phase != "Successful") {
    result = result.without("consecutiveSuccess");
  }
  Value::Array list = result["measurements"].items();
  if (replaces_last && !list.empty()) list.pop_back();
  list.push_back(measurement);
  return result.with("measurements", Value::array(std::move(list)));
}

bool is_terminating(const Value& run, const Value& status) {
  if (run["spec"]["terminate"].as_bool()) return true;
  const Value::Array& results = status["metricResults"].items();
  return std::any_of(results.begin(), results.end(), [](const Value& result) {
    const std::string_view phase = result["phase"].as_string();
    return !result["dryRun"].as_bool() && is_analysis_over(phase) && phase != "Successful";
  });
}

Value assessed(const StoredObject& run, Value status, const Value& metrics,
               const std::set<std::string>& dry_run, EventRecorder& events, Time now) {
  const bool terminating = is_terminating(run.document, status);
  if (!status.has("startedAt")) status = status.with("startedAt", Value(format_rfc3339(now)));
  std::string worst, message;
  if (run.document["spec"]["terminate"].as_bool()) message = "Run Terminated";
  Summary real, dry;
  bool is_whole = true;
  for (const Value& metric : metrics.items()) {
    const std::string name = metric["name"].str();
    const bool is_dry = dry_run.contains(name);
    Summary& summary = is_dry ? dry : real;
    ++summary.count;
    Value result = metric_result(status, name);
    if (result.is_null()) {
      is_whole = false;  // one that begins with a delay
      continue;
    }
    const std::string phase = metric_phase(metric, result, terminating);
    if (result["phase"].as_string() != phase) {
      if (is_analysis_over(phase)) {
        tell(events, run, "Metric", phase,
             fmt::format("Metric '{}' Completed. Result: {}", name, phase));
      }
      const Value::Array& measurements = result["measurements"].items();
      const Value said = measurements.empty() ? Value() : measurements.back()["message"];
      result = said.empty() ? result.without("message") : result.with("message", said);
      result = result.with("phase", Value(phase));
      status = with_metric_result(status, result);
    }
    if (!is_analysis_over(phase)) {
      is_whole = false;
      continue;
    }
    const Verdict verdict = limits_passed(metric, result);
    summary.add(verdict.phase);
    if (is_dry) {
      if (worst.empty()) worst = "Successful";
      if (verdict.why.empty()) continue;
      status = with_metric_result(
          status, result.with("message", Value(fmt::format("Metric assessed {} due to {}", phase,
                                                           verdict.why))));
    } else if (worst.empty() || badness(phase) > badness(worst)) {
      worst = phase;
      if (verdict.why.empty()) continue;
      message = fmt::format("Metric \"{}\" assessed {} due to {}", name, phase, verdict.why);
      if (const Value& said = result["message"]; !said.empty()) {
        message += fmt::format(": \"Error Message: {}\"", said.as_string());
      }
    }
  }
  status = status.with("runSummary", real.value()).with("dryRunSummary", dry.value());
  std::string phase = worst;
  if (terminating) {
    // Nothing was measured yet when it was told to stop.
    if (phase.empty()) phase = "Successful";
  } else if (!is_whole || phase.empty()) {
    phase = "Running";
    message.clear();
  }
  if (status["phase"].as_string() == phase) return status;
  message = go_trimmed(message);
  status = status.with("phase", Value(phase));
  status = message.empty() ? status.without("message") : status.with("message", Value(message));
  if (!is_analysis_over(phase)) return status;
  tell(events, run, "AnalysisRun", phase, fmt::format("Analysis Completed. Result: {}", phase));
  return status.has("completedAt") ? status
                                   : status.with("completedAt", Value(format_rfc3339(now)));
}

}  // namespace inferlab::sim
