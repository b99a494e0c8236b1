// netpol-peers-or-not-and: namespaceSelector and podSelector as two peers where one was meant.
#include <fmt/format.h>

#include "labs/lint/checks/checks.h"
#include "labs/lint/policy_rules.h"

namespace inferlab::labs::lint {
namespace {

void run(const Bundle& bundle, const Context&, Report& report) {
  for (const PolicyRule& rule : policy_rules(bundle)) {
    const sim::Value& peers = rule.value[rule.peers_field];
    bool by_namespace = false, by_pod = false;
    for (const sim::Value& peer : peers.items()) {
      by_namespace = by_namespace || (peer.has("namespaceSelector") && !peer.has("podSelector"));
      by_pod = by_pod || (peer.has("podSelector") && !peer.has("namespaceSelector"));
    }
    if (!by_namespace || !by_pod) continue;
    report.add(*rule.policy, fmt::format("{}.{}", rule.path, rule.peers_field),
               "a namespace or a Pod is enough: the two selectors are separate peers");
  }
}

}  // namespace

const Check kNetpolPeersOrNotAnd = {
    .id = "netpol-peers-or-not-and",
    .tier = Tier::kStatic,
    .severity = Severity::kWarning,
    .title = "namespaceSelector and podSelector as two peers where one was meant",
    .why =
        "Peers of a list are alternatives: every Pod of that namespace gets in, and every Pod of "
        "one's own namespace with that label.",
    .mend = "Write both selectors into one peer: take the dash before the second away.",
    .rows = "TRP-02",
    .run = run,
};

}  // namespace inferlab::labs::lint
