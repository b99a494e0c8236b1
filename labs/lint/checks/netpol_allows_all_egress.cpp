// netpol-allows-all-egress: an egress rule without peers.
#include <algorithm>

#include "labs/lint/checks/checks.h"
#include "labs/lint/policy_rules.h"

namespace inferlab::labs::lint {
namespace {

// "DNS, wherever it is" leads nowhere else.
bool is_dns_only(const sim::Value& rule) {
  const sim::Value& ports = rule["ports"];
  return !ports.empty() &&
         std::all_of(ports.items().begin(), ports.items().end(), [](const sim::Value& port) {
           return port["port"].as_int() == 53 && !port.has("endPort");
         });
}

void run(const Bundle& bundle, const Context&, Report& report) {
  for (const PolicyRule& rule : policy_rules(bundle)) {
    if (rule.peers_field != "to" || !rule.value["to"].empty() || is_dns_only(rule.value)) continue;
    report.add(*rule.policy, rule.path, "the rule names no peer: it lets everything out");
  }
}

}  // namespace

const Check kNetpolAllowsAllEgress = {
    .id = "netpol-allows-all-egress",
    .tier = Tier::kStatic,
    .severity = Severity::kWarning,
    .title = "an egress rule without peers",
    .why = "A server that is taken over may send prompts and weights anywhere.",
    .mend = "Name where it may go: kube-dns, the model store, the object store.",
    .rows = "K8S-11",
    .run = run,
};

}  // namespace inferlab::labs::lint
