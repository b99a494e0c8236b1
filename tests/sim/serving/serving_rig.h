#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sim/serving/gateway.h"
#include "sim/serving/serving_workloads.h"
#include "sim/serving/traffic_generator.h"
#include "tests/sim/node/node_rig.h"

namespace inferlab::sim {

inline constexpr std::string_view kModel = "meta-llama/Llama-3.1-8B-Instruct";

inline std::vector<ModelSpec> models() {
  return {{std::string(kModel), {"0e9e39f"}, 8.03e9, 32, 16'100'000'000, 131072, 131072},
          {"meta-llama/Llama-3.1-70B-Instruct", {}, 70.55e9, 80, 141'100'000'000, 327680, 131072}};
}

/// A node with GPUs, the serving workloads and a gateway. EndpointSlices are written by hand, as
/// the EndpointSlice controller would.
struct ServingRig : NodeRig {
  std::unique_ptr<Gateway> gateway;

  explicit ServingRig(double slowdown = 1, std::uint64_t seed = 7,
                      std::vector<ReplicaProfile> profiles = {})
      : NodeRig({gpu_pool()},
                {{"A100-80GB-SXM", std::int64_t{80} << 30, 2039e9, 312e12, 0.38, 0.18}},
                std::make_unique<ServingWorkloads>(models(), slowdown, std::move(profiles)), seed),
        gateway(std::make_unique<Gateway>(api, *kubelets, telemetry)) {}

  static NodePoolSpec gpu_pool() {
    NodePoolSpec spec = pool("gpu");
    spec.gpu = "A100-80GB-SXM";
    spec.gpus_per_node = 2;
    return spec;
  }
  static std::string container(std::string_view args, std::string_view more = {}, int gpus = 1) {
    return fmt::format(R"([{{"name":"vllm","image":"r.io/vllm:v1","args":[{}],
      "ports":[{{"containerPort":8000}}],"resources":{{"limits":{{"nvidia.com/gpu":"{}"}}}}{}}}])",
                       args, gpus, more);
  }
  static std::string with_model(std::string_view more_args = {}) {
    return fmt::format(R"("--model","{}","--max-model-len","8192"{})", kModel, more_args);
  }
  void create_llm(const std::string& name, const std::string& containers) {
    create_pod(name, containers, {}, "gpu-0");
  }
  /// A Service and a slice that lists the pod, ready or not.
  void serve(const std::string& pod_name, bool ready) {
    if (store.get({"services", "default", "llm"}) == nullptr) {
      create("services", "default",
             R"({"apiVersion":"v1","kind":"Service","metadata":{"name":"llm"},
                 "spec":{"ports":[{"port":80,"targetPort":8000}]}})");
    }
    store.put({"endpointslices.discovery.k8s.io", "default", "llm-1"},
              *parse_json(fmt::format(
                  R"({{"metadata":{{"name":"llm-1","namespace":"default","labels":
                  {{"kubernetes.io/service-name":"llm"}}}},"ports":[{{"name":"","port":8000}}],
                  "endpoints":[{{"addresses":["{}"],"conditions":{{"ready":{}}},"nodeName":"gpu-0",
                  "targetRef":{{"kind":"Pod","name":"{}","namespace":"default"}}}}]}})",
                  status(pod_name)["podIP"].as_string(), ready, pod_name)),
              simulation.now());
  }
  std::string last_log(const std::string& name, bool previous = false) {
    const auto lines = kubelets->logs("default", name, "", previous);
    return lines && !lines->empty() ? lines->back().text : std::string("(none)");
  }
  std::uint64_t send(std::int64_t prompt = 100, std::int64_t output = 10, Duration timeout = 60s) {
    return gateway->send({.ns = "default",
                          .service = "llm",
                          .request = {.prompt_tokens = prompt, .output_tokens = output},
                          .timeout = timeout});
  }
  const RequestRecord& record(std::uint64_t id) { return gateway->records()[id - 1]; }
};

}  // namespace inferlab::sim
