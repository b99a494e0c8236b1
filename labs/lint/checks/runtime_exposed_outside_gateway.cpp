// runtime-exposed-outside-gateway: a model server that can be reached past the gateway.
#include <fmt/format.h>

#include "labs/lint/checks/checks.h"

namespace inferlab::labs::lint {
namespace {

void run(const Bundle& bundle, const Context&, Report& report) {
  for (const Object* service : bundle.of_kind("Service")) {
    const std::string type = service->value["spec"]["type"].str();
    if (type != "LoadBalancer" && type != "NodePort") continue;
    for (const Workload* workload : bundle.behind(*service)) {
      if (workload->model_server() == nullptr) continue;
      report.add(
          *service, "spec.type",
          fmt::format("a {} Service leads to the model server {}", type, workload->object->id()));
      break;
    }
  }
}

}  // namespace

const Check kRuntimeExposedOutsideGateway = {
    .id = "runtime-exposed-outside-gateway",
    .tier = Tier::kStatic,
    .severity = Severity::kError,
    .title = "a model server that can be reached past the gateway",
    .why =
        "Keys, limits, quotas and logs are the gateway's: whoever reaches the server itself has "
        "none of them, and the bill is yours.",
    .mend = "Use a ClusterIP Service and let the gateway alone in by a NetworkPolicy.",
    .rows = "TRP-13 SEC-01",
    .run = run,
};

}  // namespace inferlab::labs::lint
