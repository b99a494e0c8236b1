// netpol-dns-egress-missing: egress rules without DNS.
#include <algorithm>

#include "labs/lint/checks/checks.h"
#include "labs/lint/policy_rules.h"

namespace inferlab::labs::lint {
namespace {

// A resolver asks over UDP first; a port without a protocol is TCP.
bool allows_dns(const sim::Value& rule) {
  const sim::Value& ports = rule["ports"];
  if (ports.empty()) {
    // Any port, of these peers: DNS lies in another namespace, or at an address.
    const sim::Value& peers = rule["to"];
    return peers.empty() ||
           std::any_of(peers.items().begin(), peers.items().end(), [](const sim::Value& peer) {
             if (peer.has("ipBlock")) return true;
             if (!peer.has("namespaceSelector")) return false;
             return sim::LabelSelector::from_object(peer["namespaceSelector"])
                 .matches({{"kubernetes.io/metadata.name", "kube-system"}});
           });
  }
  return std::any_of(ports.items().begin(), ports.items().end(), [](const sim::Value& port) {
    if (port["protocol"].as_string("TCP") != "UDP") return false;
    if (port["port"].is_null() || port["port"].as_string() == "dns") return true;
    const std::int64_t first = port["port"].as_int(-1);
    return first <= 53 && first >= 0 && port["endPort"].as_int(first) >= 53;
  });
}

void run(const Bundle& bundle, const Context&, Report& report) {
  for (const Object* policy : bundle.of_kind("NetworkPolicy")) {
    const sim::Value& rules = policy->value["spec"]["egress"];
    if (rules.empty()) continue;  // none: nothing goes out, which is said on purpose
    if (std::any_of(rules.items().begin(), rules.items().end(), allows_dns)) continue;
    report.add(*policy, "spec.egress", "no egress rule allows UDP to port 53");
  }
}

}  // namespace

const Check kNetpolDnsEgressMissing = {
    .id = "netpol-dns-egress-missing",
    .tier = Tier::kStatic,
    .severity = Severity::kError,
    .title = "egress rules without DNS",
    .why =
        "Names are no longer resolved: the server finds neither the hub nor the gateway's "
        "database, and says so as a timeout.",
    .mend = "Allow UDP and TCP 53 to kube-dns in kube-system.",
    .rows = "TRP-02",
    .run = run,
};

}  // namespace inferlab::labs::lint
