#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "sim/api/views.h"
#include "sim/node/file_place.h"
#include "sim/node/node_runtime.h"
#include "sim/node/pod_status.h"
#include "sim/node/timers.h"

namespace inferlab::sim {

/// Runs one pod on its node, from the binding to the deletion of its object, as the kubelet does.
///
/// Level-triggered: sync() compares the object with what runs, takes the next steps and writes the
/// status when it has changed. Everything that happens to a container asks for another sync.
/// Events and status texts are those of the kubelet of Kubernetes 1.32.
class PodWorker {
 public:
  /// `object` is bound to the node of `node`.
  PodWorker(NodeRuntime& node, const ObjectPtr& object);
  ~PodWorker();
  PodWorker(const PodWorker&) = delete;
  PodWorker& operator=(const PodWorker&) = delete;

  /// `latest` is the object now; nullptr when it is gone. `used` is what the node's other pods
  /// request, for admission.
  void sync(const ObjectPtr& latest, const Resources& used);
  /// The object is gone and nothing runs any more: the worker may be destroyed.
  [[nodiscard]] bool finished() const { return finished_; }

  /// The node is lost: every process dies and nobody writes that down.
  void lose();
  /// The node is back: the sandbox is made anew, containers start again.
  void resume();

  /// The kubelet ends the pod as a whole: phase Failed, reason Evicted, once nothing runs any more.
  /// `for_pressure`: the node is short of something, so that the pod's condition says so too.
  void evict(const std::string& message, Duration grace, bool for_pressure);

  /// The first running container (or the one named) dies with this exit code.
  bool crash(std::string_view container, int code, std::string_view reason);

  /// The latest version of the object that the worker has seen.
  [[nodiscard]] const ObjectPtr& object() const { return object_; }
  [[nodiscard]] const PodView& pod() const { return object_->view<PodView>(); }
  template <typename Visit>
  void for_each_container(Visit visit);
  [[nodiscard]] bool has_running() const;
  /// It has ended, or is on its way out.
  [[nodiscard]] bool ended() const;
  [[nodiscard]] const std::string& uid() const { return uid_; }
  [[nodiscard]] const PodRuntime& runtime() const { return runtime_; }
  [[nodiscard]] Container* container(std::string_view name);
  /// The running container that listens on `port`, or nullptr.
  [[nodiscard]] Container* listener(int port);
  /// What the pod takes from the node: nothing once it has ended.
  [[nodiscard]] Resources requests() const;
  [[nodiscard]] const std::string& ns() const { return ns_; }
  [[nodiscard]] const std::string& name() const { return name_; }

 private:
  // pod_worker.cpp: the order of things
  void admit(const Resources& used);
  /// Rejects the pod when devices or CPUs of its own are too few or lie wrong.
  [[nodiscard]] bool take_resources();
  [[nodiscard]] bool align(const std::vector<Container*>& containers,
                           std::optional<NumaMask>& nodes);
  [[nodiscard]] bool take_devices(const std::vector<Container*>& containers,
                                  std::optional<NumaMask> nodes);
  [[nodiscard]] bool take_cpus(Container& container, std::optional<NumaMask> nodes);
  [[nodiscard]] int exclusive_cpus(const Container& container) const;
  void reject_for_devices(std::string_view resource);
  /// False when it rejects the pod.
  [[nodiscard]] bool readmit();
  [[nodiscard]] bool fits(const NodeView& node, const Resources& used);
  void reject(std::string reason, std::string message);
  void make_sandbox();
  void start_next();
  /// Whether every init container has done its part; starts the next one that has not.
  [[nodiscard]] bool initialize();
  /// The containers have ended for good, or never will start: what is left is to be stopped.
  [[nodiscard]] bool has_run_out() const;
  void stop_sidecars();
  /// The image that the pod's spec names for it now.
  [[nodiscard]] const std::string& image_now(const Container& container) const;
  void end_changed();
  /// A container that has ended is about to run again from another image.
  [[nodiscard]] bool is_replacing() const;
  [[nodiscard]] std::string_view phase() const;
  void finish_if_stopped();
  void write_status();
  void wake_at(Time when);
  void record(const Container* container, std::string_view type, std::string_view reason,
              std::string_view message);

  // container_start.cpp: from the image to the process
  void try_start(Container& container);
  void try_again_at(Container& container, Time when);
  [[nodiscard]] bool in_restart_backoff(Container& container);
  void pull(Container& container, const ImageReference& reference);
  void pulled(Container& container, const ImagePuller::Pulled& result);
  void begin_start(Container& container, const ImageSpec& image);
  void start(Container& container, const ImageSpec& image);
  /// kInvalid with the kubelet's text when a ConfigMap, Secret or key that env names is missing.
  Result<std::map<std::string, std::string>> environment_of(const Container& container) const;

  // container_run.cpp: what happens while it runs, and its end
  void make_probes(Container& container);
  ProbeOutcome carry_out(const Container& container, ProbeType type, const ProbeView& probe);
  void probe_result_changed(Container& container, ProbeType type, bool success);
  void set_started(Container& container);
  void expose_metrics(Container& container);
  void exited(Container& container);
  void terminate(Duration grace);
  /// preStop, SIGTERM, SIGKILL when `grace` is over. `in_order`: the pod ends, so a sidecar's
  /// SIGTERM waits for the containers and for the sidecars after it, while the grace period lasts.
  void stop(Container& container, Duration grace, bool in_order);
  void send_sigterm(Container& container, Time deadline);
  [[nodiscard]] bool is_its_turn(const Container& container) const;
  [[nodiscard]] Duration kill_grace(const Container& container, ProbeType failed) const;

  // container_hooks.cpp: postStart and preStop
  struct Hook {
    Duration takes{};
    bool failed = false;
  };
  [[nodiscard]] Hook hook_of(const Container& container, std::string_view name);
  /// How long the container's preStop hook takes; says so when it fails.
  [[nodiscard]] Duration run_pre_stop(const Container& container);
  /// Until it is over the container does not count as started, and those behind it wait.
  void run_post_start(Container& container);
  void began(Container& container);
  /// What the container's process is called among those on the node.
  [[nodiscard]] std::string process_of(const Container& container) const {
    return uid_ + "/" + container.view.name;
  }
  [[nodiscard]] std::string target_name(const Container& container) const;

  NodeRuntime& node_;
  ObjectPtr object_;
  std::string ns_, name_, uid_;
  PodRuntime runtime_;
  bool admitted_ = false;
  bool sandbox_under_way_ = false;
  Duration mount_delay_{};
  Time next_try_{};  // of volumes and sandbox
  bool terminating_ = false;
  bool removed_ = false;
  bool lost_ = false;
  bool finished_ = false;
  std::optional<Time> kill_at_;
  EventId kill_event_ = 0;
  EventId wake_event_ = 0;
  std::optional<Time> wake_at_;
  Value last_written_;
  Timers timers_;
};

/// "vllm-0_default(uid)", as the kubelet names a pod in its messages.
std::string pod_text(std::string_view ns, std::string_view name, std::string_view uid);

template <typename Visit>
void PodWorker::for_each_container(Visit visit) {
  for (const auto& container : runtime_.init_containers) visit(*container);
  for (const auto& container : runtime_.containers) visit(*container);
}

}  // namespace inferlab::sim
