#include "sim/node/kubelets.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "engine/base/check.h"
#include "sim/node/dcgm_exporter.h"
#include "sim/node/kubelet.h"
#include "sim/node/kubelet_metrics.h"

namespace inferlab::sim {
namespace {

/// A fatal signal: 128 + SIGSEGV.
constexpr int kCrashExitCode = 139;

std::string uuid_of(Rng& rng) {
  const std::uint64_t a = rng.next();
  const std::uint64_t b = rng.next();
  return fmt::format("{:08x}-{:04x}-{:04x}-{:04x}-{:012x}", a >> 32, (a >> 16) & 0xffff, a & 0xffff,
                     b >> 48, b & 0xffffffffffff);
}

std::vector<std::string> gpu_ids(Simulation& simulation, const std::string& node, int count) {
  std::vector<std::string> ids;
  for (int i = 0; i < count; ++i) {
    ids.push_back("GPU-" + uuid_of(simulation.rng("gpu", fmt::format("{}/{}", node, i))));
  }
  return ids;
}

GpuSet make_gpus(Simulation& simulation, const std::string& node, const NodePoolSpec& pool,
                 const GpuSpec* gpu) {
  const std::vector<std::string> cards =
      gpu_ids(simulation, node, gpu == nullptr ? 0 : pool.gpus_per_node);
  std::vector<std::string> instances;
  const std::size_t count = cards.size() * pool.gpu_sharing.mig_profiles.size();
  while (instances.size() < count) {
    instances.push_back("MIG-" + uuid_of(simulation.rng("mig", node)));
  }
  return {gpu,       pool.gpu_sharing, cards,
          instances, pool.numa_nodes,  pool.device_plugin == NodePoolSpec::DevicePlugin::kBuiltIn};
}

}  // namespace

Kubelets::Kubelets(Api& api, std::vector<NodePoolSpec> pools, std::vector<GpuSpec> gpus,
                   std::vector<ImageSpec> images, WorkloadFactory& factory, Telemetry& telemetry,
                   double image_pull_slowdown, const ModelNetworkSpec& network)
    : api_(api),
      pools_(std::move(pools)),
      gpus_(std::move(gpus)),
      registry_(std::move(images)),
      network_(api.simulation(), network),
      telemetry_(telemetry),
      files_(api.simulation()),
      growth_([this](std::string_view node) { return find(node); }),
      contents_(api.store(), network_, files_) {
  Simulation& simulation = api_.simulation();
  for (const NodePoolSpec& pool : pools_) {
    const GpuSpec* gpu = nullptr;
    for (const GpuSpec& one : gpus_) {
      if (one.name == pool.gpu) gpu = &one;
    }
    INFERLAB_CHECK(pool.gpu.empty() || gpu != nullptr);
    for (int i = 0; i < pool.count; ++i) {
      const std::string name = fmt::format("{}-{}", pool.name, i);
      const int index = static_cast<int>(kubelets_.size());
      kubelets_.push_back(std::make_unique<Kubelet>(NodeRuntime{
          .api = api_,
          .telemetry = telemetry_,
          .workloads = factory,
          .pool = pool,
          .gpu = gpu,
          .name = name,
          .ip = node_ip_of(index),
          .index = index,
          .recorder = EventRecorder(api_, "kubelet", name),
          .images =
              ImagePuller(simulation, registry_, pool.registry_bandwidth, image_pull_slowdown),
          .model_storage = ModelStorage(network_, pool.model_bandwidth, pool.disk_bandwidth),
          .files = files_,
          .gpus = make_gpus(simulation, name, pool, gpu),
          .cpus = CpuManager(pool),
          .ids = simulation.rng("containerd", name),
          .jitter = simulation.rng("kubelet/probes", name)}));
      by_name_[name] = kubelets_.back().get();
    }
  }
  const auto see = [this](const Change& change) {
    growth_.see(change, api_.store());
    contents_.see(change);
    if (change.object->key.resource == "nodes") {
      Kubelet* const own = find(change.object->key.name);
      if (own != nullptr && !own->writing()) own->node_written();
    }
    if (change.object->key.resource != "pods") return;
    const std::string_view node = change.object->document["spec"]["nodeName"].as_string();
    if (node.empty()) return;
    Kubelet* kubelet = find(node);
    if (kubelet == nullptr || kubelet->writing()) return;
    kubelet->pod_changed(change.object->key.ns, change.object->key.name);
  };
  api_.store().subscribe(see, Store::ignore);
}

Kubelets::~Kubelets() {
  for (const auto& kubelet : kubelets_) {
    telemetry_.remove_target("dcgm/" + kubelet->name());
    remove_kubelet_metrics(telemetry_, *kubelet);
  }
}

void Kubelets::start() {
  for (const auto& kubelet : kubelets_) {
    kubelet->start();
    if (kubelet->node().gpu != nullptr) add_dcgm_exporter(telemetry_, *kubelet);
    add_kubelet_metrics(telemetry_, *kubelet);
  }
}

Kubelet* Kubelets::find(std::string_view node) const {
  const auto found = by_name_.find(node);
  return found == by_name_.end() ? nullptr : found->second;
}

Kubelet* Kubelets::of_pod(std::string_view ns, std::string_view pod) const {
  const ObjectPtr object = api_.store().get({"pods", std::string(ns), std::string(pod)});
  return object == nullptr ? nullptr : find(object->document["spec"]["nodeName"].as_string());
}

PodWorker* Kubelets::worker_of(std::string_view ns, std::string_view pod) const {
  Kubelet* kubelet = of_pod(ns, pod);
  return kubelet == nullptr ? nullptr : kubelet->find(ns, pod);
}

Result<Kubelet*> Kubelets::faulty(std::string_view what, std::string_view node) const {
  Kubelet* kubelet = find(node);
  if (kubelet != nullptr) return kubelet;
  return Error{ErrorKind::kNotFound, fmt::format("{}: {}: no such node", what, node),
               "name one of the cluster's nodes"};
}

Result<void> Kubelets::node_down(std::string_view node) {
  INFERLAB_TRY(Kubelet* const kubelet, faulty("node-down", node));
  kubelet->down();
  return {};
}

Result<void> Kubelets::node_up(std::string_view node) {
  INFERLAB_TRY(Kubelet* const kubelet, faulty("node-up", node));
  kubelet->up();
  return {};
}

Result<void> Kubelets::crash_container(std::string_view ns, std::string_view pod,
                                       std::string_view container) {
  Kubelet* kubelet = of_pod(ns, pod);
  PodWorker* worker = kubelet == nullptr ? nullptr : kubelet->find(ns, pod);
  if (worker == nullptr || !kubelet->is_up() ||
      !worker->crash(container, kCrashExitCode, "Error")) {
    return Error{ErrorKind::kNotFound,
                 fmt::format("container-crash: {}/{}: no such running container", ns, pod),
                 "name a pod with a running container as NAMESPACE/POD"};
  }
  return {};
}

Result<std::vector<LogLine>> Kubelets::logs(std::string_view ns, std::string_view pod,
                                            std::string_view container, bool previous) const {
  const ObjectPtr object = api_.store().get({"pods", std::string(ns), std::string(pod)});
  if (object == nullptr) {
    return Error{ErrorKind::kNotFound, fmt::format("pods \"{}\" not found", pod)};
  }
  const PodView& view = object->view<PodView>();
  std::vector<std::string> names;
  for (const ContainerView& one : view.containers) names.push_back(one.name);
  std::vector<std::string> init_names;
  for (const ContainerView& one : view.init_containers) init_names.push_back(one.name);
  std::string name(container);
  if (name.empty()) {
    if (names.size() != 1) {
      return Error{ErrorKind::kInvalid,
                   fmt::format("a container name must be specified for pod {}, choose one of: [{}]",
                               pod, fmt::join(names, " "))};
    }
    name = names.front();
  }
  Kubelet* kubelet = find(view.node_name);
  PodWorker* worker = kubelet == nullptr ? nullptr : kubelet->find(ns, pod);
  const Container* found = worker == nullptr ? nullptr : worker->container(name);
  if (found == nullptr) {
    names.insert(names.end(), init_names.begin(), init_names.end());
    for (const std::string& known : names) {
      if (known != name) continue;
      if (view.node_name.empty())
        return std::vector<LogLine>{};  // as the API server: no host, no log
      return Error{
          ErrorKind::kInvalid,
          fmt::format("container \"{}\" in pod \"{}\" is waiting to start: ContainerCreating", name,
                      pod)};
    }
    return Error{ErrorKind::kInvalid,
                 fmt::format("container {} is not valid for pod {}", name, pod)};
  }
  if (!kubelet->is_up()) {
    return Error{ErrorKind::kUnavailable,
                 fmt::format("Get \"https://{}:10250/containerLogs/{}/{}/{}\": dial tcp {}:10250: "
                             "connect: no route to host",
                             kubelet->node().ip, ns, pod, name, kubelet->node().ip)};
  }
  if (previous) {
    // While it waits for its restart, the run that ended last is the previous one.
    const bool waits = found->state == Container::State::kWaiting && found->terminated;
    if (!waits && !found->previous) {
      return Error{
          ErrorKind::kInvalid,
          fmt::format("previous terminated container \"{}\" in pod \"{}\" not found", name, pod)};
    }
    return waits ? found->current_log.lines() : found->previous_log.lines();
  }
  if (found->state == Container::State::kWaiting && !found->terminated) {
    const bool is_pull =
        found->waiting_reason == "ErrImagePull" || found->waiting_reason == "ImagePullBackOff";
    const std::string reason = is_pull ? "trying and failing to pull image"
                               : found->waiting_reason.empty()
                                   ? (init_names.empty() ? "ContainerCreating" : "PodInitializing")
                                   : found->waiting_reason;
    return Error{
        ErrorKind::kInvalid,
        fmt::format("container \"{}\" in pod \"{}\" is waiting to start: {}", name, pod, reason)};
  }
  return found->current_log.lines();
}

void Kubelets::log_to(std::string_view ns, std::string_view pod, int port, std::string_view line) {
  PodWorker* worker = worker_of(ns, pod);
  Container* container = worker == nullptr ? nullptr : worker->listener(port);
  if (container != nullptr) container->log(line);
}

Workload* Kubelets::listener(std::string_view ns, std::string_view pod, int port) {
  PodWorker* worker = worker_of(ns, pod);
  Container* container = worker == nullptr ? nullptr : worker->listener(port);
  return container == nullptr ? nullptr : container->workload.get();
}

bool Kubelets::listens(std::string_view ns, std::string_view pod, int port) const {
  PodWorker* worker = worker_of(ns, pod);
  return worker != nullptr && worker->listener(port) != nullptr;
}

const ContainerSetup* Kubelets::started(std::string_view ns, std::string_view pod,
                                        std::string_view container) const {
  PodWorker* worker = worker_of(ns, pod);
  const Container* found = worker == nullptr ? nullptr : worker->container(container);
  return found == nullptr || !found->setup ? nullptr : &*found->setup;
}

bool Kubelets::serving(std::string_view ns, std::string_view pod) const {
  PodWorker* worker = worker_of(ns, pod);
  if (worker == nullptr) return false;
  const auto& containers = worker->runtime().containers;
  return std::any_of(containers.begin(), containers.end(), [](const auto& container) {
    return container->workload != nullptr && container->workload->serving();
  });
}

const NodePoolSpec* Kubelets::pool_of(std::string_view node) const {
  Kubelet* kubelet = find(node);
  return kubelet == nullptr ? nullptr : &kubelet->node().pool;
}

std::vector<std::string> Kubelets::nodes() const {
  std::vector<std::string> names;
  for (const auto& kubelet : kubelets_) names.push_back(kubelet->name());
  return names;
}

bool Kubelets::is_up(std::string_view node) const {
  const Kubelet* kubelet = find(node);
  return kubelet != nullptr && kubelet->is_up();
}

}  // namespace inferlab::sim
