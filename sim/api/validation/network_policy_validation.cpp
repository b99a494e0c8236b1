#include "sim/api/validation/network_policy_validation.h"

#include <algorithm>

#include "sim/api/validation/field_rules.h"
#include "sim/api/validation/ip_address.h"
#include "sim/api/validation/meta_validation.h"
#include "sim/api/validation/names.h"
#include "sim/api/validation/pod_spec_validation.h"

namespace inferlab::sim {
namespace {

void validate_ip_block(const Value& block, const FieldPath& path, FieldErrors& errors) {
  const Value& cidr = block["cidr"];
  if (cidr.empty()) {
    errors.push_back(required(path / "cidr"));
    return;
  }
  const auto outer = parse_network(cidr.as_string());
  if (!outer) {
    errors.push_back(invalid_value(path / "cidr", cidr, kNotANetwork));
    return;
  }
  const FieldPath list = path / "except";
  std::size_t index = 0;
  for (const Value& except : block["except"].items()) {
    const FieldPath at = list.index(index++);
    const auto inner = parse_network(except.as_string());
    if (!inner) {
      errors.push_back(invalid_value(at, except, kNotANetwork));
    } else if (!inner->strictly_within(*outer)) {
      errors.push_back(invalid_value(at, except, "must be a strict subset of `cidr`"));
    }
  }
}

void validate_peer(const Value& peer, const FieldPath& at, FieldErrors& errors) {
  const bool pods = peer.has("podSelector");
  const bool namespaces = peer.has("namespaceSelector");
  const bool block = peer.has("ipBlock");
  if (pods) validate_label_selector(peer["podSelector"], at / "podSelector", errors);
  if (namespaces)
    validate_label_selector(peer["namespaceSelector"], at / "namespaceSelector", errors);
  if (block) validate_ip_block(peer["ipBlock"], at / "ipBlock", errors);
  if (!pods && !namespaces && !block) {
    errors.push_back(required(at, "must specify a peer"));
  } else if (block && (pods || namespaces)) {
    errors.push_back(forbidden_field(at, "may not specify both ipBlock and another peer"));
  }
}

void validate_policy_port(const Value& item, const FieldPath& at, FieldErrors& errors) {
  if (item.has("protocol"))
    validate_one_of(at / "protocol", item["protocol"], {"SCTP", "TCP", "UDP"}, errors);
  const Value& port = item["port"];
  const Value& end = item["endPort"];
  if (port.is_null()) {
    if (!end.is_null()) {
      errors.push_back(
          invalid_value(at / "endPort", end, "may not be specified when `port` is not specified"));
    }
    return;
  }
  if (port.is_string()) {
    if (!end.is_null()) {
      errors.push_back(
          invalid_value(at / "endPort", end, "may not be specified when `port` is non-numeric"));
    }
    add_name_errors(at / "port", port, check_port_name(port.as_string()), errors);
    return;
  }
  validate_port_number(at / "port", port, errors);
  if (end.is_null()) return;
  if (end.as_int() < port.as_int()) {
    errors.push_back(invalid_value(at / "endPort", end, "must be greater than or equal to `port`"));
  }
  validate_port_number(at / "endPort", end, errors);
}

void validate_rules(const Value& rules, const char* peers, const FieldPath& path,
                    FieldErrors& errors) {
  std::size_t index = 0;
  for (const Value& rule : rules.items()) {
    const FieldPath at = path.index(index++);
    const FieldPath ports_path = at / "ports";
    std::size_t i = 0;
    for (const Value& port : rule["ports"].items())
      validate_policy_port(port, ports_path.index(i++), errors);
    const FieldPath peers_path = at / peers;
    i = 0;
    for (const Value& peer : rule[peers].items())
      validate_peer(peer, peers_path.index(i++), errors);
  }
}

}  // namespace

void validate_network_policy(const Value& object, const Value& old, FieldErrors& errors) {
  const Value& spec = object["spec"];
  if (!old.is_null() && spec == old["spec"]) return;
  const FieldPath path("spec");
  validate_label_selector(spec["podSelector"], path / "podSelector", errors);
  validate_rules(spec["ingress"], "from", path / "ingress", errors);
  validate_rules(spec["egress"], "to", path / "egress", errors);
  const Value& types = spec["policyTypes"];
  const FieldPath types_path = path / "policyTypes";
  if (types.size() > 2) {
    errors.push_back(invalid_value(types_path, types, "may not specify more than two policyTypes"));
    return;
  }
  std::size_t index = 0;
  for (const Value& type : types.items())
    validate_one_of(types_path.index(index++), type, {"Egress", "Ingress"}, errors);
}

}  // namespace inferlab::sim
