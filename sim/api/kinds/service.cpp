// Service: one address for the Pods that a selector picks.
#include "sim/api/defaults/fill.h"
#include "sim/api/kinds/age.h"
#include "sim/api/kinds/kinds.h"
#include "sim/api/kinds/verbs.h"
#include "sim/api/types/types.h"
#include "sim/api/validation/service_validation.h"

namespace inferlab::sim::kinds {
namespace {

constexpr PrintColumn kColumns[] = {{"Name", "string", "name"},   {"Type", "string", ""},
                                    {"Cluster-IP", "string", ""}, {"External-IP", "string", ""},
                                    {"Port(s)", "string", ""},    {"Age", "string", ""},
                                    {"Selector", "string", "", 1}};

std::string ports_of(const Value& spec) {
  std::string out;
  for (const Value& port : spec["ports"].items()) {
    if (!out.empty()) out += ",";
    out += std::to_string(port["port"].as_int());
    if (port["nodePort"].as_int() > 0) out += ":" + std::to_string(port["nodePort"].as_int());
    out += "/" + port["protocol"].str();
  }
  return out.empty() ? "<none>" : out;
}

std::string joined(const Value& list) {
  std::string out;
  for (const Value& item : list.items()) out += (out.empty() ? "" : ",") + item.str();
  return out;
}

std::string external_ip(const Value& object) {
  const Value& spec = object["spec"];
  const std::string_view type = spec["type"].as_string();
  if (type == "ExternalName") return spec["externalName"].str();
  std::string out;
  if (type == "LoadBalancer") {
    for (const Value& ingress : object["status"]["loadBalancer"]["ingress"].items()) {
      const Value& address = ingress["ip"].empty() ? ingress["hostname"] : ingress["ip"];
      out += (out.empty() ? "" : ",") + address.str();
    }
  }
  const std::string more = joined(spec["externalIPs"]);
  if (!more.empty()) out += (out.empty() ? "" : ",") + more;
  if (!out.empty()) return out;
  return type == "LoadBalancer" ? "<pending>" : "<none>";
}

std::vector<Value> cells(const Value& object, Time now) {
  const Value& spec = object["spec"];
  std::string selector;
  for (const Value::Member& member : spec["selector"].members()) {
    selector += (selector.empty() ? "" : ",") + member.key + "=" + member.value.str();
  }
  const std::string address = spec["clusterIP"].str();
  return {object["metadata"]["name"],
          spec["type"],
          address.empty() ? "<none>" : address,
          external_ip(object),
          ports_of(spec),
          age_of(object, now),
          selector.empty() ? "<none>" : selector};
}

Value set_defaults(Value object) {
  Value spec = filled(object["spec"], {{"sessionAffinity", "None"}, {"type", "ClusterIP"}});
  const std::string_view type = spec["type"].as_string();
  if (spec["sessionAffinity"].as_string() == "ClientIP" &&
      !spec["sessionAffinityConfig"]["clientIP"].has("timeoutSeconds")) {
    spec = spec.with_path({"sessionAffinityConfig", "clientIP", "timeoutSeconds"}, 10800);
  }
  if (type != "ExternalName") spec = filled(spec, {{"internalTrafficPolicy", "Cluster"}});
  // Whoever can be reached from outside.
  if (type == "NodePort" || type == "LoadBalancer" ||
      (type == "ClusterIP" && !spec["externalIPs"].empty())) {
    spec = filled(spec, {{"externalTrafficPolicy", "Cluster"}});
  }
  if (type == "LoadBalancer") spec = filled(spec, {{"allocateLoadBalancerNodePorts", true}});
  const Value ports = each_item(spec["ports"], [](const Value& port) {
    const Value& target = port["targetPort"];
    const bool unset = target.is_null() || (target.is_int() && target.as_int() == 0) ||
                       (target.is_string() && target.empty());
    return unset ? port.with("targetPort", port["port"]) : port;
  });
  if (!ports.is_null() && !same_document(ports, spec["ports"])) spec = spec.with("ports", ports);
  return same_document(spec, object["spec"]) ? object : object.with("spec", spec);
}

Value prepare(Value object, const Value& old) {
  if (!old.is_null()) return object;
  return object.with("status", Value::object({{"loadBalancer", Value::object()}}));
}

std::vector<std::pair<std::string, std::string>> selectable_fields(const Value& object) {
  return {{"spec.clusterIP", object["spec"]["clusterIP"].str()},
          {"spec.type", object["spec"]["type"].str()}};
}

}  // namespace

const Kind kService = {.group = "",
                       .version = "v1",
                       .kind = "Service",
                       .plural = "services",
                       .singular = "service",
                       .short_names = {"svc"},
                       .categories = {"all"},
                       .verbs = all_verbs(),
                       .subresources = {"proxy", "status"},
                       .schema = &types::kService,
                       .returns_deleted = true,
                       .create_on_update = true,
                       .set_defaults = set_defaults,
                       .validate = validate_service,
                       .prepare = prepare,
                       .columns = kColumns,
                       .cells = cells,
                       .selectable_fields = selectable_fields};

}  // namespace inferlab::sim::kinds
