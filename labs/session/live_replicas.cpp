#include "labs/session/live_replicas.h"

#include <atomic>
#include <memory>
#include <set>

#include "labs/checks/llm_containers.h"
#include "labs/checks/real_engine.h"
#include "sim/api/views.h"
#include "sim/node/kubelets.h"
#include "sim/serving/llm_server.h"

namespace inferlab::labs {
namespace {

constexpr std::chrono::milliseconds kInterval{100};
// A person, a few tabs and a small load test; each connection of the engine's server is a thread.
constexpr int kThreads = 32;

}  // namespace

LiveReplicas::LiveReplicas(Driver& driver, std::string model_path)
    : driver_(driver), model_path_(std::move(model_path)), thread_([this] { run(); }) {}

LiveReplicas::~LiveReplicas() {
  stop();
}

void LiveReplicas::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    changed_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
  running_.clear();
}

std::optional<int> LiveReplicas::port_of(const Name& name, std::chrono::milliseconds patience) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, patience, [&] { return stopping_ || running_.count(name) != 0; });
  const auto found = running_.find(name);
  if (stopping_ || found == running_.end() || !found->second.engine) return std::nullopt;
  return found->second.engine->port();
}

void LiveReplicas::run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    lock.unlock();
    reconcile();
    lock.lock();
    changed_.wait_for(lock, kInterval, [this] { return stopping_; });
  }
}

void LiveReplicas::reconcile() {
  const auto targets = driver_.mailbox().call([this] { return wanted(); });
  if (!targets) return;
  std::vector<std::unique_ptr<RealEngine>> ended;  // destroyed without the lock: it joins threads
  std::vector<const Wanted*> missing;
  {
    const std::lock_guard lock(mutex_);
    std::set<Name> keep;
    for (const Wanted& target : *targets) {
      keep.insert(target.name);
      const auto found = running_.find(target.name);
      if (found == running_.end() || found->second.uid != target.uid) missing.push_back(&target);
    }
    for (auto it = running_.begin(); it != running_.end();) {
      if (keep.count(it->first) != 0) {
        ++it;
        continue;
      }
      ended.push_back(std::move(it->second.engine));
      it = running_.erase(it);
    }
  }
  for (const Wanted* target : missing) {
    std::unique_ptr<RealEngine> engine = start_one(*target);
    const std::lock_guard lock(mutex_);
    std::swap(running_[target->name].engine, engine);
    running_[target->name].uid = target->uid;
    if (engine) ended.push_back(std::move(engine));
    changed_.notify_all();
  }
}

std::vector<LiveReplicas::Wanted> LiveReplicas::wanted() const {
  sim::Cluster& cluster = driver_.cluster();
  std::vector<Wanted> out;
  for (const sim::ObjectPtr& pod : cluster.store().list("pods")) {
    const auto& view = pod->view<sim::PodView>();
    const sim::NodePoolSpec* pool = cluster.kubelets().pool_of(view.node_name);
    if (pool == nullptr || !pool->local) continue;
    for (const LlmContainer& server : llm_containers({pod}, cluster)) {
      // The simulated server decides when there is one: an engine of ours loads in no time.
      const int port = server.args.port;
      sim::Workload* const workload = cluster.kubelets().listener(pod->key.ns, pod->key.name, port);
      if (dynamic_cast<sim::LlmServer*>(workload) == nullptr) continue;
      Wanted target;
      target.name = {pod->key.ns, pod->key.name, port};
      target.uid = pod->document["metadata"]["uid"].str();
      target.options = serve_options_for(server, model_path_);
      target.options.num_threads = kThreads;
      target.options.disable_access_log = false;
      out.push_back(std::move(target));
    }
  }
  return out;
}

std::unique_ptr<RealEngine> LiveReplicas::start_one(const Wanted& replica) {
  // Posted, not called: the engine's thread must never wait for the run. What the engine says of
  // itself while it loads (its small model, this machine's processor) is no word of the Pod's.
  const auto is_up = std::make_shared<std::atomic<bool>>(false);
  const LogSink log = [this, name = replica.name, is_up](LogLevel level, std::string_view line) {
    if (level == LogLevel::kInfo && !*is_up) return;
    driver_.mailbox().post([this, name, text = std::string(line)] {
      driver_.cluster().kubelets().log_to(name.ns, name.pod, name.port, text);
    });
  };
  Result<RealEngine> engine = RealEngine::start(replica.options, log);
  if (!engine) {
    log(LogLevel::kError, "ERROR: " + engine.error().message);
    return nullptr;
  }
  *is_up = true;
  return std::make_unique<RealEngine>(std::move(*engine));
}

}  // namespace inferlab::labs
