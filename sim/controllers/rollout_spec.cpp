#include "sim/controllers/rollout_spec.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <limits>

#include "engine/base/hash.h"
#include "sim/api/selector.h"
#include "sim/controllers/analysis_spec.h"
#include "sim/controllers/deployment_math.h"

namespace inferlab::sim {
namespace {

constexpr std::string_view kStepMessage =
    "Step must have one of the following set: experiment, setWeight, setCanaryScale, plugin or "
    "pause";
constexpr std::string_view kNotSimulated = "is not simulated here";

/// What somebody wrote is added to times.
constexpr Duration kLongest = seconds_capped(std::numeric_limits<std::int64_t>::max());

std::optional<std::int64_t> number_in(std::string_view text) {
  std::int64_t out = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return out;
}

/// A number of seconds, or a duration; negative: it is neither.
Duration pause_time(const Value& duration) {
  if (duration.is_int()) return seconds_capped(duration.as_int());
  if (const auto seconds = number_in(duration.as_string())) return seconds_capped(*seconds);
  return std::min<Duration>(parse_duration(duration.as_string()).value_or(-1s), kLongest);
}

std::string plain(const Value& int_or_string) {
  return int_or_string.is_int() ? fmt::format("{}", int_or_string.as_int()) : int_or_string.str();
}

/// As Go prints an IntOrString that has no better form.
std::string go_syntax(const Value& value) {
  return fmt::format("intstr.IntOrString{{Type:{}, IntVal:{}, StrVal:\"{}\"}}",
                     value.is_string() ? 1 : 0, value.as_int(), value.as_string());
}

/// The default of maxSurge and maxUnavailable is a quarter.
Value share_of(const Value& canary, std::string_view field) {
  return canary.has(field) ? canary[field] : Value("25%");
}

CanaryStep step_of(const Value& step) {
  CanaryStep out;
  if (step.has("setWeight")) {
    out.weight = step["setWeight"].as_int();
    out.text = fmt::format("setWeight: {}", out.weight);
  } else if (step.has("pause")) {
    out.kind = CanaryStep::Kind::kPause;
    out.text = "pause";
    if (const Value& duration = step["pause"]["duration"]; !duration.is_null()) {
      out.pause = pause_time(duration);
      out.text += ": " + plain(duration);
    }
  } else {
    out.kind = CanaryStep::Kind::kAnalysis;
    out.analysis = step["analysis"];
    out.text = "analysis";
  }
  return out;
}

std::string step_fault(const Value& step, const std::string& path) {
  for (const char* field : {"experiment", "plugin", "setHeaderRoute", "setMirrorRoute"}) {
    if (step.has(field)) return fmt::format("{}.{}: Forbidden: {}", path, field, kNotSimulated);
  }
  if (step.has("setCanaryScale")) {
    return "spec.strategy.canary.trafficRouting: Required value: SetCanaryScale requires "
           "TrafficRouting to be set";
  }
  const int kinds = static_cast<int>(step.has("setWeight")) + static_cast<int>(step.has("pause")) +
                    static_cast<int>(step.has("analysis"));
  if (kinds > 1) {
    return fmt::format(
        "{}: Invalid value: \"step.Experiment: false step.Pause: {} step.SetWeight: {} "
        "step.Analysis: {}\": {}",
        path, step.has("pause"), step.has("setWeight"), step.has("analysis"), kStepMessage);
  }
  if (kinds == 0) {
    return fmt::format(
        "{}: Invalid value: \"step.Experiment: true step.Pause: true step.SetWeight: true "
        "step.Analysis: true step.SetCanaryScale: true step.SetHeaderRoute: true "
        "step.SetMirrorRoute: true step.Plugin: true\": {}",
        path, kStepMessage);
  }
  if (const Value& weight = step["setWeight"]; weight.as_int() < 0 || weight.as_int() > 100) {
    return fmt::format("{}.setWeight: Invalid value: {}: SetWeight needs to be between 0 and 100",
                       path, weight.as_int());
  }
  const Value& duration = step["pause"]["duration"];
  if (!duration.is_null() && pause_time(duration) < 0s) {
    return fmt::format("{}.pause.duration: Invalid value: {}: Duration needs to be greater than 0",
                       path, duration.is_int() ? duration.as_int() : -1);
  }
  return {};
}

std::string canary_fault(const Value& canary) {
  const std::string path = "spec.strategy.canary";
  for (const char* field : {"trafficRouting", "pingPong", "antiAffinity", "canaryMetadata",
                            "stableMetadata", "replicaProgressThreshold"}) {
    if (canary.has(field)) return fmt::format("{}.{}: Forbidden: {}", path, field, kNotSimulated);
  }
  const Value surge = share_of(canary, "maxSurge"),
              unavailable = share_of(canary, "maxUnavailable");
  const auto is_zero = [](const Value& share) {
    return plain(share) == "0" || plain(share) == "0%";
  };
  if (is_zero(surge) && is_zero(unavailable)) {
    return fmt::format(
        "{}.maxSurge: Invalid value: {}: MaxSurge and MaxUnavailable both can not be zero", path,
        go_syntax(surge));
  }
  const std::string_view stable = canary["stableService"].as_string();
  if (!stable.empty() && stable == canary["canaryService"].as_string()) {
    return fmt::format(
        "{}.stableService: Invalid value: \"{}\": This rollout uses the same service for the "
        "stable and canary services, but two different services are required.",
        path, stable);
  }
  if (canary.has("scaleDownDelaySeconds")) {
    return fmt::format(
        "{}.scaleDownDelaySeconds: Invalid value: {}: Canary scaleDownDelaySeconds can only be "
        "used with traffic routing",
        path, canary["scaleDownDelaySeconds"].as_int());
  }
  if (canary["dynamicStableScale"].as_bool()) {
    return fmt::format(
        "{}.dynamicStableScale: Invalid value: true: Canary dynamicStableScale can only be used "
        "with traffic routing",
        path);
  }
  for (std::size_t i = 0; i < canary["steps"].size(); ++i) {
    std::string fault = step_fault(canary["steps"][i], fmt::format("{}.steps[{}]", path, i));
    if (!fault.empty()) return fault;
  }
  return {};
}

std::string spec_fault(const Value& spec) {
  for (const char* field : {"workloadRef", "restartAt"}) {
    if (spec.has(field)) return fmt::format("spec.{}: Forbidden: {}", field, kNotSimulated);
  }
  if (!spec.has("selector")) {
    return "spec.selector: Required value: Rollout has missing field '.spec.selector'";
  }
  if (spec["selector"]["matchLabels"].empty() && spec["selector"]["matchExpressions"].empty()) {
    return "spec.selector: Invalid value: "
           "v1.LabelSelector{MatchLabels:map[string]string(nil), "
           "MatchExpressions:[]v1.LabelSelectorRequirement(nil)}: empty selector is invalid for "
           "deployment";
  }
  const Labels labels = labels_from(spec["template"]["metadata"]["labels"]);
  if (!LabelSelector::from_object(spec["selector"]).matches(labels)) {
    std::vector<std::string> pairs;
    for (const auto& [key, value] : labels)
      pairs.push_back(fmt::format("\"{}\":\"{}\"", key, value));
    return fmt::format(
        "spec.template.metadata.labels: Invalid value: map[string]string{{{}}}: `selector` does "
        "not match template `labels`",
        fmt::join(pairs, ", "));
  }
  for (const char* field :
       {"replicas", "minReadySeconds", "revisionHistoryLimit", "progressDeadlineSeconds"}) {
    if (spec[field].as_int() < 0) {
      return fmt::format("spec.{}: Invalid value: {}: must be greater than or equal to 0", field,
                         spec[field].as_int());
    }
    if (constexpr auto kMost = std::numeric_limits<std::int32_t>::max();
        spec[field].as_int() > kMost) {
      return fmt::format("spec.{}: Invalid value: {}: must be less than or equal to {}", field,
                         spec[field].as_int(), kMost);
    }
  }
  const std::int64_t deadline = spec["progressDeadlineSeconds"].as_int(600);
  if (deadline <= spec["minReadySeconds"].as_int()) {
    return fmt::format(
        "spec.progressDeadlineSeconds: Invalid value: {}: must be greater than minReadySeconds",
        deadline);
  }
  const Value& strategy = spec["strategy"];
  if (strategy.has("blueGreen") && strategy.has("canary")) {
    return "spec.strategy.strategy: Invalid value: \"blueGreen: true canary: true\": Multiple "
           "Strategies can not be listed";
  }
  if (strategy.has("blueGreen")) {
    return fmt::format("spec.strategy.blueGreen: Forbidden: {}", kNotSimulated);
  }
  if (!strategy.has("canary")) {
    return "spec.strategy.strategy: Required value: Rollout has missing field "
           "'.spec.strategy.canary or .spec.strategy.blueGreen'";
  }
  return canary_fault(strategy["canary"]);
}

std::string service_fault(const Store& store, const StoredObject& rollout, const char* field) {
  const std::string name = rollout.document["spec"]["strategy"]["canary"][field].str();
  if (name.empty()) return {};
  const std::string path = fmt::format("spec.strategy.canary.{}", field);
  const ObjectPtr service = store.get({"services", rollout.key.ns, name});
  if (service == nullptr) {
    return fmt::format("{}: Invalid value: \"{}\": service \"{}\" not found", path, name, name);
  }
  const Value& selector = service->document["spec"]["selector"];
  const Value& labels = rollout.document["spec"]["template"]["metadata"]["labels"];
  for (const auto& [key, value] : selector.members()) {
    // What a Rollout has put there itself.
    if (key == kRolloutHash) continue;
    if (labels[key] != value) {
      return fmt::format(
          "{}: Invalid value: \"{}\": Service \"{}\" has unmatch label \"{}\" in rollout", path,
          name, name, key);
    }
  }
  const Value& manager = service->document["metadata"]["annotations"][kManagedByRollout];
  if (!manager.is_null() && manager.as_string() != rollout.key.name) {
    return fmt::format("{}: Invalid value: \"{}\": Service \"{}\" is managed by another Rollout",
                       path, name, name);
  }
  return {};
}

}  // namespace

RolloutSpec rollout_spec(const Value& document) {
  const Value &spec = document["spec"], &canary = spec["strategy"]["canary"];
  RolloutSpec out;
  out.replicas = spec["replicas"].as_int(out.replicas);
  out.min_ready_seconds = spec["minReadySeconds"].as_int();
  out.revision_history_limit = spec["revisionHistoryLimit"].as_int(out.revision_history_limit);
  out.progress_deadline = seconds_capped(spec["progressDeadlineSeconds"].as_int(600));
  out.paused = spec["paused"].as_bool();
  out.aborts_at_deadline = spec["progressDeadlineAbort"].as_bool();
  out.rollback_window = spec["rollbackWindow"]["revisions"].as_int();
  const Value& runs = spec["analysis"];
  out.successful_runs_kept = runs["successfulRunHistoryLimit"].as_int(5);
  out.unsuccessful_runs_kept = runs["unsuccessfulRunHistoryLimit"].as_int(5);
  out.max_surge = scaled_value(share_of(canary, "maxSurge"), out.replicas, /*round_up=*/true);
  out.max_unavailable =
      scaled_value(share_of(canary, "maxUnavailable"), out.replicas, /*round_up=*/false);
  if (out.max_surge == 0 && out.max_unavailable == 0) out.max_unavailable = 1;
  out.max_unavailable = std::min(out.max_unavailable, out.replicas);
  for (const Value& step : canary["steps"].items()) out.steps.push_back(step_of(step));
  out.analysis = canary["analysis"];
  out.starting_step = out.analysis["startingStep"].as_int();
  out.stable_service = canary["stableService"].str();
  out.canary_service = canary["canaryService"].str();
  return out;
}

std::string rollout_fault(const Store& store, const StoredObject& rollout) {
  const Value& spec = rollout.document["spec"];
  std::string fault = spec_fault(spec);
  for (const char* field : {"stableService", "canaryService"}) {
    if (fault.empty()) fault = service_fault(store, rollout, field);
  }
  const Value& canary = spec["strategy"]["canary"];
  for (std::size_t i = 0; i < canary["steps"].size() && fault.empty(); ++i) {
    const Value& analysis = canary["steps"][i]["analysis"];
    if (analysis.is_null()) continue;
    fault = analysis_fault(store, rollout, analysis, /*is_background=*/false,
                           fmt::format("spec.strategy.canary.steps[{}].analysis.templates", i));
  }
  if (fault.empty() && canary.has("analysis")) {
    fault = analysis_fault(store, rollout, canary["analysis"], /*is_background=*/true,
                           "spec.strategy.canary.analysis.templates");
  }
  return fault;
}

std::string steps_hash(const Value& document) {
  // The letters are those of template_hash(), the number behind them our own.
  return template_hash(document["spec"]["strategy"]["canary"]["steps"], 0);
}

}  // namespace inferlab::sim
