// The HorizontalPodAutoscaler controller: every 15 s it asks for the metrics of a workload's Pods
// and sets how many there should be, through the subresource scale of whatever kind has one.
// Source: Kubernetes documentation, "Horizontal Pod Autoscaling"; Kubernetes 1.32,
// pkg/controller/podautoscaler/horizontal.go.
#include <fmt/format.h>

#include <algorithm>

#include "sim/api/conditions.h"
#include "sim/api/views.h"
#include "sim/controllers/hpa_behavior.h"
#include "sim/controllers/hpa_metrics.h"
#include "sim/controllers/make_controllers.h"

namespace inferlab::sim {
namespace {

constexpr std::string_view kResource = "horizontalpodautoscalers.autoscaling";
constexpr std::string_view kWatches[] = {kResource};
/// --horizontal-pod-autoscaler-sync-period: from a change, and from the last sync, to the next.
constexpr Duration kSyncPeriod = 15s;

struct Scale {
  const Kind* kind = nullptr;
  Value document;
  std::int64_t spec_replicas = 0, status_replicas = 0;
};

/// One sync: the status under way, and what it is about.
struct Sync {
  const StoredObject& hpa;
  const Value& spec;
  Value status;
  Time now;

  void condition(std::string_view type, bool status_is_true, std::string_view reason,
                 std::string_view message) {
    status = status.with(
        "conditions", set_condition_at(status["conditions"],
                                       Value::object({{"message", message},
                                                      {"reason", reason},
                                                      {"status", status_is_true ? "True" : "False"},
                                                      {"type", type}}),
                                       format_rfc3339(now)));
  }
  void condition(std::string_view type, bool status_is_true, const HpaVerdict& verdict) {
    condition(type, status_is_true, verdict.reason, verdict.message);
  }
  void counts(std::int64_t current, std::int64_t desired, Value metrics) {
    status = status.without("observedGeneration")
                 .without("currentReplicas")
                 .with("desiredReplicas", desired)
                 .with("currentMetrics", std::move(metrics));
    if (current != 0) status = status.with("currentReplicas", current);
  }
};

class HorizontalPodAutoscalers final : public Controller {
 public:
  explicit HorizontalPodAutoscalers(const ControllerContext& context)
      : Controller(context, "controller/horizontal-pod-autoscaler", "horizontal-pod-autoscaler") {}

  std::span<const std::string_view> watches() const override { return kWatches; }

  void observe(const Change& change) override {
    const ObjectKey& key = change.object->key;
    if (change.type != ChangeType::kDeleted) return queue().add_after(key, kSyncPeriod);
    histories_.erase(key);
    selectors_.erase(key);
  }

  // Whatever comes of it, the next sync is a period later.
  Result<void> reconcile(const ObjectKey& key) override {
    const ObjectPtr hpa = store().get(key);
    if (hpa == nullptr) return {};
    queue().add_after(key, kSyncPeriod);
    Sync sync{*hpa, hpa->document["spec"], hpa->document["status"], now()};
    step(sync);
    if (sync.status == hpa->document["status"]) return {};
    const ApiResponse written =
        api().update_status(kResource, hpa->document.with("status", sync.status), user());
    if (!written.ok()) events().warning(*hpa, "FailedUpdateStatus", written.message());
    return {};
  }

 private:
  void step(Sync& sync) {
    const auto scale = read_scale(sync);
    if (!scale) {
      const std::string& why = scale.error().message;
      events().warning(sync.hpa, "FailedGetScale", why);
      sync.condition("AbleToScale", false, "FailedGetScale",
                     "the HPA controller was unable to get the target's current scale: " + why);
      return;
    }
    sync.condition("AbleToScale", true, "SucceededGetScale",
                   "the HPA controller was able to get the target's current scale");
    const std::int64_t current = scale->spec_replicas;
    const std::int64_t least = sync.spec["minReplicas"].as_int(1);
    const std::int64_t most = sync.spec["maxReplicas"].as_int();
    HpaHistory& history = histories_[sync.hpa.key];
    history.begin(current, sync.now);
    if (current == 0 && least != 0) {
      sync.condition("ScalingActive", false, "ScalingDisabled",
                     "scaling is disabled since the replica count of the target is zero");
      return sync.counts(current, current, {});
    }
    if (current > most) {
      return rescale(sync, *scale, most, "Current number of replicas above Spec.MaxReplicas", {});
    }
    if (current < least) {
      return rescale(sync, *scale, least, "Current number of replicas below Spec.MinReplicas", {});
    }
    Wanted wanted = ask_metrics(sync, *scale);
    if (!wanted.failure.empty()) {
      sync.counts(current, sync.status["desiredReplicas"].as_int(), std::move(wanted.statuses));
      events().warning(sync.hpa, "FailedComputeMetricsReplicas", wanted.failure);
      return;
    }
    const auto behavior = hpa_behavior_from(sync.spec["behavior"]);
    const HpaNormalized result =
        hpa_normalize(history, behavior, current, wanted.replicas, least, most, sync.now);
    sync.condition("AbleToScale", true, result.able_to_scale);
    sync.condition("ScalingLimited", result.limited, result.limit);
    if (result.replicas == current) {
      return sync.counts(current, current, std::move(wanted.statuses));
    }
    std::string reason;
    if (wanted.replicas > current) reason = wanted.metric + " above target";
    if (wanted.replicas < current) reason = "All metrics below target";
    rescale(sync, *scale, result.replicas, reason, std::move(wanted.statuses));
  }

