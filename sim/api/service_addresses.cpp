#include "sim/api/service_addresses.h"

#include <arpa/inet.h>

#include <map>
#include <set>

#include "sim/api/service_changes.h"
#include "sim/api/status.h"
#include "sim/api/validation/errors.h"
#include "sim/api/validation/go_text.h"
#include "sim/api/validation/service_validation.h"

namespace inferlab::sim {
namespace {

constexpr int kFirstNodePort = 30000;
constexpr int kLastNodePort = 32767;

struct Taken {
  std::set<std::string, std::less<>> ips;
  std::set<int> node_ports;
};

Taken taken_by_others(const Call& call, const Value& object) {
  Taken out;
  const std::string_view name = object["metadata"]["name"].as_string();
  for (const ObjectPtr& service : call.store().list("services")) {
    if (service->key.ns == call.request.ns && service->key.name == name) continue;
    const Value& spec = service->document["spec"];
    out.ips.insert(spec["clusterIP"].str());
    for (const Value& port : spec["ports"].items()) {
      out.node_ports.insert(static_cast<int>(port["nodePort"].as_int()));
    }
  }
  return out;
}

// 10.96.0.0/16, of which the first address names the network. `ip` is an address.
bool in_range(const std::string& ip) {
  std::uint32_t bits = 0;
  if (inet_pton(AF_INET, ip.c_str(), &bits) != 1) return false;
  const std::uint32_t number = ntohl(bits);
  return number >> 16 == (10U << 8 | 96U) && (number & 0xffffU) != 0 &&
         (number & 0xffffU) != 0xffffU;
}

std::string free_ip(Call& call, const Taken& taken) {
  // The lower 256 addresses are kept for those who ask for one by name.
  Rng& rng = call.api.service_stream();
  while (true) {
    const std::uint64_t number = rng.between(257, 65534);
    std::string ip = "10.96." + std::to_string(number / 256) + "." + std::to_string(number % 256);
    if (!taken.ips.contains(ip)) return ip;
  }
}

using Refusal = std::optional<ApiResponse>;

Refusal refused(const Value& object, FieldErrors errors) {
  if (errors.empty()) return std::nullopt;
  return invalid("", "Service", object["metadata"]["name"].str(), errors);
}

bool is_headless(const Value& spec) {
  return spec["clusterIP"].as_string() == "None";
}

// Which families of addresses it has. The cluster has IPv4 alone.
Refusal settle_families(const Value& object, Value& spec, const Value& old) {
  const bool points_nowhere = is_headless(spec) && spec["selector"].empty();
  if (!spec.has("ipFamilyPolicy")) {
    spec = spec.with("ipFamilyPolicy", !old["ipFamilyPolicy"].empty() ? old["ipFamilyPolicy"]
                                       : points_nowhere               ? Value("RequireDualStack")
                                                                      : Value("SingleStack"));
  }
  FieldErrors errors;
  validate_service_addresses(spec, errors);
  if (!errors.empty()) return refused(object, std::move(errors));
  const FieldPath path("spec");
  const Value& policy = spec["ipFamilyPolicy"];
  if (policy.as_string() == "SingleStack") {
    for (const auto& [field, what] :
         {std::pair("clusterIPs", "cluster IPs"), std::pair("ipFamilies", "IP families")}) {
      if (spec[field].size() != 2) continue;
      errors.push_back(invalid_value(
          path / "ipFamilyPolicy", policy,
          std::string("must be 'RequireDualStack' or 'PreferDualStack' when multiple ") + what +
              " are specified"));
    }
  }
  const FieldPath ips = path / "clusterIPs";
  for (std::size_t i = spec["ipFamilies"].size(); i < spec["clusterIPs"].size(); ++i) {
    if (spec["clusterIPs"][i].str().find(':') == std::string::npos) continue;
    errors.push_back(invalid_raw(ips.index(i), go_strings(spec["clusterIPs"]),
                                 "IPv6 is not configured on this cluster"));
  }
  if (!errors.empty()) return refused(object, std::move(errors));
  if (points_nowhere) {
    // Whoever makes its endpoints may have addresses of both kinds.
    Value families = spec["ipFamilies"].empty() ? Value::array({"IPv4"}) : spec["ipFamilies"];
    if (families.size() < 2 && policy.as_string() != "SingleStack") {
      const bool v4 = families[std::size_t{0}].as_string() == "IPv4";
      families = families.appended(Value(v4 ? "IPv6" : "IPv4"));
    }
    spec = spec.with("ipFamilies", families);
    return std::nullopt;
  }
  if (policy.as_string() == "RequireDualStack") {
    errors.push_back(invalid_value(path / "ipFamilyPolicy", policy,
                                   "this cluster is not configured for dual-stack services"));
  }
  const FieldPath list = path / "ipFamilies";
  for (std::size_t i = 0; i < spec["ipFamilies"].size(); ++i) {
    const Value& family = spec["ipFamilies"][i];
    if (family.as_string() == "IPv4") continue;
    errors.push_back(invalid_value(list.index(i), family, "not configured on this cluster"));
  }
  if (spec["ipFamilies"].empty()) spec = spec.with("ipFamilies", Value::array({"IPv4"}));
  return refused(object, std::move(errors));
}

Refusal settle_address(Call& call, const Value& object, Value& spec, const Taken& taken) {
  if (is_headless(spec)) return std::nullopt;
  const std::string asked = spec["clusterIP"].str();
  if (asked.empty()) {
    if (taken.ips.size() > 60000)
      return internal_error("failed to allocate a serviceIP: range is full");
    const Value ip(free_ip(call, taken));
    spec = spec.with("clusterIP", ip).with("clusterIPs", Value::array({ip}));
    return std::nullopt;
  }
  const FieldPath path("spec.clusterIPs");
  const std::string failed = "failed to allocate IP " + asked + ": ";
  if (!in_range(asked)) {
    return refused(object, {invalid_raw(path, go_strings(spec["clusterIPs"]),
                                        failed + "the provided IP (" + asked +
                                            ") is not in the valid range. The range of valid IPs "
                                            "is 10.96.0.0/16")});
  }
  if (taken.ips.contains(asked)) {
    return refused(object, {invalid_raw(path, go_strings(spec["clusterIPs"]),
                                        failed + "provided IP is already allocated")});
  }
  return std::nullopt;
}

// Gives out node ports that are free.
class NodePorts {
 public:
  NodePorts(Call& call, const Taken& taken, const Value& spec)
      : rng_(call.api.service_stream()), taken_(taken.node_ports), used_(taken.node_ports) {
    for (const Value& port : spec["ports"].items())
      used_.insert(static_cast<int>(port["nodePort"].as_int()));
  }

