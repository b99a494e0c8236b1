// What must not leave a mark: requests that write nothing; and what may not be written at all.
#include <catch2/catch.hpp>

#include "sim/api/api.h"
#include "sim/api/json.h"

using namespace inferlab;       // NOLINT
using namespace inferlab::sim;  // NOLINT

namespace {

Value parse(std::string_view json) {
  return parse_json(json).value();
}

struct World {
  Simulation simulation{1};
  Store store;
  Api api;

  explicit World(std::size_t max_objects = Api::kDefaultMaxObjects)
      : api(simulation, store, max_objects) {
    api.create("namespaces", "", parse(R"({"metadata":{"name":"default"}})"), "test");
  }

  ApiResponse send(Verb verb, std::string_view resource, std::string_view name,
                   std::string_view body, bool dry_run = false) {
    ApiRequest request;
    request.verb = verb;
    request.resource = resource;
    request.ns = resource == "namespaces" ? "" : "default";
    request.name = name;
    request.dry_run = dry_run;
    request.patch_type = PatchType::kJson;
    if (!body.empty()) request.body = parse(body);
    return api.handle(request);
  }
  ApiResponse create(std::string_view resource, std::string_view body, bool dry_run = false) {
    return send(Verb::kCreate, resource, "", body, dry_run);
  }
};

constexpr const char* kService =
    R"({"metadata":{"name":"web"},"spec":{"type":"NodePort","ports":[{"port":80}]}})";
constexpr const char* kPod =
    R"({"metadata":{"generateName":"p-"},"spec":{"containers":[{"name":"a","image":"i"}]}})";

std::uint64_t hash_of(const World& world) {
  RunHash hash;
  for (const std::string& resource : world.store.resources()) {
    for (const ObjectPtr& object : world.store.list(resource)) object->document.add_to(hash);
  }
  return hash.digest();
}

}  // namespace

TEST_CASE("Api: refused and dry-run requests leave the random streams where they stood") {
  const auto run = [](bool disturbed) {
    World world;
    REQUIRE(world.create("services", kService).ok());
    if (disturbed) {
      CHECK(world.create("services", kService).code == 409);
      CHECK(world.create("pods", R"({"metadata":{"generateName":"p-"}})").code == 422);
      CHECK(world.create("pods", kPod, true).ok());
      CHECK(world
                .create("services",
                        R"({"metadata":{"name":"other"},"spec":{"ports":[{"port":80}]}})", true)
                .ok());
    }
    REQUIRE(world.create("pods", kPod).ok());
    REQUIRE(
        world.create("services", R"({"metadata":{"name":"second"},"spec":{"ports":[{"port":80}]}})")
            .ok());
    return hash_of(world);
  };
  CHECK(run(false) == run(true));
}

TEST_CASE("Api: a full store refuses creations as etcd does, and takes deletions") {
  World world(3);
  const char* one = R"({"metadata":{"name":"a"}})";
  REQUIRE(world.create("configmaps", one).ok());
  REQUIRE(world.create("configmaps", R"({"metadata":{"name":"b"}})").ok());
  const ApiResponse refused = world.create("configmaps", R"({"metadata":{"name":"c"}})");
  CHECK(refused.code == 500);
  CHECK(refused.message() == "etcdserver: mvcc: database space exceeded");
  CHECK(world.create("configmaps", R"({"metadata":{"name":"c"}})", true).ok());
  REQUIRE(world.send(Verb::kDelete, "configmaps", "b", "").ok());
  CHECK(world.create("configmaps", R"({"metadata":{"name":"c"}})").ok());
}

TEST_CASE("Api: a finalize request obeys dryRun and writes nothing but finalizers") {
  World world;
  const auto finalize = [&](std::string_view body, bool dry_run) {
    ApiRequest request;
    request.verb = Verb::kUpdate;
    request.resource = "namespaces";
    request.subresource = "finalize";
    request.name = "default";
    request.dry_run = dry_run;
    request.body = parse(body);
    return world.api.handle(request);
  };
  const std::uint64_t revision = world.store.revision();
  const char* emptied = R"({"metadata":{"name":"default"},"spec":{}})";
  CHECK(finalize(emptied, true).ok());
  CHECK(finalize(R"({"metadata":{"name":"default"},"spec":{"finalizers":{"a":1}}})", false).code ==
        400);
  CHECK(finalize(R"({"metadata":{"name":"other"},"spec":{}})", false).code == 400);
  CHECK(world.store.revision() == revision);
  CHECK(finalize(emptied, false).ok());
  CHECK(world.store.revision() == revision + 1);
}

