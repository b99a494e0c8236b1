// What happens to a run from outside: drains, releases, faults, as their time comes.
#include "labs/grade/event_player.h"

#include <fmt/format.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "labs/grade/submission.h"
#include "sim/api/views.h"
#include "sim/api/yaml.h"
#include "tests/labs/web_lab.h"

using namespace inferlab;        // NOLINT
using namespace inferlab::labs;  // NOLINT

namespace {

/// A run of the web lab with events, to look at as it goes on.
class Play {
 public:
  Play(const std::string& manifests, const std::string& events, WebLab lab = {})
      : lab_(load_web_lab(with(std::move(lab), events), folder_)),
        run_(lab_.cluster, lab_.seed),
        player_(run_, lab_, lab_.events) {
    player_.run_until(Time{lab_.apply_at});
    const auto documents = sim::parse_yaml(manifests, "all.yaml");
    REQUIRE(documents.has_value());
    for (const sim::YamlDocument& document : *documents) {
      const auto applied = apply_document(document, "all.yaml", run_);
      if (!applied) FAIL(applied.error().message);
    }
  }

  void to(Duration at) { player_.run_until(Time{at}); }
  sim::Cluster& run() { return run_; }

  // What stands at a path of an object; null: there is no such object.
  [[nodiscard]] sim::Value at(const std::string& resource, const std::string& name,
                              std::vector<std::string> path) {
    const std::string ns = resource == "nodes" ? "" : "default";
    const sim::ObjectPtr object = run_.store().get({resource, ns, name});
    if (object == nullptr) return {};
    sim::Value value = object->document;
    for (const std::string& key : path) {
      const bool is_index = key.find_first_not_of("0123456789") == std::string::npos;
      const sim::Value inner =
          is_index ? value[static_cast<std::size_t>(std::stoi(key))] : value[key];
      value = inner;
    }
    return value;
  }
  [[nodiscard]] std::string image(std::size_t container = 0) {
    return at("deployments.apps", "front",
              {"spec", "template", "spec", "containers", std::to_string(container), "image"})
        .str();
  }
  // Pods of front on a node, those that are asked to go among them.
  [[nodiscard]] int pods_on(const std::string& node) {
    int count = 0;
    for (const sim::ObjectPtr& pod : run_.store().list("pods", "default")) {
      const auto& view = pod->view<sim::PodView>();
      if (view.node_name == node && !view.terminal()) ++count;
    }
    return count;
  }
  // The node that somebody has cordoned.
  [[nodiscard]] std::string cordoned() {
    for (const sim::ObjectPtr& node : run_.store().list("nodes")) {
      if (node->document["spec"]["unschedulable"].as_bool()) return node->key.name;
    }
    return {};
  }
  // When the evictions that were let through were asked for.
  [[nodiscard]] std::vector<Time> evictions() {
    std::vector<Time> out;
    for (const sim::JournalEntry& entry : run_.journal()) {
      if (entry.request.subresource == "eviction") out.push_back(entry.at);
    }
    return out;
  }

 private:
  static WebLab with(WebLab lab, const std::string& events) {
    if (!events.empty()) lab.run += "  events:\n" + events;
    return lab;
  }

  TempDir folder_;
  LabSpec lab_;
  sim::Cluster run_;
  EventPlayer player_;
};

std::string budget(const std::string& rule) {
  return fmt::format(
      "---\napiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {{name: front}}\nspec:\n"
      "  {}\n  selector: {{matchLabels: {{app: front}}}}\n",
      rule);
}

constexpr const char* kDrain = "    - {at: 3m, workload: Deployment default/front, drain: true}\n";

}  // namespace

