#include "sim/api/service_addresses.h"

#include <arpa/inet.h>

#include <set>

#include "sim/api/defaults/fill.h"
#include "sim/api/status.h"
#include "sim/api/validation/errors.h"

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

bool is_address(const std::string& ip) {
  in6_addr bits{};
  return inet_pton(AF_INET, ip.c_str(), &bits) == 1 || inet_pton(AF_INET6, ip.c_str(), &bits) == 1;
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

}  // namespace

std::optional<ApiResponse> allocate_service(Call& call, Value& object, const Value& old) {
  Value spec = object["spec"];
  const std::string_view type = spec["type"].as_string();
  if (type == "ExternalName") {
    if (!old.is_null()) {
      for (const char* gone : {"clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy"})
        spec = spec.without(gone);
      object = object.with("spec", spec);
    }
    return std::nullopt;
  }
  const Taken taken = taken_by_others(call, object);
  const std::string name = object["metadata"]["name"].str();
  // What an update leaves out stays as it was.
  if (!old.is_null() && old["spec"]["type"].as_string() != "ExternalName") {
    spec = filled(spec, {{"clusterIP", old["spec"]["clusterIP"]},
                         {"clusterIPs", old["spec"]["clusterIPs"]},
                         {"ipFamilies", old["spec"]["ipFamilies"]},
                         {"ipFamilyPolicy", old["spec"]["ipFamilyPolicy"]}});
  }
  const std::string asked = spec["clusterIP"].str();
  const bool headless = asked == "None";
  if (asked.empty()) {
    if (taken.ips.size() > 60000)
      return internal_error("failed to allocate a serviceIP: range is full");
    spec = spec.with("clusterIP", Value(free_ip(call, taken)));
  } else if (!headless) {
    const FieldPath path("spec.clusterIPs");
    if (!is_address(asked)) {
      return invalid(
          "", "Service", name,
          {invalid_value(path.index(0), Value(asked),
                         "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)")});
    }
    if (!in_range(asked)) {
      return invalid(
          "", "Service", name,
          {invalid_value(path, Value::array({Value(asked)}),
                         "failed to allocate IP " + asked + ": the provided IP (" + asked +
                             ") is not in the valid range. The range of valid IPs is "
                             "10.96.0.0/16")});
    }
    if (taken.ips.contains(asked)) {
      return invalid(
          "", "Service", name,
          {invalid_value(path, Value::array({Value(asked)}),
                         "failed to allocate IP " + asked + ": provided IP is already allocated")});
    }
  }
  spec = spec.with("clusterIPs", Value::array({spec["clusterIP"]}));
  spec = filled(spec, {{"ipFamilies", Value::array({"IPv4"})}, {"ipFamilyPolicy", "SingleStack"}});
  if (type == "NodePort" || type == "LoadBalancer") {
    std::set<int> used = taken.node_ports;
    for (const Value& port : spec["ports"].items())
      used.insert(static_cast<int>(port["nodePort"].as_int()));
    Rng& rng = call.api.service_stream();
    if (used.size() > 2500) return internal_error("failed to allocate a nodePort: range is full");
    std::size_t index = 0;
    Value::Array ports = spec["ports"].items();
    for (Value& port : ports) {
      const std::size_t at = index++;
      const int wanted = static_cast<int>(port["nodePort"].as_int());
      if (wanted == 0) {
        // The port keeps the number it had.
        int number = static_cast<int>(old["spec"]["ports"][at]["nodePort"].as_int());
        while (number == 0 || used.contains(number)) {
          number = static_cast<int>(
              rng.between(std::int64_t{kFirstNodePort}, std::int64_t{kLastNodePort}));
        }
        used.insert(number);
        port = port.with("nodePort", number);
      } else if (wanted < kFirstNodePort || wanted > kLastNodePort) {
        const FieldPath list("spec.ports");
        const FieldPath item = list.index(at);
        return invalid("", "Service", name,
                       {invalid_value(item / "nodePort", port["nodePort"],
                                      "provided port is not in the valid range. The range of valid "
                                      "ports is 30000-32767")});
      } else if (taken.node_ports.contains(wanted)) {
        const FieldPath list("spec.ports");
        const FieldPath item = list.index(at);
        return invalid("", "Service", name,
                       {invalid_value(item / "nodePort", port["nodePort"],
                                      "provided port is already allocated")});
      }
    }
    spec = spec.with("ports", Value::array(std::move(ports)));
  } else {
    spec = spec.with("ports", each_item(spec["ports"], [](const Value& port) {
                       return port.without("nodePort");
                     }));
    if (spec["ports"].is_null()) spec = spec.without("ports");
  }
  object = object.with("spec", std::move(spec));
  return std::nullopt;
}

}  // namespace inferlab::sim
