// netpol-port-mismatch: a NetworkPolicy opens a port that no container has.
#include <fmt/format.h>

#include <algorithm>

#include "labs/lint/checks/checks.h"
#include "labs/lint/policy_rules.h"

namespace inferlab::labs::lint {
namespace {

bool is_within(const sim::Value& port, const Container& container) {
  if (!port.has("endPort")) return container.has_port(port["port"]);
  const sim::Value& ports = container.value["ports"];
  return std::any_of(ports.items().begin(), ports.items().end(), [&](const sim::Value& own) {
    const std::int64_t number = own["containerPort"].as_int();
    return number >= port["port"].as_int() && number <= port["endPort"].as_int();
  });
}

void run(const Bundle& bundle, const Context&, Report& report) {
  for (const PolicyRule& rule : policy_rules(bundle)) {
    if (rule.peers_field != "from") continue;
    const sim::Value& selector = rule.policy->value["spec"]["podSelector"];
    std::vector<const Container*> containers;
    for (const Workload* workload : bundle.selected_by(selector, rule.policy->ns)) {
      for (const Container& container : workload->containers) {
        if (container.names_ports()) containers.push_back(&container);
      }
    }
    if (containers.empty()) continue;
    const sim::Value& ports = rule.value["ports"];
    for (std::size_t i = 0; i < ports.size(); ++i) {
      if (ports[i]["port"].is_null()) continue;
      if (std::any_of(containers.begin(), containers.end(),
                      [&](const Container* c) { return is_within(ports[i], *c); })) {
        continue;
      }
      const sim::Value& port = ports[i]["port"];
      report.add(*rule.policy, fmt::format("{}.ports[{}].port", rule.path, i),
                 fmt::format("no container that it selects has port {}",
                             port.is_int() ? fmt::format("{}", port.as_int())
                                           : fmt::format("\"{}\"", port.as_string())));
    }
  }
}

}  // namespace

const Check kNetpolPortMismatch = {
    .id = "netpol-port-mismatch",
    .tier = Tier::kStatic,
    .severity = Severity::kError,
    .title = "a NetworkPolicy opens a port that no container has",
    .why =
        "Policies see the port of the Pod, not that of the Service: what was meant to be open is "
        "closed, and clients time out.",
    .mend = "Use the containerPort, by number or name.",
    .rows = "K8S-11",
    .run = run,
};

}  // namespace inferlab::labs::lint
