#include "sim/controllers/application_operation.h"

#include <fmt/format.h>

#include <algorithm>

#include "sim/controllers/application_sync.h"
#include "sim/gitops/three_way_merge.h"

namespace inferlab::sim {
namespace {

constexpr Duration kFirstHealing = 2s;      // --self-heal-backoff-timeout-seconds
constexpr int kHealingFactor = 3;           // --self-heal-backoff-factor
constexpr Duration kLongestHealing = 300s;  // --self-heal-backoff-cap-seconds
constexpr Duration kBetweenWaves = 2s;      // ARGOCD_SYNC_WAVE_DELAY

// Counts stand in documents that anybody may write: far above what is ever reached, and one more
// is a number still.
constexpr std::int64_t kHighestCount = 1'000'000'000;

std::int64_t count_of(const Value& number) {
  return std::clamp<std::int64_t>(number.as_int(), 0, kHighestCount);
}

Duration healing_wait(std::int64_t attempts) {
  if (attempts == 0) return {};
  Duration out = kFirstHealing;
  for (std::int64_t i = 1; i < attempts && out < kLongestHealing; ++i) out *= kHealingFactor;
  return std::min(out, kLongestHealing);
}

Value operation_for(const Value& application, const ApplicationSpec& spec,
                    const ApplicationState& state) {
  const Value& policy = application["spec"]["syncPolicy"];
  Value sync = Value::object({{"revision", Value(state.revision)}});
  if (spec.prunes) sync = sync.with("prune", true);
  if (!policy["syncOptions"].empty()) sync = sync.with("syncOptions", policy["syncOptions"]);
  const Value retry = policy.has("retry") ? policy["retry"] : Value::object({{"limit", 5}});
  return Value::object(
      {{"initiatedBy", Value::object({{"automated", true}})}, {"retry", retry}, {"sync", sync}});
}

// Only what is not in sync, as self-healing has it.
Value rows_out_of_sync(const ApplicationState& state, const ApplicationSpec& spec) {
  Value::Array out;
  const Value rows = state.resource_list(spec);
  for (const Value& row : rows.items()) {
    if (row["status"].as_string() == "Synced") continue;
    Value chosen = Value::object({{"kind", row["kind"]}, {"name", row["name"]}});
    if (row.has("group")) chosen = chosen.with("group", row["group"]);
    out.push_back(std::move(chosen));
  }
  return Value::array(std::move(out));
}

// RFC 3339 of a status field; nullopt: none.
std::optional<Time> time_of(const Value& text) {
  constexpr Duration kFar = 24h * 365 * 100;  // sums with it are times still
  const auto at = text.is_string() ? parse_rfc3339(text.as_string()) : std::nullopt;
  if (!at) return std::nullopt;
  return std::clamp(*at, Time{-kFar}, Time{kFar});
}

// "3:04PM", as Go's time.Kitchen, in UTC.
std::string kitchen_time(Time at) {
  const std::string text = format_rfc3339(at);
  const int hour = (text[11] - '0') * 10 + (text[12] - '0');
  const int on_clock = hour % 12 == 0 ? 12 : hour % 12;
  return fmt::format("{}:{}{}", on_clock, text.substr(14, 2), hour < 12 ? "AM" : "PM");
}

Value history_with(const Value& status, const Value& state, const ApplicationSpec& spec,
                   const std::string& now) {
  Value::Array rows = status["history"].items();
  const std::int64_t id = rows.empty() ? 0 : rows.back()["id"].as_int() + 1;
  const Value& who = state["operation"]["initiatedBy"];
  rows.push_back(Value::object({{"deployStartedAt", state["startedAt"]},
                                {"deployedAt", Value(now)},
                                {"id", id},
                                {"initiatedBy", who.is_null() ? Value::object() : who},
                                {"revision", state["syncResult"]["revision"]},
                                {"source", state["syncResult"]["source"]}}));
  const auto limit = static_cast<std::size_t>(std::max<std::int64_t>(spec.history_limit, 0));
  if (rows.size() > limit) {
    rows.erase(rows.begin(), rows.end() - static_cast<std::ptrdiff_t>(limit));
  }
  return Value::array(std::move(rows));
}

/// One step of one operation.
class Operation {
 public:
  Operation(const OperationContext& context, const StoredObject& application, ApplicationSpec spec)
      : context_(context),
        document_(application.document),
        before_(document_["status"]["operationState"]),
        spec_(std::move(spec)),
        now_(context.api.simulation().now()) {}

  OperationStep step(const std::vector<ApplicationFault>& faults) {
    state_ = before_;
    if (before_["phase"].as_string() != "Running") {
      begin();
    } else if (before_.has("finishedAt")) {
      const Duration wait = time_of(before_["finishedAt"]).value_or(now_) +
                            retry().wait(count_of(before_["retryCount"]) - 1) - now_;
      if (wait > Duration{}) {
        OperationStep later;
        later.again = wait;
        return later;
      }
      begin_again();
    }
    if (state_["operation"]["sync"].is_null()) {
      return end("Error", "Invalid operation request: no operation specified");
    }
    if (!faults.empty()) return end("Error", faults.front().type + ": " + faults.front().message);
    return sync();
  }

 private:
  [[nodiscard]] RetryRule retry() const { return retry_rule(state_["operation"]["retry"]); }

  void begin() {
    state_ = Value::object({{"operation", document_["operation"]},
                            {"phase", "Running"},
                            {"startedAt", Value(format_rfc3339(now_))}});
  }

