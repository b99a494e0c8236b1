// How many Pods a second of CPU kube-scheduler binds: from Pods that are in the store to all of
// them bound, and their Events written. Nobody else is there: no other controller, no kubelet.
#include <fmt/format.h>

#include "labs/bench/bench_objects.h"
#include "labs/bench/measurements.h"
#include "sim/api/api.h"
#include "sim/scheduler/kube_scheduler.h"

namespace inferlab::labs {
namespace {

using sim::Value;

constexpr std::size_t kPods = 10'000;
constexpr std::size_t kApps = 20;

void put(sim::Api& api, std::string_view resource, const std::string& ns, const std::string& name,
         Value document) {
  document = document.with_path({"metadata", "name"}, name)
                 .with_path({"metadata", "uid"}, api.new_uid())
                 .with_path({"metadata", "creationTimestamp"}, format_rfc3339(Time{}));
  if (!ns.empty()) document = document.with_path({"metadata", "namespace"}, ns);
  api.store().put({std::string(resource), ns, name}, document, Time{});
}

// Pods a second.
Result<double> throughput(std::size_t nodes, Wishes wishes) {
  sim::Simulation simulation(1);
  sim::Store store;
  sim::Api api(simulation, store);
  sim::KubeScheduler scheduler(api);
  put(api, "namespaces", "", "default",
      Value::object({{"apiVersion", "v1"}, {"kind", "Namespace"}}));
  for (std::size_t i = 0; i < nodes; ++i) {
    const Value node = bench_node(i);
    put(api, "nodes", "", node["metadata"]["name"].str(), node);
  }
  std::vector<Value> templates;
  for (std::size_t app = 0; app < kApps; ++app) templates.push_back(bench_pod(app, wishes));
  scheduler.start();
  for (std::size_t i = 0; i < kPods; ++i) {
    put(api, "pods", "default", fmt::format("pod-{:06}", i), templates[i % kApps]);
  }
  const double begin = cpu_seconds();
  simulation.run_until(Time{1h});
  const double took = cpu_seconds() - begin;
  for (const sim::ObjectPtr& pod : store.list("pods")) {
    if (pod->document["spec"]["nodeName"].empty()) {
      return Error{ErrorKind::kUnavailable,
                   fmt::format("scheduling: {}: is not bound after an hour", pod->key.name)};
    }
  }
  if (store.list("events").size() < kPods) {
    return Error{ErrorKind::kUnavailable, "scheduling: there are fewer Events than Pods"};
  }
  return static_cast<double>(kPods) / took;
}

Result<Figures> measure(const Doing& doing, std::size_t nodes, const std::string& where,
                        double asked) {
  constexpr std::pair<Wishes, const char*> kKinds[] = {
      {Wishes::kNone, "neither spread nor affinity"},
      {Wishes::kSpread, "with spread"},
      {Wishes::kSpreadAndAffinity, "with spread and affinity"},
  };
  Figures out;
  for (const auto& [wishes, what] : kKinds) {
    doing(fmt::format("placing 10,000 Pods on {}, {}", where, what));
    INFERLAB_TRY(const double rate, throughput(nodes, wishes));
    out.push_back({fmt::format("{}, {}", where, what), rate, "Pods/s",
                   wishes == Wishes::kSpreadAndAffinity ? asked : 0});
  }
  return out;
}

}  // namespace

Result<Figures> measure_scheduling(const Doing& doing) {
  return measure(doing, 1'000, "1,000 nodes", 20'000);
}

Result<Figures> measure_large_scheduling(const Doing& doing) {
  return measure(doing, 15'000, "15,000 nodes", 5'000);
}

}  // namespace inferlab::labs