TEST_CASE("Api: a binding's annotations are texts") {
  World world;
  REQUIRE(world
              .create("pods", R"({"metadata":{"name":"p"},
                                   "spec":{"containers":[{"name":"a","image":"i"}]}})")
              .ok());
  ApiRequest request;
  request.verb = Verb::kCreate;
  request.resource = "pods";
  request.subresource = "binding";
  request.ns = "default";
  request.name = "p";
  request.body = parse(R"({"metadata":{"name":"p","annotations":{"a":{"b":1}}},
                           "target":{"kind":"Node","name":"n"}})");
  CHECK(world.api.handle(request).code == 400);
}

TEST_CASE("Api: a body that cannot be read is refused with the field that is at fault") {
  World world;
  const auto field = [&](std::string_view container) {
    return world
        .create("pods",
                R"({"metadata":{"name":"p"},"spec":{"containers":[{"name":"a","image":"i",)" +
                    std::string(container) + "}]}}")
        .field;
  };
  CHECK(field(R"("args":"x")") == "spec.containers[0].args");
  CHECK(field(R"("stdin":7)") == "spec.containers[0].stdin");
  CHECK(field(R"("resources":{"limits":{"cpu":"2 cores"}})") ==
        "spec.containers[0].resources.limits.cpu");
}

TEST_CASE("Api: who sets a field that nothing simulates is warned, components are not") {
  World world;
  const char* pod = R"({"metadata":{"name":"p"},"spec":{"activeDeadlineSeconds":5,
      "readinessGates":[{"conditionType":"example.com/warm"}],
      "containers":[{"name":"a","image":"i","lifecycle":{"postStart":{"sleep":{"seconds":1}}}}]}})";
  CHECK(world.create("pods", pod, true).warnings ==
        std::vector<std::string>{"spec.activeDeadlineSeconds: is not simulated yet",
                                 "spec.readinessGates: is not simulated yet"});
  CHECK(world.api.create("pods", "default", parse(pod), "replicaset-controller").warnings.empty());
}

TEST_CASE("Api: who gives a container a command that is not carried out is warned") {
  World world;
  const auto warnings = [&](const char* container) {
    static int number = 0;
    return world
        .create("pods",
                R"({"metadata":{"name":"c)" + std::to_string(++number) +
                    R"("},"spec":{"containers":[{"name":"a","image":"i",)" + container + "}]}}",
                true)
        .warnings;
  };
  CHECK(warnings(R"("command":["sh","-c","echo hi; exit 1"])").empty());
  CHECK(warnings(R"("command":["vllm","serve","m"])").empty());
  CHECK(warnings(R"x("command":["sh","-c","echo $(GREETING)"],"env":[{"name":"GREETING"}])x")
            .empty());
  CHECK(warnings(R"("args":["--port","80"])").empty());
  const auto found = warnings(R"("command":["python","train.py"],
      "lifecycle":{"preStop":{"exec":{"command":["nginx","-s","quit"]}}})");
  REQUIRE(found.size() == 2);
  CHECK(found[0].starts_with("spec.containers[0].command: is not carried out: "));
  CHECK(found[1].starts_with("spec.containers[0].lifecycle.preStop.exec.command: is not carried "));
  const auto cron = world.create("cronjobs.batch", R"({"metadata":{"name":"c"},"spec":{
      "schedule":"* * * * *","jobTemplate":{"spec":{"template":{"spec":{"restartPolicy":"Never",
      "containers":[{"name":"a","image":"i","command":["make"]}]}}}}}})",
                                 true);
  REQUIRE(cron.warnings.size() == 1);
  CHECK(
      cron.warnings[0].starts_with("spec.jobTemplate.spec.template.spec.containers[0].command: "));
}

