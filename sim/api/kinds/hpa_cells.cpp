#include "sim/api/kinds/hpa_cells.h"

#include "sim/api/kinds/age.h"

namespace inferlab::sim::kinds {
namespace {

std::string percent(const Value& value, const char* missing) {
  return value.is_null() ? missing : std::to_string(value.as_int()) + "%";
}

std::string amount(const Value& value) {
  return value.empty() ? "<unknown>" : value.str();
}

// "cpu: 10%/50%", "12/30 (avg)". Source: pkg/printers/internalversion, formatHPAMetrics.
std::string metric_text(const Value& metric, const Value& status) {
  const std::string_view type = metric["type"].as_string();
  const char* const member = type == "Resource"            ? "resource"
                             : type == "ContainerResource" ? "containerResource"
                             : type == "Pods"              ? "pods"
                             : type == "Object"            ? "object"
                             : type == "External"          ? "external"
                                                           : "";
  if (*member == '\0') return "<unknown type>";
  const Value& source = metric[member];
  const Value& target = source["target"];
  const Value& current = status[member]["current"];
  const bool average = !target["averageValue"].is_null();
  if (type == "Resource" || type == "ContainerResource") {
    const std::string name = source["name"].str() + ": ";
    if (average) return name + amount(current["averageValue"]) + "/" + target["averageValue"].str();
    return name + percent(current["averageUtilization"], "<unknown>") + "/" +
           percent(target["averageUtilization"], "<auto>");
  }
  if (type == "Pods") return amount(current["averageValue"]) + "/" + target["averageValue"].str();
  if (average)
    return amount(current["averageValue"]) + "/" + target["averageValue"].str() + " (avg)";
  return amount(current["value"]) + "/" + target["value"].str();
}

// The first two.
std::string targets(const Value& object) {
  constexpr std::size_t kShown = 2;
  const Value& metrics = object["spec"]["metrics"];
  if (metrics.empty()) return "<none>";
  std::string out;
  for (std::size_t i = 0; i < metrics.size() && i < kShown; ++i) {
    out += (i == 0 ? "" : ", ") + metric_text(metrics[i], object["status"]["currentMetrics"][i]);
  }
  if (metrics.size() > kShown) out += " + " + std::to_string(metrics.size() - kShown) + " more...";
  return out;
}

}  // namespace

std::vector<Value> hpa_cells(const Value& object, Time now) {
  const Value& spec = object["spec"];
  const Value& target = spec["scaleTargetRef"];
  return {object["metadata"]["name"],
          target["kind"].str() + "/" + target["name"].str(),
          targets(object),
          spec.has("minReplicas") ? std::to_string(spec["minReplicas"].as_int()) : "<unset>",
          spec["maxReplicas"].as_int(),
          object["status"]["currentReplicas"].as_int(),
          age_of(object, now)};
}

}  // namespace inferlab::sim::kinds