  // -- the target
  // ----------------------------------------------------------------------------------

  Result<Scale> read_scale(const Sync& sync) {
    const Value& target = sync.spec["scaleTargetRef"];
    const std::string_view version = target["apiVersion"].as_string();
    if (std::count(version.begin(), version.end(), '/') > 1) {
      return Error{ErrorKind::kInvalid, fmt::format("unexpected GroupVersion string: {}", version)};
    }
    const std::size_t slash = version.find('/');
    const std::string_view group =
        slash == std::string_view::npos ? std::string_view() : version.substr(0, slash);
    const std::string_view name = target["kind"].as_string();
    // Any version of it will do.
    for (const Kind* kind : api().kinds().all()) {
      if (kind->group != group || kind->kind != name) continue;
      const ApiResponse answer = ask_scale(sync, *kind, Verb::kGet, {});
      if (!answer.ok()) return Error{ErrorKind::kNotFound, std::string(answer.message())};
      return Scale{kind, answer.body, answer.body["spec"]["replicas"].as_int(),
                   answer.body["status"]["replicas"].as_int()};
    }
    return Error{ErrorKind::kNotFound,
                 fmt::format("no matches for kind \"{}\" in group \"{}\"", name, group)};
  }

  ApiResponse ask_scale(const Sync& sync, const Kind& kind, Verb verb, Value body) {
    ApiRequest request;
    request.verb = verb;
    request.resource = kind.resource();
    request.version = kind.version;
    request.ns = sync.hpa.key.ns;
    request.name = sync.spec["scaleTargetRef"]["name"].str();
    request.subresource = "scale";
    request.body = std::move(body);
    request.user = user();
    request.field_manager = "kube-controller-manager";
    request.track_fields = false;
    return api().handle(request);
  }

  void rescale(Sync& sync, const Scale& scale, std::int64_t replicas, const std::string& reason,
               Value statuses) {
    const std::int64_t current = scale.spec_replicas;
    const ApiResponse answer =
        ask_scale(sync, *scale.kind, Verb::kUpdate,
                  scale.document.with_path({"spec", "replicas"}, Value(replicas)));
    if (!answer.ok()) {
      const std::string why(answer.message());
      events().warning(sync.hpa, "FailedRescale",
                       fmt::format("New size: {}; reason: {}; error: {}", replicas, reason, why));
      sync.condition("AbleToScale", false, "FailedUpdateScale",
                     "the HPA controller was unable to update the target scale: " + why);
      return sync.counts(current, sync.status["desiredReplicas"].as_int(), std::move(statuses));
    }
    sync.condition(
        "AbleToScale", true, "SucceededRescale",
        fmt::format("the HPA controller was able to update the target scale to {}", replicas));
    events().normal(sync.hpa, "SuccessfulRescale",
                    fmt::format("New size: {}; reason: {}", replicas, reason));
    histories_[sync.hpa.key].rescaled(hpa_behavior_from(sync.spec["behavior"]), current, replicas,
                                      sync.now);
    sync.counts(current, replicas, std::move(statuses));
    sync.status = sync.status.with("lastScaleTime", format_rfc3339(sync.now));
  }

  // -- the metrics
  // ---------------------------------------------------------------------------------

  struct Wanted {
    std::int64_t replicas = 0;
    std::string metric;  // the one that asks for most
    Value statuses;
    std::string failure;  // empty: `replicas` holds
  };

