// Endpoints and EndpointSlices of a Service.
#include <fmt/format.h>

#include <catch2/catch.hpp>

#include "sim/api/json.h"
#include "tests/sim/controllers/controllers_world.h"

namespace inferlab {
namespace {

using sim::Value;

constexpr std::string_view kSlices = "endpointslices.discovery.k8s.io";

void create_service(ControllersWorld& world, std::string_view extra = "") {
  world.create("services", fmt::format(R"({{"apiVersion":"v1","kind":"Service",
 "metadata":{{"name":"web","labels":{{"team":"llm"}}}},"spec":{{{}"selector":{{"app":"web"}},
 "ports":[{{"name":"http","port":80,"targetPort":"api"}}]}}}})",
                                       extra));
}

void create_pod(ControllersWorld& world, const std::string& name, int port) {
  world.create("pods", fmt::format(R"({{"apiVersion":"v1","kind":"Pod",
 "metadata":{{"name":"{}","labels":{{"app":"web"}}}},"spec":{{"containers":[{{"name":"main",
 "image":"v1","ports":[{{"name":"api","containerPort":{}}}]}}]}}}})",
                                   name, port));
}

// "ready: a | not ready: b"
std::string endpoints(const ControllersWorld& world) {
  std::string out;
  const Value subsets = world.get("endpoints", "web")["subsets"];
  for (const Value& subset : subsets.items()) {
    if (!out.empty()) out += "; ";
    out += fmt::format("{}", subset["ports"][std::size_t{0}]["port"].as_int());
    for (const char* list : {"addresses", "notReadyAddresses"}) {
      if (subset[list].empty()) continue;
      out += fmt::format(" {}", list);
      for (const Value& address : subset[list].items()) {
        out += fmt::format(" {}", address["targetRef"]["name"].as_string());
      }
    }
  }
  return out;
}

std::string slices(const ControllersWorld& world) {
  std::string out;
  for (const sim::ObjectPtr& slice : world.list(kSlices)) {
    const Value& document = slice->document;
    if (!out.empty()) out += "; ";
    out += fmt::format("{}:", document["ports"][std::size_t{0}]["port"].as_int());
    for (const Value& endpoint : document["endpoints"].items()) {
      const Value& conditions = endpoint["conditions"];
      out += fmt::format(" {}({}{}{})", endpoint["targetRef"]["name"].as_string(),
                         conditions["ready"].as_bool() ? "r" : "-",
                         conditions["serving"].as_bool() ? "s" : "-",
                         conditions["terminating"].as_bool() ? "t" : "-");
    }
  }
  return out;
}

}  // namespace

TEST_CASE("Endpoints: of more than 1000 addresses those of Ready Pods stay") {
  ControllersWorld world;
  world.create_node("w1");
  create_service(world);
  for (int i = 0; i < 1002; ++i) {
    const std::string pod = fmt::format("p{:04}", i);
    create_pod(world, pod, i < 4 ? 9000 : 8000);
    world.bind(pod, "w1");
    world.make_ready(pod, i < 4);
  }
  const auto counts = [&world] {
    std::string out;
    const Value subsets = world.get("endpoints", "web")["subsets"];
    for (const Value& subset : subsets.items()) {
      out += fmt::format("{}+{} ", subset["addresses"].size(), subset["notReadyAddresses"].size());
    }
    const Value annotations = world.get("endpoints", "web")["metadata"]["annotations"];
    return out + annotations["endpoints.kubernetes.io/over-capacity"].str();
  };
  world.run_for(1s);
  CHECK(counts() == "0+996 4+0 truncated");
  for (const char* pod : {"p0004", "p0005"}) world.remove("pods", pod);
  world.run_for(1s);
  CHECK(counts() == "0+996 4+0 ");
}

TEST_CASE("Endpoints: a Pod is ready, not ready, or gone as it terminates") {
  ControllersWorld world;
  world.create_node("w1");
  create_service(world);
  world.settle();
  CHECK(world.get("endpoints", "web")["metadata"]["labels"]["team"].as_string() == "llm");
  CHECK(slices(world) == "0:");
  create_pod(world, "a", 8000);
  create_pod(world, "b", 8000);
  create_pod(world, "c", 9000);
  for (const char* pod : {"a", "b", "c"}) world.bind(pod, "w1");
  world.settle();
  CHECK(endpoints(world).empty());
  world.make_ready("a");
  world.make_ready("b", false);
  world.make_ready("c");
  world.settle();
  CHECK(endpoints(world) == "8000 addresses a notReadyAddresses b; 9000 addresses c");
  // One slice for each set of ports.
  CHECK(world.list(kSlices).size() == 2);
  CHECK(slices(world).find("8000: a(rs-) b(---)") != std::string::npos);
  CHECK(slices(world).find("9000: c(rs-)") != std::string::npos);

  world.remove("pods", "c");
  world.remove("pods", "a");
  world.settle();
  CHECK(endpoints(world) == "8000 notReadyAddresses b");
  // A terminating Pod still serves: routers may let it finish.
  CHECK(slices(world).find("a(-st)") != std::string::npos);
  world.finalize_pods();
  world.settle();
  CHECK(slices(world) == "8000: b(---)");
  const Value slice = world.list(kSlices).front()->document;
  CHECK(slice["metadata"]["labels"]["kubernetes.io/service-name"].as_string() == "web");
  CHECK(slice["metadata"]["ownerReferences"][std::size_t{0}]["kind"].as_string() == "Service");
  CHECK(slice["metadata"]["name"].str().starts_with("web-"));

  world.remove("services", "web");
  world.settle();
  CHECK(world.get("endpoints", "web").is_null());
  CHECK(world.list(kSlices).empty());
}

TEST_CASE("Endpoints: publishNotReadyAddresses shows what is not Ready as ready") {
  ControllersWorld world;
  world.create_node("w1");
  create_service(world, R"("publishNotReadyAddresses":true,"clusterIP":"None",)");
  create_pod(world, "a", 8000);
  world.bind("a", "w1");
  world.make_ready("a", false);
  world.settle();
  CHECK(endpoints(world) == "8000 addresses a");
  CHECK(slices(world) == "8000: a(r--)");
}

TEST_CASE("Endpoints: a port by name is one of the same protocol, a sidecar's too") {
  ControllersWorld world;
  world.create_node("w1");
  create_service(world);
  world.create("pods", R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":"a",
    "labels":{"app":"web"}},"spec":{"containers":[{"name":"main","image":"v1",
    "ports":[{"name":"api","containerPort":53,"protocol":"UDP"}]}],
    "initContainers":[{"name":"proxy","image":"v1","restartPolicy":"Always",
    "ports":[{"name":"api","containerPort":8443}]}]}})");
  world.bind("a", "w1");
  world.make_ready("a");
  world.settle();
  CHECK(endpoints(world) == "8443 addresses a");
}

TEST_CASE("Endpoints: the last label taken off a Service goes from its Endpoints too") {
  ControllersWorld world;
  create_service(world);
  world.settle();
  CHECK(world.get("endpoints", "web")["metadata"]["labels"]["team"].as_string() == "llm");
  world.patch("services", "web", R"({"metadata":{"labels":null}})");
  world.settle();
  CHECK(world.get("endpoints", "web")["metadata"]["labels"]["team"].is_null());
}

}  // namespace inferlab
