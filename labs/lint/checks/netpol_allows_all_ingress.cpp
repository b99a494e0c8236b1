// netpol-allows-all-ingress: a NetworkPolicy that lets everybody in.
#include <fmt/format.h>

#include "labs/lint/checks/checks.h"
#include "labs/lint/policy_rules.h"

namespace inferlab::labs::lint {
namespace {

bool lets_all_in(const sim::Value& peer) {
  const std::string_view cidr = peer["ipBlock"]["cidr"].as_string();
  if (cidr == "0.0.0.0/0" || cidr == "::/0") return true;
  return peer.has("namespaceSelector") && peer["namespaceSelector"].empty() &&
         peer["podSelector"].empty();
}

void run(const Bundle& bundle, const Context&, Report& report) {
  for (const PolicyRule& rule : policy_rules(bundle)) {
    if (rule.peers_field != "from") continue;
    const sim::Value& peers = rule.value["from"];
    if (peers.empty()) {
      report.add(*rule.policy, rule.path, "the rule names no peer: it lets everybody in");
      continue;
    }
    for (std::size_t i = 0; i < peers.size(); ++i) {
      if (!lets_all_in(peers[i])) continue;
      report.add(*rule.policy, fmt::format("{}.from[{}]", rule.path, i),
                 peers[i].has("ipBlock") ? "the block is every address"
                                         : "an empty namespaceSelector is every namespace");
    }
  }
}

}  // namespace

const Check kNetpolAllowsAllIngress = {
    .id = "netpol-allows-all-ingress",
    .tier = Tier::kStatic,
    .severity = Severity::kWarning,
    .title = "a NetworkPolicy that lets everybody in",
    .why =
        "It reads like protection and is none: any Pod of the cluster, or of the internet, reaches "
        "the model server past the gateway.",
    .mend = "Name the namespace and the Pods of who calls: the gateway, Prometheus.",
    .rows = "K8S-11",
    .run = run,
};

}  // namespace inferlab::labs::lint
