#include "sim/node/pod_worker.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "sim/node/container_mounts.h"
#include "sim/node/pod_volumes.h"

namespace inferlab::sim {
namespace {

/// From the binding to a sandbox with an address (network plugin included); our guess.
constexpr Duration kSandboxTime = 700ms;

/// Tries of a volume that cannot be mounted: doubled from the first to the last of these.
/// Source: the volume manager's back-off (exponentialbackoff: 500 ms to 2 min 2 s).
constexpr Duration kFirstMountDelay = 500ms;
constexpr Duration kLastMountDelay = 122s;

/// When a sandbox that could not be made is tried again; the kubelet's sync back-off.
constexpr Duration kSandboxRetry = 10s;

}  // namespace

std::string pod_text(std::string_view ns, std::string_view name, std::string_view uid) {
  return fmt::format("{}_{}({})", name, ns, uid);
}

PodWorker::PodWorker(NodeRuntime& node, const ObjectPtr& object)
    : node_(node), object_(object), timers_(node.api.simulation()) {
  const PodView& view = pod();
  ns_ = view.meta.ns;
  name_ = view.meta.name;
  uid_ = view.meta.uid;
  runtime_.restart_policy = view.restart_policy;
  runtime_.start_time = timers_.now();
  runtime_.host_ip = node_.ip;
  const auto make = [&](const ContainerView& container, bool is_init, const Value& document) {
    return std::make_unique<Container>(timers_.simulation(), container, is_init, document,
                                       [this](Container& one) { exited(one); });
  };
  const Value& spec = object->document["spec"];
  for (std::size_t i = 0; i < view.init_containers.size(); ++i) {
    runtime_.init_containers.push_back(
        make(view.init_containers[i], true, spec["initContainers"][i]));
  }
  for (std::size_t i = 0; i < view.containers.size(); ++i) {
    runtime_.containers.push_back(make(view.containers[i], false, spec["containers"][i]));
  }
  for_each_container(
      [this](Container& container) { container.on_growth = [this] { node_.check_memory(); }; });
}

PodWorker::~PodWorker() {
  for_each_container(
      [this](Container& container) { node_.telemetry.remove_target(target_name(container)); });
  node_.gpus.release(uid_);
  node_.cpus.release(uid_);
  node_.model_storage.forget_pod(uid_);
  forget_files_of_pod(uid_, node_.files);
  node_.release_pod_ip(runtime_.pod_ip);
}

void PodWorker::record(const Container* container, std::string_view type, std::string_view reason,
                       std::string_view message) {
  std::string path;
  if (container != nullptr) {
    path = fmt::format("spec.{}{{{}}}", container->is_init ? "initContainers" : "containers",
                       container->view.name);
  }
  node_.recorder.record(*object_, type, reason, message, path);
}

void PodWorker::wake_at(Time when) {
  if (wake_at_ && *wake_at_ <= when) return;
  timers_.cancel(wake_event_);
  wake_at_ = when;
  wake_event_ = timers_.at(when, "kubelet/wake", [this] {
    wake_at_.reset();
    node_.request_sync(ns_, name_);
  });
}

void PodWorker::sync(const ObjectPtr& latest, const Resources& used) {
  for_each_container([](Container& container) { container.bury(); });
  if (finished_ || lost_) return;
  if (latest == nullptr || latest->view<PodView>().meta.uid != uid_) {
    // Deleted by force, or after our own last word: nobody is left to tell.
    terminating_ = true;
    for_each_container([](Container& container) { container.kill(137, "Error"); });
    node_.release_volumes(uid_);
    finished_ = true;
    return;
  }
  if (!(latest->document["metadata"]["annotations"] ==
        object_->document["metadata"]["annotations"])) {
    node_.check_memory();  // what the Pod states of its use may have grown
  }
  object_ = latest;
  const PodView& view = pod();
  if (view.meta.deletion_timestamp) {
    terminate(seconds_capped(view.meta.deletion_grace_period_seconds.value_or(0)));
  } else if (view.terminal()) {
    // Ended by us, or by somebody else (eviction, pod garbage collection).
    terminate(seconds_capped(view.termination_grace_period_seconds));
  } else if (!terminating_) {
    if (!admitted_) admit(used);
    if (!runtime_.failed_reason.empty()) {
      terminate(0s);
    } else if (!runtime_.sandbox_ready) {
      make_sandbox();
    } else {
      end_changed();
      start_next();
    }
  }
  if (!is_replacing()) write_status();
  finish_if_stopped();
}

void PodWorker::make_sandbox() {
  if (sandbox_under_way_) return;
  if (timers_.now() < next_try_) {
    wake_at(next_try_);
    return;
  }
  const VolumeReport volumes = look_at_volumes(*object_, node_.api.store());
  node_.use_volumes(volumes.attachable, uid_);
  if (!volumes.ready) {
    if (!volumes.problem.empty()) record(nullptr, "Warning", "FailedMount", volumes.problem);
    mount_delay_ =
        mount_delay_ == 0s ? kFirstMountDelay : std::min(2 * mount_delay_, kLastMountDelay);
    next_try_ = timers_.now() + mount_delay_;
    wake_at(next_try_);
    return;
  }
  sandbox_under_way_ = true;
  for_each_container([this](Container& container) {
    if (container.probes.empty()) make_probes(container);
  });
  timers_.after(kSandboxTime, "kubelet/sandbox", [this] {
    sandbox_under_way_ = false;
    runtime_.pod_ip = node_.take_pod_ip();
    runtime_.sandbox_ready = !runtime_.pod_ip.empty();
    if (!runtime_.sandbox_ready) {
      // The text of containerd with flannel, which leaves addresses to the plugin host-local.
      record(nullptr, "Warning", "FailedCreatePodSandBox",
             fmt::format("Failed to create pod sandbox: rpc error: code = Unknown desc = failed to "
                         "setup network for sandbox \"{}\": plugin type=\"flannel\" failed (add): "
                         "failed to delegate add: failed to allocate for range 0: no IP addresses "
                         "available in range set: {}",
                         node_.new_container_id(), node_.pod_ip_range()));
      next_try_ = timers_.now() + kSandboxRetry;
    }
    node_.request_sync(ns_, name_);
  });
}

/// Init containers one after the other, each to its end, sidecars until they have started; then the
/// containers in their order. Source: Kubernetes documentation, "Sidecar Containers".
void PodWorker::start_next() {
  if (has_run_out()) {
    stop_sidecars();
    return;
  }
  if (!initialize()) return;
  for (const auto& container : runtime_.containers) {
    if (container->busy) return;  // the next one waits until this one has started
    if (container->state == Container::State::kRunning) continue;
    const bool stays_ended = container->terminated && !container->replaced &&
                             !restarts(runtime_.restart_policy, *container->terminated);
    if (stays_ended) continue;
    try_start(*container);
    if (container->busy) return;
  }
}

bool PodWorker::initialize() {
  for (const auto& init : runtime_.init_containers) {
    const bool is_running = init->state == Container::State::kRunning;
    if (!init->is_sidecar) {
      // Once the containers have begun, an init container is not looked at again.
      const bool is_done =
          init->state == Container::State::kTerminated && init->terminated->exit_code == 0;
      if (runtime_.initialized || is_done) continue;
      if (!is_running && !init->busy) try_start(*init);
      return false;
    }
    // A sidecar runs again whatever the pod's restartPolicy, and holds up only what comes first.
    if (!is_running && !init->busy) try_start(*init);
    if (init->busy || (!runtime_.initialized && !init->started)) return false;
  }
  runtime_.initialized = true;
  return true;
}

bool PodWorker::has_run_out() const {
  const bool never = runtime_.restart_policy == "Never";
  for (const auto& init : runtime_.init_containers) {
    const bool has_failed = !init->is_sidecar && !runtime_.initialized &&
                            init->state == Container::State::kTerminated &&
                            init->terminated->exit_code != 0;
    if (has_failed && never) return true;
  }
  if (!runtime_.initialized) return false;
  return std::all_of(
      runtime_.containers.begin(), runtime_.containers.end(), [&](const auto& container) {
        return container->state == Container::State::kTerminated && !container->replaced &&
               !restarts(runtime_.restart_policy, *container->terminated);
      });
}

const std::string& PodWorker::image_now(const Container& container) const {
  for (const ContainerView& one : container.is_init ? pod().init_containers : pod().containers) {
    if (one.name == container.view.name) return one.image;
  }
  return container.view.image;
}

/// Containers and sidecars whose image is another now run again from the new one, whatever the
/// restart policy. Source: kubelet 1.32, computePodActions; its hash of a container is that of name
/// and image.
void PodWorker::end_changed() {
  for_each_container([this](Container& container) {
    const bool is_watched = !container.is_init || container.is_sidecar;
    const bool is_running = container.state == Container::State::kRunning && !container.stopping;
    if (!is_watched || !is_running || image_now(container) == container.view.image) return;
    container.replaced = true;
    const std::string_view form = container.is_sidecar
                                      ? "Init container {} definition changed"
                                      : "Container {} definition changed, will be restarted";
    record(&container, "Normal", "Killing", fmt::format(fmt::runtime(form), container.view.name));
    stop(container, seconds_capped(pod().termination_grace_period_seconds), /*in_order=*/false);
  });
}

/// The kubelet ends the old run and starts the new one in one go, and writes no status in between.
/// It matters where a container that has ended would end the pod.
bool PodWorker::is_replacing() const {
  if (terminating_ || runtime_.restart_policy == "Always") return false;
  return std::ranges::any_of(runtime_.containers, [](const auto& container) {
    return container->replaced && container->state != Container::State::kRunning;
  });
}

std::string_view PodWorker::phase() const {
  return is_replacing() ? "Running" : phase_of(runtime_);
}

void PodWorker::stop_sidecars() {
  for (const auto& init : runtime_.init_containers) {
    if (init->state != Container::State::kRunning || init->stopping) continue;
    record(init.get(), "Normal", "Killing", fmt::format("Stopping container {}", init->view.name));
    stop(*init, seconds_capped(pod().termination_grace_period_seconds), /*in_order=*/true);
  }
}

void PodWorker::finish_if_stopped() {
  const bool is_over = terminating_ || phase() == "Succeeded" || phase() == "Failed";
  if (!is_over) return;
  bool is_running = false;
  for_each_container([&](const Container& container) {
    is_running = is_running || container.state == Container::State::kRunning;
  });
  if (is_running) return;
  node_.gpus.release(uid_);
  if (node_.cpus.release(uid_)) {
    node_.settle_cpus();
    node_.share_cpus();  // the others have them now
  }
  node_.release_volumes(uid_);
  if (!pod().meta.deletion_timestamp || removed_) return;
  removed_ = true;
  // The kubelet's last word: the object goes now, unless finalizers hold it.
  node_.api.remove({"pods", ns_, name_}, "system:node:" + node_.name, 0, uid_);
}

void PodWorker::write_status() {
  const Value& old = object_->document["status"];
  Value status = build_pod_status(runtime_, old, timers_.now());
  if (status == last_written_) return;
  last_written_ = status;
  node_.writing = true;
  const ApiResponse response = node_.api.update_status(
      "pods", object_->document.with("status", std::move(status)), "system:node:" + node_.name);
  node_.writing = false;
  if (response.ok() && response.object != nullptr) {
    object_ = response.object;
  } else {
    last_written_ = {};  // somebody was faster: the next sync writes it
  }
}

void PodWorker::lose() {
  lost_ = true;
  timers_.drop();
  wake_at_.reset();
  sandbox_under_way_ = false;
  runtime_.sandbox_ready = false;
  runtime_.initialized = false;
  node_.release_pod_ip(runtime_.pod_ip);
  runtime_.pod_ip.clear();
  for_each_container([](Container& container) {
    container.kill(255, "Unknown");
    container.busy = false;
    if (container.is_init) container.state = Container::State::kWaiting;
  });
}

void PodWorker::resume() {
  lost_ = false;
  last_written_ = {};
  runtime_.sandbox_ready = false;
  for_each_container([](Container& container) {
    container.bury();
    container.probes.clear();
  });
  if (!terminating_ && phase_of(runtime_) != "Succeeded" && admitted_ && readmit()) {
    record(nullptr, "Normal", "SandboxChanged",
           "Pod sandbox changed, it will be killed and re-created.");
  }
}

/// A kubelet that starts after a reboot admits its pods anew, before any device plugin runs.
bool PodWorker::readmit() {
  if (node_.gpus.plugin().offers()) return true;
  for (const GpuSet::Slot& slot : node_.gpus.slots()) {
    if (slot.owner != uid_) continue;
    reject_for_devices(slot.resource);
    return false;
  }
  return true;
}

void PodWorker::evict(const std::string& message, Duration grace, bool for_pressure) {
  record(nullptr, "Warning", "Evicted", message);
  runtime_.failed_reason = "Evicted";
  runtime_.failed_message = message;
  runtime_.evicted = true;
  if (for_pressure) runtime_.disruption_message = message;
  terminate(std::max(grace, Duration{1s}));
  node_.request_sync(ns_, name_);
}

bool PodWorker::has_running() const {
  return any_running(runtime_);
}

bool PodWorker::ended() const {
  return finished_ || lost_ || terminating_ || !runtime_.failed_reason.empty() ||
         phase() == "Succeeded" || phase() == "Failed";
}

bool PodWorker::crash(std::string_view container_name, int code, std::string_view reason) {
  bool done = false;
  for_each_container([&](Container& container) {
    if (done || container.state != Container::State::kRunning) return;
    if (!container_name.empty() && container.view.name != container_name) return;
    container.kill(code, reason);
    done = true;
  });
  return done;
}

Container* PodWorker::container(std::string_view container_name) {
  Container* found = nullptr;
  for_each_container([&](Container& container) {
    if (container.view.name == container_name) found = &container;
  });
  return found;
}

Container* PodWorker::listener(int port) {
  Container* found = nullptr;
  for_each_container([&](Container& container) {
    if (found == nullptr && container.workload != nullptr && container.workload->listens_on(port)) {
      found = &container;
    }
  });
  return found;
}

Resources PodWorker::requests() const {
  const bool is_over = finished_ || phase() == "Failed" || phase() == "Succeeded";
  if (is_over || !admitted_) return {};
  Resources out = pod().requests;
  out["pods"] = Quantity::from_units(1);
  return out;
}

}  // namespace inferlab::sim
