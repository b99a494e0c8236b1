#include <algorithm>

#include "sim/node/kube_state_metrics.h"
#include "tests/sim/serving/serving_rig.h"

namespace inferlab::sim {
namespace {

constexpr std::string_view kReadiness =
    R"(,"readinessProbe":{"httpGet":{"path":"/health","port":8000},"periodSeconds":5})";

TEST_CASE("LlmServer: ready when image, weights, compilation and graphs are done") {
  ServingRig rig;
  rig.run_until(60s);
  rig.create_llm("v", ServingRig::container(ServingRig::with_model(), kReadiness));
  rig.run_until(300s);
  // 0.7 s sandbox, 10.4 s pull, 0.3 s start: the process runs at 71.4 s. Then 10 s process start,
  // 2 s engine start, 16.1 s weights at 1 GB/s, 45 s compilation, 20 s graphs: it listens at 164.5
  // s; the probe counts its 5 s from the container's start.
  CHECK(rig.history("v").ends_with(" 71.4 Running running \n166.4 Running running  ready\n"));
  CHECK(rig.last_log("v") == "INFO Application startup complete.");
  CHECK(rig.events("v").find("Readiness probe failed: Get \"http://10.244.0.2:8000/health\": dial "
                             "tcp 10.244.0.2:8000: connect: connection refused") !=
        std::string::npos);
}

TEST_CASE("LlmServer: its image has a shell, so that a Pod can pull it and do nothing") {
  ServingRig rig;
  rig.create_llm("pull", R"([{"name":"vllm","image":"r.io/vllm:v1",
                              "command":["sh","-c","exit 0"]}])");
  rig.create_llm("odd", R"([{"name":"vllm","image":"r.io/vllm:v1","command":["pulled"]}])");
  rig.run_until(60s);
  const auto end_of = [&](const char* pod) {
    return rig.status(pod)["containerStatuses"][std::size_t{0}]["lastState"]["terminated"]["reason"]
        .str();
  };
  CHECK(end_of("pull") == "Completed");
  CHECK(end_of("odd") == "StartError");
}

TEST_CASE("KubeStateMetrics: what containers request, by node, resource and unit") {
  ServingRig rig;
  add_kube_state_metrics(rig.telemetry, rig.store);
  rig.create_llm("v", R"([{"name":"vllm","image":"r.io/vllm:v1","resources":{
      "requests":{"cpu":"1500m","memory":"1Gi"},"limits":{"nvidia.com/gpu":"2"}}}])");
  rig.run_until(20s);
  rig.telemetry.scrape(rig.simulation.now());
  const auto requested = [&](const char* resource, const char* unit) {
    const auto all = rig.telemetry.select("kube_pod_container_resource_requests",
                                          {{"pod", "v"},
                                           {"container", "vllm"},
                                           {"node", "gpu-0"},
                                           {"resource", resource},
                                           {"unit", unit}},
                                          Time{}, rig.simulation.now());
    return all.size() == 1 ? all.front().points.back().value : -1;
  };
  CHECK(requested("cpu", "core") == 1.5);
  CHECK(requested("memory", "byte") == 1073741824);
  CHECK(requested("nvidia_com_gpu", "integer") == 2);
}

TEST_CASE("LlmServer: a slow model load slows the transfer of the weights and nothing else") {
  ServingRig rig(4);
  rig.create_llm("v", ServingRig::container(ServingRig::with_model(), kReadiness));
  rig.run_until(152s);
  CHECK(rig.kubelets->listener("default", "v", 8000) == nullptr);
  rig.run_until(154s);  // 11.4 s + 77 s of start-up + 4 * 16.1 s of transfer
  CHECK(rig.kubelets->listener("default", "v", 8000) != nullptr);
}

TEST_CASE("LlmServer: a startup probe whose budget is too short restarts it for ever") {
  ServingRig rig;
  rig.create_llm("v",
                 ServingRig::container(ServingRig::with_model(),
                                       R"(,"startupProbe":{"httpGet":{"path":"/health","port":8000},
                             "periodSeconds":10,"failureThreshold":6})"));
  rig.run_until(400s);
  CHECK(rig.status("v")["containerStatuses"][std::size_t{0}]["restartCount"].as_int() >= 3);
  CHECK(rig.condition("v", "Ready")["status"].as_string() == "False");
  CHECK(rig.events("v").find("Container vllm failed startup probe, will be restarted") !=
        std::string::npos);
}

