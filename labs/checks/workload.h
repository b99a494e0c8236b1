#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/time.h"
#include "sim/api/store.h"

namespace inferlab::labs {

/// A Deployment and what came of it in a run. Reads the store only.
class Workload {
 public:
  /// nullopt: there is no such Deployment at the end of the run.
  static std::optional<Workload> find(const sim::Store& store, std::string_view ns,
                                      std::string_view deployment);

  [[nodiscard]] const sim::StoredObject& deployment() const { return *deployment_; }
  /// "Deployment default/vllm-llama"
  [[nodiscard]] std::string name() const;
  /// Those there are at the end of the run, by name.
  [[nodiscard]] const std::vector<sim::ObjectPtr>& pods() const { return pods_; }
  /// The last version of each Pod that it ever had.
  [[nodiscard]] const std::vector<sim::ObjectPtr>& all_pods() const { return all_pods_; }

  /// Container restarts over all Pods it ever had.
  [[nodiscard]] std::int64_t restarts() const;
  /// When its status first said at least this many available replicas.
  [[nodiscard]] std::optional<Time> first_available(std::int64_t replicas) const;

 private:
  const sim::Store* store_ = nullptr;
  sim::ObjectPtr deployment_;
  std::vector<sim::ObjectPtr> pods_, all_pods_;
};

/// What a check says when the Deployment that it looks at is not there.
std::string no_deployment(std::string_view ns, std::string_view deployment);

}  // namespace inferlab::labs
