#include "tests/sim/controllers/controllers_world.h"

#include <fmt/format.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <regex>

#include "sim/api/json.h"
#include "sim/api/kind.h"

namespace inferlab {

using sim::ObjectKey;
using sim::ObjectPtr;
using sim::PodView;
using sim::Value;

namespace {

constexpr std::string_view kUser = "test";

Value json(const std::string& text) {
  auto value = sim::parse_json(text);
  INFO(text);
  REQUIRE(value.has_value());
  return *std::move(value);
}

bool is_namespaced(std::string_view resource) {
  const sim::Kind* kind = sim::KindTable::builtin().by_resource(resource);
  return kind == nullptr || kind->namespaced;
}

ObjectKey key_of(std::string_view resource, std::string_view name) {
  return {std::string(resource), is_namespaced(resource) ? "default" : "", std::string(name)};
}

}  // namespace

std::string without_hashes(const std::string& text) {
  static const std::regex kHash("web-[bcdf456789]{6,10}");
  static const std::regex kSuffix("web-<hash>-[a-z0-9]{5}");
  return std::regex_replace(std::regex_replace(text, kHash, "web-<hash>"), kSuffix,
                            "web-<hash>-<pod>");
}

ControllersWorld::ControllersWorld(std::uint64_t seed)
    : simulation(seed), api(simulation, store), controllers(api) {
  controllers.start();
  create("namespaces", R"({"apiVersion":"v1","kind":"Namespace","metadata":{"name":"default"}})");
  settle();
}

void ControllersWorld::create(std::string_view resource, const std::string& text) {
  const auto response =
      api.create(resource, is_namespaced(resource) ? "default" : "", json(text), kUser);
  INFO(response.message());
  REQUIRE(response.ok());
}

void ControllersWorld::patch(std::string_view resource, std::string_view name,
                             const std::string& text, std::string_view subresource) {
  const auto response = api.merge_patch(key_of(resource, name), subresource, json(text), kUser);
  INFO(response.message());
  REQUIRE(response.ok());
}

void ControllersWorld::remove(std::string_view resource, const std::string& name,
                              sim::Propagation propagation) {
  sim::ApiRequest request;
  request.verb = sim::Verb::kDelete;
  request.resource = std::string(resource);
  request.ns = is_namespaced(resource) ? "default" : "";
  request.name = name;
  request.propagation = propagation;
  const auto response = api.handle(request);
  INFO(response.message());
  REQUIRE(response.ok());
}

void ControllersWorld::create_node(const std::string& name, std::string_view heartbeat) {
  create("nodes", fmt::format(
                      R"({{"apiVersion":"v1","kind":"Node","metadata":{{"name":"{}"}},"spec":{{}},
 "status":{{"allocatable":{{"cpu":"8","memory":"32Gi","pods":"110"}},
 "conditions":[{{"type":"Ready","status":"True","reason":"KubeletReady","message":"ok",
 "lastHeartbeatTime":"{}","lastTransitionTime":"2026-01-01T00:00:00Z"}}]}}}})",
                      name, heartbeat));
}

void ControllersWorld::create_deployment(int replicas, std::string_view extra,
                                         std::string_view image) {
  create("deployments.apps", fmt::format(
                                 R"({{"apiVersion":"apps/v1","kind":"Deployment",
 "metadata":{{"name":"web"}},"spec":{{"replicas":{},{}"selector":{{"matchLabels":{{"app":"web"}}}},
 "template":{{"metadata":{{"labels":{{"app":"web"}}}},
 "spec":{{"containers":[{{"name":"main","image":"{}"}}]}}}}}}}})",
                                 replicas, extra, image));
}

void ControllersWorld::set_image(std::string_view image) {
  patch(
      "deployments.apps", "web",
      fmt::format(
          R"({{"spec":{{"template":{{"spec":{{"containers":[{{"name":"main","image":"{}"}}]}}}}}}}})",
          image));
}

void ControllersWorld::run_for(Duration duration) {
  simulation.run_until(simulation.now() + duration);
}

Value ControllersWorld::get(std::string_view resource, const std::string& name) const {
  const ObjectPtr found = store.get(key_of(resource, name));
  return found == nullptr ? Value() : found->document;
}

