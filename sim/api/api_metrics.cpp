// GET of the group metrics.k8s.io: objects that nobody stores, made of what was measured.
// Source: kubernetes-sigs/metrics-server, pkg/api; Kubernetes documentation, "Resource metrics
// pipeline".
#include <fmt/format.h>

#include "sim/api/metrics_source.h"
#include "sim/api/quantity.h"
#include "sim/api/request.h"
#include "sim/api/status.h"

namespace inferlab::sim {
namespace {

// Go's time.Duration.String() of a second and more: "15s", "12.5s", "1m0s".
std::string go_duration(Duration duration) {
  const std::int64_t seconds = duration / 1s;
  std::string fraction = fmt::format("{:09}", (duration % 1s).count());
  fraction.resize(fraction.find_last_not_of('0') + 1);
  std::string out = fmt::format("{}", seconds % 60);
  if (!fraction.empty()) out += "." + fraction;
  out += "s";
  return seconds < 60 ? out : fmt::format("{}m{}", seconds / 60, out);
}

// The canonical form of so many billionths: "156340958n", "5m", "2".
std::string nano_text(std::int64_t nano) {
  if (nano == 0) return "0";
  std::size_t unit = 0;
  constexpr const char* kUnits[] = {"n", "u", "m", ""};
  for (; unit < 3 && nano % 1000 == 0; ++unit) nano /= 1000;
  return std::to_string(nano) + kUnits[unit];
}

Value usage_of(const MeasuredUsage& usage) {
  const auto memory = Quantity::parse(std::to_string(usage.memory_bytes / 1024) + "Ki");
  return Value::object(
      {{"cpu", nano_text(usage.cpu_nanocores)}, {"memory", memory.value_or(Quantity()).str()}});
}

Value metadata_of(const StoredObject& object, Time now) {
  Value out =
      Value::object({{"creationTimestamp", format_rfc3339(now)}, {"name", Value(object.key.name)}});
  if (!object.key.ns.empty()) out = out.with("namespace", Value(object.key.ns));
  const Value& labels = object.document["metadata"]["labels"];
  return labels.empty() ? out : out.with("labels", labels);
}

Value document_of(const StoredObject& object, Time now, Time at, Duration window) {
  return Value::object({{"metadata", metadata_of(object, now)},
                        {"timestamp", format_rfc3339(at)},
                        {"window", go_duration(window)}});
}

// Null: there are no figures.
Value measured(const MetricsSource& source, const StoredObject& object, Time now) {
  if (object.key.resource == "nodes") {
    const auto node = source.node(object.key.name);
    if (!node) return {};
    return document_of(object, now, node->at, node->window).with("usage", usage_of(node->usage));
  }
  if (object.document["status"]["phase"].as_string() != "Running") return {};
  const auto pod = source.pod(object.key.ns, object.key.name);
  if (!pod) return {};
  Value::Array containers;
  for (const MeasuredContainer& container : pod->containers) {
    containers.push_back(
        Value::object({{"name", Value(container.name)}, {"usage", usage_of(container.usage)}}));
  }
  return document_of(object, now, pod->at, pod->window)
      .with("containers", Value::array(std::move(containers)));
}

}  // namespace

ApiResponse handle_metrics(Call& call) {
  const MetricsSource* source = call.api.metrics();
  const Verb verb = call.request.verb;
  if (source == nullptr || (verb != Verb::kGet && verb != Verb::kList)) return method_not_allowed();
  // "pods" and "nodes": what the figures are of.
  const std::string of(call.kind.plural);
  ApiResponse out;
  if (verb == Verb::kGet) {
    const std::string& name = call.request.name;
    const ObjectPtr object = call.store().get({of, call.request.ns, name});
    if (object == nullptr) return not_found(of, name);
    const Value document = measured(*source, *object, call.now());
    if (document.is_null()) {
      // As metrics-server names its own resources.
      return of == "nodes" ? not_found("nodemetrics.metrics.k8s.io", name)
                           : not_found("podmetrics.metrics.k8s.io", object->key.ns + "/" + name);
    }
    out.body = document.with("apiVersion", Value(call.kind.api_version()))
                   .with("kind", Value(call.kind.kind));
    return out;
  }
  const auto chosen = select_objects(call, call.store().list(of, call.request.ns));
  if (!chosen) return bad_request(chosen.error().message);
  Value::Array items;
  for (const ObjectPtr& object : *chosen) {
    Value document = measured(*source, *object, call.now());
    if (!document.is_null()) items.push_back(std::move(document));
  }
  out.body = Value::object({{"apiVersion", Value(call.kind.api_version())},
                            {"items", Value::array(std::move(items))},
                            {"kind", Value(call.kind.list_name())},
                            {"metadata", Value::object()}});
  return out;
}

}  // namespace inferlab::sim
