// sa-token-automounted: the Pod gets a token for the API server.
#include "labs/lint/checks/checks.h"

namespace inferlab::labs::lint {
namespace {

void run(const Bundle& bundle, const Context&, Report& report) {
  for (const Workload& workload : bundle.workloads()) {
    if (!workload.pod["automountServiceAccountToken"].as_bool(true)) continue;
    report
        .add(*workload.object, workload.at("automountServiceAccountToken"),
             "automountServiceAccountToken is not false")
        .fixes = {{Fix::Kind::kSet, workload.at("automountServiceAccountToken"), false}};
  }
}

}  // namespace

const Check kSaTokenAutomounted = {
    .id = "sa-token-automounted",
    .tier = Tier::kStatic,
    .severity = Severity::kWarning,
    .title = "the Pod gets a token for the API server",
    .why =
        "A model server has no use for it; who gets in has, with whatever the ServiceAccount may "
        "do.",
    .mend = "Set automountServiceAccountToken: false on the Pod.",
    .rows = "SEC-06",
    .run = run,
};

}  // namespace inferlab::labs::lint