TEST_CASE("event player: a drain asks again every five seconds, until the node is empty") {
  Play play(web_server({.replicas = 4}) + budget("maxUnavailable: 1"), kDrain);
  play.to(3min - 1ms);
  CHECK(play.cordoned().empty());
  play.to(3min);
  const std::string node = play.cordoned();
  REQUIRE_FALSE(node.empty());
  REQUIRE(play.pods_on(node) == 2);  // the node with most of the four
  CHECK(play.evictions().size() == 1);
  play.to(5min);
  CHECK(play.pods_on(node) == 0);
  CHECK(play.cordoned() == node);
  const std::vector<Time> asked = play.evictions();
  REQUIRE(asked.size() == 2);
  CHECK(asked[0] == Time{3min});
  CHECK(asked[1] > asked[0]);
  CHECK((asked[1] - asked[0]) % 5s == Duration{});
  // It has ended: who comes back later stays.
  CHECK(play.at("deployments.apps", "front", {"status", "availableReplicas"}).as_int() == 4);
}

TEST_CASE("event player: without a budget a drain evicts all Pods at once") {
  Play play(web_server({.replicas = 4}), kDrain);
  play.to(3min);
  CHECK(play.evictions().size() == 2);
  play.to(4min);
  CHECK(play.pods_on(play.cordoned()) == 0);
  CHECK(play.evictions().size() == 2);
}

TEST_CASE(
    "event player: a budget that allows nothing holds a drain up for as long as it is there") {
  Play play(web_server() + budget("minAvailable: 2"),
            std::string(kDrain) +
                "    - {at: 6m, delete: PodDisruptionBudget, workload: default/front}\n");
  play.to(6min - 1ms);
  const std::string node = play.cordoned();
  REQUIRE_FALSE(node.empty());
  CHECK(play.pods_on(node) > 0);
  CHECK(play.evictions().empty());
  play.to(6min + 10s);
  CHECK_FALSE(play.evictions().empty());
  play.to(7min);
  CHECK(play.pods_on(node) == 0);
}

TEST_CASE("event player: an uncordon ends the drain of its node") {
  Play play(web_server() + budget("minAvailable: 2"),
            std::string(kDrain) +
                "    - {at: 4m, workload: Deployment default/front, uncordon: true}\n"
                "    - {at: 5m, delete: PodDisruptionBudget, workload: default/front}\n");
  play.to(3min);
  const std::string node = play.cordoned();
  const int pods = play.pods_on(node);
  REQUIRE(pods > 0);
  play.to(8min);
  CHECK(play.cordoned().empty());
  CHECK(play.evictions().empty());
  CHECK(play.pods_on(node) == pods);
}

TEST_CASE("event player: a node can be named, and one that is not there is left out") {
  Play play(web_server(),
            "    - {at: 2m, node: c-7, drain: true}\n"
            "    - {at: 3m, node: b-0, drain: true}\n"
            "    - {at: 4m, node: b-0, uncordon: true}\n");
  play.to(2min);
  CHECK(play.cordoned().empty());
  play.to(3min);
  CHECK(play.cordoned() == "b-0");
  play.to(4min);
  CHECK(play.cordoned().empty());
}

TEST_CASE("event player: a restart makes new Pods of the same image") {
  Play play(web_server(), "    - {at: 3m, workload: Deployment default/front, restart: true}\n");
  play.to(3min - 1ms);
  CHECK(play.run().store().list("replicasets.apps").size() == 1);
  play.to(5min);
  CHECK(play.run().store().list("replicasets.apps").size() == 2);
  CHECK(play.image() == "web:v1");
  CHECK_FALSE(
      play.at("deployments.apps", "front",
              {"spec", "template", "metadata", "annotations", "kubectl.kubernetes.io/restartedAt"})
          .str()
          .empty());
  CHECK(play.at("deployments.apps", "front", {"status", "updatedReplicas"}).as_int() == 2);
}

