// What the audit log tells of a run.
#include "sim/cluster/audit_log.h"

#include <catch2/catch.hpp>
#include <map>
#include <string>

#include "sim/api/json.h"
#include "sim/cluster/client_request.h"
#include "sim/cluster/cluster.h"
#include "sim/cluster/journal.h"

namespace inferlab {
namespace {

sim::ApiRequest create(const std::string& resource, const std::string& json) {
  sim::ApiRequest request;
  request.verb = sim::Verb::kCreate;
  request.resource = resource;
  request.ns = "default";
  request.user = "ann";
  request.groups = {"dev", "system:authenticated"};
  request.field_manager = "kubectl-create";
  request.body = *sim::parse_json(json);
  return request;
}

// The last event of the client's: components may have written since.
sim::Value last(sim::Cluster& cluster) {
  const auto& events = cluster.audit().recent();
  for (auto event = events.rbegin(); event != events.rend(); ++event) {
    if (event->user == "ann") return *sim::parse_json(sim::write_audit_event(*event));
  }
  return {};
}

TEST_CASE("audit log: a write is told with who, what and how it ended") {
  sim::Cluster cluster(sim::ClusterSpec{}, 1);
  const std::size_t began = cluster.audit().recent().size();
  CHECK(began > 0);  // what the cluster itself has made
  REQUIRE(
      cluster.request(create("configmaps", R"({"metadata": {"name": "c"}, "data": {"a": "b"}})"))
          .ok());
  const sim::Value event = last(cluster);
  CHECK(event["kind"].as_string() == "Event");
  CHECK(event["apiVersion"].as_string() == "audit.k8s.io/v1");
  CHECK(event["level"].as_string() == "Metadata");
  CHECK(event["stage"].as_string() == "ResponseComplete");
  CHECK(event["verb"].as_string() == "create");
  CHECK(event["user"]["username"].as_string() == "ann");
  CHECK(event["user"]["groups"].size() == 2);
  CHECK(event["requestURI"].as_string() ==
        "/api/v1/namespaces/default/configmaps?fieldManager=kubectl-create");
  CHECK(event["sourceIPs"] == *sim::parse_json(R"(["10.0.0.2"])"));
  CHECK(event["userAgent"].as_string() == "kubectl/v1.32.4 (linux/amd64) kubernetes/59526cd");
  CHECK(event["objectRef"] == *sim::parse_json(R"({"resource": "configmaps", "apiVersion": "v1",
                             "namespace": "default", "name": "c"})"));
  CHECK(event["responseStatus"] == *sim::parse_json(R"({"code": 201, "metadata": {}})"));
  CHECK(event["requestReceivedTimestamp"].as_string() == "2026-01-05T08:00:00.000000Z");
  CHECK(event["auditID"].as_string().size() == 36);
  CHECK(event["annotations"]["authorization.k8s.io/decision"].as_string() == "allow");
  CHECK(!event.has("requestObject"));
}

TEST_CASE("audit log: from where and with what program, as the client says, in a replay as well") {
  sim::Cluster cluster(sim::ClusterSpec{}, 1);
  sim::ApiRequest request = create("configmaps", R"({"metadata": {"name": "c"}})");
  request.source_ip = "203.0.113.7";
  request.user_agent = "curl/8.5.0";
  REQUIRE(cluster.request(request).ok());
  CHECK(last(cluster)["sourceIPs"] == *sim::parse_json(R"(["203.0.113.7"])"));
  CHECK(last(cluster)["userAgent"].as_string() == "curl/8.5.0");
  const auto journal = sim::read_journal(sim::write_journal(cluster.journal()), "journal");
  REQUIRE(journal);
  sim::Cluster again(sim::ClusterSpec{}, 1);
  again.replay(*journal);
  CHECK(last(again)["sourceIPs"] == last(cluster)["sourceIPs"]);
  CHECK(last(again)["userAgent"] == last(cluster)["userAgent"]);
}

TEST_CASE("audit log: components ask from their nodes, or from the control plane") {
  sim::ClusterSpec spec;
  spec.pools.emplace_back().name = "cpu";
  sim::Cluster cluster(spec, 1);
  cluster.run_until(cluster.simulation().now() + std::chrono::minutes(1));
  std::map<std::string, std::string> agents;
  for (const sim::AuditEvent& event : cluster.audit().recent()) {
    agents.emplace(event.user, event.source_ip + " " + event.user_agent);
  }
  CHECK(agents["system:node:cpu-0"] ==
        "10.0.0.10 kubelet/v1.32.0 (linux/amd64) kubernetes/70d3cc9");
  CHECK(agents["system:apiserver"] ==
        "::1 kube-apiserver/v1.32.4 (linux/amd64) kubernetes/59526cd");
}

TEST_CASE("audit log: a refusal is told, of a Secret without what was wrong with it") {
  sim::Cluster cluster(sim::ClusterSpec{}, 1);
  CHECK(!cluster.request(create("configmaps", R"({"metadata": {"name": "NO"}})")).ok());
  CHECK(last(cluster)["responseStatus"]["reason"].as_string() == "Invalid");
  CHECK(last(cluster)["responseStatus"].has("message"));
  CHECK(!cluster.request(create("secrets", R"({"metadata": {"name": "s"}, "data": {"NO NO": ""}})"))
             .ok());
  CHECK(last(cluster)["responseStatus"]["code"].as_int() == 422);
  CHECK(!last(cluster)["responseStatus"].has("message"));
  CHECK(!last(cluster)["responseStatus"].has("details"));
}

TEST_CASE("audit log: it stays within bounds, its listener hears all, a replay tells the same") {
  sim::Cluster cluster(sim::ClusterSpec{}, 7);
  std::size_t heard = 0;
  cluster.audit().on_event([&heard](const sim::AuditEvent& event) {
    if (event.user == "ann") ++heard;
  });
  for (std::size_t i = 0; i < sim::AuditLog::kKept + 10; ++i) {
    static_cast<void>(cluster.request(create("configmaps", R"({"metadata": {"name": "NO"}})")));
  }
  CHECK(heard == sim::AuditLog::kKept + 10);
  CHECK(cluster.audit().recent().size() == sim::AuditLog::kKept);

  sim::Cluster first(sim::ClusterSpec{}, 7);
  REQUIRE(first.request(create("configmaps", R"({"metadata": {"name": "c"}})")).ok());
  const auto journal = sim::read_journal(sim::write_journal(first.journal()), "journal");
  REQUIRE(journal);
  CHECK(journal->front().request.groups == first.journal().front().request.groups);
  sim::Cluster second(sim::ClusterSpec{}, 7);
  second.replay(*journal);
  CHECK(last(first) == last(second));
}

TEST_CASE("audit log: what clients read of Secrets is told, and nothing else that is read") {
  sim::Cluster cluster(sim::ClusterSpec{}, 1);
  sim::ApiRequest list;
  list.verb = sim::Verb::kList;
  list.resource = "configmaps";
  list.ns = "default";
  list.user = "ann";
  list.groups = {"dev", "system:authenticated"};
  CHECK(cluster.request(list).ok());
  CHECK(last(cluster).is_null());
  list.resource = "secrets";
  CHECK(cluster.request(list).ok());
  CHECK(last(cluster)["verb"].as_string() == "list");
  CHECK(last(cluster)["requestURI"].as_string() == "/api/v1/namespaces/default/secrets");
  const std::size_t told = cluster.audit().recent().size();
  list.groups.clear();  // a component
  CHECK(cluster.request(list).ok());
  CHECK(cluster.audit().recent().size() == told);
}

TEST_CASE("client request: what no role allows is refused, and told so") {
  sim::Cluster cluster(sim::ClusterSpec{}, 1);
  sim::ApiRequest request = create("configmaps", R"({"metadata": {"name": "c"}})");
  const sim::ApiResponse refused = sim::request_of_client(cluster, request);
  CHECK(refused.code == 403);
  CHECK(refused.message() ==
        "configmaps is forbidden: User \"ann\" cannot create resource \"configmaps\" in API group "
        "\"\" in the namespace \"default\"");
  CHECK(last(cluster)["annotations"]["authorization.k8s.io/decision"].as_string() == "forbid");
  CHECK(cluster.journal().empty());
  request.groups = {"system:masters"};
  CHECK(sim::request_of_client(cluster, request).ok());
}

}  // namespace
TEST_CASE("audit log: who cannot say who he is, is told of as nobody") {
  sim::Cluster cluster(sim::ClusterSpec{}, 1);
  cluster.audit().add_unauthenticated({.verb = "list",
                                       .group = "apps",
                                       .resource = "deployments",
                                       .subresource = {},
                                       .ns = "chat",
                                       .name = {},
                                       .path = {}},
                                      "/apis/apps/v1/namespaces/chat/deployments?limit=500",
                                      "Authentication failed, attempted: bearer");
  const auto event = sim::parse_json(sim::write_audit_event(cluster.audit().recent().back()));
  REQUIRE(event.has_value());
  CHECK((*event)["stage"].as_string() == "ResponseStarted");
  CHECK((*event)["user"] == sim::Value::object());
  CHECK((*event)["verb"].as_string() == "list");
  CHECK((*event)["requestURI"].as_string() ==
        "/apis/apps/v1/namespaces/chat/deployments?limit=500");
  CHECK((*event)["objectRef"] ==
        *sim::parse_json(R"({"resource": "deployments", "apiGroup": "apps", "apiVersion": "v1",
                             "namespace": "chat"})"));
  CHECK((*event)["responseStatus"] == *sim::parse_json(R"({"metadata": {}, "code": 401,
                             "message": "Authentication failed, attempted: bearer"})"));
  CHECK_FALSE(event->has("annotations"));
  cluster.audit().add_unauthenticated({.verb = "get",
                                       .group = {},
                                       .resource = {},
                                       .subresource = {},
                                       .ns = {},
                                       .name = {},
                                       .path = "/metrics"},
                                      "/metrics", "Authentication failed, no credentials provided");
  const auto other = sim::parse_json(sim::write_audit_event(cluster.audit().recent().back()));
  REQUIRE(other.has_value());
  CHECK_FALSE(other->has("objectRef"));
}

TEST_CASE("audit log: bodies and other reads are told only to who asks for them") {
  sim::Cluster cluster(sim::ClusterSpec{}, 1);
  const auto make = [&](const std::string& name) {
    REQUIRE(
        cluster.request(create("configmaps", R"({"metadata": {"name": ")" + name + R"("}})")).ok());
    return cluster.audit().recent().back();
  };
  const auto told = [](const sim::AuditEvent& event, sim::AuditDetail detail) {
    return *sim::parse_json(sim::write_audit_event(event, detail));
  };
  CHECK_FALSE(told(make("a"), sim::AuditDetail::kRequestResponse).has("requestObject"));
  cluster.audit().take_all(true);
  const sim::AuditEvent event = make("b");
  CHECK_FALSE(told(event, sim::AuditDetail::kMetadata).has("requestObject"));
  const sim::Value request = told(event, sim::AuditDetail::kRequest);
  CHECK(request["level"].as_string() == "Request");
  CHECK(request["requestObject"]["metadata"]["name"].as_string() == "b");
  CHECK_FALSE(request.has("responseObject"));
  const sim::Value both = told(event, sim::AuditDetail::kRequestResponse);
  CHECK(both["responseObject"]["metadata"].has("uid"));
  sim::ApiRequest read = create("configmaps", "{}");
  read.verb = sim::Verb::kGet;
  read.name = "b";
  read.body = {};
  REQUIRE(cluster.request(read).ok());
  CHECK(last(cluster)["verb"].as_string() == "get");
}

}  // namespace inferlab
