// Autoscalers, metrics-server and the metrics adapter of a whole simulated cluster.
#include <fmt/format.h>

#include <catch2/catch.hpp>

#include "sim/api/json.h"
#include "sim/api/metrics_source.h"
#include "sim/api/views.h"
#include "sim/api/yaml.h"
#include "sim/cluster/cluster.h"
#include "sim/telemetry/telemetry.h"

using namespace inferlab;
using namespace inferlab::sim;

namespace {

ClusterSpec web_spec() {
  ClusterSpec spec;
  NodePoolSpec pool;
  pool.name = "cpu";
  pool.count = 2;
  pool.instance_type = "standard-8";
  spec.pools = {pool};
  ImageSpec image;
  image.repository = "registry.local/web";
  image.tags = {"v1"};
  image.size_bytes = 1'000'000;
  image.behaviour = ImageSpec::Behaviour::kHttpServer;
  spec.images = {image};
  return spec;
}

constexpr const char* kWeb = R"(
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - name: main
        image: registry.local/web:v1
        ports: [{containerPort: 8000}]
        readinessProbe: {httpGet: {path: /, port: 8000}}
        resources: {requests: {cpu: 200m, memory: 64Mi}, limits: {cpu: "1"}}
)";

constexpr const char* kAutoscaler = R"(
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: web}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
  minReplicas: 2
  maxReplicas: 10
  metrics:
  - {type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 50}}}
)";

class World {
 public:
  explicit World(ClusterSpec spec) : cluster(std::move(spec), 7) {}

  void create(const std::string& text) {
    const auto documents = parse_yaml(text, "manifest");
    REQUIRE(documents.has_value());
    for (const YamlDocument& document : *documents) {
      const Kind* kind = cluster.api().kinds().by_gvk(document.value["apiVersion"].as_string(),
                                                      document.value["kind"].as_string());
      REQUIRE(kind != nullptr);
      ApiRequest request;
      request.verb = Verb::kCreate;
      request.resource = kind->resource();
      request.ns = kind->namespaced ? "default" : "";
      request.body = document.value;
      const ApiResponse response = cluster.request(request);
      INFO(response.message());
      REQUIRE(response.ok());
    }
  }

  void run_for(Duration duration) { cluster.run_until(cluster.simulation().now() + duration); }

  Value get(const char* resource, const char* name) {
    const ObjectPtr object = cluster.store().get({resource, "default", name});
    return object == nullptr ? Value() : object->document;
  }
  std::int64_t replicas() { return get("deployments.apps", "web")["spec"]["replicas"].as_int(); }

  // The Pods of web share so much CPU evenly from now on.
  void share_load(std::int64_t milli) {
    const auto pods = cluster.store().list("pods", "default");
    for (const ObjectPtr& pod : pods) {
      ApiRequest request;
      request.verb = Verb::kPatch;
      request.resource = "pods";
      request.ns = "default";
      request.name = pod->key.name;
      const std::string each = fmt::format("{}m", milli / static_cast<std::int64_t>(pods.size()));
      request.body = Value::object(
          {{"metadata", Value::object({{"annotations",
                                        Value::object({{"inferlab/cpu-usage", Value(each)}})}})}});
      REQUIRE(cluster.request(request).ok());
    }
  }

  std::string list(const char* resource, const char* selector = "") {
    ApiRequest request;
    request.verb = Verb::kList;
    request.resource = resource;
    request.label_selector = selector;
    const ApiResponse response = cluster.api().handle(request);
    std::string out;
    for (const Value& item : response.body["items"].items()) {
      const bool is_pod = item.has("containers");
      const Value& usage = is_pod ? item["containers"][std::size_t{0}]["usage"] : item["usage"];
      out += fmt::format("{}{} {} {} {}\n", is_pod ? "pod" : item["metadata"]["name"].as_string(),
                         is_pod ? fmt::format("/{}", item["containers"].size()) : "",
                         usage["cpu"].as_string(), usage["memory"].as_string(),
                         item["window"].as_string());
    }
    return out;
  }

  Cluster cluster;
};

}  // namespace

TEST_CASE("metrics-server: figures come with the second reading, of what runs then") {
  World world(web_spec());
  world.run_for(20s);
  CHECK(world.list("nodes.metrics.k8s.io").empty());
  world.create(kWeb);  // at 20 s; its containers start in the seconds after it
  world.run_for(11s);
  CHECK(world.list("nodes.metrics.k8s.io").starts_with("cpu-0 6"));
  CHECK(world.list("pods.metrics.k8s.io").empty());
  world.run_for(30s);
  CHECK(world.list("pods.metrics.k8s.io") == "pod/1 1m 16Mi 15s\npod/1 1m 16Mi 15s\n");
  CHECK(world.list("pods.metrics.k8s.io", "app=other").empty());
  world.share_load(700);
  world.run_for(30s);
  CHECK(world.list("pods.metrics.k8s.io", "app=web") ==
        "pod/1 350m 16Mi 15s\npod/1 350m 16Mi 15s\n");
  world.share_load(9000);  // no container gets more than its limit
  world.run_for(30s);
  CHECK(world.list("pods.metrics.k8s.io") == "pod/1 1 16Mi 15s\npod/1 1 16Mi 15s\n");
  REQUIRE(world.cluster.inject("node-down", "cpu-0").has_value());
  world.run_for(15s);
  CHECK(world.list("nodes.metrics.k8s.io").starts_with("cpu-1"));
}

