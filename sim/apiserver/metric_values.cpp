#include "sim/apiserver/metric_values.h"

#include <fmt/format.h>

#include <vector>

#include "sim/api/quantity.h"
#include "sim/apiserver/answers.h"
#include "sim/apiserver/resource_path.h"

namespace inferlab::sim {
namespace {

constexpr std::string_view kCustom = "custom.metrics.k8s.io";
constexpr std::string_view kExternal = "external.metrics.k8s.io";

/// What the run's thread finds out.
struct Found {
  bool serves = false;
  std::string failure;  // a 404's message
  Value items;
};

Value described(const Kind& kind, std::string_view ns, const std::string& name) {
  Value out = Value::object({{"apiVersion", fmt::format("{}/{}", kind.group, kind.version)},
                             {"kind", kind.kind},
                             {"name", Value(name)}});
  return ns.empty() ? out : out.with("namespace", ns);
}

const Kind* kind_of(const Api& api, std::string_view resource) {
  for (const Kind* kind : api.kinds().all()) {
    if (kind->resource() == resource) return kind;
  }
  return nullptr;
}

// Runs on the run's thread.
Found find_custom(Api& api, const MetricPath& path, const LabelSelector& objects,
                  const LabelSelector& series) {
  Found out{
      true,
      fmt::format("the server could not find the metric {} for {}", path.metric, path.resource),
      {}};
  const Kind* kind = kind_of(api, path.resource);
  if (kind == nullptr) return out;
  ObjectMetricQuery query{.ns = path.ns,
                          .resource = path.resource,
                          .singular = std::string(kind->singular),
                          .metric = path.metric,
                          .selector = series};
  if (path.name != "*") {
    query.names.push_back(path.name);
  } else {
    for (const ObjectPtr& object : api.store().list(path.resource, path.ns)) {
      if (objects.matches(labels_from(object->document["metadata"]["labels"])))
        query.names.push_back(object->key.name);
    }
  }
  const auto values = api.metrics()->of_objects(query);
  if (!values) return out;
  if (path.name != "*" && values->empty()) {
    out.failure += " " + path.name;
    return out;
  }
  const std::string now = format_rfc3339(api.simulation().now());
  Value::Array items;
  for (const auto& [name, milli] : *values) {
    Value item = Value::object({{"describedObject", described(*kind, path.ns, name)},
                                {"timestamp", Value(now)},
                                {"value", Quantity::from_milli(milli).str()}});
    item = path.version == "v1beta1"
               ? item.with("metricName", Value(path.metric)).with("selector", Value())
               : item.with("metric",
                           Value::object({{"name", Value(path.metric)}, {"selector", Value()}}));
    items.push_back(std::move(item));
  }
  return {true, {}, Value::array(std::move(items))};
}

Found find_external(Api& api, const MetricPath& path, const LabelSelector& series) {
  const auto values = api.metrics()->external(path.ns, path.metric, series);
  if (!values) {
    return {true, fmt::format("the server could not find the metric {} for ", path.metric), {}};
  }
  const std::string now = format_rfc3339(api.simulation().now());
  Value::Array items;
  for (const ExternalMetric& one : *values) {
    Value labels = Value::object();
    for (const auto& [name, value] : one.labels) labels = labels.with(name, Value(value));
    items.push_back(Value::object({{"metricLabels", labels},
                                   {"metricName", Value(path.metric)},
                                   {"timestamp", Value(now)},
                                   {"value", Quantity::from_milli(one.milli).str()}}));
  }
  return {true, {}, Value::array(std::move(items))};
}

}  // namespace

std::optional<MetricPath> parse_metric_path(std::string_view path) {
  std::vector<std::string_view> parts = path_segments(path);
  if (parts.size() < 5 || parts[0] != "apis") return std::nullopt;
  MetricPath out;
  out.external = parts[1] == kExternal;
  if (!out.external && parts[1] != kCustom) return std::nullopt;
  out.version = parts[2];
  if (out.version != "v1beta1" && (out.external || out.version != "v1beta2")) return std::nullopt;
  parts.erase(parts.begin(), parts.begin() + 3);
  if (out.external) {
    if (parts.size() != 3 || parts[0] != "namespaces") return std::nullopt;
    out.ns = parts[1];
    out.metric = parts[2];
    return out;
  }
  if (parts.size() == 4 && parts[0] == "namespaces" && parts[2] == "metrics") {
    out.resource = "namespaces";
    out.name = parts[1];
    out.metric = parts[3];
    return out;
  }
  if (parts.size() == 5 && parts[0] == "namespaces") {
    out.ns = parts[1];
    parts.erase(parts.begin(), parts.begin() + 2);
  }
  if (parts.size() != 3) return std::nullopt;
  out.resource = parts[0];
  out.name = parts[1];
  out.metric = parts[2];
  return out;
}

AccessRequest access_of(const MetricPath& path) {
  AccessRequest out;
  out.verb = path.external ? "list" : "get";
  out.group = path.external ? kExternal : kCustom;
  out.resource = path.external ? path.metric : path.resource;
  if (!path.external) out.subresource = path.metric;
  out.ns = path.ns;
  out.name = path.name;
  return out;
}

std::optional<HttpResponse> answer_metric_values(RunDoor& door, const HttpRequest& request,
                                                 const MetricPath& path) {
  if (request.method != "GET") return answers::method_not_allowed();
  const auto objects = LabelSelector::parse(request.query_value("labelSelector"));
  // Of external metrics the one selector chooses series.
  const auto series = LabelSelector::parse(
      request.query_value(path.external ? "labelSelector" : "metricLabelSelector"));
  for (const auto* selector : {&objects, &series}) {
    if (!*selector) return answers::bad_request(selector->error().message);
  }
  const auto found = door.mailbox.call([&] {
    if (door.api.metrics() == nullptr) return Found{};
    return path.external ? find_external(door.api, path, *series)
                         : find_custom(door.api, path, *objects, *series);
  });
  if (!found) return answers::run_has_ended();
  if (!found->serves) return std::nullopt;
  if (!found->failure.empty()) return answers::failure(404, "NotFound", found->failure);
  return answers::json_response(Value::object(
      {{"apiVersion", fmt::format("{}/{}", path.external ? kExternal : kCustom, path.version)},
       {"items", found->items},
       {"kind", path.external ? "ExternalMetricValueList" : "MetricValueList"},
       {"metadata", Value::object()}}));
}

std::optional<MetricNames> metric_names(RunDoor& door) {
  const auto names = door.mailbox.call([&]() -> std::optional<MetricNames> {
    const MetricsSource* source = door.api.metrics();
    return source == nullptr ? std::optional<MetricNames>() : std::optional(source->names());
  });
  return names ? *names : std::nullopt;
}

}  // namespace inferlab::sim
