#include "sim/api/api.h"

#include <algorithm>
#include <catch2/catch.hpp>

#include "sim/api/event_recorder.h"
#include "sim/api/json.h"
#include "sim/api/views.h"

using namespace inferlab;       // NOLINT
using namespace inferlab::sim;  // NOLINT

namespace {

struct World {
  Simulation simulation{1};
  Store store;
  Api api{simulation, store};

  World() { api.create("namespaces", "", parse("{\"metadata\":{\"name\":\"default\"}}"), "test"); }
  static Value parse(std::string_view json) { return parse_json(json).value(); }
  ApiResponse create_pod(const char* name) {
    return api.create(
        "pods", "default",
        World::parse(
            R"({"spec":{"containers":[{"name":"a","image":"i:1","ports":[{"containerPort":80,)"
            R"("name":"http"}],"readinessProbe":{"httpGet":{"port":"http"}},)"
            R"("resources":{"limits":{"cpu":"2","nvidia.com/gpu":"1"}}}],)"
            R"("initContainers":[{"name":"b","image":"i:1","resources":)"
            R"({"requests":{"cpu":"3"}}}]}})")
            .with_path({"metadata", "name"}, name),
        "test");
  }
};

}  // namespace

TEST_CASE("Api: equal runs give equal documents, uids and names") {
  const auto run = [] {
    World world;
    world.create_pod("p");
    RunHash hash;
    for (const std::string& resource : world.store.resources()) {
      for (const ObjectPtr& object : world.store.list(resource)) object->document.add_to(hash);
    }
    hash.add(world.api.name_suffix());
    return hash.digest();
  };
  CHECK(run() == run());
}

TEST_CASE("Api: fields of every type are in order of name") {
  for (const Kind* kind : KindTable::builtin().all()) {
    std::vector<const Type*> open = {kind->schema};
    std::vector<const Type*> seen;
    while (!open.empty()) {
      const Type* type = open.back();
      open.pop_back();
      if (std::find(seen.begin(), seen.end(), type) != seen.end()) continue;
      seen.push_back(type);
      for (std::size_t i = 0; i < type->fields.size(); ++i) {
        INFO(type->name << " " << type->fields[i].name);
        if (i > 0) CHECK(type->fields[i - 1].name < type->fields[i].name);
        CHECK(type->find(type->fields[i].name) == &type->fields[i]);
        if (type->fields[i].object != nullptr) open.push_back(type->fields[i].object);
      }
    }
  }
}

TEST_CASE("Api: a Pod's view has effective requests and resolved ports") {
  World world;
  const ApiResponse created = world.create_pod("p");
  REQUIRE(created.ok());
  const PodView& pod = created.object->view<PodView>();
  CHECK(pod.requests.at("cpu").str() == "3");
  CHECK(pod.requests.at("nvidia.com/gpu").units() == 1);
  REQUIRE(pod.containers.front().readiness_probe.has_value());
  CHECK(pod.containers.front().readiness_probe->http.port == 80);
  CHECK(pod.tolerations.size() == 2);
}

TEST_CASE("Api: a conflicting update is a Conflict, and an equal one makes no revision") {
  World world;
  const ApiResponse created = world.create_pod("p");
  const std::uint64_t revision = world.store.revision();
  CHECK(world.api.update("pods", created.body, "test").ok());
  CHECK(world.store.revision() == revision);
  REQUIRE(world.api.bind("default", "p", "n", "scheduler").ok());
  const ApiResponse stale = world.api.update("pods", created.body, "test");
  CHECK(stale.code == 409);
  CHECK(stale.reason() == "Conflict");
}

TEST_CASE("EventRecorder: equal Events are counted, others written") {
  World world;
  const ApiResponse pod = world.create_pod("p");
  EventRecorder recorder(world.api, "default-scheduler");
  recorder.warning(*pod.object, "FailedScheduling", "no nodes");
  recorder.warning(*pod.object, "FailedScheduling", "no nodes");
  recorder.normal(*pod.object, "Scheduled", "done");
  const std::vector<ObjectPtr> events = world.store.list("events", "default");
  REQUIRE(events.size() == 2);
  std::int64_t total = 0;
  for (const ObjectPtr& event : events) {
    total += event->document["count"].as_int();
    CHECK(event->document["involvedObject"]["name"].as_string() == "p");
  }
  CHECK(total == 3);
  world.simulation.run_until(Time{} + 2h);
  recorder.warning(*pod.object, "FailedScheduling", "no nodes");
  CHECK(world.store.list("events", "default").size() == 3);
}
