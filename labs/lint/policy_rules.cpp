#include "labs/lint/policy_rules.h"

#include <fmt/format.h>

#include <utility>

namespace inferlab::labs::lint {

std::vector<PolicyRule> policy_rules(const Bundle& bundle) {
  std::vector<PolicyRule> out;
  for (const Object* policy : bundle.of_kind("NetworkPolicy")) {
    for (const auto& [list, peers] : {std::pair{"ingress", "from"}, std::pair{"egress", "to"}}) {
      const sim::Value& rules = policy->value["spec"][list];
      for (std::size_t i = 0; i < rules.size(); ++i) {
        out.push_back({policy, fmt::format("spec.{}[{}]", list, i), peers, rules[i]});
      }
    }
  }
  return out;
}

}  // namespace inferlab::labs::lint
