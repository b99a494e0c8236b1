// What a process in a Pod sees when it calls a Service: curl against a simulated model server.
#include <fmt/format.h>

#include <catch2/catch.hpp>

#include "sim/api/yaml.h"
#include "sim/cluster/cluster.h"
#include "sim/node/kubelets.h"

namespace inferlab::sim {
namespace {

ClusterSpec spec_of() {
  ClusterSpec spec;
  spec.gpus = {{"A100-80GB-SXM", std::int64_t{80} << 30, 2039e9, 312e12, 0.38, 0.18}};
  NodePoolSpec pool;
  pool.name = "gpu";
  pool.gpu = "A100-80GB-SXM";
  pool.gpus_per_node = 1;
  spec.pools = {pool};
  ImageSpec image;
  image.repository = "registry.example.com/ai/vllm";
  image.tags = {"v0.11.0"};
  image.size_bytes = 8'000'000'000;
  image.behaviour = ImageSpec::Behaviour::kLlmServer;
  spec.images = {image};
  image.repository = "registry.example.com/tools/curl";
  image.tags = {"8.11.0"};
  image.size_bytes = 20'000'000;
  image.behaviour = ImageSpec::Behaviour::kSleeper;
  spec.images.push_back(image);
  spec.models = {
      {"meta-llama/Llama-3.1-8B-Instruct", {"main"}, 8.03e9, 32, 16'060'000'000, 131072, 131072}};
  return spec;
}

constexpr const char* kServer = R"(
apiVersion: apps/v1
kind: Deployment
metadata: {name: vllm}
spec:
  replicas: 1
  selector: {matchLabels: {app: vllm}}
  template:
    metadata: {labels: {app: vllm}}
    spec:
      containers:
        - name: vllm
          image: registry.example.com/ai/vllm:v0.11.0
          args: [--model=meta-llama/Llama-3.1-8B-Instruct, --max-model-len=1024, --served-model-name=chat]
          readinessProbe: {httpGet: {path: /health, port: 8000}, periodSeconds: 1}
          resources: {limits: {nvidia.com/gpu: "1"}}
---
apiVersion: v1
kind: Service
metadata: {name: vllm}
spec: {selector: {app: vllm}, ports: [{port: 80, targetPort: 8000}]}
---
apiVersion: v1
kind: Service
metadata: {name: nobody}
spec: {selector: {app: nobody}, ports: [{port: 80, targetPort: 8000}]}
---
apiVersion: v1
kind: Service
metadata: {name: headless}
spec: {clusterIP: None, selector: {app: vllm}, ports: [{port: 8000, targetPort: 8000}]}
)";

class World {
 public:
  World() {
    create(kServer);
    pass(10min);
  }

  /// The log of a container that carries the line out, and behind it the exit status.
  std::string run(const std::string& line) {
    const std::string name = fmt::format("ask-{}", ++pods_);
    create(
        fmt::format("apiVersion: v1\nkind: Pod\nmetadata: {{name: {}}}\nspec:\n"
                    "  restartPolicy: Never\n"
                    "  containers:\n"
                    "  - name: ask\n"
                    "    image: registry.example.com/tools/curl:8.11.0\n"
                    "    command:\n    - sh\n    - -c\n    - |\n      {}\n",
                    name, line));
    pass(3min);
    std::string out;
    const auto log = cluster_.kubelets().logs("default", name, "");
    REQUIRE(log);
    for (const LogLine& one : *log) out += one.text + "\n";
    const ObjectPtr pod = cluster_.store().get({"pods", "default", name});
    const Value& state =
        pod->document["status"]["containerStatuses"][std::size_t{0}]["state"]["terminated"];
    return out + fmt::format("{}", state["exitCode"].as_int(-1));
  }
  [[nodiscard]] const std::vector<std::string>& warnings() const { return warnings_; }

 private:
  void pass(Duration time) { cluster_.run_until(cluster_.simulation().now() + time); }
  void create(const std::string& text) {
    const auto documents = parse_yaml(text, "test");
    REQUIRE(documents);
    for (const YamlDocument& document : *documents) {
      ApiRequest request;
      request.verb = Verb::kCreate;
      const Kind* kind = cluster_.api().kinds().by_gvk(document.value["apiVersion"].as_string(),
                                                       document.value["kind"].as_string());
      request.resource = kind->resource();
      request.ns = "default";
      request.body = document.value;
      const ApiResponse response = cluster_.request(request);
      INFO(response.message());
      REQUIRE(response.ok());
      warnings_ = response.warnings;
    }
  }

  Cluster cluster_{spec_of(), 1};
  int pods_ = 0;
  std::vector<std::string> warnings_;
};

}  // namespace

TEST_CASE("curl: asks the simulated server through its Service") {
  World world;
  const std::string ask = "curl -sS -w '%{http_code}\\n' -o /dev/null -d ";
  CHECK(world.run("curl -sf http://vllm/health && echo fine") == "fine\n0");
  CHECK(world.warnings().empty());
  CHECK(world.run(
            ask +
            R"('{"model": "chat", "prompt": "Hello", "max_tokens": 32}' vllm/v1/completions)") ==
        "200\n0");
  CHECK(
      world.run(
          ask +
          R"('{"model": "chat", "messages": [{"role": "user", "content": "Hello"}]}' vllm.default.svc.cluster.local/v1/chat/completions)") ==
      "200\n0");
  CHECK(
      world.run("curl -s -d '{\"model\": \"chat\", \"prompt\": \"Hi you\", \"max_tokens\": 3}' "
                "vllm/v1/completions") ==
      R"({"model":"chat","object":"text_completion","usage":{"completion_tokens":3,"prompt_tokens":2,"total_tokens":5}})"
      "\n0");
  // Another name, an answer that is too long, no JSON, a path and a method that there are not.
  CHECK(world.run(ask + R"('{"model": "other", "prompt": "Hello"}' vllm/v1/completions)") ==
        "404\n0");
  CHECK(world.run(
            ask +
            R"('{"model": "chat", "prompt": "Hello", "max_tokens": 2000}' vllm/v1/completions)") ==
        "400\n0");
  CHECK(world.run(ask + "'{' vllm/v1/completions") == "400\n0");
  CHECK(world.run("curl -sS -w '%{http_code}\\n' vllm/v1/completions") == "405\n0");
  CHECK(world.run("curl -sS -w '%{http_code}\\n' vllm/nothing") == "404\n0");
}

TEST_CASE("curl: ends with curl's exit statuses and texts") {
  World world;
  CHECK(world.run("curl -sSf vllm/nothing") ==
        "curl: (22) The requested URL returned error: 404\n22");
  CHECK(world.run("curl -sf vllm/nothing") == "22");
  CHECK(world.run("curl -sS unknown") == "curl: (6) Could not resolve host: unknown\n6");
  CHECK(world.run("curl -sS vllm.elsewhere/health") ==
        "curl: (6) Could not resolve host: vllm.elsewhere\n6");
  CHECK(world.run("curl -sS nobody/health") ==
        "curl: (7) Failed to connect to nobody port 80 after 1 ms: Could not connect to server\n7");
  CHECK(world.run("curl -sS --max-time 2 vllm:8000/health") ==
        "curl: (28) Connection timed out after 2000 milliseconds\n28");
  CHECK(world.run("curl -sS -m 0.5 -d '{\"model\": \"chat\", \"prompt\": \"x\", \"max_tokens\": "
                  "900}' vllm/v1/completions") ==
        "curl: (28) Operation timed out after 500 milliseconds with 0 bytes received\n28");
}

TEST_CASE("curl: what is no Service's name or address has no Service behind it") {
  World world;
  CHECK(world.run("curl -sf headless:8000/health && echo fine") == "fine\n0");
  CHECK(world.run("curl -sS None:8000/health") == "curl: (6) Could not resolve host: None\n6");
  CHECK(world.run("curl -sS localhost:8000/health") ==
        "curl: (7) Failed to connect to localhost port 8000 after 1 ms: Could not connect to "
        "server\n7");
  CHECK(world.run("curl -sf 10.244.0.9:8000/health") == "7");
  CHECK(world.run("curl -sf --max-time 9223372036 vllm/health && echo fine") == "fine\n0");
}

TEST_CASE("curl: is a command of a script as any other") {
  World world;
  CHECK(world.run("set -e; curl -sf vllm/nothing; echo never") == "22");
  CHECK(world.run("curl -sf vllm/nothing || echo bad; exit 3") == "bad\n3");
  CHECK(world.run("for i in 1 2; do curl -s vllm/health >/dev/null && echo $i; done") == "1\n2\n0");
  CHECK(world.run("exec curl -sf vllm/nothing") == "22");
  CHECK(world.run("HOST=vllm; curl -sf http://$HOST/health; echo $?") == "0\n0");
}

TEST_CASE("curl: what is not carried out is told when the Pod is created") {
  World world;
  (void)world.run("curl --retry 3 vllm/health");
  REQUIRE(world.warnings().size() == 1);
  CHECK(world.warnings().front().find("is not carried out") != std::string::npos);
}

}  // namespace inferlab::sim