  void begin_again() {
    state_ = state_.without("finishedAt").without("syncResult");
    if (retry().refresh) state_ = state_.without_path({"operation", "sync", "revision"});
  }

  OperationStep sync() {
    const Value operation = state_["operation"];
    std::string revision = state_["syncResult"]["revision"].str();
    if (revision.empty()) revision = operation["sync"]["revision"].str();
    if (revision.empty()) revision = spec_.target_revision;
    const ApplicationState state =
        compare_application(context_.api, context_.repositories, spec_, revision, context_.tracked);
    const Value results = state_["syncResult"]["resources"];
    state_ = state_.with("syncResult", Value::object({{"revision", Value(state.revision)},
                                                      {"source", document_["spec"]["source"]}}));
    if (!state.is_known) {
      return end("Error", state.faults.front().type + ": " + state.faults.front().message);
    }
    if (operation["sync"]["dryRun"].as_bool())
      return end("Succeeded", "successfully synced (dry run)");
    const SyncProgress progress =
        sync_step({context_.api, context_.user, spec_, operation}, state, results);
    state_ = state_.with_path({"syncResult", "resources"}, progress.results);
    if (progress.phase != "Running") return end(progress.phase, progress.message);
    OperationStep out;
    state_ = state_.with("message", Value(progress.message));
    out.patch = patch_to(state_);
    if (progress.next_wave) out.again = kBetweenWaves;
    return out;
  }

  OperationStep end(std::string phase, std::string message) {
    OperationStep out;
    const std::int64_t tried = count_of(state_["retryCount"]);
    const RetryRule rule = retry();
    const bool failed = phase != "Succeeded";
    if (failed && (tried < rule.limit || rule.limit < 0)) {
      out.again = rule.wait(tried);
      state_ = state_.with("finishedAt", Value(format_rfc3339(now_)))
                   .with("retryCount", tried + 1)
                   .with("message", Value(fmt::format("{}. Retrying attempt #{} at {}.", message,
                                                      tried + 1, kitchen_time(now_ + out.again))));
      out.patch = patch_to(state_);
      return out;
    }
    if (failed && tried > 0) message += fmt::format(" (retried {} times).", tried);
    const std::string time = format_rfc3339(now_);
    state_ = state_.with("phase", Value(phase))
                 .with("message", Value(message))
                 .with("finishedAt", Value(time));
    out.patch = patch_to(state_).with("operation", Value());
    const bool whole = state_["operation"]["sync"]["resources"].empty() &&
                       !state_["operation"]["sync"]["dryRun"].as_bool();
    if (!failed && whole) {
      out.patch = out.patch.with_path({"status", "history"},
                                      history_with(document_["status"], state_, spec_, time));
    }
    out.state = state_;
    out.is_over = true;
    return out;
  }

  [[nodiscard]] Value patch_to(const Value& state) const {
    const Value old = before_.is_object() ? before_ : Value::object();
    const Value change = merge_patch_between(old, state);
    if (change.empty()) return Value::object();
    return Value::object().with_path({"status", "operationState"}, change);
  }

  const OperationContext& context_;
  const Value& document_;
  const Value before_;
  ApplicationSpec spec_;
  const Time now_;
  Value state_;
};

}  // namespace

AutomatedSync automated_sync(const Value& application, const ApplicationSpec& spec,
                             const ApplicationState& state, Time now) {
  AutomatedSync out;
  if (!spec.automated || state.sync != "OutOfSync") return out;
  const auto all_extra_or = [&](bool synced) {
    return std::all_of(state.resources.begin(), state.resources.end(),
                       [&](const auto& one) { return one.is_extra() || (synced && one.in_sync); });
  };
  if (!spec.prunes && all_extra_or(/*synced=*/true)) return out;
  Value operation = operation_for(application, spec, state);
  const Value& last = application["status"]["operationState"];
  const Value& result = last["syncResult"];
  const bool attempted = last.is_object() && result["revision"].as_string() == state.revision &&
                         result["source"] == application["spec"]["source"];
  if (attempted) {
    const std::string_view phase = last["phase"].as_string();
    if (phase != "Succeeded") {
      if (phase != "Running") {
        out.fault = fmt::format("Failed last sync attempt to [{}]: {}", state.revision,
                                last["message"].as_string());
      }
      return out;
    }
    if (!spec.heals) return out;
    const std::int64_t attempts = count_of(last["operation"]["sync"]["autoHealAttemptsCount"]);
    const Duration since = now - time_of(last["finishedAt"]).value_or(now);
    if (const Duration left = healing_wait(attempts) - since; left > Duration{}) {
      out.again = left;
      return out;
    }
    operation = operation.with_path({"sync", "autoHealAttemptsCount"}, attempts + 1)
                    .with_path({"sync", "resources"}, rows_out_of_sync(state, spec));
  }
  if (spec.prunes && !spec.allows_empty && all_extra_or(/*synced=*/false)) {
    out.fault = fmt::format("Skipping sync attempt to [{}]: auto-sync will wipe out all resources",
                            state.revision);
    return out;
  }
  out.operation = std::move(operation);
  return out;
}

OperationStep operation_step(const OperationContext& context, const StoredObject& application,
                             ApplicationSpec spec, const std::vector<ApplicationFault>& faults) {
  return Operation(context, application, std::move(spec)).step(faults);
}

}  // namespace inferlab::sim
