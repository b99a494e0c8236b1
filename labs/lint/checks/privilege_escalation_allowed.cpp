// privilege-escalation-allowed: allowPrivilegeEscalation is not false.
#include <fmt/format.h>

#include <algorithm>

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
      // A privileged one, and one with this capability, cannot do without: the API server refuses
      // them then.
      const sim::Value& added = context["capabilities"]["add"];
      const bool is_admin =
          std::any_of(added.items().begin(), added.items().end(),
                      [](const sim::Value& name) { return name.as_string() == "CAP_SYS_ADMIN"; });
      if (context["privileged"].as_bool() || is_admin) continue;
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
