// PodView: what the scheduler and the kubelet read of a Pod.
#include <algorithm>

#include "sim/api/views.h"

namespace inferlab::sim {
namespace {

int resolved_port(const Value& port, const std::map<std::string, int>& named) {
  if (port.is_string()) {
    const auto it = named.find(port.str());
    return it == named.end() ? 0 : it->second;
  }
  return static_cast<int>(port.as_int());
}

std::vector<std::string> strings(const Value& list) {
  std::vector<std::string> out;
  for (const Value& item : list.items()) out.push_back(item.str());
  return out;
}

std::optional<ProbeView> probe_from(const Value& probe, const std::map<std::string, int>& named) {
  if (probe.is_null()) return std::nullopt;
  ProbeView out;
  if (const Value* http = probe.find("httpGet")) {
    out.action = ProbeView::Action::kHttpGet;
    out.http = {(*http)["path"].str(), std::string((*http)["scheme"].as_string("HTTP")),
                resolved_port((*http)["port"], named)};
  } else if (const Value* tcp = probe.find("tcpSocket")) {
    out.action = ProbeView::Action::kTcpSocket;
    out.http.port = resolved_port((*tcp)["port"], named);
  } else if (const Value* grpc = probe.find("grpc")) {
    out.action = ProbeView::Action::kGrpc;
    out.http.port = static_cast<int>((*grpc)["port"].as_int());
  } else {
    out.action = ProbeView::Action::kExec;
    out.command = strings(probe["exec"]["command"]);
  }
  out.initial_delay = std::chrono::seconds(probe["initialDelaySeconds"].as_int(0));
  out.timeout = std::chrono::seconds(probe["timeoutSeconds"].as_int(1));
  out.period = std::chrono::seconds(probe["periodSeconds"].as_int(10));
  out.success_threshold = static_cast<int>(probe["successThreshold"].as_int(1));
  out.failure_threshold = static_cast<int>(probe["failureThreshold"].as_int(3));
  return out;
}

ContainerView container_from(const Value& container) {
  ContainerView out;
  out.name = container["name"].str();
  out.image = container["image"].str();
  out.image_pull_policy = container["imagePullPolicy"].str();
  out.command = strings(container["command"]);
  out.args = strings(container["args"]);
  for (const Value& variable : container["env"].items()) {
    if (!variable.has("valueFrom")) out.env[variable["name"].str()] = variable["value"].str();
  }
  const Value& resources = container["resources"];
  out.requests = resources_from(resources["requests"]);
  out.limits = resources_from(resources["limits"]);
  for (const Value& port : container["ports"].items()) {
    const int number = static_cast<int>(port["containerPort"].as_int());
    out.container_ports.push_back(number);
    if (!port["name"].empty()) out.ports[port["name"].str()] = number;
  }
  out.startup_probe = probe_from(container["startupProbe"], out.ports);
  out.readiness_probe = probe_from(container["readinessProbe"], out.ports);
  out.liveness_probe = probe_from(container["livenessProbe"], out.ports);
  return out;
}

void add(Resources& to, const Resources& what) {
  for (const auto& [name, amount] : what) to[name] += amount;
}

void raise(Resources& to, const Resources& at_least) {
  for (const auto& [name, amount] : at_least) {
    const auto it = to.find(name);
    if (it == to.end()) {
      to.emplace(name, amount);
    } else if (it->second < amount) {
      it->second = amount;
    }
  }
}

// Containers run side by side; init containers one after the other, before them, except those with
// restartPolicy Always (sidecars), which stay. Source: Kubernetes documentation, "Init Containers",
// "Resource sharing within containers".
Resources effective_requests(const Value& spec, const std::vector<ContainerView>& init,
                             const std::vector<ContainerView>& containers) {
  Resources out;
  for (const ContainerView& container : containers) add(out, container.requests);
  Resources sidecars;
  Resources peak;
  for (std::size_t i = 0; i < init.size(); ++i) {
    if (spec["initContainers"][i]["restartPolicy"].as_string() == "Always") {
      add(out, init[i].requests);
      add(sidecars, init[i].requests);
      raise(peak, sidecars);
    } else {
      Resources now = sidecars;
      add(now, init[i].requests);
      raise(peak, now);
    }
  }
  raise(out, peak);
  add(out, resources_from(spec["overhead"]));
  return out;
}

std::optional<TaintEffect> effect_named(std::string_view name) {
  if (name == "NoSchedule") return TaintEffect::kNoSchedule;
  if (name == "PreferNoSchedule") return TaintEffect::kPreferNoSchedule;
  if (name == "NoExecute") return TaintEffect::kNoExecute;
  return std::nullopt;
}

}  // namespace

PodView::PodView(const StoredObject& object) : meta(object.document["metadata"]) {
  const Value& spec = object.document["spec"];
  const Value& status = object.document["status"];
  node_name = spec["nodeName"].str();
  scheduler_name = spec["schedulerName"].str();
  restart_policy = std::string(spec["restartPolicy"].as_string("Always"));
  phase = status["phase"].str();
  priority_class_name = spec["priorityClassName"].str();
  service_account = spec["serviceAccountName"].str();
  priority = spec["priority"].as_int();
  termination_grace_period_seconds = spec["terminationGracePeriodSeconds"].as_int(30);
  for (const Value::Member& member : spec["nodeSelector"].members()) {
    node_selector.emplace_hint(node_selector.end(), member.key, member.value.str());
  }
  const Value& required =
      spec["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"];
  if (!required.is_null()) {
    std::vector<NodeSelectorTerm>& terms = required_node_affinity.emplace();
    for (const Value& term : required["nodeSelectorTerms"].items()) {
      // A term without requirements matches no node.
      if (term["matchExpressions"].empty() && term["matchFields"].empty()) continue;
      terms.push_back({LabelSelector::from_expressions(term["matchExpressions"]),
                       LabelSelector::from_expressions(term["matchFields"])});
    }
  }
  for (const Value& item : spec["tolerations"].items()) {
    Toleration toleration;
    toleration.key = item["key"].str();
    toleration.exists = item["operator"].as_string() == "Exists";
    toleration.value = item["value"].str();
    toleration.effect = effect_named(item["effect"].as_string());
    if (item.has("tolerationSeconds")) {
      toleration.toleration_seconds = item["tolerationSeconds"].as_int();
    }
    tolerations.push_back(std::move(toleration));
  }
  for (const Value& item : spec["initContainers"].items()) {
    init_containers.push_back(container_from(item));
  }
  for (const Value& item : spec["containers"].items()) containers.push_back(container_from(item));
  requests = effective_requests(spec, init_containers, containers);
  for (const Value& gate : spec["schedulingGates"].items()) {
    scheduling_gates.push_back(gate["name"].str());
  }
  for (const Value& condition : status["conditions"].items()) {
    if (condition["type"].as_string() == "Ready") {
      ready = condition["status"].as_string() == "True";
    }
  }
  pod_ip = status["podIP"].str();
  nominated_node_name = status["nominatedNodeName"].str();
}

bool Toleration::tolerates(const Taint& taint) const {
  if (effect && *effect != taint.effect) return false;
  if (!key.empty() && key != taint.key) return false;
  if (exists) return true;
  return !key.empty() && value == taint.value;
}

std::string_view to_string(TaintEffect effect) {
  switch (effect) {
    case TaintEffect::kNoSchedule:
      return "NoSchedule";
    case TaintEffect::kPreferNoSchedule:
      return "PreferNoSchedule";
    case TaintEffect::kNoExecute:
      return "NoExecute";
  }
  return "";
}

}  // namespace inferlab::sim