TEST_CASE("LlmServer: what cannot work ends the process and says why") {
  const auto why = [](const std::string& containers) {
    ServingRig rig;
    rig.create_llm("v", containers);
    rig.run_until(220s);
    return rig.last_log("v", true);
  };
  CHECK(
      why(ServingRig::container(R"("--model","nobody/nothing")")).find("RepositoryNotFoundError") !=
      std::string::npos);
  CHECK(why(ServingRig::container(ServingRig::with_model(R"(,"--revision","abc")")))
            .find("RevisionNotFoundError") != std::string::npos);
  CHECK(why(ServingRig::container(ServingRig::with_model(R"(,"-tp","2")")))
            .find("tensor parallel size (2) is larger") != std::string::npos);
  CHECK(why(ServingRig::container(R"("--model","meta-llama/Llama-3.1-70B-Instruct")"))
            .find("CUDA out of memory") != std::string::npos);
  CHECK(why(ServingRig::container(ServingRig::with_model(R"(,"--gpu-memory-utilization","0.2")")))
            .find("No available memory for the cache blocks") != std::string::npos);
  CHECK(why(fmt::format(R"([{{"name":"vllm","image":"r.io/vllm:v1","args":["--model","{}"]}}])",
                        kModel))
            .find("no CUDA GPUs are available") != std::string::npos);
  CHECK(why(ServingRig::container(ServingRig::with_model(R"(,"--bogus")")))
            .find("unrecognized arguments: --bogus") != std::string::npos);
}

TEST_CASE("LlmServer: the whole context of a model may not fit into the KV cache") {
  ServingRig rig;
  // 0.29 of 80 GiB minus weights leaves about 5.5 GiB: 45,000 tokens, the model has 131,072.
  rig.create_llm("v", ServingRig::container(fmt::format(
                          R"("--model","{}","--gpu-memory-utilization","0.29")", kModel)));
  rig.run_until(200s);
  const std::string log = rig.last_log("v", true);
  INFO(log);
  CHECK(log.find("max seq len (131072), 16.00 GiB KV cache is needed") != std::string::npos);
}

TEST_CASE("LlmServer: pods of one node share the way to the model storage") {
  ServingRig rig;
  rig.create_llm("a", ServingRig::container(ServingRig::with_model()));
  rig.create_llm("b", ServingRig::container(ServingRig::with_model()));
  rig.run_until(119s);  // alone it would listen at 104.5 s
  CHECK(rig.kubelets->listener("default", "a", 8000) == nullptr);
  rig.run_until(122s);
  CHECK(rig.kubelets->listener("default", "a", 8000) != nullptr);
}

TEST_CASE("Gateway: a pod without readiness probe gets traffic before its model is loaded") {
  ServingRig rig;
  rig.create_llm("v", ServingRig::container(ServingRig::with_model()));
  rig.run_until(20s);
  CHECK(rig.state("v") == "running restarts=0 ready");
  rig.serve("v", true);
  const std::uint64_t early = rig.send();
  CHECK(rig.record(early).code == 503);
  CHECK(rig.record(early).unloaded);
  CHECK(rig.record(early).pod == "v");
  rig.run_until(200s);
  const std::uint64_t late = rig.send();
  rig.run_until(201s);
  CHECK(rig.record(late).code == 200);
  CHECK_FALSE(rig.record(late).unloaded);
}

TEST_CASE("Gateway: a wrong targetPort is refused, but not because the replica has not loaded") {
  ServingRig rig;
  rig.create_llm("v", ServingRig::container(ServingRig::with_model(R"(,"--port","8001")")));
  rig.run_until(20s);
  rig.serve("v", true);
  CHECK(rig.record(rig.send()).unloaded);
  rig.run_until(150s);
  const std::uint64_t id = rig.send();
  CHECK(rig.record(id).code == 503);
  CHECK_FALSE(rig.record(id).unloaded);
}

TEST_CASE("LlmServer: a memory limit under what the process needs is an OOM kill") {
  ServingRig rig;
  rig.create_llm("v", R"([{"name":"vllm","image":"r.io/vllm:v1",
    "resources":{"limits":{"memory":"1Gi","nvidia.com/gpu":"1"}}}])");
  rig.run_until(40s);
  const Value end = rig.status("v")["containerStatuses"][std::size_t{0}]["lastState"]["terminated"];
  CHECK(end["reason"].as_string() == "OOMKilled");
  CHECK(end["exitCode"].as_int() == 137);
}

