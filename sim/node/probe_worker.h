#pragma once

#include <functional>
#include <optional>
#include <string>

#include "sim/node/probe.h"
#include "sim/node/timers.h"

namespace inferlab::sim {

/// Runs one probe of one container over its restarts, when and as often as the kubelet does.
///
/// The worker is made when the pod comes to the node, and its period counts from there, not from
/// the container's start: the first probe of a container comes at the first period boundary at
/// which it runs and initialDelaySeconds are over. trigger() runs it out of turn and counts anew
/// from there. A result changes after successThreshold or failureThreshold equal outcomes in a row.
/// After a failed startup or liveness result it holds until the container has been restarted.
/// Source: Kubernetes documentation, "Configure Liveness, Readiness and Startup Probes", and the
/// behaviour of the kubelet's prober (pkg/kubelet/prober).
class ProbeWorker {
 public:
  struct Hooks {
    /// Carries the probe out. Called only while the container runs.
    std::function<ProbeOutcome()> run;
    /// One outcome was no success, whatever the thresholds say.
    std::function<void(const ProbeOutcome& outcome)> failed;
    /// The result is now this one; it differs from the last.
    std::function<void(bool success)> result_changed;
  };

  /// The first period boundary is `first_tick`.
  ProbeWorker(Simulation& simulation, ProbeType type, const ProbeView& probe, Time first_tick,
              Hooks hooks);

  /// The container runs (anew) since now. Readiness starts as failed, liveness as succeeded,
  /// startup as unknown.
  void container_started();
  void container_stopped();
  /// The startup probe gates the others: nothing runs while closed.
  void set_gate(bool open);
  /// Runs the probe now, if it may run.
  void trigger();

  [[nodiscard]] ProbeType type() const { return type_; }
  [[nodiscard]] bool succeeded() const { return result_.value_or(false); }

 private:
  [[nodiscard]] bool may_run() const { return started_at_ && gate_open_ && !on_hold_; }
  void arm();
  void tick();
  void probe_once();
  void stop();

  ProbeType type_;
  ProbeView probe_;
  Hooks hooks_;
  Time origin_;  // a period boundary
  std::optional<Time> started_at_;
  std::optional<Time> last_run_;
  bool gate_open_ = true;
  bool on_hold_ = false;
  std::optional<bool> result_;
  std::optional<bool> last_outcome_;
  int outcomes_in_a_row_ = 0;
  EventId next_ = 0;
  Timers timers_;
};

}  // namespace inferlab::sim
