#include "sim/api/quota_usage.h"

#include <algorithm>

#include "sim/api/pod_resources.h"

namespace inferlab::sim {
namespace {

constexpr std::string_view kOfClass = ".storageclass.storage.k8s.io/";
constexpr std::string_view kPodNames[] = {
    "cpu",          "memory",          "ephemeral-storage",
    "requests.cpu", "requests.memory", "requests.ephemeral-storage",
    "limits.cpu",   "limits.memory",   "limits.ephemeral-storage",
    "pods"};
// Kinds that are counted under their plural alone too.
constexpr std::string_view kPlainNames[] = {"configmaps", "secrets", "resourcequotas",
                                            "replicationcontrollers"};

template <typename Names>
bool is_one_of(const Names& names, std::string_view name) {
  return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

bool is_core(const Kind& kind, std::string_view name) {
  return kind.group.empty() && kind.kind == name;
}

// "nvidia.com/gpu": a resource of nobody's that Kubernetes itself knows.
bool is_extended(std::string_view name) {
  return name.find('/') != std::string_view::npos &&
         name.find("kubernetes.io/") == std::string_view::npos;
}

bool is_pod_amount(std::string_view name) {
  if (is_one_of(kPodNames, name) || name.starts_with("hugepages-") ||
      name.starts_with("requests.hugepages-")) {
    return true;
  }
  constexpr std::string_view kRequests = "requests.";
  return name.starts_with(kRequests) && is_extended(name.substr(kRequests.size()));
}

bool is_claim_amount(std::string_view name) {
  if (name == "persistentvolumeclaims" || name == "requests.storage") return true;
  const std::size_t at = name.find(kOfClass);
  if (at == std::string_view::npos) return false;
  const std::string_view what = name.substr(at + kOfClass.size());
  return what == "persistentvolumeclaims" || what == "requests.storage";
}

void add_pod(const Value& pod, Time now, Resources& out) {
  const Value& status = pod["status"];
  const std::string_view phase = status["phase"].as_string();
  if (phase == "Succeeded" || phase == "Failed") return;
  // One whose time to end has been over for as long again does not hold on to anything.
  const Value& meta = pod["metadata"];
  const auto deleted = parse_rfc3339(meta["deletionTimestamp"].as_string());
  const Value& grace = meta["deletionGracePeriodSeconds"];
  if (deleted && !grace.is_null() && *deleted + seconds_capped(grace.as_int()) < now) return;
  const Value& spec = pod["spec"];
  Resources requests = pod_resources(spec, "requests");
  Resources limits = pod_resources(spec, "limits");
  for (const auto& [name, amount] : resources_from(spec["overhead"])) {
    requests[name] += amount;
    if (const auto limit = limits.find(name); limit != limits.end()) limit->second += amount;
  }
  out["pods"] = Quantity::from_units(1);
  for (const auto& [name, amount] : requests) {
    const bool native = name == "cpu" || name == "memory" || name == "ephemeral-storage" ||
                        name.starts_with("hugepages-");
    if (native) out[name] = amount;
    if (native || is_extended(name)) out["requests." + name] = amount;
  }
  for (const auto& [name, amount] : limits) {
    if (name == "cpu" || name == "memory" || name == "ephemeral-storage")
      out["limits." + name] = amount;
  }
}

void add_service(const Value& service, Resources& out) {
  const Value& spec = service["spec"];
  const std::string_view type = spec["type"].as_string();
  const Value::Array& ports = spec["ports"].items();
  auto node_ports = static_cast<std::int64_t>(ports.size());
  if (type == "LoadBalancer" && !spec["allocateLoadBalancerNodePorts"].as_bool(true)) {
    node_ports = std::count_if(ports.begin(), ports.end(),
                               [](const Value& port) { return port["nodePort"].as_int() != 0; });
  }
  const bool balances = type == "LoadBalancer";
  out["services"] = Quantity::from_units(1);
  out["services.nodeports"] = Quantity::from_units(balances || type == "NodePort" ? node_ports : 0);
  out["services.loadbalancers"] = Quantity::from_units(balances ? 1 : 0);
}

void add_claim(const Value& claim, Resources& out) {
  const Value& spec = claim["spec"];
  const auto storage =
      Quantity::parse(spec["resources"]["requests"]["storage"].as_string()).value_or(Quantity());
  const std::string storage_class(
      claim["metadata"]["annotations"]["volume.beta.kubernetes.io/storage-class"].as_string(
          spec["storageClassName"].as_string()));
  out["persistentvolumeclaims"] = Quantity::from_units(1);
  out["requests.storage"] = storage;
  if (storage_class.empty()) return;
  const std::string prefix = storage_class + std::string(kOfClass);
  out[prefix + "persistentvolumeclaims"] = Quantity::from_units(1);
  out[prefix + "requests.storage"] = storage;
}

bool is_best_effort(const Value& pod) {
  for (const char* list : {"containers", "initContainers"}) {
    for (const Value& container : pod["spec"][list].items()) {
      for (const char* field : {"requests", "limits"}) {
        for (const auto& [name, amount] : resources_from(container["resources"][field])) {
          if ((name == "cpu" || name == "memory") && amount > Quantity()) return false;
        }
      }
    }
  }
  return true;
}

bool has_foreign_affinity(const Value& affinity) {
  const auto foreign = [](const Value& term) {
    return !term["namespaces"].empty() || term.has("namespaceSelector");
  };
  for (const char* which : {"podAffinity", "podAntiAffinity"}) {
    for (const Value& term :
         affinity[which]["requiredDuringSchedulingIgnoredDuringExecution"].items()) {
      if (foreign(term)) return true;
    }
    for (const Value& weighted :
         affinity[which]["preferredDuringSchedulingIgnoredDuringExecution"].items()) {
      if (foreign(weighted["podAffinityTerm"])) return true;
    }
  }
  return false;
}

bool priority_class_fits(const Value& pod, std::string_view op, const Value& values) {
  const std::string_view name = pod["spec"]["priorityClassName"].as_string();
  const Value::Array& all = values.items();
  const bool listed = std::any_of(all.begin(), all.end(),
                                  [name](const Value& value) { return value.as_string() == name; });
  if (op == "Exists") return !name.empty();
  if (op == "DoesNotExist") return name.empty();
  return op == "In" ? !name.empty() && listed : !listed;
}

bool scope_fits(std::string_view scope, std::string_view op, const Value& values,
                const Value& pod) {
  if (scope == "Terminating") return is_terminating_scope(pod);
  if (scope == "NotTerminating") return !is_terminating_scope(pod);
  if (scope == "BestEffort") return is_best_effort(pod);
  if (scope == "NotBestEffort") return !is_best_effort(pod);
  if (scope == "PriorityClass") return priority_class_fits(pod, op, values);
  if (scope == "CrossNamespacePodAffinity") return has_foreign_affinity(pod["spec"]["affinity"]);
  return false;
}

}  // namespace

bool has_quota(const Kind& kind) {
  return kind.namespaced && kind.kind != "Event" && kind.kind != "Binding";
}

bool is_counted_as(const Kind& kind, std::string_view name) {
  constexpr std::string_view kCount = "count/";
  if (name.starts_with(kCount)) return name.substr(kCount.size()) == kind.resource();
  if (is_core(kind, "Pod")) return is_pod_amount(name);
  if (is_core(kind, "PersistentVolumeClaim")) return is_claim_amount(name);
  if (is_core(kind, "Service")) {
    return name == "services" || name == "services.nodeports" || name == "services.loadbalancers";
  }
  return kind.group.empty() && name == kind.plural && is_one_of(kPlainNames, name);
}

Resources quota_usage(const Kind& kind, const Value& object, Time now) {
  Resources out;
  out["count/" + kind.resource()] = Quantity::from_units(1);
  if (is_core(kind, "Pod")) {
    add_pod(object, now, out);
  } else if (is_core(kind, "Service")) {
    add_service(object, out);
  } else if (is_core(kind, "PersistentVolumeClaim")) {
    add_claim(object, out);
  } else if (kind.group.empty() && is_one_of(kPlainNames, kind.plural)) {
    out[std::string(kind.plural)] = Quantity::from_units(1);
  }
  return out;
}

bool quota_scopes_fit(const Value& quota_spec, const Kind& kind, const Value& object) {
  const Value& selectors = quota_spec["scopeSelector"]["matchExpressions"];
  if (quota_spec["scopes"].empty() && selectors.empty()) return true;
  if (!is_core(kind, "Pod")) return false;
  for (const Value& scope : quota_spec["scopes"].items()) {
    if (!scope_fits(scope.as_string(), "Exists", Value(), object)) return false;
  }
  for (const Value& one : selectors.items()) {
    if (!scope_fits(one["scopeName"].as_string(), one["operator"].as_string(), one["values"],
                    object)) {
      return false;
    }
  }
  return true;
}

bool is_terminating_scope(const Value& pod) {
  return pod["spec"].has("activeDeadlineSeconds");
}

Value to_value(const Resources& amounts) {
  Value::Object members;
  for (const auto& [name, amount] : amounts) members.push_back({name, Value(amount.str())});
  return Value::object(std::move(members));
}

}  // namespace inferlab::sim
