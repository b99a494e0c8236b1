// A control plane with 15,000 nodes and 150,000 Pods, made through the API and placed by
// kube-scheduler with all controllers there: the memory that it takes, a list of all Pods as
// kubectl asks for it, and one change on its way to 100 watches. The answers are those of the HTTP
// face, without sockets and TLS.
#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <thread>

#include "labs/bench/bench_objects.h"
#include "labs/bench/measurements.h"
#include "labs/bench/watchers.h"
#include "sim/apiserver/request_router.h"
#include "sim/cluster/cluster.h"

namespace inferlab::labs {
namespace {

using sim::Value;

constexpr std::size_t kNodes = 15'000;
constexpr std::size_t kPods = 150'000;
constexpr std::size_t kApps = 100;
constexpr std::size_t kBatch = 10'000;  // Pods that are made before the clock runs on
constexpr const char* kUser = "system:admin";

double peak_gib() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / (1024.0 * 1024.0);  // of KiB
}

Result<void> create(sim::Cluster& cluster, std::string_view resource, std::string_view ns,
                    const Value& document) {
  const sim::ApiResponse response = cluster.api().create(resource, ns, document, kUser);
  if (response.ok()) return {};
  return Error{ErrorKind::kUnavailable,
               fmt::format("scale: {}: is refused: {}", resource, response.message())};
}

std::size_t num_bound(const sim::Cluster& cluster) {
  const std::vector<sim::ObjectPtr> pods = cluster.store().list("pods");
  return static_cast<std::size_t>(std::count_if(
      pods.begin(), pods.end(),
      [](const sim::ObjectPtr& pod) { return !pod->document["spec"]["nodeName"].empty(); }));
}

Result<void> fill(sim::Cluster& cluster, const Doing& doing) {
  doing("making 15,000 nodes");
  for (std::size_t i = 0; i < kNodes; ++i) {
    INFERLAB_TRY_VOID(create(cluster, "nodes", "", bench_node(i)));
  }
  sim::Simulation& simulation = cluster.simulation();
  cluster.run_until(simulation.now() + 1min);  // the taint of new nodes goes
  std::vector<Value> templates;
  for (std::size_t app = 0; app < kApps; ++app) {
    templates.push_back(bench_pod(app, Wishes::kSpreadAndAffinity));
  }
  for (std::size_t made = 0; made < kPods;) {
    doing(fmt::format("placing 150,000 Pods: {}", made));
    for (const std::size_t end = made + kBatch; made < end; ++made) {
      INFERLAB_TRY_VOID(create(
          cluster, "pods", "default",
          templates[made % kApps].with_path({"metadata", "name"}, fmt::format("pod-{:06}", made))));
    }
    // A scheduling cycle takes 2 ms of virtual time.
    cluster.run_until(simulation.now() + 2ms * kBatch + 5s);
  }
  const std::size_t bound = num_bound(cluster);
  if (bound == kPods) return {};
  return Error{ErrorKind::kUnavailable,
               fmt::format("scale: {} of {} Pods are bound", bound, kPods)};
}

// Carries out what other threads ask of the run until `over` says so.
void serve(sim::Mailbox& mailbox, const std::function<bool()>& over) {
  while (!over()) {
    mailbox.wait(1ms);
    mailbox.drain();
  }
}

// `kubectl get pods --all-namespaces`: seconds of CPU until the text of the Table is there.
Result<double> list_seconds(sim::Mailbox& mailbox, sim::RequestRouter& router) {
  sim::HttpRequest request;
  request.method = "GET";
  request.path = "/api/v1/pods";
  request.headers.emplace("accept", "application/json;as=Table;v=v1;g=meta.k8s.io");
  sim::HttpResponse response;
  std::atomic<bool> answered = false;
  const double begin = cpu_seconds();
  std::jthread client([&] {
    response = router.answer(request);
    answered = true;
  });
  serve(mailbox, [&] { return answered.load(); });
  const double took = cpu_seconds() - begin;
  // A row of each Pod: its name is in there twice, in a cell and in its metadata.
  if (response.status == 200 && response.body.size() > kPods * 100) return took;
  return Error{ErrorKind::kUnavailable,
               fmt::format("scale: the list of all Pods: status {}, {} bytes", response.status,
                           response.body.size())};
}

Result<Figures> ask(sim::Cluster& cluster, const Doing& doing) {
  sim::Mailbox mailbox;
  sim::RequestRouter router(sim::door_to(mailbox, cluster), {});
  doing("listing 150,000 Pods as a Table");
  INFERLAB_TRY(const double list, list_seconds(mailbox, router));
  doing("sending a change to 100 watches");
  Watchers watchers(router, cluster.store().revision());
  serve(mailbox, [&] { return router.watches() == Watchers::kCount; });
  const sim::ObjectKey pod{"pods", "default", "pod-000000"};
  std::vector<double> millis;
  for (int i = 0; i < 21; ++i) {
    const std::size_t before = watchers.received();
    const Value labels = Value::object({{"round", Value(std::to_string(i))}});
    const double begin = cpu_seconds();
    cluster.api().merge_patch(
        pod, "", Value::object({{"metadata", Value::object({{"labels", labels}})}}), kUser);
    watchers.wait_for(before + Watchers::kCount);
    millis.push_back((cpu_seconds() - begin) * 1e3);
  }
  router.close();
  mailbox.close();
  std::nth_element(millis.begin(), millis.begin() + 10, millis.end());
  return Figures{
      {"all 150,000 Pods as a Table", list, "s", 2, Figure::Better::kLess},
      {"a change written and with 100 watches", millis[10], "ms", 10, Figure::Better::kLess}};
}

}  // namespace

Result<Figures> measure_scale(const Doing& doing) {
  sim::ClusterSpec spec;
  spec.max_objects = 1'000'000;  // Events are objects too
  sim::Cluster cluster(std::move(spec), 1);
  const double begin = cpu_seconds();
  INFERLAB_TRY_VOID(fill(cluster, doing));
  const double took = cpu_seconds() - begin;
  Figures out = {{"15,000 nodes with 150,000 Pods made and placed: peak memory", peak_gib(), "GiB",
                  4, Figure::Better::kLess},
                 {"the same: CPU time", took, "s"}};
  INFERLAB_TRY(const Figures answers, ask(cluster, doing));
  out.insert(out.end(), answers.begin(), answers.end());
  return out;
}

}  // namespace inferlab::labs
