// ingress-backend-missing: an Ingress leads to a Service that is not there.
#include <fmt/format.h>

#include "labs/lint/checks/checks.h"
#include "labs/lint/ingress_backends.h"

namespace inferlab::labs::lint {
namespace {

void run(const Bundle& bundle, const Context&, Report& report) {
  for (const IngressBackend& backend : ingress_backends(bundle)) {
    if (bundle.find("Service", backend.ingress->ns, backend.service) != nullptr) continue;
    report.add(*backend.ingress, backend.path + ".service.name",
               fmt::format("there is no Service \"{}\" in namespace \"{}\"", backend.service,
                           backend.ingress->ns));
  }
}

}  // namespace

const Check kIngressBackendMissing = {
    .id = "ingress-backend-missing",
    .tier = Tier::kStatic,
    .severity = Severity::kError,
    .title = "an Ingress leads to a Service that is not there",
    .why = "Every request to the path is answered with 503.",
    .mend = "Name a Service of the Ingress's own namespace.",
    .rows = "K8S-04",
    .run = run,
};

}  // namespace inferlab::labs::lint
