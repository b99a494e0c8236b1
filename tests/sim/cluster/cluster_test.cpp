// A whole run: a Deployment of an LLM server from apply to answered requests, and its replay.
#include "sim/cluster/cluster.h"

#include <catch2/catch.hpp>

#include "sim/api/views.h"
#include "sim/api/yaml.h"
#include "sim/serving/gateway.h"
#include "sim/telemetry/telemetry.h"

using namespace inferlab;
using namespace inferlab::sim;

namespace {

ClusterSpec small_spec() {
  ClusterSpec spec;
  spec.gpus = {{"A100-80GB-SXM", std::int64_t{80} << 30, 2039e9, 312e12, 0.38, 0.18}};
  NodePoolSpec cpu;
  cpu.name = "general";
  cpu.count = 2;
  cpu.instance_type = "m6i.2xlarge";
  NodePoolSpec gpu;
  gpu.name = "inference";
  gpu.instance_type = "a100-1x";
  gpu.gpu = "A100-80GB-SXM";
  gpu.gpus_per_node = 1;
  gpu.taints = {{"example.com/gpu", "true", TaintEffect::kNoSchedule}};
  spec.pools = {cpu, gpu};
  ImageSpec image;
  image.repository = "registry.example.com/ai/vllm";
  image.tags = {"v0.8.5"};
  image.size_bytes = 8'000'000'000;
  image.behaviour = ImageSpec::Behaviour::kLlmServer;
  spec.images = {image};
  spec.models = {
      {"meta-llama/Llama-3.1-8B-Instruct", {"main"}, 8.03e9, 32, 16'060'000'000, 131072, 131072}};
  TrafficSpec traffic;
  traffic.name = "chat";
  traffic.service = "vllm";
  traffic.start = 600s;
  traffic.end = 900s;
  spec.traffic = {traffic};
  return spec;
}

constexpr const char* kManifest = R"(
apiVersion: apps/v1
kind: Deployment
metadata: {name: vllm}
spec:
  replicas: 1
  selector: {matchLabels: {app: vllm}}
  template:
    metadata: {labels: {app: vllm}}
    spec:
      tolerations: [{key: example.com/gpu, operator: Equal, value: "true", effect: NoSchedule}]
      containers:
        - name: vllm
          image: registry.example.com/ai/vllm:v0.8.5
          args: [--model, meta-llama/Llama-3.1-8B-Instruct, --max-model-len, "8192"]
          ports: [{containerPort: 8000}]
          startupProbe: {httpGet: {path: /health, port: 8000}, failureThreshold: 60}
          readinessProbe: {httpGet: {path: /health, port: 8000}}
          resources: {limits: {nvidia.com/gpu: "1"}}
---
apiVersion: v1
kind: Service
metadata: {name: vllm}
spec:
  selector: {app: vllm}
  ports: [{port: 80, targetPort: 8000}]
)";

void create_all(Cluster& cluster, const std::string& text) {
  const auto documents = parse_yaml(text, "manifest");
  REQUIRE(documents.has_value());
  for (const YamlDocument& document : *documents) {
    ApiRequest request;
    request.verb = Verb::kCreate;
    request.resource =
        document.value["kind"].as_string() == "Service" ? "services" : "deployments.apps";
    request.ns = "default";
    request.body = document.value;
    const ApiResponse response = cluster.request(request);
    INFO(response.message());
    REQUIRE(response.ok());
  }
}

}  // namespace

TEST_CASE("Cluster: a Deployment of an LLM server comes up and answers requests") {
  Cluster cluster(small_spec(), 7);
  cluster.run_until(Time{60s});
  create_all(cluster, kManifest);
  cluster.run_until(Time{900s});
  const auto pods = cluster.store().list("pods", "default");
  REQUIRE(pods.size() == 1);
  const auto& pod = pods[0]->view<PodView>();
  CHECK(pod.node_name == "inference-0");
  CHECK(pod.ready);
  const auto& records = cluster.gateway().records();
  REQUIRE(records.size() > 100);
  int answered = 0;
  for (const RequestRecord& record : records) {
    answered += record.code == 200 ? 1 : 0;
    CHECK_FALSE(record.unloaded);
  }
  CHECK(answered > static_cast<int>(records.size()) - 10);
  CHECK(cluster.telemetry().quantile(0.95, "vllm:time_to_first_token_seconds", {}, Time{},
                                     Time{900s}) > 0.0);
}

TEST_CASE("Cluster: without the toleration the Pod waits, in kube-scheduler's words") {
  Cluster cluster(small_spec(), 7);
  cluster.run_until(Time{60s});
  std::string manifest = kManifest;
  const std::size_t begin = manifest.find("      tolerations");
  manifest.erase(begin, manifest.find('\n', begin) + 1 - begin);
  create_all(cluster, manifest);
  cluster.run_until(Time{120s});
  const auto pods = cluster.store().list("pods", "default");
  REQUIRE(pods.size() == 1);
  const Value& conditions = pods[0]->document["status"]["conditions"];
  CHECK(conditions[std::size_t{0}]["reason"].as_string() == "Unschedulable");
  CHECK(conditions[std::size_t{0}]["message"].as_string() ==
        "0/3 nodes are available: 1 node(s) had untolerated taint {example.com/gpu: true}, 2 "
        "Insufficient nvidia.com/gpu. preemption: 0/3 nodes are available: 1 Preemption is not "
        "helpful for scheduling, 2 No preemption victims found for incoming pod.");
}

TEST_CASE("Cluster: journal, seed and spec are the run, to the last bit") {
  struct Outcome {
    std::uint64_t hash;
    std::string journal;
  };
  const auto run = [](std::uint64_t seed) {
    Cluster cluster(small_spec(), seed);
    cluster.run_until(Time{60s});
    create_all(cluster, kManifest);
    cluster.run_until(Time{700s});
    const Result<void> broken = cluster.inject(
        "container-crash", "default/" + cluster.store().list("pods", "default")[0]->key.name);
    CHECK(broken.has_value());
    cluster.run_until(Time{1200s});
    return Outcome{cluster.run_hash(), write_journal(cluster.journal())};
  };
  const Outcome first = run(7);
  CHECK(run(7).hash == first.hash);
  CHECK(run(8).hash != first.hash);

  const auto read = read_journal(first.journal, "journal.jsonl");
  REQUIRE(read.has_value());
  Cluster replayed(small_spec(), 7);
  replayed.replay(*read);
  replayed.run_until(Time{1200s});
  CHECK(replayed.run_hash() == first.hash);
  CHECK(write_journal(replayed.journal()) == first.journal);
}

TEST_CASE("read_journal: a line that was cut off is left out, a damaged one is named") {
  CHECK(read_journal("{\"at\":5,\"fault\":\"node-down\",\"target\":\"a\"}\n{\"at\":6,", "j")
            ->size() == 1);
  const auto damaged =
      read_journal("{\"at\":5,\"fault\":\"node-down\",\"target\":\"a\"}\nx\n", "j");
  REQUIRE_FALSE(damaged.has_value());
  CHECK(damaged.error().message.rfind("j:2: ", 0) == 0);
  const auto unordered = read_journal(
      "{\"at\":5,\"fault\":\"node-down\",\"target\":\"a\"}\n{\"at\":4,\"fault\":\"node-up\","
      "\"target\":\"a\"}\n",
      "j");
  CHECK_FALSE(unordered.has_value());
}

TEST_CASE("Cluster: refused and dry-run requests leave no mark on the run") {
  const auto run = [](bool disturbed) {
    Cluster cluster(small_spec(), 7);
    const auto disturb = [&](Verb verb, std::string_view name, const char* body, bool dry_run) {
      if (!disturbed) return;
      ApiRequest request;
      request.verb = verb;
      request.resource = "services";
      request.ns = "default";
      request.name = name;
      request.dry_run = dry_run;
      request.body = parse_yaml(body, "body").value().front().value;
      CHECK(cluster.request(request).ok() == dry_run);
    };
    disturb(Verb::kCreate, "", "metadata: {name: none}", false);  // no ports: 422
    cluster.run_until(Time{60s});
    disturb(Verb::kCreate, "", "{metadata: {name: dry}, spec: {ports: [{port: 80}]}}", true);
    create_all(cluster, kManifest);
    disturb(Verb::kCreate, "", "{metadata: {name: vllm}, spec: {ports: [{port: 80}]}}", false);
    cluster.run_until(Time{90s});
    CHECK(cluster.journal().size() == 2);
    return cluster.run_hash();
  };
  CHECK(run(false) == run(true));
}

TEST_CASE("Cluster: a collection deleted half-way is journalled, and replays") {
  Cluster cluster(small_spec(), 7);
  const auto create = [&](const char* name) {
    ApiRequest request;
    request.verb = Verb::kCreate;
    request.resource = "configmaps";
    request.ns = "default";
    request.body = Value::object({{"metadata", Value::object({{"name", name}})}});
    const ApiResponse made = cluster.request(request);
    REQUIRE(made.ok());
    return made.body["metadata"]["uid"].str();
  };
  ApiRequest deletion;
  deletion.verb = Verb::kDeleteCollection;
  deletion.resource = "configmaps";
  deletion.ns = "default";
  deletion.precondition_uid = create("a");
  create("b");
  CHECK(cluster.request(deletion).code == 409);
  CHECK(cluster.store().get({"configmaps", "default", "a"}) == nullptr);
  CHECK(cluster.journal().size() == 3);
  cluster.run_until(Time{10s});
  Cluster again(small_spec(), 7);
  again.replay(cluster.journal());
  again.run_until(Time{10s});
  CHECK(again.run_hash() == cluster.run_hash());
}

TEST_CASE("Cluster: it has the Service of its API server, and tells Pods its certificate") {
  Cluster cluster(small_spec(), 7);
  cluster.run_until(Time{30s});
  const ObjectPtr service = cluster.store().get({"services", "default", "kubernetes"});
  REQUIRE(service != nullptr);
  CHECK(service->document["spec"]["clusterIP"].as_string() == "10.96.0.1");
  CHECK(service->document["spec"]["ports"][std::size_t{0}]["port"].as_int() == 443);
  const ObjectPtr endpoints = cluster.store().get({"endpoints", "default", "kubernetes"});
  REQUIRE(endpoints != nullptr);
  CHECK(endpoints->document["subsets"][std::size_t{0}]["addresses"].size() == 1);
  CHECK(cluster.store().get({"endpointslices.discovery.k8s.io", "default", "kubernetes"}) !=
        nullptr);
  const ObjectPtr root = cluster.store().get({"configmaps", "kube-system", "kube-root-ca.crt"});
  REQUIRE(root != nullptr);
  CHECK(root->document["data"]["ca.crt"].as_string().starts_with("-----BEGIN CERTIFICATE-----"));
}

TEST_CASE("Cluster: a deleted Service `kubernetes` is back within 10 s, endpoints and all") {
  Cluster cluster(small_spec(), 7);
  cluster.run_until(Time{33s});
  ApiRequest deletion;
  deletion.verb = Verb::kDelete;
  deletion.ns = "default";
  deletion.name = "kubernetes";
  for (const char* resource : {"services", "endpoints", "endpointslices.discovery.k8s.io"}) {
    deletion.resource = resource;
    (void)cluster.request(deletion);  // the endpoints may have gone with their Service
  }
  cluster.run_until(Time{39s});
  CHECK(cluster.store().get({"services", "default", "kubernetes"}) == nullptr);
  cluster.run_until(Time{43s});
  const ObjectPtr service = cluster.store().get({"services", "default", "kubernetes"});
  REQUIRE(service != nullptr);
  CHECK(service->document["spec"]["clusterIP"].as_string() == "10.96.0.1");
  CHECK(cluster.store().get({"endpoints", "default", "kubernetes"}) != nullptr);
  CHECK(cluster.store().get({"endpointslices.discovery.k8s.io", "default", "kubernetes"}) !=
        nullptr);
  Cluster again(small_spec(), 7);
  again.replay(cluster.journal());
  again.run_until(Time{43s});
  CHECK(again.run_hash() == cluster.run_hash());
}

TEST_CASE("Cluster: a fault in a node that a client registered says why it cannot be") {
  Cluster cluster({}, 7);
  ApiRequest request;
  request.verb = Verb::kCreate;
  request.resource = "nodes";
  request.body = Value::object({{"metadata", Value::object({{"name", "n1"}})}});
  REQUIRE(cluster.request(request).ok());
  const Result<void> down = cluster.inject("node-down", "n1");
  REQUIRE_FALSE(down.has_value());
  CHECK(down.error().message ==
        "node-down: n1: a client has registered this node; it is not simulated");
  CHECK(cluster.inject("node-down", "n2").error().message == "node-down: n2: no such node");
  CHECK(cluster.journal().size() == 1);
}
