#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/result.h"
#include "sim/api/api.h"
#include "sim/cluster/cluster_spec.h"
#include "sim/cluster/journal.h"
#include "sim/kernel/simulation.h"

namespace inferlab::sim {

class AuditLog;
class Telemetry;
class Gateway;
class Kubelets;
class KubeScheduler;

/// One simulated cluster: all parts of a run, wired together. Lives on one thread; nobody else
/// touches it (see Mailbox). It has no clock of its own: the caller says how far to run.
class Cluster {
 public:
  Cluster(ClusterSpec spec, std::uint64_t seed);
  ~Cluster();
  Cluster(const Cluster&) = delete;
  Cluster& operator=(const Cluster&) = delete;

  /// Runs all events up to and including `end`.
  void run_until(Time end);

  /// A request from outside at the present moment: whatever wrote is journalled, even when it then
  /// failed. Runs what is due at this moment before and afterwards, so that a replay meets the same
  /// state. A refused or a dry-run request leaves no mark on the run.
  ApiResponse request(const ApiRequest& request);
  /// A fault from outside: "node-down NODE", "container-crash NAMESPACE/POD" … (faults.cpp).
  Result<void> inject(std::string_view fault, std::string_view target);
  /// A push to one of the run's Git repositories. The id of the commit; errors are those of
  /// GitRepositories::push().
  Result<std::string> push(const GitChange& change);
  /// Runs up to each entry's time and repeats it. Checks: entries are not in the past.
  void replay(const Journal& journal);

  [[nodiscard]] const Journal& journal() const;
  /// Called with each new entry before its effect is answered: who must not lose a write stores it
  /// here.
  void on_journal(std::function<void(const JournalEntry&)> listener);
  [[nodiscard]] const ClusterSpec& spec() const;
  [[nodiscard]] Simulation& simulation();
  [[nodiscard]] Store& store();
  [[nodiscard]] const Store& store() const;
  [[nodiscard]] Api& api();
  [[nodiscard]] const GitRepositories& repositories() const;
  [[nodiscard]] AuditLog& audit();
  [[nodiscard]] Telemetry& telemetry();
  [[nodiscard]] Gateway& gateway();
  [[nodiscard]] Kubelets& kubelets();
  [[nodiscard]] KubeScheduler& scheduler();
  /// The whole run as one number: equal runs, equal numbers.
  [[nodiscard]] std::uint64_t run_hash();

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace inferlab::sim
