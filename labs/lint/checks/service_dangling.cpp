// service-dangling: a Service that selects no workload.
#include "labs/lint/checks/checks.h"

namespace inferlab::labs::lint {
namespace {

void run(const Bundle& bundle, const Context&, Report& report) {
  for (const Object* service : bundle.of_kind("Service")) {
    const sim::Value& spec = service->value["spec"];
    // Without a selector somebody else writes its endpoints.
    if (spec["selector"].empty() || spec["type"].as_string() == "ExternalName") continue;
    if (!bundle.behind(*service).empty()) continue;
    report.add(*service, "spec.selector", "selects no workload of its namespace");
  }
}

}  // namespace

const Check kServiceDangling = {
    .id = "service-dangling",
    .tier = Tier::kStatic,
    .severity = Severity::kError,
    .title = "a Service that selects no workload",
    .why =
        "It has no endpoints: every request to it fails, and the gateway in front of it answers "
        "503.",
    .mend = "Use the labels of the Pods, and their namespace.",
    .rows = "K8S-03",
    .run = run,
};

}  // namespace inferlab::labs::lint