TEST_CASE("Gateway: no Service, no endpoint or none that is ready is a 503") {
  ServingRig rig;
  CHECK(rig.record(rig.send()).code == 503);
  rig.create_llm("v", ServingRig::container(ServingRig::with_model()));
  rig.run_until(20s);
  rig.serve("v", false);
  const std::uint64_t id = rig.send();
  CHECK(rig.record(id).code == 503);
  CHECK(rig.record(id).pod.empty());
  CHECK_FALSE(rig.record(id).unloaded);
}

TEST_CASE("Gateway: first token and end come when the cost model says") {
  ServingRig rig;
  rig.create_llm("v", ServingRig::container(ServingRig::with_model()));
  rig.run_until(150s);
  rig.serve("v", true);
  const std::uint64_t id = rig.send(1000, 50);
  rig.run_until(160s);
  const RequestRecord& record = rig.record(id);
  REQUIRE(record.code == 200);
  // 15.6 ms front end; prefill 1000 * 16.06e9 / (312e12 * 0.38) = 135.5 ms and 1.2 ms fixed.
  CHECK(to_seconds(*record.first_token - record.arrival) == Approx(0.1522).margin(0.001));
  // A decode step reads 16.1 GB of weights at 2.039 TB/s: 7.9 ms, some KV, and 1.2 ms fixed.
  CHECK(to_seconds(*record.end - *record.first_token) == Approx(49 * 0.00912).margin(0.005));
}

TEST_CASE("Gateway: a request that is too long is a 400, one that takes too long a 499") {
  ServingRig rig;
  rig.create_llm("v", ServingRig::container(ServingRig::with_model()));
  rig.run_until(150s);
  rig.serve("v", true);
  CHECK(rig.record(rig.send(8000, 500)).code == 400);
  const std::uint64_t slow = rig.send(100, 4000, 2s);
  rig.run_until(160s);
  CHECK(rig.record(slow).code == 499);
  CHECK(*rig.record(slow).end - rig.record(slow).arrival == 2s);
  auto* const server = dynamic_cast<LlmServer*>(rig.kubelets->listener("default", "v", 8000));
  REQUIRE(server != nullptr);
  CHECK_FALSE(server->engine()->scheduler().has_requests());
}

TEST_CASE("Gateway: a replica that is deleted cuts what it was answering") {
  ServingRig rig;
  rig.create_llm("v", ServingRig::container(ServingRig::with_model()));
  rig.run_until(150s);
  rig.serve("v", true);
  const std::uint64_t cut = rig.send(100, 4000);
  rig.run_until(151s);
  rig.api.remove({"pods", "default", "v"}, "test");
  const std::uint64_t late = rig.send();
  rig.run_until(155s);
  CHECK(rig.record(cut).code == 502);
  CHECK(rig.record(late).code == 502);
  CHECK(rig.pod("v") == nullptr);
  CHECK_FALSE(rig.record(rig.send()).unloaded);  // the slice is late, the pod is gone
}

TEST_CASE(
    "Telemetry: TTFT histogram of replica and gateway count the requests that were answered") {
  ServingRig rig;
  rig.create_llm("v", ServingRig::container(ServingRig::with_model(), kReadiness));
  rig.run_until(150s);
  rig.serve("v", true);
  TrafficGenerator traffic(
      rig.simulation, *rig.gateway,
      {.name = "chat", .service = "llm", .start = 150s, .end = 450s, .requests_per_second = 2});
  traffic.start();
  for (int second = 150; second <= 600; second += 15) {
    rig.run_until(std::chrono::seconds(second));
    rig.telemetry.scrape(rig.simulation.now());
  }
  const auto sent = static_cast<double>(traffic.sent());
  CHECK(sent > 500);
  const Time from = Time{} + 140s;
  const Time to = Time{} + 600s;
  CHECK(rig.telemetry.increase("vllm:time_to_first_token_seconds_count", {{"pod", "v"}}, from,
                               to) == sent);
  CHECK(rig.telemetry.sum_at("gateway_time_to_first_token_seconds_count", {{"service", "llm"}},
                             to) == sent);
  CHECK(rig.telemetry.increase("gateway_requests_total", {{"code", "200"}}, from, to) == sent);
  const auto p95 =
      rig.telemetry.quantile(0.95, "vllm:time_to_first_token_seconds", {{"app", "v"}}, from, to);
  REQUIRE(p95.has_value());
  CHECK(*p95 > 0.02);
  CHECK(*p95 < 0.5);
  CHECK(*rig.telemetry.sum_at("DCGM_FI_DEV_GPU_UTIL", {{"pod", "v"}}, Time{} + 300s) > 10);
  CHECK(*rig.telemetry.sum_at("DCGM_FI_DEV_FB_USED", {{"pod", "v"}}, to) > 70000);
}

