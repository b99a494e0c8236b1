// What the API server tells of itself: /metrics and ComponentStatus.
#include <catch2/catch.hpp>

#include "sim/apiserver/request_router.h"
#include "tests/sim/apiserver/bare_run.h"
#include "tests/sim/apiserver/kubectl.h"
#include "tests/sim/apiserver/router_client.h"

namespace inferlab::sim {
namespace {

using testing::ask;
using testing::BareRun;

TEST_CASE("/metrics: requests are counted by what they asked for, objects by resource") {
  BareRun run;
  RequestRouter router(run.door(), {});
  const testing::Headers json = {{"content-type", "application/json"}};
  const char* path = "/api/v1/namespaces/default/configmaps";
  const char* body = R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"}})";
  CHECK(ask(router, "POST", path, body, json).status == 201);
  CHECK(ask(router, "POST", path, body, json).status == 409);
  CHECK(ask(router, "GET", path).status == 200);
  const HttpResponse answer = ask(router, "GET", "/metrics").raw;
  CHECK(answer.status == 200);
  CHECK(answer.content_type == "text/plain; version=0.0.4; charset=utf-8; escaping=values");
  const auto has = [&](const std::string& text) {
    INFO(text);
    CHECK(answer.body.find(text + "\n") != std::string::npos);
  };
  has(R"(apiserver_request_total{code="201",component="apiserver",dry_run="",group="",resource="configmaps",scope="resource",subresource="",verb="POST",version="v1"} 1)");
  has(R"(apiserver_request_total{code="409",component="apiserver",dry_run="",group="",resource="configmaps",scope="resource",subresource="",verb="POST",version="v1"} 1)");
  has(R"(apiserver_request_total{code="200",component="apiserver",dry_run="",group="",resource="configmaps",scope="namespace",subresource="",verb="LIST",version="v1"} 1)");
  has(R"(apiserver_storage_objects{resource="configmaps"} 1)");
  has("# TYPE apiserver_request_total counter");
}

TEST_CASE("kubectl get componentstatuses: the parts of the control plane", "[kubectl]") {
  if (!testing::Kubectl::available()) return;
  BareRun run;
  testing::Kubectl kubectl(run.door());
  const auto result = kubectl.run({"get", "cs"});
  CHECK(result.err == "Warning: v1 ComponentStatus is deprecated in v1.19+\n");
  CHECK(result.out ==
        "NAME                 STATUS    MESSAGE   ERROR\n"
        "controller-manager   Healthy   ok        \n"
        "etcd-0               Healthy   ok        \n"
        "scheduler            Healthy   ok        \n");
}

}  // namespace
}  // namespace inferlab::sim
