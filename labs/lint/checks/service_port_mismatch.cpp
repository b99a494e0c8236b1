// service-port-mismatch: a Service leads to a port that no container has.
#include <fmt/format.h>

#include <algorithm>

#include "labs/lint/checks/checks.h"

namespace inferlab::labs::lint {
namespace {

void run(const Bundle& bundle, const Context&, Report& report) {
  for (const Object* service : bundle.of_kind("Service")) {
    const sim::Value& ports = service->value["spec"]["ports"];
    for (const Workload* workload : bundle.behind(*service)) {
      const auto& containers = workload->containers;
      const bool tells_ports = std::any_of(containers.begin(), containers.end(),
                                           [](const Container& c) { return c.names_ports(); });
      for (std::size_t i = 0; i < ports.size(); ++i) {
        const sim::Value& stated = ports[i]["targetPort"];
        const sim::Value target = stated.is_null() ? ports[i]["port"] : stated;
        if (!tells_ports && target.is_int()) continue;
        if (std::any_of(containers.begin(), containers.end(),
                        [&](const Container& c) { return c.has_port(target); })) {
          continue;
        }
        report.add(*service, fmt::format("spec.ports[{}].targetPort", i),
                   fmt::format("port {} leads to {}, which no container of {} has",
                               ports[i]["port"].as_int(),
                               target.is_int() ? fmt::format("{}", target.as_int())
                                               : fmt::format("\"{}\"", target.as_string()),
                               workload->object->id()));
      }
    }
  }
}

}  // namespace

const Check kServicePortMismatch = {
    .id = "service-port-mismatch",
    .tier = Tier::kStatic,
    .severity = Severity::kError,
    .title = "a Service leads to a port that no container has",
    .why = "Connections are refused although every Pod is Ready.",
    .mend = "Make targetPort a port of the container, best by its name.",
    .rows = "K8S-03",
    .run = run,
};

}  // namespace inferlab::labs::lint