TEST_CASE("metrics.k8s.io: what is missing is named as metrics-server names it") {
  World world(web_spec());
  world.create(kWeb);
  world.run_for(1s);
  const auto pods = world.cluster.store().list("pods", "default");
  REQUIRE(pods.size() == 2);
  const auto ask = [&](const std::string& name, Verb verb) {
    ApiRequest request;
    request.verb = verb;
    request.resource = "pods.metrics.k8s.io";
    request.ns = "default";
    request.name = name;
    return world.cluster.api().handle(request);
  };
  CHECK(ask("none", Verb::kGet).message() == "pods \"none\" not found");
  CHECK(ask(pods[0]->key.name, Verb::kGet).message() ==
        "podmetrics.metrics.k8s.io \"default/" + pods[0]->key.name + "\" not found");
  CHECK(ask(pods[0]->key.name, Verb::kDelete).code == 405);
  world.run_for(60s);
  const ApiResponse found = ask(pods[0]->key.name, Verb::kGet);
  CHECK(found.body["kind"].as_string() == "PodMetrics");
  CHECK(found.body["metadata"]["labels"]["app"].as_string() == "web");
}

TEST_CASE("HorizontalPodAutoscaler: follows the load of a Deployment up and down") {
  World world(web_spec());
  world.create(kWeb);
  world.create(kAutoscaler);
  world.run_for(60s);
  CHECK(world.replicas() == 2);
  // 1200m at 100m a Pod are twelve Pods: more than it may have, and no more than twice as many in
  // one step.
  std::vector<std::int64_t> seen{2};
  for (int i = 0; i < 80; ++i) {
    world.share_load(1200);
    world.run_for(15s);
    if (seen.back() != world.replicas()) seen.push_back(world.replicas());
  }
  // Pods that are not ready yet count as idle while it grows.
  REQUIRE(seen.size() >= 3);
  CHECK(seen.at(1) == 4);
  CHECK(seen.back() == 10);
  for (std::size_t i = 1; i < seen.size(); ++i) {
    CHECK(seen[i] > seen[i - 1]);
    CHECK(seen[i] <= 2 * seen[i - 1]);
  }
  Value status = world.get("horizontalpodautoscalers.autoscaling", "web")["status"];
  CHECK(status["currentReplicas"].as_int() == 10);
  CHECK(to_json(status["currentMetrics"]) ==
        R"([{"resource":{"current":{"averageUtilization":60,"averageValue":"120m"},"name":"cpu"},)"
        R"("type":"Resource"}])");
  CHECK(status["conditions"][std::size_t{2}]["reason"].as_string() == "TooManyReplicas");
  std::vector<std::string> events;
  for (const ObjectPtr& event : world.cluster.store().list("events", "default")) {
    if (event->document["reason"].as_string() == "SuccessfulRescale")
      events.push_back(event->document["message"].str());
  }
  CHECK(std::count(events.begin(), events.end(),
                   "New size: 4; reason: cpu resource utilization (percentage of request) above "
                   "target") == 1);
  // It takes five minutes of less load before Pods go.
  world.share_load(100);
  world.run_for(280s);
  CHECK(world.replicas() == 10);
  CHECK(world
            .get("horizontalpodautoscalers.autoscaling",
                 "web")["status"]["conditions"][std::size_t{0}]["reason"]
            .as_string() == "ScaleDownStabilized");
  world.run_for(60s);
  CHECK(world.replicas() == 2);
}

TEST_CASE("metrics adapter: scraped series are metrics of objects and of namespaces") {
  World world(web_spec());
  world.create(kWeb);
  world.run_for(60s);
  double hits = 0;
  world.cluster.telemetry().add_target(
      "test/a", {{"namespace", "default"}, {"pod", "web-a"}}, [&](std::vector<Sample>& out) {
        hits += 30;
        out.push_back({"vllm:num_requests_waiting", {{"model_name", "m"}}, 2.5});
        out.push_back({"vllm:num_requests_waiting", {{"model_name", "n"}}, 4});
        out.push_back({"hits_total", {}, hits});
      });
  world.run_for(300s);
  const MetricsSource* metrics = world.cluster.api().metrics();
  REQUIRE(metrics != nullptr);
  ObjectMetricQuery query{.ns = "default", .resource = "pods", .singular = "pod"};
  query.names = {"web-a", "web-b"};
  for (const char* name :
       {"vllm:num_requests_waiting", "vllm_num_requests_waiting", "num_requests_waiting"}) {
    query.metric = name;
    const auto values = metrics->of_objects(query);
    REQUIRE(values.has_value());
    CHECK(*values == std::map<std::string, std::int64_t>{{"web-a", 6500}});
  }
  query.selector = LabelSelector::parse("model_name=n").value();
  CHECK(metrics->of_objects(query).value().at("web-a") == 4000);
  query.selector = {};
  query.metric = "hits";  // thirty in fifteen seconds
  CHECK(metrics->of_objects(query).value().at("web-a") == 2000);
  query.metric = "hits_total";
  CHECK_FALSE(metrics->of_objects(query).has_value());
  const auto external = metrics->external("default", "num_requests_waiting", {});
  REQUIRE(external.has_value());
  REQUIRE(external->size() == 1);
  CHECK(external->front().milli == 6500);
  CHECK_FALSE(metrics->external("other", "num_requests_waiting", {}).has_value());
  const MetricNames names = metrics->names();
  CHECK(std::count(names.custom.begin(), names.custom.end(),
                   std::pair<std::string, std::string>("pods", "num_requests_waiting")) == 1);
}