TEST_CASE("Serving: equal seeds give equal runs, and steps cost few events") {
  const auto run = [](std::uint64_t seed) {
    ServingRig rig(1, seed);
    rig.create_llm("v", ServingRig::container(ServingRig::with_model(), kReadiness));
    rig.run_until(150s);
    rig.serve("v", true);
    TrafficGenerator traffic(
        rig.simulation, *rig.gateway,
        {.name = "chat", .service = "llm", .start = 150s, .end = 300s, .requests_per_second = 4});
    traffic.start();
    rig.run_until(320s);
    CHECK(rig.simulation.events_run() < 30 * static_cast<std::uint64_t>(traffic.sent()));
    return rig.simulation.trace().digest();
  };
  CHECK(run(1) == run(1));
  CHECK(run(1) != run(2));
}

TEST_CASE("LlmServer: a client that names another model gets vLLM's 404, one without a key 401") {
  ServingRig rig;
  rig.create_llm(
      "v",
      ServingRig::container(
          ServingRig::with_model(R"(,"--served-model-name","llm","--api-key","s3c")"), kReadiness));
  rig.run_until(200s);
  rig.serve("v", true);
  const auto code = [&](const std::string& model, const std::string& key) {
    const std::uint64_t id = rig.gateway->send(
        {.ns = "default",
         .service = "llm",
         .request = {.prompt_tokens = 10, .output_tokens = 1, .model = model, .api_key = key}});
    rig.run_until(rig.simulation.now().time_since_epoch() + 10s);
    return rig.record(id).code;
  };
  CHECK(code("llm", "s3c") == 200);
  CHECK(code("", "s3c") == 200);
  CHECK(code(std::string(kModel), "s3c") == 404);  // only its served name counts
  CHECK(code("llm", "") == 401);
  CHECK(code("llm", "other") == 401);
  auto* const server = dynamic_cast<LlmServer*>(rig.kubelets->listener("default", "v", 8000));
  REQUIRE(server != nullptr);
  CHECK(server->refusal({.model = "x", .api_key = "s3c"}).message ==
        "The model `x` does not exist.");
  CHECK(server->http_get(8000, "/v1/models").status == 401);
  CHECK(server->http_get(8000, "/health").status == 200);
}

TEST_CASE("VllmMetrics: the gap between tokens has its old name and its new one") {
  ServingRig rig;
  rig.create_llm("v", ServingRig::container(ServingRig::with_model()));
  rig.run_until(200s);
  std::vector<Sample> samples;
  rig.kubelets->listener("default", "v", 8000)->scrape(samples);
  const auto has = [&](std::string_view name) {
    return std::any_of(samples.begin(), samples.end(),
                       [&](const Sample& sample) { return sample.name == name; });
  };
  CHECK(has("vllm:inter_token_latency_seconds_count"));
  CHECK(has("vllm:time_per_output_token_seconds_count"));
}

TEST_CASE(
    "LlmServer: listens on the loopback alone for --host 127.0.0.1, seen from inside the pod") {
  ServingRig rig;
  rig.create_llm("v", ServingRig::container(ServingRig::with_model(R"(,"--host","127.0.0.1")"),
                                            R"(,"readinessProbe":{"exec":{"command":
                        ["curl","-f","http://localhost:8000/health"]},"periodSeconds":5})"));
  rig.run_until(200s);
  CHECK(rig.state("v") == "running restarts=0 ready");
  CHECK_FALSE(rig.kubelets->listens("default", "v", 8000));
}

TEST_CASE("LlmServer: a block size of 0 is argparse's error, not a division") {
  ServingRig rig;
  rig.create_llm("v", ServingRig::container(ServingRig::with_model(R"(,"--block-size","0")")));
  rig.run_until(30s);
  CHECK(rig.last_log("v", true) ==
        "api_server.py: error: argument --block-size: invalid choice: 0 (choose from 1, 8, 16, 32, "
        "64, 128)");
}

}  // namespace
}  // namespace inferlab::sim
