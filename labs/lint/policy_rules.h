#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "labs/lint/bundle.h"

namespace inferlab::labs::lint {

/// One rule of a NetworkPolicy.
struct PolicyRule {
  const Object* policy = nullptr;
  std::string path;              // "spec.ingress[0]"
  std::string_view peers_field;  // "from" of ingress, "to" of egress
  sim::Value value;
};

/// Of all NetworkPolicies of a bundle, in order.
std::vector<PolicyRule> policy_rules(const Bundle& bundle);

}  // namespace inferlab::labs::lint
