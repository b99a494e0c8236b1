#include "sim/controllers/hpa_metrics.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "sim/api/metrics_source.h"
#include "sim/controllers/pod_state.h"

namespace inferlab::sim {
namespace {

/// What a custom metric that states no window is taken to have been measured over.
constexpr Duration kCustomWindow = 1min;

// -- Pods
// ------------------------------------------------------------------------------------------

std::optional<std::int64_t> requested(const Value& container, std::string_view resource) {
  const Value* amount = container["resources"]["requests"].find(resource);
  if (amount == nullptr) return std::nullopt;
  const auto parsed = Quantity::parse(amount->as_string());
  return parsed ? std::optional(parsed->milli()) : std::nullopt;
}

// What all containers that stay request together, or the one named.
void add_requests(const Value& spec, std::string_view resource, std::string_view container,
                  HpaPod& pod) {
  std::int64_t sum = 0;
  const auto add = [&](const Value& one) {
    if (!container.empty() && one["name"].as_string() != container) return true;
    const auto amount = requested(one, resource);
    if (amount) {
      sum += *amount;
      return true;
    }
    pod.missing_request = fmt::format("missing request for {} in container {} of Pod {}", resource,
                                      one["name"].as_string(), pod.name);
    return false;
  };
  for (const Value& one : spec["containers"].items()) {
    if (!add(one)) return;
  }
  for (const Value& one : spec["initContainers"].items()) {
    if (one["restartPolicy"].as_string() == "Always" && !add(one)) return;
  }
  pod.request_milli = sum;
}

std::vector<HpaPod> pods_of(const HpaTarget& target, std::string_view resource,
                            std::string_view container) {
  std::vector<HpaPod> out;
  out.reserve(target.pods.size());
  for (const ObjectPtr& object : target.pods) {
    const Value& document = object->document;
    HpaPod pod;
    pod.name = object->key.name;
    pod.phase = document["status"]["phase"].str();
    pod.deleting = document["metadata"].has("deletionTimestamp");
    pod.started = parse_rfc3339(document["status"]["startTime"].as_string());
    if (const Value& ready = condition_of(document, "Ready"); !ready.is_null()) {
      const std::string_view status = ready["status"].as_string();
      pod.readiness = {status == "False", status == "True",
                       parse_rfc3339(ready["lastTransitionTime"].as_string()).value_or(Time{})};
    }
    if (!resource.empty()) add_requests(document["spec"], resource, container, pod);
    out.push_back(std::move(pod));
  }
  return out;
}

// -- resource metrics
// ------------------------------------------------------------------------------

std::optional<std::int64_t> milli_of(const MeasuredUsage& usage, std::string_view resource) {
  // Rounded up, as every Quantity that is finer than what is asked for.
  if (resource == "cpu") return (usage.cpu_nanocores + 999'999) / 1'000'000;
  if (resource == "memory") {
    constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max() / 1000;
    return std::min(usage.memory_bytes, kMost) * 1000;
  }
  return std::nullopt;
}

Result<HpaSamples> resource_samples(const HpaTarget& target, std::string_view resource,
                                    std::string_view container) {
  const MetricsSource* source = target.api.metrics();
  if (source == nullptr) {
    return Error{ErrorKind::kUnavailable,
                 "unable to fetch metrics from resource metrics API: the server could not find the "
                 "requested resource (get pods.metrics.k8s.io)"};
  }
  HpaSamples out;
  bool any = false;
  for (const ObjectPtr& object : target.pods) {
    if (object->document["status"]["phase"].as_string() != "Running") continue;
    const auto pod = source->pod(object->key.ns, object->key.name);
    if (!pod) continue;
    any = true;
    std::int64_t sum = 0;
    bool found = false;
    bool missing = pod->containers.empty();
    for (const MeasuredContainer& one : pod->containers) {
      if (!container.empty() && one.name != container) continue;
      found = true;
      const auto milli = milli_of(one.usage, resource);
      missing = missing || !milli;
      sum += milli.value_or(0);
    }
    if (!container.empty() && !found) {
      return Error{ErrorKind::kInvalid,
                   fmt::format("failed to get container metrics: container {} not present in "
                               "metrics for pod {}/{}",
                               container, object->key.ns, object->key.name)};
    }
    if (!missing) out[object->key.name] = {sum, pod->at, pod->window};
  }
  if (!any) return Error{ErrorKind::kNotFound, "no metrics returned from resource metrics API"};
  return out;
}

struct ResourceResult {
  HpaProposal proposal;
  Value current;
};

Result<ResourceResult> resource_proposal(const HpaTarget& target, const Value& source,
                                         std::string_view container) {
  const std::string_view resource = source["name"].as_string();
  const Value& wanted = source["target"];
  const bool by_value = !wanted["averageValue"].is_null();
  if (!by_value && wanted["averageUtilization"].is_null()) {
    return Error{ErrorKind::kInvalid,
                 "invalid resource metric source: neither an average utilization target nor an "
                 "average value (usage) target was set"};
  }
  const auto failed = [&](const Error& error) {
    return Error{error.kind, fmt::format("failed to get {} {}: {}", resource,
                                         by_value ? "usage" : "utilization", error.message)};
  };
  auto samples = resource_samples(target, resource, container);
  if (!samples) {
    return failed({samples.error().kind, fmt::format("unable to get metrics for resource {}: {}",
                                                     resource, samples.error().message)});
  }
  const std::vector<HpaPod> pods = pods_of(target, resource, container);
  const Time now = target.api.simulation().now();
  auto proposal =
      by_value
          ? hpa_for_average_value(
                target.settings, now, target.spec_replicas,
                Quantity::parse(wanted["averageValue"].as_string()).value_or(Quantity()).milli(),
                resource, pods, std::move(samples).value())
          : hpa_for_utilization(target.settings, now, target.spec_replicas,
                                wanted["averageUtilization"].as_int(), resource, pods,
                                std::move(samples).value());
  if (!proposal) return failed(proposal.error());
  Value current =
      Value::object({{"averageValue", Quantity::from_milli(proposal->usage_milli).str()}});
  if (proposal->percent) current = current.with("averageUtilization", *proposal->percent);
  return ResourceResult{*proposal, std::move(current)};
}

HpaMetric failed(std::string_view reason, std::string why, std::string whole) {
  HpaMetric out;
  out.status = Value::object({{"type", ""}});  // as the real one leaves the entry
  out.failure = HpaMetric::Failure{reason, std::move(why), std::move(whole)};
  return out;
}

HpaMetric resource_metric(const HpaTarget& target, const Value& spec) {
  const bool of_container = spec["type"].as_string() == "ContainerResource";
  const char* member = of_container ? "containerResource" : "resource";
  const Value& source = spec[member];
  const std::string name = source["name"].str();
  const std::string container = source["container"].str();
  auto result = resource_proposal(target, source, container);
  if (!result) {
    const std::string& why = result.error().message;
    if (of_container) {
      return failed("FailedGetContainerResourceMetric", why,
                    fmt::format("failed to get {} container metric value: {}", container, why));
    }
    return failed("FailedGetResourceMetric", why,
                  fmt::format("failed to get {} resource metric value: {}", name, why));
  }
  HpaMetric out;
  out.proposal = result->proposal;
  out.name = name + " resource";
  if (out.proposal.percent) {
    out.name = fmt::format("{}{} resource utilization (percentage of request)", name,
                           of_container ? " container" : "");
  }
  Value status = Value::object({{"current", result->current}, {"name", Value(name)}});
  if (of_container) status = status.with("container", Value(container));
  out.status = Value::object({{"type", spec["type"]}, {member, status}});
  return out;
}

// -- custom and external metrics
// -------------------------------------------------------------------

LabelSelector selector_of(const Value& selector) {
  return selector.is_null() ? LabelSelector() : LabelSelector::from_object(selector);
}

std::string not_found_text(std::string_view metric, std::string_view resource) {
  return fmt::format("the server could not find the metric {} for {}", metric, resource);
}

Error custom_error(const std::string& why) {
  return {ErrorKind::kUnavailable, "unable to fetch metrics from custom metrics API: " + why};
}

constexpr std::string_view kNoAdapter = "no custom metrics API (custom.metrics.k8s.io) registered";

std::int64_t target_milli(const Value& target, const char* member) {
  return Quantity::parse(target[member].as_string()).value_or(Quantity()).milli();
}

Value identifier_of(const Value& metric) {
  const Value out = Value::object({{"name", metric["name"]}});
  return metric["selector"].is_null() ? out : out.with("selector", metric["selector"]);
}

Value amount(const char* member, std::int64_t milli) {
  return Value::object({{member, Quantity::from_milli(milli).str()}});
}

Result<HpaSamples> pods_samples(const HpaTarget& target, const Value& metric) {
  const MetricsSource* source = target.api.metrics();
  if (source == nullptr) return custom_error(std::string(kNoAdapter));
  ObjectMetricQuery query{.ns = target.ns,
                          .resource = "pods",
                          .singular = "pod",
                          .metric = metric["name"].str(),
                          .selector = selector_of(metric["selector"])};
  for (const ObjectPtr& pod : target.pods) query.names.push_back(pod->key.name);
  const auto values = source->of_objects(query);
  if (!values) return custom_error(not_found_text(query.metric, query.resource));
  if (values->empty()) {
    return Error{ErrorKind::kNotFound, "no metrics returned from custom metrics API"};
  }
  HpaSamples out;
  const Time now = target.api.simulation().now();
  for (const auto& [name, milli] : *values) out[name] = {milli, now, kCustomWindow};
  return out;
}

HpaMetric pods_metric(const HpaTarget& target, const Value& spec) {
  const Value& source = spec["pods"];
  const std::string name = source["metric"]["name"].str();
  const auto proposal = [&]() -> Result<HpaProposal> {
    auto samples = pods_samples(target, source["metric"]);
    if (!samples) {
      return Error{samples.error().kind,
                   fmt::format("unable to get metric {}: {}", name, samples.error().message)};
    }
    return hpa_for_average_value(target.settings, target.api.simulation().now(),
                                 target.spec_replicas,
                                 target_milli(source["target"], "averageValue"), {},
                                 pods_of(target, {}, {}), std::move(samples).value());
  }();
  if (!proposal) {
    const std::string& why = proposal.error().message;
    return failed("FailedGetPodsMetric", why, "failed to get pods metric value: " + why);
  }
  HpaMetric out;
  out.proposal = *proposal;
  out.name = "pods metric " + name;
  out.status = Value::object(
      {{"type", "Pods"},
       {"pods", Value::object({{"current", amount("averageValue", proposal->usage_milli)},
                               {"metric", identifier_of(source["metric"])}})}});
  return out;
}

// The kind that an object reference means, in whatever version is served.
const Kind* kind_of(const Api& api, const Value& reference) {
  const std::string_view version = reference["apiVersion"].as_string();
  const std::size_t slash = version.find('/');
  const std::string_view group =
      slash == std::string_view::npos ? std::string_view() : version.substr(0, slash);
  for (const Kind* kind : api.kinds().all()) {
    if (kind->group == group && kind->kind == reference["kind"].as_string()) return kind;
  }
  return nullptr;
}

Result<std::int64_t> object_value(const HpaTarget& target, const Value& source) {
  const MetricsSource* metrics = target.api.metrics();
  if (metrics == nullptr) return custom_error(std::string(kNoAdapter));
  const Value& object = source["describedObject"];
  const Kind* kind = kind_of(target.api, object);
  if (kind == nullptr) {
    return custom_error(
        fmt::format("no matches for kind \"{}\" in group \"\"", object["kind"].as_string()));
  }
  // A Namespace is asked about itself, whatever name is given.
  const bool is_namespace = kind->resource() == "namespaces";
  const std::string name = is_namespace ? target.ns : object["name"].str();
  const auto values =
      metrics->of_objects({.ns = is_namespace || !kind->namespaced ? std::string() : target.ns,
                           .resource = kind->resource(),
                           .singular = std::string(kind->singular),
                           .names = {name},
                           .metric = source["metric"]["name"].str(),
                           .selector = selector_of(source["metric"]["selector"])});
  const std::string missing =
      not_found_text(source["metric"]["name"].as_string(), kind->resource());
  if (!values) return custom_error(missing);
  if (!values->contains(name)) return custom_error(missing + " " + name);
  return values->at(name);
}

HpaMetric object_metric(const HpaTarget& target, const Value& spec) {
  const Value& source = spec["object"];
  const Value& object = source["describedObject"];
  const std::string name = source["metric"]["name"].str();
  const bool by_value = source["target"]["type"].as_string() == "Value";
  const auto proposal = [&]() -> Result<HpaProposal> {
    const auto value = object_value(target, source);
    if (!value) {
      // The real one hands its arguments over in this order.
      return Error{
          value.error().kind,
          fmt::format("unable to get metric {}: {} on {} {}/{}", name, object["kind"].as_string(),
                      target.ns, object["name"].as_string(), value.error().message)};
    }
    if (!by_value) {
      return hpa_for_shared_value(target.settings, target.status_replicas,
                                  target_milli(source["target"], "averageValue"), *value);
    }
    return hpa_for_value(target.settings, target.spec_replicas,
                         target_milli(source["target"], "value"), *value, pods_of(target, {}, {}));
  }();
  if (!proposal) {
    const std::string& why = proposal.error().message;
    return failed("FailedGetObjectMetric", why,
                  by_value ? "failed to get object metric value: " + why
                           : fmt::format("failed to get object metric value: failed to get {} "
                                         "object metric: {}",
                                         name, why));
  }
  HpaMetric out;
  out.proposal = *proposal;
  Value status = Value::object({{"metric", identifier_of(source["metric"])}});
  if (by_value) {
    out.name = fmt::format("{} metric {}", object["kind"].as_string(), name);
    status = status.with("current", amount("value", proposal->usage_milli))
                 .with("describedObject", object);
  } else {
    out.name =
        fmt::format("external metric {}({})", name, go_selector_text(source["metric"]["selector"]));
    status = status.with("current", amount("averageValue", proposal->usage_milli));
  }
  out.status = Value::object({{"type", "Object"}, {"object", status}});
  return out;
}

Result<std::int64_t> external_value(const HpaTarget& target, const Value& metric) {
  const std::string name = metric["name"].str();
  const auto wrapped = [&](const std::string& why) {
    return Error{ErrorKind::kUnavailable,
                 fmt::format("unable to get external metric {}/{}/{}: {}", target.ns, name,
                             go_selector_text(metric["selector"]), why)};
  };
  constexpr std::string_view kFetch = "unable to fetch metrics from external metrics API: ";
  const MetricsSource* source = target.api.metrics();
  if (source == nullptr) {
    return wrapped(fmt::format(
        "{}the server could not find the requested resource (get {}.external.metrics.k8s.io)",
        kFetch, name));
  }
  const auto values = source->external(target.ns, name, selector_of(metric["selector"]));
  if (!values) return wrapped(std::string(kFetch) + not_found_text(name, ""));
  if (values->empty()) return wrapped("no metrics returned from external metrics API");
  std::int64_t sum = 0;
  for (const ExternalMetric& value : *values) {
    constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
    sum = value.milli > 0 && sum > kMost - value.milli ? kMost : sum + value.milli;
  }
  return sum;
}

HpaMetric external_metric(const HpaTarget& target, const Value& spec) {
  const Value& source = spec["external"];
  const std::string name = source["metric"]["name"].str();
  const bool shared = !source["target"]["averageValue"].is_null();
  const auto proposal = [&]() -> Result<HpaProposal> {
    INFERLAB_TRY(const std::int64_t value, external_value(target, source["metric"]));
    if (shared) {
      return hpa_for_shared_value(target.settings, target.status_replicas,
                                  target_milli(source["target"], "averageValue"), value);
    }
    return hpa_for_value(target.settings, target.spec_replicas,
                         target_milli(source["target"], "value"), value, pods_of(target, {}, {}));
  }();
  if (!proposal) {
    const std::string& why = proposal.error().message;
    const std::string inner = shared
                                  ? fmt::format("failed to get {} external metric: {}", name, why)
                                  : fmt::format("failed to get external metric {}: {}", name, why);
    return failed("FailedGetExternalMetric", why,
                  fmt::format("failed to get {} external metric value: {}", name, inner));
  }
  HpaMetric out;
  out.proposal = *proposal;
  out.name =
      fmt::format("external metric {}({})", name, go_selector_text(source["metric"]["selector"]));
  const Value current = amount(shared ? "averageValue" : "value", proposal->usage_milli);
  out.status = Value::object(
      {{"type", "External"},
       {"external",
        Value::object({{"current", current}, {"metric", identifier_of(source["metric"])}})}});
  return out;
}

}  // namespace

std::string go_selector_text(const Value& selector) {
  if (selector.is_null()) return "nil";
  std::string labels;
  for (const Value::Member& label : selector["matchLabels"].members()) {
    labels += fmt::format("{}: {},", label.key, label.value.as_string());
  }
  std::string expressions;
  for (const Value& one : selector["matchExpressions"].items()) {
    std::vector<std::string_view> values;
    for (const Value& value : one["values"].items()) values.push_back(value.as_string());
    expressions +=
        fmt::format("LabelSelectorRequirement{{Key:{},Operator:{},Values:[{}],}},",
                    one["key"].as_string(), one["operator"].as_string(), fmt::join(values, " "));
  }
  return fmt::format(
      "&LabelSelector{{MatchLabels:map[string]string{{{}}},MatchExpressions:"
      "[]LabelSelectorRequirement{{{}}},}}",
      labels, expressions);
}

HpaMetric hpa_metric(const HpaTarget& target, const Value& spec) {
  const std::string_view type = spec["type"].as_string();
  if (type == "Resource" || type == "ContainerResource") return resource_metric(target, spec);
  if (type == "Pods") return pods_metric(target, spec);
  if (type == "Object") return object_metric(target, spec);
  if (type == "External") return external_metric(target, spec);
  const std::string why = fmt::format("unknown metric source type \"{}\"", type);
  return failed("InvalidMetricSourceType", why, why);
}

}  // namespace inferlab::sim
