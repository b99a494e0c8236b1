#pragma once

#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sim/api/api.h"
#include "sim/api/json.h"
#include "sim/node/generic_workloads.h"
#include "sim/node/kubelets.h"
#include "sim/telemetry/telemetry.h"

namespace inferlab::sim {

/// Some nodes and an API, without scheduler and controllers: tests bind pods by spec.nodeName.
struct NodeRig {
  Simulation simulation;
  Store store;
  Api api{simulation, store};
  Telemetry telemetry;
  std::unique_ptr<WorkloadFactory> workloads;
  std::unique_ptr<Kubelets> kubelets;

  explicit NodeRig(std::vector<NodePoolSpec> pools, std::vector<GpuSpec> gpus = {},
                   std::unique_ptr<WorkloadFactory> factory = std::make_unique<GenericWorkloads>(),
                   std::uint64_t seed = 7)
      : simulation(seed), workloads(std::move(factory)) {
    for (const char* ns : {"default", "kube-node-lease"}) {
      create("namespaces", "",
             fmt::format(R"({{"apiVersion":"v1","kind":"Namespace","metadata":{{"name":"{}"}}}})",
                         ns));
    }
    kubelets = std::make_unique<Kubelets>(api, std::move(pools), std::move(gpus), images(),
                                          *workloads, telemetry);
    kubelets->start();
  }

  static std::string digest(char c) { return "sha256:" + std::string(64, c); }
  static std::vector<ImageSpec> images() {
    using enum ImageSpec::Behaviour;
    return {{"r.io/web", {"v1"}, digest('a'), 125'000'000, kHttpServer},
            {"r.io/pause", {"v1"}, digest('b'), 12'500'000, kSleeper},
            {"r.io/crash", {"v1"}, digest('c'), 12'500'000, kCrasher},
            {"r.io/vllm", {"v1"}, digest('d'), 1'250'000'000, kLlmServer}};
  }
  static NodePoolSpec pool(std::string name, int count = 1) {
    NodePoolSpec spec;
    spec.name = std::move(name);
    spec.count = count;
    return spec;
  }

  ObjectPtr create(const std::string& resource, const std::string& ns, std::string_view json) {
    const Result<Value> body = parse_json(json);
    if (!body) FAIL(body.error().message);
    const ApiResponse response = api.create(resource, ns, *body, "test");
    INFO(response.message());
    REQUIRE(response.ok());
    return response.object;
  }
  /// `containers` is the JSON of spec.containers; `more` of further members of spec, after a comma.
  ObjectPtr create_pod(const std::string& name, std::string_view containers,
                       std::string_view more = {}, const std::string& node = "pool-0") {
    return create("pods", "default",
                  fmt::format(R"({{"apiVersion":"v1","kind":"Pod","metadata":{{"name":"{}",
                                "labels":{{"app":"{}"}}}},
                                "spec":{{"nodeName":"{}","containers":{}{}}}}})",
                              name, name, node, containers, more));
  }
  void run_until(Duration since_start) { simulation.run_until(Time{} + since_start); }

  ObjectPtr pod(const std::string& name) const { return store.get({"pods", "default", name}); }
  Value status(const std::string& name) const {
    const ObjectPtr object = pod(name);
    return object == nullptr ? Value() : object->document["status"];
  }
  Value condition(const std::string& name, std::string_view type) const {
    const Value conditions = status(name)["conditions"];
    for (const Value& one : conditions.items()) {
      if (one["type"].as_string() == type) return one;
    }
    return {};
  }
  /// "Running{} ready" or "Waiting{CrashLoopBackOff}" of the first container.
  std::string state(const std::string& name) const {
    const Value& container = status(name)["containerStatuses"][std::size_t{0}];
    const Value& state = container["state"];
    const std::string tail = fmt::format(" restarts={}{}", container["restartCount"].as_int(),
                                         container["ready"].as_bool() ? " ready" : "");
    if (state.has("running")) return "running" + tail;
    const char* kind = state.has("waiting") ? "waiting" : "terminated";
    return fmt::format("{} {}{}", kind, state[kind]["reason"].as_string(), tail);
  }
  /// Every change of state() with its second, from the store's history.
  std::string history(const std::string& name) const {
    std::string text;
    std::string last;
    for (const Change& change : store.changes_since("pods", 0)) {
      if (change.object->key.name != name) continue;
      std::string now = change.type == ChangeType::kDeleted ? "deleted" : brief(change.object);
      if (now == last) continue;
      last = now;
      text +=
          fmt::format("{:>5.1f} {}\n", to_seconds(change.object->written.time_since_epoch()), now);
    }
    return text;
  }
  /// The pod's events in order of their first appearance: "Reason xN: message".
  std::string events(const std::string& name) const {
    std::vector<ObjectPtr> found;
    for (const ObjectPtr& event : store.list("events")) {
      if (event->document["involvedObject"]["name"].as_string() == name) found.push_back(event);
    }
    std::sort(found.begin(), found.end(), [&](const ObjectPtr& a, const ObjectPtr& b) {
      return first_revision(a) < first_revision(b);
    });
    std::string text;
    for (const ObjectPtr& event : found) {
      const std::int64_t count = event->document["count"].as_int(1);
      text += event->document["reason"].str() + (count > 1 ? fmt::format(" x{}", count) : "") +
              ": " + event->document["message"].str() + "\n";
    }
    return text;
  }

 private:
  std::uint64_t first_revision(const ObjectPtr& event) const {
    for (const Change& change : store.changes_since("events", 0)) {
      if (change.object->key == event->key) return change.object->revision;
    }
    return 0;
  }
  static std::string brief(const ObjectPtr& object) {
    const Value& status = object->document["status"];
    const Value& container = status["containerStatuses"][std::size_t{0}];
    const Value& state = container["state"];
    std::string text = status["phase"].str();
    for (const char* kind : {"waiting", "running", "terminated"}) {
      if (!state.has(kind)) continue;
      text += fmt::format(" {} {}", kind, state[kind]["reason"].as_string());
    }
    if (container["restartCount"].as_int() > 0) {
      text += fmt::format(" restarts={}", container["restartCount"].as_int());
    }
    if (container["ready"].as_bool()) text += " ready";
    if (object->document["metadata"].has("deletionTimestamp")) text += " deleting";
    return text;
  }
};

}  // namespace inferlab::sim
