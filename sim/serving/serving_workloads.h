#pragma once

#include <memory>
#include <vector>

#include "sim/node/workload.h"
#include "sim/serving/model_spec.h"
#include "sim/serving/step_profile.h"

namespace inferlab::sim {

/// The workloads of a run: LLM servers, and the generic ones of sim/node.
class ServingWorkloads final : public WorkloadFactory {
 public:
  /// `model_load_slowdown` multiplies the time that an LLM server's weights take.
  explicit ServingWorkloads(std::vector<ModelSpec> models, double model_load_slowdown = 1,
                            std::vector<ReplicaProfile> profiles = {});

  std::unique_ptr<Workload> make(WorkloadContext context) override;
  /// What processes call others by, from now on. Outlives the workloads.
  void set_network(HttpClient& network) { network_ = &network; }

 private:
  std::vector<ModelSpec> models_;
  double model_load_slowdown_;
  std::vector<ReplicaProfile> profiles_;
  HttpClient* network_ = nullptr;
};

}  // namespace inferlab::sim
