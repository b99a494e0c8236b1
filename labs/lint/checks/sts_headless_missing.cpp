// sts-headless-missing: a StatefulSet whose serviceName is no headless Service.
#include <fmt/format.h>

#include "labs/lint/checks/checks.h"

namespace inferlab::labs::lint {
namespace {

void run(const Bundle& bundle, const Context&, Report& report) {
  for (const Workload& workload : bundle.workloads()) {
    if (!workload.is("StatefulSet")) continue;
    const std::string name = workload.object->value["spec"]["serviceName"].str();
    const Object* service = bundle.find("Service", workload.ns(), name);
    const bool is_headless =
        service != nullptr && service->value["spec"]["clusterIP"].as_string() == "None";
    if (is_headless) continue;
    report.add(*workload.object, "spec.serviceName",
               service == nullptr ? fmt::format("there is no Service \"{}\"", name)
                                  : fmt::format("Service \"{}\" is not headless", name));
  }
}

}  // namespace

const Check kStsHeadlessMissing = {
    .id = "sts-headless-missing",
    .tier = Tier::kStatic,
    .severity = Severity::kError,
    .title = "a StatefulSet whose serviceName is no headless Service",
    .why =
        "Its Pods get no names of their own in DNS: the shards of a vector database, or the ranks "
        "of a model, do not find each other.",
    .mend = "Add a Service of that name with clusterIP: None that selects the Pods.",
    .rows = "TRP-12",
    .run = run,
};

}  // namespace inferlab::labs::lint
