// privilege-escalation-allowed: allowPrivilegeEscalation is not false.
#include <fmt/format.h>

#include "labs/lint/checks/checks.h"

namespace inferlab::labs::lint {
namespace {

void run(const Bundle& bundle, const Context&, Report& report) {
  for (const Workload& workload : bundle.workloads()) {
    for (const Container& container : workload.containers) {
      const sim::Value& context = container.value["securityContext"];
      if (!context["allowPrivilegeEscalation"].as_bool(true)) continue;
      Finding& finding =
          report.add(*workload.object, container.at("securityContext.allowPrivilegeEscalation"),
                     fmt::format("container \"{}\" may gain privileges", container.name));
      // A privileged one cannot do without.
      if (context["privileged"].as_bool()) continue;
      finding.fixes = {
          {Fix::Kind::kSet, container.at("securityContext.allowPrivilegeEscalation"), false}};
    }
  }
}

}  // namespace

const Check kPrivilegeEscalationAllowed = {
    .id = "privilege-escalation-allowed",
    .tier = Tier::kStatic,
    .severity = Severity::kWarning,
    .title = "allowPrivilegeEscalation is not false",
    .why =
        "A setuid program in the image makes root of a user: custom model code that is loaded from "
        "a hub runs in the same container.",
    .mend = "Set allowPrivilegeEscalation: false.",
    .rows = "SEC-06",
    .run = run,
};

}  // namespace inferlab::labs::lint