  Wanted ask_metrics(Sync& sync, const Scale& scale) {
    auto pods = pods_of(sync, scale.document["status"]["selector"].str());
    if (!pods) return {0, {}, {}, pods.error().message};
    static const HpaSettings kSettings;
    const HpaTarget target{api(),
                           kSettings,
                           sync.hpa.key.ns,
                           scale.spec_replicas,
                           scale.status_replicas,
                           std::move(pods).value()};
    Wanted out;
    Value::Array statuses;
    std::optional<HpaMetric::Failure> first_failure;
    std::size_t failures = 0;
    const Value& metrics = sync.spec["metrics"];
    for (const Value& spec : metrics.items()) {
      HpaMetric metric = hpa_metric(target, spec);
      statuses.push_back(std::move(metric.status));
      if (metric.failure) {
        events().warning(sync.hpa, metric.failure->reason, metric.failure->why);
        ++failures;
        if (!first_failure) first_failure = std::move(metric.failure);
        continue;
      }
      if (out.replicas == 0 || metric.proposal.replicas > out.replicas) {
        out.replicas = metric.proposal.replicas;
        out.metric = std::move(metric.name);
      }
    }
    out.statuses = Value::array(std::move(statuses));
    // With a metric missing it may grow by the others, and never shrink.
    if (failures >= metrics.size() || (failures > 0 && out.replicas < scale.spec_replicas)) {
      sync.condition("ScalingActive", false, first_failure ? first_failure->reason : "",
                     "the HPA was unable to compute the replica count: " +
                         (first_failure ? first_failure->why : std::string()));
      out.failure =
          fmt::format("invalid metrics ({} invalid out of {}), first error is: {}", failures,
                      metrics.size(), first_failure ? first_failure->whole : std::string());
      return out;
    }
    sync.condition("ScalingActive", true, "ValidMetricFound",
                   "the HPA was able to successfully calculate a replica count from " + out.metric);
    return out;
  }

  // The Pods of the target, which must be nobody else's.
  Result<std::vector<ObjectPtr>> pods_of(Sync& sync, const std::string& text) {
    if (text.empty()) {
      events().warning(sync.hpa, "SelectorRequired", "selector is required");
      sync.condition("ScalingActive", false, "InvalidSelector",
                     "the HPA target's scale is missing a selector");
      return Error{ErrorKind::kInvalid, "selector is required"};
    }
    auto selector = LabelSelector::parse(text);
    if (!selector) {
      std::string why =
          "couldn't convert selector into a corresponding internal selector object: " +
          selector.error().message;
      events().warning(sync.hpa, "InvalidSelector", why);
      sync.condition("ScalingActive", false, "InvalidSelector", why);
      return Error{ErrorKind::kInvalid, std::move(why)};
    }
    const ObjectKey& own = sync.hpa.key;
    selectors_.insert_or_assign(own, *selector);
    std::vector<ObjectPtr> pods = store().list("pods", own.ns);
    std::erase_if(pods, [&](const ObjectPtr& pod) {
      return !selector->matches(pod->view<PodView>().meta.labels);
    });
    std::vector<std::string> claimants;
    for (const auto& [key, selector_of_key] : selectors_) {
      if (key.ns != own.ns) continue;
      const LabelSelector& other = selector_of_key;
      const bool claims = std::any_of(pods.begin(), pods.end(), [&](const ObjectPtr& pod) {
        return other.matches(pod->view<PodView>().meta.labels);
      });
      if (claims) claimants.push_back(fmt::format("{{{} {}}}", key.name, key.ns));
    }
    if (claimants.size() > 1) {
      std::string why = fmt::format("pods by selector {} are controlled by multiple HPAs: [{}]",
                                    text, fmt::join(claimants, " "));
      events().warning(sync.hpa, "AmbiguousSelector", why);
      sync.condition("ScalingActive", false, "AmbiguousSelector", why);
      return Error{ErrorKind::kInvalid, std::move(why)};
    }
    return pods;
  }

  std::map<ObjectKey, HpaHistory> histories_;
  std::map<ObjectKey, LabelSelector> selectors_;  // of targets that were found
};

}  // namespace

std::unique_ptr<Controller> make_horizontal_pod_autoscaler_controller(
    const ControllerContext& context) {
  return std::make_unique<HorizontalPodAutoscalers>(context);
}

}  // namespace inferlab::sim