std::vector<ObjectPtr> ControllersWorld::list(std::string_view resource) const {
  return store.list(resource, is_namespaced(resource) ? "default" : "");
}

std::vector<std::string> ControllersWorld::pods(
    const std::function<bool(const PodView&)>& which) const {
  std::vector<std::string> out;
  for (const ObjectPtr& pod : list("pods")) {
    if (which(pod->view<PodView>())) out.push_back(pod->key.name);
  }
  return out;
}

void ControllersWorld::bind(const std::string& pod, const std::string& node) {
  REQUIRE(api.bind("default", pod, node, kUser).ok());
}

void ControllersWorld::make_ready(const std::string& pod, bool ready) {
  const std::string now = format_rfc3339(simulation.now());
  const PodView& view = store.get(key_of("pods", pod))->view<PodView>();
  const std::string ip = view.pod_ip.empty()
                             ? fmt::format("10.0.{}.{}", addresses_ / 250, addresses_ % 250 + 1)
                             : view.pod_ip;
  if (view.pod_ip.empty()) ++addresses_;
  patch("pods", pod,
        fmt::format(
            R"({{"status":{{"phase":"Running","podIP":"{0}","podIPs":[{{"ip":"{0}"}}],
 "conditions":[{{"type":"Ready","status":"{1}","lastTransitionTime":"{2}"}}]}}}})",
            ip, ready ? "True" : "False", now),
        "status");
}

void ControllersWorld::make_some_ready(int count) {
  for (const std::string& name :
       pods([](const PodView& pod) { return !pod.ready && !pod.meta.deletion_timestamp; })) {
    if (count-- <= 0) break;
    make_ready(name);
  }
}

void ControllersWorld::finalize_pods() {
  for (const std::string& name :
       pods([](const PodView& pod) { return pod.meta.deletion_timestamp.has_value(); })) {
    REQUIRE(api.remove(key_of("pods", name), kUser, 0).ok());
  }
}

std::string ControllersWorld::counts() const {
  const Value status = get("deployments.apps", "web")["status"];
  return fmt::format("{} updated {} ready {} available {} unavailable {}",
                     status["replicas"].as_int(), status["updatedReplicas"].as_int(),
                     status["readyReplicas"].as_int(), status["availableReplicas"].as_int(),
                     status["unavailableReplicas"].as_int());
}

std::string ControllersWorld::sets() const {
  std::vector<std::string> parts;
  for (const ObjectPtr& set : list("replicasets.apps")) {
    const Value& document = set->document;
    const Value& annotations = document["metadata"]["annotations"];
    parts.push_back(fmt::format(
        "{}:{} {}/{}/{}", annotations["deployment.kubernetes.io/revision"].as_string(),
        document["spec"]["template"]["spec"]["containers"][std::size_t{0}]["image"].as_string(),
        document["spec"]["replicas"].as_int(), document["status"]["replicas"].as_int(),
        document["status"]["availableReplicas"].as_int()));
  }
  std::sort(parts.begin(), parts.end());
  std::string out;
  for (const std::string& part : parts) out += (out.empty() ? "" : " ") + part;
  return out;
}

std::string ControllersWorld::condition(std::string_view resource, const std::string& name,
                                        std::string_view type) const {
  const Value conditions = get(resource, name)["status"]["conditions"];
  for (const Value& one : conditions.items()) {
    if (one["type"].as_string() != type) continue;
    return without_hashes(fmt::format("{} {}: {}", one["status"].as_string(),
                                      one["reason"].as_string(), one["message"].as_string()));
  }
  return "none";
}

std::vector<std::string> ControllersWorld::events(std::string_view reason) const {
  std::vector<ObjectPtr> all = list("events");
  std::sort(all.begin(), all.end(),
            [](const ObjectPtr& a, const ObjectPtr& b) { return a->revision < b->revision; });
  std::vector<std::string> out;
  for (const ObjectPtr& event : all) {
    if (event->document["reason"].as_string() != reason) continue;
    out.push_back(without_hashes(event->document["message"].str()));
  }
  return out;
}

}  // namespace inferlab
