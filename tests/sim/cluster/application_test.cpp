// Applications that somebody wrote to do harm, or that only share a name with another one.
#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <string>
#include <string_view>

#include "sim/api/yaml.h"
#include "sim/cluster/cluster.h"
#include "tests/sim/cluster/add_on_world.h"

namespace inferlab::sim {
namespace {

constexpr std::string_view kLevel = "apps/web/level.yaml";

std::string config_map(std::string_view level, std::string_view more = "") {
  return fmt::format(
      "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: web{}}}\ndata: {{level: {}}}\n", more,
      level);
}

/// A cluster without nodes, with Argo CD and one repository.
struct GitOpsRun {
  Cluster cluster{spec(), 1};

  GitOpsRun() {
    cluster.run_until(cluster.simulation().now());
    create("namespaces", "", "apiVersion: v1\nkind: Namespace\nmetadata: {name: team}\n");
  }

  static ClusterSpec spec() {
    ClusterSpec out;
    out.add_ons.push_back(shipped_add_on("argocd"));
    GitRepositorySpec repository;
    repository.name = "platform";
    repository.url = "https://git.example.com/platform.git";
    out.repositories.push_back(repository);
    return out;
  }

  void run_for(Duration time) { cluster.run_until(cluster.simulation().now() + time); }

  void push(std::string_view path, std::string text) {
    GitChange change;
    change.repository = "platform";
    change.message = "A change";
    change.files[std::string(path)] = std::move(text);
    REQUIRE(cluster.push(change));
  }

  void create(std::string resource, std::string ns, const std::string& yaml) {
    const auto documents = parse_yaml(yaml, "test");
    REQUIRE(documents);
    ApiRequest request;
    request.verb = Verb::kCreate;
    request.resource = std::move(resource);
    request.ns = std::move(ns);
    request.body = documents->front().value;
    const ApiResponse response = cluster.request(request);
    INFO(response.message());
    REQUIRE(response.ok());
  }

  void create_application(const std::string& ns, std::string_view policy) {
    create(
        "applications.argoproj.io", ns,
        fmt::format("apiVersion: argoproj.io/v1alpha1\n"
                    "kind: Application\n"
                    "metadata: {{name: web}}\n"
                    "spec:\n"
                    "  project: default\n"
                    "  source: {{repoURL: https://git.example.com/platform, path: apps/web}}\n"
                    "  destination: {{server: https://kubernetes.default.svc, namespace: team}}\n"
                    "  syncPolicy: {}\n",
                    policy));
  }

  Value get(std::string resource, std::string ns) {
    const ObjectPtr object = cluster.store().get({std::move(resource), std::move(ns), "web"});
    return object == nullptr ? Value() : object->document;
  }
};

}  // namespace

TEST_CASE("application: one of the same name in another namespace changes nothing") {
  GitOpsRun run;
  run.push(kLevel, config_map("info"));
  run.create_application("argocd", "{automated: {}}");
  run.run_for(5s);
  REQUIRE(run.get("configmaps", "team")["data"]["level"].as_string() == "info");
  run.push(kLevel, config_map("debug"));
  run.create_application("team", "{automated: {}}");
  // Something to compare for the one that counts: with the commit of its last look at Git.
  ApiRequest patch;
  patch.verb = Verb::kPatch;
  patch.resource = "configmaps";
  patch.ns = "team";
  patch.name = "web";
  patch.body = Value::object().with_path({"metadata", "labels", "a"}, Value("b"));
  REQUIRE(run.cluster.request(patch).ok());
  run.run_for(10s);
  CHECK(run.get("configmaps", "team")["data"]["level"].as_string() == "info");
  run.run_for(170s);
  CHECK(run.get("configmaps", "team")["data"]["level"].as_string() == "debug");
}

TEST_CASE("application: retries without end and without a wait let the run come on") {
  GitOpsRun run;
  // No namespace of that name: every sync fails.
  run.push("apps/web/a.yaml",
           "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web, namespace: nowhere}\n");
  run.create_application(
      "argocd",
      "{automated: {}, retry: {limit: -1, backoff: {duration: \"0s\", factor: 0, "
      "maxDuration: \"-1h\"}}}");
  run.run_for(60s);
  const Value state = run.get("applications.argoproj.io", "argocd")["status"]["operationState"];
  CHECK(state["phase"].as_string() == "Running");
  CHECK(state["retryCount"].as_int() >= 55);
  CHECK(state["retryCount"].as_int() <= 61);
}

}  // namespace inferlab::sim