TEST_CASE("event player: an undo goes back to the revision before, and another one forth again") {
  const std::string undo = "workload: Deployment default/front, undo: true}\n";
  Play play(web_server(), "    - {at: 2m, " + undo +
                              "    - {at: 3m, workload: Deployment default/front, set_image: "
                              "{image: web:v2}}\n    - {at: 5m, " +
                              undo + "    - {at: 7m, " + undo);
  play.to(150s);
  CHECK(play.image() == "web:v1");  // there was nothing to go back to
  play.to(4min);
  CHECK(play.image() == "web:v2");
  play.to(6min);
  CHECK(play.image() == "web:v1");
  const auto revision = [&] {
    return play
        .at("deployments.apps", "front",
            {"metadata", "annotations", "deployment.kubernetes.io/revision"})
        .str();
  };
  CHECK(revision() == "3");
  CHECK(play.run().store().list("replicasets.apps").size() == 2);  // the old one serves again
  play.to(8min);
  CHECK(play.image() == "web:v2");
  CHECK(revision() == "4");
}

TEST_CASE("event player: an undo takes back all of a template, not its image alone") {
  Play play(web_server({.container = "          env: [{name: MODE, value: old}]\n"}),
            "    - {at: 2m, apply: drills/more.yaml}\n"
            "    - {at: 4m, workload: Deployment default/front, undo: true}\n",
            {.files = {{"drills/more.yaml",
                        web_server({.image = "web:v2",
                                    .container = "          env: [{name: MODE, value: new}, "
                                                 "{name: MORE, value: x}]\n"})}}});
  const auto env = [&] {
    return play.at("deployments.apps", "front",
                   {"spec", "template", "spec", "containers", "0", "env"});
  };
  play.to(3min);
  CHECK(env().size() == 2);
  play.to(5min);
  CHECK(play.image() == "web:v1");
  REQUIRE(env().size() == 1);
  CHECK(env()[std::size_t{0}]["value"].str() == "old");
}

TEST_CASE("event player: a new image goes to one container, or to all of them") {
  const std::string both = "        - {name: side, image: web:v1}\n";
  const std::string event = "workload: Deployment default/front, set_image: ";
  Play play(web_server({.container = both}),
            "    - {at: 2m, " + event + "{container: side, image: web:v2}}\n    - {at: 3m, " +
                event + "{container: other, image: web:broken}}\n    - {at: 4m, " + event +
                "{image: web:latest}}\n");
  play.to(2min);
  CHECK(play.image(0) == "web:v1");
  CHECK(play.image(1) == "web:v2");
  play.to(3min);
  CHECK(play.image(0) == "web:v1");
  CHECK(play.image(1) == "web:v2");
  play.to(4min);
  CHECK(play.image(0) == "web:latest");
  CHECK(play.image(1) == "web:latest");
}

TEST_CASE("event player: a workload is scaled, and objects are deleted") {
  Play play(web_server(),
            "    - {at: 2m, workload: Deployment default/front, scale: 5}\n"
            "    - {at: 4m, workload: Deployment default/front, scale: 0}\n"
            "    - {at: 5m, workload: default/front, delete: Service}\n"
            "    - {at: 5m, workload: default/nobody, delete: Service}\n"
            "    - {at: 6m, workload: b-0, delete: Node}\n");
  const auto pods = [&] { return play.run().store().list("pods", "default").size(); };
  play.to(3min);
  CHECK(pods() == 5);
  play.to(5min - 1ms);
  CHECK(pods() == 0);
  CHECK(play.run().store().get({"services", "default", "front"}) != nullptr);
  play.to(5min);
  CHECK(play.run().store().get({"services", "default", "front"}) == nullptr);
  CHECK(play.run().store().get({"nodes", "", "b-0"}) != nullptr);
  play.to(6min);
  CHECK(play.run().store().get({"nodes", "", "b-0"}) == nullptr);
}

