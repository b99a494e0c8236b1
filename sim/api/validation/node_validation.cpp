#include "sim/api/validation/node_validation.h"

#include <set>

#include "sim/api/validation/errors.h"
#include "sim/api/validation/go_text.h"
#include "sim/api/validation/ip_address.h"
#include "sim/api/validation/names.h"
#include "sim/api/validation/resource_rules.h"

namespace inferlab::sim {
namespace {

void validate_taints(const Value& taints, const FieldPath& path, FieldErrors& errors) {
  std::set<std::pair<std::string, std::string>> seen;
  std::size_t index = 0;
  for (const Value& taint : taints.items()) {
    const FieldPath at = path.index(index++);
    const Value key(taint["key"].as_string());
    for (const std::string& why : check_qualified_name(key.as_string())) {
      errors.push_back(invalid_value(at / "key", key, why));
    }
    std::string wrong;
    for (const std::string& why : check_label_value(taint["value"].as_string()))
      wrong += (wrong.empty() ? "" : ";") + why;
    if (!wrong.empty()) errors.push_back(invalid_value(at / "value", taint["value"], wrong));
    const Value effect(taint["effect"].as_string());
    if (effect.empty()) {
      errors.push_back(required(at / "effect"));
    } else if (effect.as_string() != "NoSchedule" && effect.as_string() != "PreferNoSchedule" &&
               effect.as_string() != "NoExecute") {
      errors.push_back(
          unsupported(at / "effect", effect, {"NoSchedule", "PreferNoSchedule", "NoExecute"}));
    }
    if (!seen.emplace(key.str(), effect.str()).second) {
      FieldError twice = duplicate_raw(at, go_taint(taint));
      twice.message += ": taints must be unique by key and effect pair";
      errors.push_back(std::move(twice));
    }
  }
}

void validate_amounts(const Value& amounts, const FieldPath& path, FieldErrors& errors) {
  for (const Value::Member& member : amounts.members())
    validate_amount(member.key, member.value, path / member.key, errors);
}

void validate_addresses(const Value& addresses, const FieldPath& path, FieldErrors& errors) {
  std::set<std::pair<std::string, std::string>> seen;
  std::size_t index = 0;
  for (const Value& address : addresses.items()) {
    const FieldPath at = path.index(index++);
    if (seen.emplace(address["type"].str(), address["address"].str()).second) continue;
    errors.push_back(duplicate_raw(at, go_node_address(address)));
  }
}

// podCIDR is the older name of the first of podCIDRs.
Value networks_of(const Value& spec) {
  const Value& all = spec["podCIDRs"];
  if (!all.empty() || spec["podCIDR"].empty()) return all;
  return Value::array({spec["podCIDR"]});
}

void validate_networks(const Value& networks, const FieldPath& path, FieldErrors& errors) {
  std::size_t v4 = 0;
  std::size_t v6 = 0;
  std::size_t index = 0;
  for (const Value& network : networks.items()) {
    const auto read = parse_network(network.as_string());
    if (!read) errors.push_back(invalid_value(path.index(index), network, kNotANetwork));
    if (read) ++(read->v6 ? v6 : v4);
    ++index;
  }
  if (networks.size() < 2) return;
  if (v4 != 1 || v6 != 1 || networks.size() > 2) {
    errors.push_back(invalid_raw(path, go_strings(networks),
                                 "may specify no more than one CIDR for each IP family"));
  }
  std::set<std::string> seen;
  index = 0;
  for (const Value& network : networks.items()) {
    const FieldPath at = path.index(index++);
    if (!seen.insert(network.str()).second) errors.push_back(duplicate(at, network));
  }
}

// Once a Node has networks, they stay.
void validate_kept_networks(const Value& now, const Value& before, const FieldPath& path,
                            FieldErrors& errors) {
  if (before.empty()) return;
  const FieldError changed =
      forbidden_field(path, "node updates may not change podCIDR except from \"\" to valid");
  if (now.size() != before.size()) {
    errors.push_back(changed);
    return;
  }
  for (std::size_t i = 0; i < now.size(); ++i) {
    if (now[i] != before[i]) errors.push_back(changed);
  }
}

}  // namespace

void validate_node(const Value& object, const Value& old, FieldErrors& errors) {
  const FieldPath metadata("metadata");
  const FieldPath spec("spec");
  const FieldPath status("status");
  const FieldPath networks = spec / "podCIDRs";
  const auto taints = [&] {
    // This is where the server says that they stand.
    validate_taints(object["spec"]["taints"], metadata / "taints", errors);
  };
  const auto amounts = [&] {
    validate_amounts(object["status"]["capacity"], status / "capacity", errors);
    validate_amounts(object["status"]["allocatable"], status / "allocatable", errors);
  };
  if (old.is_null()) {
    taints();
    amounts();
    validate_networks(networks_of(object["spec"]), networks, errors);
    return;
  }
  amounts();
  validate_addresses(object["status"]["addresses"], status / "addresses", errors);
  validate_kept_networks(networks_of(object["spec"]), networks_of(old["spec"]), networks, errors);
  const Value& provider = old["spec"]["providerID"];
  if (!provider.empty() && object["spec"]["providerID"] != provider) {
    errors.push_back(forbidden_field(
        spec / "providerID", "node updates may not change providerID except from \"\" to valid"));
  }
  taints();
}

}  // namespace inferlab::sim
