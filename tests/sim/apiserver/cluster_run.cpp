#include "tests/sim/apiserver/cluster_run.h"

#include <utility>

#include "sim/node/kubelets.h"

namespace inferlab::sim::testing {
namespace {

ClusterSpec small_cluster(std::vector<StorageClassSpec> storage, std::vector<AddOnSpec> add_ons) {
  ClusterSpec spec;
  spec.storage = std::move(storage);
  spec.add_ons = std::move(add_ons);
  NodePoolSpec pool;
  pool.name = "cpu";
  pool.count = 2;
  pool.instance_type = "standard-8";
  spec.pools.push_back(pool);
  ImageSpec server;
  server.repository = "registry.local/web";
  server.tags = {"v1", "v2"};
  server.digest = "sha256:aa";
  server.size_bytes = 50'000'000;
  server.behaviour = ImageSpec::Behaviour::kHttpServer;
  spec.images.push_back(server);
  ImageSpec tool;
  tool.repository = "registry.local/tool";
  tool.tags = {"v1"};
  tool.digest = "sha256:bb";
  tool.size_bytes = 5'000'000;
  tool.behaviour = ImageSpec::Behaviour::kSleeper;
  spec.images.push_back(tool);
  return spec;
}

}  // namespace

ClusterRun::ClusterRun(std::vector<StorageClassSpec> storage, std::vector<AddOnSpec> add_ons)
    : cluster_(small_cluster(std::move(storage), std::move(add_ons)), 1) {
  driver_ = std::thread([this] {
    // At most so much at a time, and nothing is caught up on: requests are answered in between even
    // when the machine is too slow for the speed.
    constexpr Duration kStep = 500ms;
    while (!ended_) {
      mailbox_.wait(5ms);
      mailbox_.drain();
      cluster_.run_until(cluster_.simulation().now() + kStep);
    }
  });
}

ClusterRun::~ClusterRun() {
  ended_ = true;
  mailbox_.close();
  driver_.join();
}

RunDoor ClusterRun::door() {
  return door_to(mailbox_, cluster_,
                 [this](std::string_view ns, std::string_view pod, std::string_view container,
                        bool previous) -> Result<std::vector<PodLogLine>> {
                   INFERLAB_TRY(std::vector<LogLine> lines,
                                cluster_.kubelets().logs(ns, pod, container, previous));
                   std::vector<PodLogLine> result;
                   for (LogLine& line : lines) result.push_back({line.at, std::move(line.text)});
                   return result;
                 });
}

std::size_t ClusterRun::journal_entries() {
  return mailbox_.call([this] { return cluster_.journal().size(); }).value_or(0);
}

}  // namespace inferlab::sim::testing
