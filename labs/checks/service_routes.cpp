// A connection to a Service's port reaches a listening port of a ready Pod, whichever endpoint it
// gets, and the process there says that it is well under `path`.
#include <fmt/format.h>

#include "labs/checks/common_params.h"
#include "labs/checks/kinds.h"
#include "sim/node/kubelets.h"
#include "sim/serving/gateway.h"

namespace inferlab::labs {
namespace {

constexpr SpecField kFields[] = {
    kNamespaceParam,
    kServiceParam,
    {.name = "port",
     .type = SpecType::kInteger,
     .description = "of the Service",
     .required = true,
     .minimum = 1,
     .maximum = 65535},
    {.name = "path", .description = "what is asked for; /health if left out"},
};

}  // namespace

constexpr SpecTable kServiceRoutesParams = {"service-routes", "", kFields};

Result<Finding> service_routes(CheckContext& context, const Params& params) {
  INFERLAB_TRY(sim::Cluster* const run, context.run({}));
  const std::string ns = params.text_or("namespace", "default");
  const std::string service = params.text("service");
  const int port = static_cast<int>(params.integer("port"));
  const std::string path = params.text_or("path", "/health");
  const std::string expected =
      fmt::format("a client of Service {}/{} at port {} reaches a server that answers {}", ns,
                  service, port, path);
  const Trouble trouble = service_trouble(*run, ns, service, port);
  if (trouble.any()) return Finding::fail(trouble, expected);
  const auto endpoints = run->gateway().endpoints(ns, service, port);
  INFERLAB_CHECK(endpoints.has_value());  // else there would be trouble
  std::string places;
  for (const sim::Endpoint& endpoint : *endpoints) {
    sim::Workload* const process =
        run->kubelets().listener(endpoint.ns, endpoint.pod, endpoint.port);
    const std::string where = fmt::format("port {} of Pod {}", endpoint.port, endpoint.pod);
    INFERLAB_CHECK(process != nullptr);
    const sim::HttpAnswer answer = process->http_get(endpoint.port, path);
    if (!answer.connected || answer.status != 200) {
      return Finding::fail(fmt::format("{} answers {} with {}", where, path, answer.status),
                           expected);
    }
    places += (places.empty() ? "" : ", ") + where;
  }
  return Finding::pass(fmt::format("leads to {}, which answers {}", places, path));
}

}  // namespace inferlab::labs
