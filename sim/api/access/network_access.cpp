#include "sim/api/access/network_access.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "sim/api/validation/ip_address.h"
#include "sim/api/value.h"

namespace inferlab::sim {
namespace {

constexpr std::string_view kPolicies = "networkpolicies.networking.k8s.io";

bool has_type(const Value& policy, std::string_view type) {
  const Value& types = policy["spec"]["policyTypes"];
  return std::any_of(types.items().begin(), types.items().end(),
                     [&](const Value& each) { return each.as_string() == type; });
}

// An address as a network that holds it alone.
std::optional<IpNetwork> network_of(const std::string& ip) {
  return parse_network(ip + (ip.find(':') == std::string::npos ? "/32" : "/128"));
}

bool holds(std::string_view cidr, const IpNetwork& address) {
  const auto network = parse_network(cidr);
  if (!network || network->v6 != address.v6) return false;
  return (network->bits == address.bits && network->address == address.address) ||
         address.strictly_within(*network);
}

bool in_block(const Value& block, const std::string& ip) {
  const auto address = network_of(ip);
  if (!address || !holds(block["cidr"].as_string(), *address)) return false;
  const Value& except = block["except"];
  return std::none_of(except.items().begin(), except.items().end(),
                      [&](const Value& cidr) { return holds(cidr.as_string(), *address); });
}

Labels labels_of_namespace(const Store& store, const std::string& ns) {
  const ObjectPtr found = store.get({"namespaces", "", ns});
  return found == nullptr ? Labels{} : labels_from(found->document["metadata"]["labels"]);
}

bool is_peer(const Store& store, const Value& peer, const std::string& policy_ns,
             const NetworkEnd& end) {
  if (peer.has("ipBlock")) return !end.is_pod() && in_block(peer["ipBlock"], end.ip);
  if (!end.is_pod()) return false;
  const bool right_namespace = peer.has("namespaceSelector")
                                   ? LabelSelector::from_object(peer["namespaceSelector"])
                                         .matches(labels_of_namespace(store, end.ns))
                                   : end.ns == policy_ns;
  return right_namespace && (!peer.has("podSelector") ||
                             LabelSelector::from_object(peer["podSelector"]).matches(end.labels));
}

bool is_port(const Value& entry, const NetworkEnd& to, int port, std::string_view protocol) {
  if (entry["protocol"].as_string("TCP") != protocol) return false;
  const Value& stated = entry["port"];
  if (stated.is_null()) return true;
  if (stated.is_string()) {
    const auto named = to.named_ports.find(stated.str());
    return named != to.named_ports.end() && named->second == port;
  }
  const std::int64_t first = stated.as_int();
  return port >= first && port <= entry["endPort"].as_int(first);
}

struct Direction {
  std::string_view type;    // "Ingress"
  const char* rules;        // "ingress"
  const char* peers;        // "from"
  std::string_view called;  // in reasons
};
constexpr Direction kIngress = {"Ingress", "ingress", "from", "ingress"};
constexpr Direction kEgress = {"Egress", "egress", "to", "egress"};

// One way: what selects `self`, and whether a rule of it lets `other` through.
NetworkAccess one_way(const Store& store, const Direction& direction, const NetworkEnd& self,
                      const NetworkEnd& other, const NetworkEnd& to, int port,
                      std::string_view protocol) {
  std::string isolated_by;
  for (const ObjectPtr& policy : store.list(kPolicies, self.ns)) {
    const Value& document = policy->document;
    if (!has_type(document, direction.type)) continue;
    if (!LabelSelector::from_object(document["spec"]["podSelector"]).matches(self.labels)) continue;
    const std::string name = fmt::format("{}/{}", policy->key.ns, policy->key.name);
    if (isolated_by.empty()) isolated_by = name;
    const Value& rules = document["spec"][direction.rules];
    for (const Value& rule : rules.items()) {
      const Value& peers = rule[direction.peers];
      const Value& ports = rule["ports"];
      const bool peer =
          peers.empty() ||
          std::any_of(peers.items().begin(), peers.items().end(), [&](const Value& each) {
            return is_peer(store, each, policy->key.ns, other);
          });
      const bool open = ports.empty() || std::any_of(ports.items().begin(), ports.items().end(),
                                                     [&](const Value& each) {
                                                       return is_port(each, to, port, protocol);
                                                     });
      if (peer && open)
        return {true, fmt::format("{} by NetworkPolicy {}", direction.called, name)};
    }
  }
  if (isolated_by.empty()) return {true, fmt::format("{} is not isolated", direction.called)};
  return {false, fmt::format("{} is isolated by NetworkPolicy {}, and no rule lets it through",
                             direction.called, isolated_by)};
}

}  // namespace

NetworkAccess network_access(const Store& store, const NetworkEnd& from, const NetworkEnd& to,
                             int port, std::string_view protocol) {
  NetworkAccess out{true, {}};
  if (from.is_pod()) out = one_way(store, kEgress, from, to, to, port, protocol);
  if (!out.allowed || !to.is_pod()) return out;
  NetworkAccess in = one_way(store, kIngress, to, from, to, port, protocol);
  if (in.allowed && !out.reason.empty()) in.reason = out.reason + ", " + in.reason;
  return in;
}

}  // namespace inferlab::sim