  [[nodiscard]] bool full() const { return used_.size() > 2500; }

  int next() {
    int number = 0;
    while (number == 0 || !used_.insert(number).second) {
      number =
          static_cast<int>(rng_.between(std::int64_t{kFirstNodePort}, std::int64_t{kLastNodePort}));
    }
    return number;
  }

  // Why this one cannot be had; empty: it can.
  [[nodiscard]] std::string fault_of(std::int64_t number) const {
    if (number < kFirstNodePort || number > kLastNodePort) {
      return "provided port is not in the valid range. The range of valid ports is 30000-32767";
    }
    return taken_.contains(static_cast<int>(number)) ? "provided port is already allocated"
                                                     : std::string();
  }

 private:
  Rng& rng_;
  const std::set<int>& taken_;
  std::set<int> used_;
};

Refusal settle_node_ports(const Value& object, Value& spec, NodePorts& numbers, bool is_new) {
  Value::Array ports = spec["ports"].items();
  // A port that is served by several protocols has one number for all of them.
  std::map<std::int64_t, std::int64_t> by_port;
  for (const Value& port : ports) {
    if (is_new && port["nodePort"].as_int() != 0)
      by_port.emplace(port["port"].as_int(), port["nodePort"].as_int());
  }
  const FieldPath list("spec.ports");
  for (std::size_t i = 0; i < ports.size(); ++i) {
    Value& port = ports[i];
    if (const std::int64_t wanted = port["nodePort"].as_int(); wanted != 0) {
      const std::string fault = numbers.fault_of(wanted);
      if (fault.empty()) continue;
      const FieldPath item = list.index(i);
      return refused(object, {invalid_value(item / "nodePort", port["nodePort"], fault)});
    }
    if (!needs_node_ports(spec)) continue;
    if (numbers.full()) return internal_error("failed to allocate a nodePort: range is full");
    const auto shared = by_port.find(port["port"].as_int());
    const std::int64_t number = shared == by_port.end() ? numbers.next() : shared->second;
    if (is_new) by_port.emplace(port["port"].as_int(), number);
    port = port.with("nodePort", number);
  }
  if (!ports.empty()) spec = spec.with("ports", Value::array(std::move(ports)));
  return std::nullopt;
}

}  // namespace

std::optional<ApiResponse> allocate_service(Call& call, Value& object, const Value& old) {
  const Value& before = old["spec"];
  Value spec = meant_service_spec(object["spec"], before);
  const std::string type = spec["type"].str();
  if (type != "ExternalName") {
    const Taken taken = taken_by_others(call, object);
    if (Refusal no = settle_families(object, spec, before)) return no;
    const bool had = !before.is_null() && before["type"].as_string() != "ExternalName";
    if (!had) {
      if (Refusal no = settle_address(call, object, spec, taken)) return no;
    }
    NodePorts numbers(call, taken, spec);
    if (type == "NodePort" || type == "LoadBalancer") {
      if (Refusal no = settle_node_ports(object, spec, numbers, before.is_null())) return no;
    }
    if (needs_health_check_port(spec) && spec["healthCheckNodePort"].as_int() == 0)
      spec = spec.with("healthCheckNodePort", numbers.next());
  }
  object = object.with("spec", std::move(spec));
  return std::nullopt;
}

}  // namespace inferlab::sim
