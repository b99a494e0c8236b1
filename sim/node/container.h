#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "sim/api/views.h"
#include "sim/node/backoff.h"
#include "sim/node/container_log.h"
#include "sim/node/container_setup.h"
#include "sim/node/probe_worker.h"
#include "sim/node/workload.h"

namespace inferlab::sim {

/// How one run of a container ended.
struct Termination {
  int exit_code = 0;
  std::string reason;  // "Completed", "Error", "OOMKilled" …
  std::string message;
  Time started{}, finished{};
  std::string container_id;
};

/// One container of a pod on a node, over its restarts: state and process, no decisions (those are
/// PodWorker's).
class Container final : public ContainerHost {
 public:
  enum class State : std::uint8_t { kWaiting, kRunning, kTerminated };

  /// `exited` is called, once a run, when the process has ended by itself or was killed.
  Container(Simulation& simulation, ContainerView view, bool is_init, Value document,
            std::function<void(Container&)> exited);

  // ContainerHost, for the workload.
  void log(std::string_view line) override;
  void exit(int code, std::string_view reason, std::string_view message) override;
  using ContainerHost::exit;
  void use_has_grown() override {
    if (on_growth) on_growth();
  }

  /// A new run: the log of the last one becomes the previous log.
  void run(std::unique_ptr<Workload> process, std::string id);
  /// The process could not be started at all (StartError).
  void fail_to_start(int code, std::string_view reason, std::string_view message, std::string id);
  /// SIGKILL or the like: ends the process at once, if it runs.
  void kill(int code, std::string_view reason);
  void wait(std::string_view reason, std::string_view message);
  /// Destroys processes that have ended; not from inside one of them.
  void bury() { ended_.clear(); }

  /// The pod's spec names another image now; what has been learned of the old one is forgotten.
  /// Not while the process runs.
  void set_image(const std::string& image);

  ContainerView view;
  const bool is_init;
  Value document;  // the container as written in the pod's spec, for what the view leaves out
  /// An init container that stays (restartPolicy Always): a native sidecar.
  const bool is_sidecar;

  State state = State::kWaiting;
  std::string waiting_reason, waiting_message;
  Time started_at{};                      // of the run under way
  std::optional<Termination> terminated;  // how the last run ended; kept while waiting
  std::optional<Termination> previous;    // how the run before the present one ended
  int restart_count = 0;
  std::string container_id, image_id;
  bool busy = false;      // a pull or a start is under way
  Time not_before{};      // no new try of a pull until then
  bool replaced = false;  // it is ended, or has been, to run again from another image
  bool stopping = false;  // it is on its way out: preStop, a turn to wait for, or SIGTERM
  /// Its SIGTERM waits for other containers to end, at most until then.
  std::optional<Time> awaits_turn_until;
  bool in_post_start = false;           // it runs, and the kubelet does not show that yet
  bool started = false;                 // runs, and its startup probe, if any, has succeeded
  std::vector<std::string> gpu_ids;     // of the devices, each once
  std::vector<GpuDevice*> gpus;         // those
  std::set<int> cpus;                   // its own; none: it shares with others
  Duration cpu_seen{};                  // of the run's CPU time, what has been booked
  std::optional<ContainerSetup> setup;  // of the last run
  /// What commands in it see; none of a server whose weights are not among them.
  std::shared_ptr<ContainerFiles> files;
  std::function<void()> on_growth;  // when the process takes more of the node
  Backoff restart_backoff, pull_backoff;
  std::string last_pull_error;  // "ErrImagePull: …"
  std::map<ProbeType, std::unique_ptr<ProbeWorker>> probes;
  std::unique_ptr<Workload> workload;  // while running
  ContainerLog current_log, previous_log;

 private:
  void end(int code, std::string_view reason, std::string_view message);

  Simulation& simulation_;
  std::function<void(Container&)> exited_;
  std::vector<std::unique_ptr<Workload>> ended_;
};

}  // namespace inferlab::sim
