#include "labs/bench/reference_run.h"

#include <string_view>

#include "engine/base/check.h"
#include "sim/api/yaml.h"
#include "sim/cluster/cluster.h"

namespace inferlab::labs {
namespace {

using sim::Value;

constexpr const char* kServer = R"(
kind: Deployment
spec:
  replicas: 2
  selector: {matchLabels: {app: vllm}}
  template:
    metadata: {labels: {app: vllm}}
    spec:
      tolerations: [{key: example.com/gpu, operator: Exists, effect: NoSchedule}]
      containers:
        - name: vllm
          image: registry.example.com/ai/vllm:v0.8.5
          args: [--model, meta-llama/Llama-3.1-8B-Instruct, --max-model-len, "8192"]
          ports: [{containerPort: 8000}]
          startupProbe: {httpGet: {path: /health, port: 8000}, failureThreshold: 60}
          readinessProbe: {httpGet: {path: /health, port: 8000}}
          resources: {limits: {nvidia.com/gpu: "1"}}
metadata: {name: vllm}
---
kind: Service
metadata: {name: vllm}
spec: {selector: {app: vllm}, ports: [{port: 80, targetPort: 8000}]}
---
kind: Deployment
metadata: {name: web}
spec:
  replicas: 8
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      topologySpreadConstraints:
        - maxSkew: 1
          topologyKey: topology.kubernetes.io/zone
          whenUnsatisfiable: ScheduleAnyway
          labelSelector: {matchLabels: {app: web}}
      affinity:
        podAntiAffinity:
          preferredDuringSchedulingIgnoredDuringExecution:
            - weight: 10
              podAffinityTerm:
                labelSelector: {matchLabels: {app: web}}
                topologyKey: kubernetes.io/hostname
      containers: [{name: web, image: registry.example.com/web:v1, resources: {requests: {cpu: 200m}}}]
---
kind: Job
metadata: {name: batch}
spec:
  completions: 3
  parallelism: 2
  backoffLimit: 2
  template:
    spec:
      restartPolicy: Never
      containers: [{name: main, image: registry.example.com/crasher:v1}]
)";

constexpr const char* kUpdate = "{spec: {template: {metadata: {annotations: {restarted: once}}}}}";

sim::ClusterSpec reference_spec() {
  sim::ClusterSpec spec;
  spec.gpus = {{"A100-80GB-SXM", std::int64_t{80} << 30, 2039e9, 312e12, 0.38, 0.18}};
  for (const char* zone : {"zone-a", "zone-b"}) {
    sim::NodePoolSpec general;
    general.name = std::string("general-") + zone;
    general.count = 3;
    general.zone = zone;
    spec.pools.push_back(general);
  }
  sim::NodePoolSpec inference;
  inference.name = "inference";
  inference.count = 3;
  inference.gpu = "A100-80GB-SXM";
  inference.gpus_per_node = 1;
  inference.taints = {{"example.com/gpu", "true", sim::TaintEffect::kNoSchedule}};
  spec.pools.push_back(inference);
  using Behaviour = sim::ImageSpec::Behaviour;
  const auto image = [&spec](const char* repository, const char* tag, std::int64_t bytes,
                             Behaviour behaviour) {
    sim::ImageSpec one;
    one.repository = repository;
    one.tags = {tag};
    one.size_bytes = bytes;
    one.behaviour = behaviour;
    spec.images.push_back(one);
  };
  image("registry.example.com/ai/vllm", "v0.8.5", 8'000'000'000, Behaviour::kLlmServer);
  image("registry.example.com/web", "v1", 100'000'000, Behaviour::kHttpServer);
  image("registry.example.com/crasher", "v1", 50'000'000, Behaviour::kCrasher);
  spec.models = {
      {"meta-llama/Llama-3.1-8B-Instruct", {"main"}, 8.03e9, 32, 16'060'000'000, 131072, 131072}};
  sim::TrafficSpec traffic;
  traffic.name = "chat";
  traffic.service = "vllm";
  traffic.start = 600s;
  traffic.end = 1200s;
  spec.traffic = {traffic};
  return spec;
}

void request(sim::Cluster& cluster, sim::Verb verb, std::string_view resource,
             std::string_view name, const Value& body) {
  sim::ApiRequest request;
  request.verb = verb;
  request.resource = resource;
  request.ns = "default";
  request.name = name;
  request.body = body;
  INFERLAB_CHECK(cluster.request(request).ok());
}

void create_all(sim::Cluster& cluster) {
  const auto documents = sim::parse_yaml(kServer, "reference");
  INFERLAB_CHECK(documents.has_value());
  for (const sim::YamlDocument& document : *documents) {
    const std::string_view kind = document.value["kind"].as_string();
    const bool core = kind == "Service";
    const std::string_view resource = core            ? "services"
                                      : kind == "Job" ? "jobs.batch"
                                                      : "deployments.apps";
    request(cluster, sim::Verb::kCreate, resource, "",
            document.value.with("apiVersion", core            ? "v1"
                                              : kind == "Job" ? "batch/v1"
                                                              : "apps/v1"));
  }
}

}  // namespace

std::uint64_t reference_run_hash(std::uint64_t seed) {
  sim::Cluster cluster(reference_spec(), seed);
  cluster.run_until(Time{30s});
  create_all(cluster);
  cluster.run_until(Time{700s});
  INFERLAB_CHECK(cluster.inject("node-down", "inference-0").has_value());
  cluster.run_until(Time{1000s});
  INFERLAB_CHECK(cluster.inject("node-up", "inference-0").has_value());
  request(cluster, sim::Verb::kPatch, "deployments.apps", "web",
          sim::parse_yaml(kUpdate, "update").value().front().value);
  cluster.run_until(Time{1800s});
  return cluster.run_hash();
}

}  // namespace inferlab::labs
