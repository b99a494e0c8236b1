#include "sim/api/validation/network_policy_validation.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "sim/api/validation/field_rules.h"
#include "sim/api/validation/meta_validation.h"
#include "sim/api/validation/names.h"
#include "sim/api/validation/pod_spec_validation.h"

namespace inferlab::sim {
namespace {

// An IPv4 network; of IPv6 ones no more is known than that they look like one.
struct Network {
  std::uint32_t address = 0;
  int bits = 0;
  bool v6 = false;
};

std::optional<int> number(std::string_view text, int limit) {
  int value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || read.ptr != text.data() + text.size() || value < 0 || value > limit)
    return std::nullopt;
  return value;
}

std::optional<Network> parse_network(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  std::string_view address = text.substr(0, slash);
  Network out;
  out.v6 = address.find(':') != std::string_view::npos;
  const auto bits = number(text.substr(slash + 1), out.v6 ? 128 : 32);
  if (!bits) return std::nullopt;
  out.bits = *bits;
  if (out.v6) {
    if (address.find_first_not_of("0123456789abcdefABCDEF:") != std::string_view::npos)
      return std::nullopt;
    return out;
  }
  for (int part = 0; part < 4; ++part) {
    const std::size_t dot = address.find('.');
    if ((dot == std::string_view::npos) != (part == 3)) return std::nullopt;
    const auto octet = number(address.substr(0, dot), 255);
    if (!octet) return std::nullopt;
    out.address = out.address << 8 | static_cast<std::uint32_t>(*octet);
    if (part < 3) address.remove_prefix(dot + 1);
  }
  return out;
}

bool strictly_within(const Network& inner, const Network& outer) {
  if (inner.v6 || outer.v6) return inner.v6 == outer.v6 && inner.bits > outer.bits;
  if (inner.bits <= outer.bits) return false;
  const std::uint32_t mask =
      outer.bits == 0 ? 0U : ~std::uint32_t{0} << static_cast<unsigned>(32 - outer.bits);
  return (inner.address & mask) == (outer.address & mask);
}

void validate_ip_block(const Value& block, const FieldPath& path, FieldErrors& errors) {
  constexpr std::string_view kNotOne =
      "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)";
  const Value& cidr = block["cidr"];
  if (cidr.empty()) {
    errors.push_back(required(path / "cidr"));
    return;
  }
  const auto outer = parse_network(cidr.as_string());
  if (!outer) {
    errors.push_back(invalid_value(path / "cidr", cidr, kNotOne));
    return;
  }
  const FieldPath list = path / "except";
  std::size_t index = 0;
  for (const Value& except : block["except"].items()) {
    const FieldPath at = list.index(index++);
    const auto inner = parse_network(except.as_string());
    if (!inner) {
      errors.push_back(invalid_value(at, except, kNotOne));
    } else if (!strictly_within(*inner, *outer)) {
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