TEST_CASE("HorizontalPodAutoscaler: scales a custom resource by a metric of its Pods") {
  World world(web_spec());
  world.create(R"(
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: pools.gpu.example.com}
spec:
  group: gpu.example.com
  scope: Namespaced
  names: {plural: pools, singular: pool, kind: Pool}
  versions:
  - name: v1
    served: true
    storage: true
    subresources:
      scale: {specReplicasPath: .spec.size, statusReplicasPath: .spec.size, labelSelectorPath: .spec.selector}
    schema:
      openAPIV3Schema:
        type: object
        properties:
          spec:
            type: object
            properties: {size: {type: integer}, selector: {type: string}}
)");
  world.run_for(1s);
  world.create(kWeb);
  world.create(
      "{apiVersion: gpu.example.com/v1, kind: Pool, metadata: {name: a}, "
      "spec: {size: 2, selector: app=web}}");
  world.create(R"(
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: pool}
spec:
  scaleTargetRef: {apiVersion: gpu.example.com/v1, kind: Pool, name: a}
  maxReplicas: 9
  metrics:
  - type: External
    external: {metric: {name: queue_length}, target: {type: AverageValue, averageValue: 10}}
)");
  world.cluster.telemetry().add_target("test/queue", {{"namespace", "default"}},
                                       [](std::vector<Sample>& out) {
                                         out.push_back({"queue_length", {}, 35});
                                       });
  world.run_for(60s);
  CHECK(world.get("pools.gpu.example.com", "a")["spec"]["size"].as_int() == 4);
  CHECK(world
            .get("horizontalpodautoscalers.autoscaling",
                 "pool")["status"]["currentMetrics"][std::size_t{0}]["external"]["current"]
                        ["averageValue"]
            .as_string() == "8750m");
}

TEST_CASE("metrics-server: an LLM server holds its weights, and works when there is load") {
  ClusterSpec spec;
  spec.gpus = {{"A100-80GB-SXM", std::int64_t{80} << 30, 2039e9, 312e12, 0.38, 0.18}};
  NodePoolSpec pool;
  pool.name = "gpu";
  pool.gpu = "A100-80GB-SXM";
  pool.gpus_per_node = 1;
  spec.pools = {pool};
  ImageSpec image;
  image.repository = "registry.example.com/ai/vllm";
  image.tags = {"v0.8.5"};
  image.size_bytes = 1'000'000'000;
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
  World world(std::move(spec));
  world.create(R"(
apiVersion: apps/v1
kind: Deployment
metadata: {name: vllm}
spec:
  selector: {matchLabels: {app: vllm}}
  template:
    metadata: {labels: {app: vllm}}
    spec:
      containers:
      - name: vllm
        image: registry.example.com/ai/vllm:v0.8.5
        args: [--model, meta-llama/Llama-3.1-8B-Instruct, --max-model-len, "8192"]
        ports: [{containerPort: 8000}]
        readinessProbe: {httpGet: {path: /health, port: 8000}}
        resources: {limits: {nvidia.com/gpu: "1"}}
---
apiVersion: v1
kind: Service
metadata: {name: vllm}
spec: {selector: {app: vllm}, ports: [{port: 80, targetPort: 8000}]}
)");
  world.run_for(60s);
  CHECK(world.list("pods.metrics.k8s.io").starts_with("pod/1 1 "));  // one CPU starts it up
  world.run_for(530s);
  // 4 GiB of the process, 16.06 GB of weights.
  CHECK(world.list("pods.metrics.k8s.io") == "pod/1 0 19877897Ki 15s\n");
  world.run_for(200s);
  const std::string busy = world.list("pods.metrics.k8s.io");
  CHECK(busy != "pod/1 0 19877897Ki 15s\n");
  CHECK(busy.ends_with(" 19877897Ki 15s\n"));
  const auto pods = world.cluster.store().list("pods", "default");
  REQUIRE(pods.size() == 1);
  ObjectMetricQuery query{.ns = "default", .resource = "pods", .singular = "pod"};
  query.names = {pods[0]->key.name};
  query.metric = "num_requests_running";
  const auto running = world.cluster.api().metrics()->of_objects(query);
  REQUIRE(running.has_value());
  CHECK(running->contains(pods[0]->key.name));
}
