#pragma once

#include <string>
#include <vector>

#include "labs/checks/workload.h"
#include "sim/cluster/cluster.h"
#include "sim/serving/vllm_args.h"

namespace inferlab::labs {

/// A container that was started and whose image is an LLM server.
struct LlmContainer {
  std::string pod, container;
  sim::VllmArgs args;
  std::string api_key;  // --api-key or VLLM_API_KEY; empty: none asked for
};

/// The LLM servers of these Pods, by Pod and container; of each Pod only what came to run, with the
/// arguments and environment that it was started with ($(VAR) and valueFrom resolved). A container
/// whose arguments vLLM refuses is left out: it never serves.
std::vector<LlmContainer> llm_containers(const std::vector<sim::ObjectPtr>& pods,
                                         sim::Cluster& run);

}  // namespace inferlab::labs
