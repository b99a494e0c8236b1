#include "labs/lint/scaler.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "labs/lint/promql_names.h"

namespace inferlab::labs::lint {
namespace {

using sim::Value;

// A trigger's own numbers are texts.
bool is_resource_type(std::string_view type) {
  return type == "cpu" || type == "memory";
}

ScalerMetric hpa_metric(const Value& metric, std::string path) {
  ScalerMetric out;
  out.type = metric["type"].str();
  out.path = std::move(path);
  if (out.type == "Resource" || out.type == "ContainerResource") {
    const Value& source = metric[out.type == "Resource" ? "resource" : "containerResource"];
    out.resource = source["name"].str();
    out.container = source["container"].str();
    out.is_utilization = source["target"]["type"].as_string() == "Utilization";
  } else {
    for (const char* source : {"pods", "object", "external"}) {
      const Value name = metric[source]["metric"]["name"];
      if (name.is_string()) out.names.push_back(name.str());
    }
  }
  return out;
}

ScalerMetric keda_metric(const Value& trigger, std::string path) {
  ScalerMetric out;
  out.type = trigger["type"].str();
  out.path = std::move(path);
  const Value& metadata = trigger["metadata"];
  if (is_resource_type(out.type)) {
    out.resource = out.type;
    // Left out, metricType is AverageValue for every trigger but these two, which ask for one of
    // Utilization and AverageValue; metadata.type was its place until 2.17.
    const Value& type = trigger.has("metricType") ? trigger["metricType"] : metadata["type"];
    out.is_utilization = type.is_null() || type.as_string() == "Utilization";
    out.container = metadata["containerName"].str();
  }
  if (out.type == "prometheus") out.names = promql_names(metadata["query"].as_string());
  return out;
}

}  // namespace

bool Scaler::is_resource_only() const {
  return std::all_of(metrics.begin(), metrics.end(),
                     [](const ScalerMetric& metric) { return is_resource_type(metric.resource); });
}

std::optional<Scaler> scaler_of(const Object& object) {
  const std::string_view version = object.value["apiVersion"].as_string();
  const Value& spec = object.value["spec"];
  Scaler out;
  out.object = &object;
  if (object.kind == "HorizontalPodAutoscaler" && version.substr(0, 12) == "autoscaling/") {
    out.floor = spec["minReplicas"].as_int(1);
    out.ceiling = spec["maxReplicas"].as_int(1);
    out.floor_path = "spec.minReplicas";
    out.ceiling_path = "spec.maxReplicas";
    const Value& metrics = spec["metrics"];
    for (std::size_t i = 0; i < metrics.size(); ++i) {
      out.metrics.push_back(hpa_metric(metrics[i], fmt::format("spec.metrics[{}]", i)));
    }
    if (version == "autoscaling/v1") {
      out.metrics.push_back({.type = "Resource",
                             .resource = "cpu",
                             .is_utilization = true,
                             .path = "spec.targetCPUUtilizationPercentage"});
    }
    out.target_kind = spec["scaleTargetRef"]["kind"].str();
  } else if (object.kind == "ScaledObject" && version.substr(0, 8) == "keda.sh/") {
    out.is_keda = true;
    out.floor = spec["minReplicaCount"].as_int(0);
    if (spec.has("idleReplicaCount")) {
      out.floor = std::min(out.floor, spec["idleReplicaCount"].as_int());
    }
    out.ceiling = spec["maxReplicaCount"].as_int(100);
    out.floor_path =
        spec.has("idleReplicaCount") ? "spec.idleReplicaCount" : "spec.minReplicaCount";
    out.ceiling_path = "spec.maxReplicaCount";
    const Value& triggers = spec["triggers"];
    for (std::size_t i = 0; i < triggers.size(); ++i) {
      out.metrics.push_back(keda_metric(triggers[i], fmt::format("spec.triggers[{}]", i)));
    }
    out.target_kind = spec["scaleTargetRef"]["kind"].str();
    if (out.target_kind.empty()) out.target_kind = "Deployment";
  } else {
    return std::nullopt;
  }
  out.target_name = spec["scaleTargetRef"]["name"].str();
  return out;
}

}  // namespace inferlab::labs::lint
