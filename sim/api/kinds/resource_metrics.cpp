// NodeMetrics and PodMetrics: what is used at present. Nobody stores them: api_metrics.cpp makes
// them of what metrics-server has measured, and they are served only where there is one.
// Source: kubernetes/metrics, pkg/apis/metrics/v1beta1; kubernetes-sigs/metrics-server, pkg/api.
#include <map>

#include "sim/api/kinds/kinds.h"
#include "sim/api/quantity.h"
#include "sim/api/types/types.h"

namespace inferlab::sim::types {
namespace {

constexpr Field kUsage = {.name = "usage",
                          .type = FieldType::kMap,
                          .element = FieldType::kQuantity,
                          .description =
                              "CPU and memory: the first an average over the window, "
                              "the second what it was at its end.",
                          .required = true};
constexpr Field kApiVersion = {
    .name = "apiVersion",
    .description = "The version of the schema in which this object is written.",
    .omit_zero = true};
constexpr Field kKindField = {
    .name = "kind", .description = "What kind of object this is.", .omit_zero = true};
constexpr Field kMetadata = {.name = "metadata",
                             .type = FieldType::kObject,
                             .object = &kObjectMeta,
                             .description = "Name, labels and what else every object has.",
                             .default_json = "{}"};
constexpr Field kTimestamp = {.name = "timestamp",
                              .type = FieldType::kTime,
                              .description = "When the window ended.",
                              .required = true,
                              .default_json = "null"};
constexpr Field kWindow = {.name = "window",
                           .description = "How long was measured, such as 15s.",
                           .required = true,
                           .default_json = "\"\""};

constexpr Field kContainerMetricsFields[] = {
    {.name = "name", .required = true, .default_json = "\"\""}, kUsage};
constinit const Type kContainerMetrics = {
    "io.k8s.metrics.pkg.apis.metrics.v1beta1.ContainerMetrics", "What one container uses.",
    kContainerMetricsFields};

constexpr Field kPodMetricsFields[] = {kApiVersion,
                                       {.name = "containers",
                                        .type = FieldType::kList,
                                        .element = FieldType::kObject,
                                        .object = &kContainerMetrics,
                                        .description = "One entry for each container that runs.",
                                        .required = true,
                                        .list_type = "atomic"},
                                       kKindField,
                                       kMetadata,
                                       kTimestamp,
                                       kWindow};
constinit const Type kPodMetrics = {"io.k8s.metrics.pkg.apis.metrics.v1beta1.PodMetrics",
                                    "What the containers of a Pod use.", kPodMetricsFields};

constexpr Field kNodeMetricsFields[] = {kApiVersion, kKindField, kMetadata,
                                        kTimestamp,  kUsage,     kWindow};
constinit const Type kNodeMetrics = {"io.k8s.metrics.pkg.apis.metrics.v1beta1.NodeMetrics",
                                     "What a node uses.", kNodeMetricsFields};

}  // namespace
}  // namespace inferlab::sim::types

namespace inferlab::sim::kinds {
namespace {

constexpr PrintColumn kColumns[] = {{"Name", "string", "name"},
                                    {"cpu", "string", "quantity"},
                                    {"memory", "string", "quantity"},
                                    {"Window", "string", "duration"}};

std::vector<Value> node_cells(const Value& object, Time) {
  const Value& usage = object["usage"];
  return {object["metadata"]["name"], usage["cpu"], usage["memory"], object["window"]};
}

// The sum over the containers; a billionth is too fine for a Quantity, a thousandth will do.
std::vector<Value> pod_cells(const Value& object, Time) {
  std::map<std::string_view, Quantity> sums;
  for (const Value& container : object["containers"].items()) {
    for (const Value::Member& amount : container["usage"].members()) {
      const auto parsed = Quantity::parse(amount.value.as_string());
      if (!parsed) continue;
      const auto [sum, fresh] = sums.emplace(amount.key, *parsed);
      if (!fresh) sum->second += *parsed;
    }
  }
  return {object["metadata"]["name"], Value(sums["cpu"].str()), Value(sums["memory"].str()),
          object["window"]};
}

}  // namespace

const Kind kNodeMetrics = {.group = "metrics.k8s.io",
                           .version = "v1beta1",
                           .kind = "NodeMetrics",
                           .plural = "nodes",
                           .singular = "",
                           .short_names = {},
                           .categories = {},
                           .namespaced = false,
                           .verbs = {"get", "list"},
                           .subresources = {},
                           .schema = &types::kNodeMetrics,
                           .computed = true,
                           .columns = kColumns,
                           .cells = node_cells};

const Kind kPodMetrics = {.group = "metrics.k8s.io",
                          .version = "v1beta1",
                          .kind = "PodMetrics",
                          .plural = "pods",
                          .singular = "",
                          .short_names = {},
                          .categories = {},
                          .verbs = {"get", "list"},
                          .subresources = {},
                          .schema = &types::kPodMetrics,
                          .computed = true,
                          .columns = kColumns,
                          .cells = pod_cells};

}  // namespace inferlab::sim::kinds
