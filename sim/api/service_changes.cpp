#include "sim/api/service_changes.h"

#include <map>
#include <set>
#include <string>

#include "sim/api/defaults/fill.h"

namespace inferlab::sim {
namespace {

bool needs_cluster_ip(const Value& spec) {
  const std::string_view type = spec["type"].as_string();
  return type == "ClusterIP" || type == "NodePort" || type == "LoadBalancer";
}

bool is_load_balancer(const Value& spec) {
  return spec["type"].as_string() == "LoadBalancer";
}

bool is_for_outside(const Value& spec) {
  return is_load_balancer(spec) || spec["type"].as_string() == "NodePort" ||
         (spec["type"].as_string() == "ClusterIP" && !spec["externalIPs"].empty());
}

// Clients of old know spec.clusterIP alone.
Value with_addresses_in_step(const Value& spec, const Value& old) {
  const Value& ip = spec["clusterIP"];
  const Value only = Value::array({ip});
  if (old.is_null())
    return !ip.empty() && spec["clusterIPs"].empty() ? spec.with("clusterIPs", only) : spec;
  Value out = spec;
  if (out["clusterIPs"].empty() && !old["clusterIPs"].empty() && ip == old["clusterIP"])
    out = out.with("clusterIPs", old["clusterIPs"]);
  if (ip == old["clusterIP"] || out["clusterIPs"] != old["clusterIPs"]) return out;
  return ip.empty() ? out.without("clusterIPs") : out.with("clusterIPs", only);
}

std::set<std::int64_t> node_ports_of(const Value& spec) {
  std::set<std::int64_t> out;
  for (const Value& port : spec["ports"].items()) {
    if (port["nodePort"].as_int() != 0) out.insert(port["nodePort"].as_int());
  }
  return out;
}

// By the names of the ports; a number that another port has taken meanwhile is not given again.
Value with_kept_node_ports(const Value& spec, const Value& old) {
  std::set<std::int64_t> used;
  const std::set<std::int64_t> before = node_ports_of(old);
  for (const std::int64_t port : node_ports_of(spec)) {
    if (before.contains(port)) used.insert(port);
  }
  std::map<std::string, std::int64_t> by_name;
  for (const Value& port : old["ports"].items())
    by_name[port["name"].str()] = port["nodePort"].as_int();
  Value::Array ports = spec["ports"].items();
  for (Value& port : ports) {
    if (port["nodePort"].as_int() != 0) continue;
    const std::int64_t number = by_name[port["name"].str()];
    if (number != 0 && used.insert(number).second) port = port.with("nodePort", number);
  }
  return ports.empty() ? spec : spec.with("ports", Value::array(std::move(ports)));
}

Value with_kept(Value spec, const Value& old) {
  if (needs_cluster_ip(old) && needs_cluster_ip(spec)) {
    if (spec["clusterIP"].empty() && !old["clusterIP"].empty())
      spec = spec.with("clusterIP", old["clusterIP"]);
    if (spec["clusterIPs"].empty() && spec["clusterIP"] == old["clusterIP"] &&
        !old["clusterIPs"].empty()) {
      spec = spec.with("clusterIPs", old["clusterIPs"]);
    }
  }
  if (needs_node_ports(old) && needs_node_ports(spec)) spec = with_kept_node_ports(spec, old);
  const Value& health = old["healthCheckNodePort"];
  if (needs_health_check_port(old) && needs_health_check_port(spec) && !health.is_null())
    spec = filled(spec, {{"healthCheckNodePort", health}});
  return spec;
}

Value without_useless(Value spec, const Value& old) {
  const auto drop = [&](const char* field) {
    if (spec[field] == old[field]) spec = spec.without(field);
  };
  if (needs_cluster_ip(old) && !needs_cluster_ip(spec)) {
    if (spec["clusterIP"] == old["clusterIP"] && spec["clusterIPs"] == old["clusterIPs"])
      spec = spec.without("clusterIP").without("clusterIPs");
    drop("ipFamilies");
    drop("ipFamilyPolicy");
  }
  if (needs_node_ports(old) && !needs_node_ports(spec) &&
      node_ports_of(spec) == node_ports_of(old) && !spec["ports"].empty()) {
    spec = spec.with("ports", each_item(spec["ports"], [](const Value& port) {
                       return port.without("nodePort");
                     }));
  }
  if (needs_health_check_port(old) && !needs_health_check_port(spec)) drop("healthCheckNodePort");
  if (is_load_balancer(old) && !is_load_balancer(spec)) {
    drop("allocateLoadBalancerNodePorts");
    drop("loadBalancerClass");
  }
  if (is_for_outside(old) && !is_for_outside(spec)) drop("externalTrafficPolicy");
  return spec;
}

}  // namespace

bool needs_node_ports(const Value& spec) {
  return spec["type"].as_string() == "NodePort" ||
         (is_load_balancer(spec) && spec["allocateLoadBalancerNodePorts"].as_bool(true));
}

bool needs_health_check_port(const Value& spec) {
  return is_load_balancer(spec) && spec["externalTrafficPolicy"].as_string() == "Local";
}

Value meant_service_spec(Value spec, const Value& old) {
  spec = with_addresses_in_step(spec, old);
  return old.is_null() ? spec : without_useless(with_kept(std::move(spec), old), old);
}

}  // namespace inferlab::sim