TEST_CASE("Api: events.k8s.io shows the core group's Events under its own names") {
  World world;
  REQUIRE(world
              .create("events", R"({"metadata":{"name":"e"},"involvedObject":{"kind":"Pod",
                          "name":"p","namespace":"default"},"message":"done","count":2,
                          "reportingComponent":"kubelet"})")
              .ok());
  const ApiResponse shown = world.send(Verb::kGet, "events.events.k8s.io", "e", "");
  REQUIRE(shown.ok());
  CHECK(shown.body["apiVersion"].as_string() == "events.k8s.io/v1");
  CHECK(shown.body["note"].as_string() == "done");
  CHECK(shown.body["regarding"]["name"].as_string() == "p");
  CHECK(shown.body["deprecatedCount"].as_int() == 2);
  CHECK(shown.body["reportingController"].as_string() == "kubelet");
  const ApiResponse made =
      world.create("events.events.k8s.io", R"({"metadata":{"name":"f"},"note":"new","reason":"Why",
                                  "type":"Normal","eventTime":"2026-01-05T08:00:00.000000Z",
                                  "regarding":{"kind":"Pod","name":"p","namespace":"default"}})");
  INFO(made.message());
  REQUIRE(made.ok());
  CHECK(world.store.get({"events", "default", "f"})->document["message"].as_string() == "new");
  CHECK(world
            .send(Verb::kPatch, "events.events.k8s.io", "f",
                  R"([{"op":"replace","path":"/note","value":"newer"}])")
            .body["note"]
            .as_string() == "newer");
  CHECK(world.send(Verb::kList, "events.events.k8s.io", "", "").body["items"].size() == 2);
  CHECK(world.send(Verb::kGet, "events.events.k8s.io", "none", "").message() ==
        "events.events.k8s.io \"none\" not found");
  CHECK(world.send(Verb::kDelete, "events.events.k8s.io", "e", "").ok());
  CHECK(world.store.get({"events", "default", "e"}) == nullptr);
}

TEST_CASE("Api: copies of a JSON patch add up to 3 MiB at most") {
  World world;
  const std::string text(1024, 'x');
  REQUIRE(
      world.create("configmaps", R"({"metadata":{"name":"a"},"data":{"k":")" + text + "\"}}").ok());
  std::string patch = R"([{"op":"copy","from":"/data","path":"/data/0"})";
  for (int i = 1; i < 60; ++i) {
    patch += R"(,{"op":"copy","from":"/data","path":"/data/)" + std::to_string(i) + "\"}";
  }
  const ApiResponse refused = world.send(Verb::kPatch, "configmaps", "a", patch + "]");
  CHECK(refused.code == 422);
  CHECK(refused.message() == "the server rejected our request due to an error in our request");
}

TEST_CASE("Api: a JSON patch that nests a document ever deeper is refused") {
  World world;
  REQUIRE(world.create("configmaps", R"({"metadata":{"name":"a"},"data":{"k":"v"}})").ok());
  std::string patch = R"([{"op":"add","path":"/a","value":{}})";
  for (int i = 0; i < 2500; ++i) {
    patch += R"(,{"op":"add","path":"/b","value":{}},{"op":"move","from":"/a","path":"/b/a"})"
             R"(,{"op":"move","from":"/b","path":"/a"})";
  }
  CHECK(world.send(Verb::kPatch, "configmaps", "a", patch + "]").code == 422);
}

TEST_CASE("Api: more than ten thousand operations are too many for a JSON patch") {
  World world;
  REQUIRE(world.create("configmaps", R"({"metadata":{"name":"a"}})").ok());
  std::string patch = "[{}";
  for (int i = 0; i < 10'000; ++i) patch += ",{}";
  const ApiResponse refused = world.send(Verb::kPatch, "configmaps", "a", patch + "]");
  CHECK(refused.code == 413);
  CHECK(refused.message() ==
        "Request entity too large: The allowed maximum operations in a JSON patch is 10000, got "
        "10001");
}
