#include "sim/node/kube_state_metrics.h"

#include <algorithm>
#include <string>
#include <utility>

#include "sim/api/conditions.h"
#include "sim/api/quantity.h"

namespace inferlab::sim {
namespace {

void add(std::vector<Sample>& samples, const char* name, SeriesLabels labels, double value) {
  samples.push_back({name, std::move(labels), value});
}

std::string_view status_of(const Value& conditions, std::string_view type) {
  return find_condition(conditions, type)["status"].as_string();
}

/// One series for each value that the condition can have; the present one is 1.
void add_condition(std::vector<Sample>& samples, const char* name, const SeriesLabels& labels,
                   const char* label, std::string_view status) {
  for (const auto& [value, text] :
       {std::pair{"true", "True"}, std::pair{"false", "False"}, std::pair{"unknown", "Unknown"}}) {
    SeriesLabels own = labels;
    own[label] = value;
    add(samples, name, std::move(own), status == text ? 1 : 0);
  }
}

/// What a container requests, as the scheduler counts it, of a Pod that waits too.
/// Source: kube-state-metrics, docs/metrics/workload/pod-metrics.md.
void add_requests(std::vector<Sample>& samples, const SeriesLabels& labels, const Value& container,
                  const Value& node) {
  for (const Value::Member& request : container["resources"]["requests"].members()) {
    const auto quantity = Quantity::parse(request.value.str());
    if (!quantity) continue;
    const bool is_bytes = request.key == "memory" || request.key == "ephemeral-storage" ||
                          request.key.starts_with("hugepages-");
    SeriesLabels own = labels;
    own["container"] = container["name"].str();
    own["node"] = node.str();
    own["resource"] = request.key;
    std::replace_if(
        own["resource"].begin(), own["resource"].end(),
        [](char letter) { return letter == '-' || letter == '.' || letter == '/'; }, '_');
    own["unit"] = request.key == "cpu" ? "core" : is_bytes ? "byte" : "integer";
    add(samples, "kube_pod_container_resource_requests", std::move(own),
        static_cast<double>(quantity->milli()) / 1000);
  }
}

void pods(const Store& store, std::vector<Sample>& samples) {
  for (const ObjectPtr& pod : store.list("pods")) {
    const Value& status = pod->document["status"];
    const SeriesLabels labels{{"namespace", pod->key.ns},
                              {"pod", pod->key.name},
                              {"uid", pod->document["metadata"]["uid"].str()}};
    add_condition(samples, "kube_pod_status_ready", labels, "condition",
                  status_of(status["conditions"], "Ready"));
    for (const std::string_view phase : {"Pending", "Running", "Succeeded", "Failed", "Unknown"}) {
      SeriesLabels own = labels;
      own["phase"] = std::string(phase);
      add(samples, "kube_pod_status_phase", std::move(own),
          status["phase"].as_string() == phase ? 1 : 0);
    }
    const Value& spec = pod->document["spec"];
    for (const Value& container : spec["containers"].items()) {
      add_requests(samples, labels, container, spec["nodeName"]);
    }
    for (const Value& container : status["containerStatuses"].items()) {
      SeriesLabels own = labels;
      own["container"] = container["name"].str();
      add(samples, "kube_pod_container_status_restarts_total", std::move(own),
          static_cast<double>(container["restartCount"].as_int()));
    }
  }
}

void deployments(const Store& store, std::vector<Sample>& samples) {
  for (const ObjectPtr& deployment : store.list("deployments.apps")) {
    const SeriesLabels labels{{"namespace", deployment->key.ns},
                              {"deployment", deployment->key.name}};
    const Value& document = deployment->document;
    add(samples, "kube_deployment_spec_replicas", labels,
        static_cast<double>(document["spec"]["replicas"].as_int(1)));
    add(samples, "kube_deployment_status_replicas_available", labels,
        static_cast<double>(document["status"]["availableReplicas"].as_int()));
  }
}

void autoscalers(const Store& store, std::vector<Sample>& samples) {
  for (const ObjectPtr& hpa : store.list("horizontalpodautoscalers.autoscaling")) {
    const SeriesLabels labels{{"namespace", hpa->key.ns},
                              {"horizontalpodautoscaler", hpa->key.name}};
    const Value& spec = hpa->document["spec"];
    const Value& status = hpa->document["status"];
    const auto count = [&](const char* name, const Value& value) {
      add(samples, name, labels, static_cast<double>(value.as_int()));
    };
    count("kube_horizontalpodautoscaler_spec_min_replicas", spec["minReplicas"]);
    count("kube_horizontalpodautoscaler_spec_max_replicas", spec["maxReplicas"]);
    count("kube_horizontalpodautoscaler_status_current_replicas", status["currentReplicas"]);
    count("kube_horizontalpodautoscaler_status_desired_replicas", status["desiredReplicas"]);
    for (const Value& condition : status["conditions"].items()) {
      SeriesLabels own = labels;
      own["condition"] = condition["type"].str();
      add_condition(samples, "kube_horizontalpodautoscaler_status_condition", own, "status",
                    condition["status"].as_string());
    }
  }
}

void nodes(const Store& store, std::vector<Sample>& samples) {
  for (const ObjectPtr& node : store.list("nodes")) {
    const SeriesLabels labels{{"node", node->key.name}, {"condition", "Ready"}};
    add_condition(samples, "kube_node_status_condition", labels, "status",
                  status_of(node->document["status"]["conditions"], "Ready"));
  }
}

}  // namespace

void add_kube_state_metrics(Telemetry& telemetry, const Store& store) {
  telemetry.add_target(
      "kube-state-metrics",
      {{"job", "kube-state-metrics"}, {"instance", "kube-state-metrics:8080"}},
      [&store](std::vector<Sample>& samples) {
        pods(store, samples);
        deployments(store, samples);
        autoscalers(store, samples);
        nodes(store, samples);
      },
      // Nothing of a heartbeat shows.
      [&store] {
        std::uint64_t latest = 0;
        for (const char* resource :
             {"pods", "deployments.apps", "horizontalpodautoscalers.autoscaling", "nodes"}) {
          latest = std::max(latest, store.changed_at(resource));
        }
        return latest;
      });
}

}  // namespace inferlab::sim
