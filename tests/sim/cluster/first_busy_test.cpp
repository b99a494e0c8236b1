// What containers used while nobody was busy is not taken from the first one that is.
#include <catch2/catch.hpp>
#include <string>
#include <utility>

#include "sim/api/yaml.h"
#include "sim/cluster/cluster.h"
#include "sim/telemetry/telemetry.h"

namespace inferlab::sim {
namespace {

ClusterSpec two_cpus() {
  ClusterSpec out;
  NodePoolSpec pool;
  pool.name = "n";
  pool.cpu_milli = 2000;
  out.pools = {pool};
  ImageSpec steady;
  steady.repository = "r.io/steady";
  steady.tags = {"v1"};
  steady.size_bytes = 1'000'000;
  steady.digest = "sha256:steady";
  steady.cpu_milli = 500;
  ImageSpec busy = steady;
  busy.repository = "r.io/busy";
  busy.digest = "sha256:busy";
  busy.behaviour = ImageSpec::Behaviour::kBusy;
  out.images = {steady, busy};
  return out;
}

void create_pod(Cluster& cluster, const std::string& name) {
  ApiRequest request;
  request.verb = Verb::kCreate;
  request.resource = "pods";
  request.ns = "default";
  request.body = parse_yaml("apiVersion: v1\nkind: Pod\nmetadata: {name: " + name +
                                "}\nspec: {containers: [{name: main, image: \"r.io/" + name +
                                ":v1\", args: [\"--cpu\", \"0\"], resources: {requests: {cpu: 0}, "
                                "limits: {cpu: 2}}}]}\n",
                            "pod")
                     .value()
                     .front()
                     .value;
  REQUIRE(cluster.request(request).ok());
}

/// The last scraped CPU time of Pod "busy", and when that was.
std::pair<double, Time> used(Cluster& cluster) {
  for (const auto& series : cluster.telemetry().latest("container_cpu_usage_seconds_total", {},
                                                       cluster.simulation().now())) {
    const auto pod = series.labels.find("pod");
    if (pod == series.labels.end() || pod->second != "busy") continue;
    return {series.points.back().value, series.points.back().at};
  }
  FAIL("Pod \"busy\" has no samples");
  return {};
}

}  // namespace

TEST_CASE("settle_cpus: the first busy container has its share from its start on") {
  Cluster cluster(two_cpus(), 1);
  create_pod(cluster, "steady");
  cluster.run_until(Time{600s});
  create_pod(cluster, "busy");
  cluster.run_until(Time{660s});
  const auto [early, at_early] = used(cluster);
  cluster.run_until(Time{900s});
  const auto [late, at_late] = used(cluster);
  const double rate = (late - early) / to_seconds(at_late - at_early);
  CHECK(rate == Approx(2 - 0.06 - 0.5).epsilon(0.001));
  const ObjectPtr pod = cluster.store().get({"pods", "default", "busy"});
  REQUIRE(pod != nullptr);
  const auto began = parse_rfc3339(pod->document["status"]["containerStatuses"]
                                       .items()
                                       .at(0)["state"]["running"]["startedAt"]
                                       .as_string());
  REQUIRE(began);
  // Statuses show whole seconds.
  const double since = to_seconds(at_early - *began);
  CHECK(early / rate <= since);
  CHECK(early / rate >= since - 1);
}

}  // namespace inferlab::sim