TEST_CASE("event player: a file of the lab is applied with the lab's parameters in it") {
  Play play(web_server(), "    - {at: 2m, apply: drills/more.yaml}\n",
            {.parameters = "parameters:\n  - {name: app, choices: [extra, other]}\n",
             .files = {{"drills/more.yaml",
                        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${app}}\ndata: {home: "
                        "\"${HOME}\"}\n---\n" +
                            web_server({.replicas = 3})}}});
  play.to(2min - 1ms);
  CHECK(play.run().store().get({"configmaps", "default", "extra"}) == nullptr);
  play.to(2min);
  CHECK(play.at("configmaps", "extra", {"data", "home"}).str() == "${HOME}");
  CHECK(play.at("deployments.apps", "front", {"spec", "replicas"}).as_int() == 3);
}

TEST_CASE("event player: a fault hits the node where most Pods of a workload lie") {
  Play play(
      web_server({.replicas = 3, .pod = "      nodeSelector: {kubernetes.io/hostname: a-1}\n"}),
      "    - {at: 2m, workload: Deployment default/front, fault: node-down}\n"
      "    - {at: 4m, node: a-1, fault: node-up}\n");
  const auto ready = [&] {
    const sim::Value conditions = play.at("nodes", "a-1", {"status", "conditions"});
    for (const sim::Value& each : conditions.items()) {
      if (each["type"].as_string() == "Ready") return each["status"].str();
    }
    return std::string();
  };
  play.to(2min);
  CHECK(ready() == "True");
  play.to(3min);
  CHECK(ready() == "Unknown");
  play.to(5min);
  CHECK(ready() == "True");
}

TEST_CASE("event player: a crash is of one Pod of the workload") {
  Play play(web_server(),
            "    - {at: 2m, workload: Deployment default/front, fault: container-crash}\n"
            "    - {at: 3m, workload: Deployment default/gone, fault: container-crash}\n");
  play.to(4min);
  std::int64_t restarts = 0;
  int restarted = 0;
  for (const sim::ObjectPtr& pod : play.run().store().list("pods", "default")) {
    const std::int64_t count =
        pod->document["status"]["containerStatuses"][std::size_t{0}]["restartCount"].as_int();
    restarts += count;
    restarted += count > 0 ? 1 : 0;
  }
  CHECK(restarts == 1);
  CHECK(restarted == 1);
}

TEST_CASE("event player: what an event names and is not there is left out") {
  Play with("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n",
            "    - {at: 2m, workload: Deployment default/front, restart: true}\n"
            "    - {at: 2m, workload: Deployment default/front, scale: 3}\n"
            "    - {at: 2m, workload: Deployment default/front, undo: true}\n"
            "    - {at: 2m, workload: Deployment default/front, drain: true}\n"
            "    - {at: 2m, workload: Deployment default/front, fault: node-down}\n");
  Play without("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n", "");
  with.to(5min);
  without.to(5min);
  CHECK(with.run().run_hash() == without.run().run_hash());
}

TEST_CASE("event player: equal runs, in one step or in many") {
  const std::string manifests = web_server({.replicas = 4}) + budget("maxUnavailable: 1");
  const std::string events =
      std::string(kDrain) +
      "    - {at: 3m, workload: Deployment default/front, fault: container-crash}\n"
      "    - {at: 200s, workload: Deployment default/front, set_image: {image: web:v2}}\n"
      "    - {at: 5m, workload: Deployment default/front, uncordon: true}\n"
      "    - {at: 6m, workload: Deployment default/front, undo: true}\n";
  Play once(manifests, events), again(manifests, events), stepwise(manifests, events);
  Play none(manifests, "");
  once.to(9min);
  again.to(9min);
  none.to(9min);
  for (Duration at = 10s; at < 9min; at += 700ms) stepwise.to(at);
  stepwise.to(9min);
  stepwise.to(9min);
  CHECK(once.run().run_hash() == again.run().run_hash());
  CHECK(once.run().run_hash() == stepwise.run().run_hash());
  CHECK(once.run().run_hash() != none.run().run_hash());
}
