#include "tests/sim/controllers/sets_world.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "sim/controllers/controller_history.h"
#include "sim/controllers/daemonset_pods.h"

namespace inferlab {

using sim::ObjectPtr;
using sim::PodView;
using sim::Value;

namespace {

std::string image_in(const Value& pod_spec) {
  return pod_spec["containers"][std::size_t{0}]["image"].str();
}

std::string how_it_is(const PodView& pod) {
  if (pod.meta.deletion_timestamp) return " ending";
  if (pod.terminal()) return " " + pod.phase;
  return pod.ready ? " ready" : "";
}

std::string joined(std::vector<std::string> parts) {
  std::sort(parts.begin(), parts.end());
  return fmt::format("{}", fmt::join(parts, ", "));
}

}  // namespace

void SetsWorld::create_stateful_set(int replicas, std::string_view extra) {
  create("statefulsets.apps", fmt::format(
                                  R"({{"apiVersion":"apps/v1","kind":"StatefulSet",
 "metadata":{{"name":"web"}},"spec":{{"replicas":{},"serviceName":"peers",{}
 "selector":{{"matchLabels":{{"app":"web"}}}},
 "template":{{"metadata":{{"labels":{{"app":"web"}}}},
 "spec":{{"containers":[{{"name":"main","image":"v1"}}]}}}}}}}})",
                                  replicas, extra));
}

void SetsWorld::create_daemon_set(std::string_view extra, std::string_view pod_spec) {
  create("daemonsets.apps", fmt::format(
                                R"({{"apiVersion":"apps/v1","kind":"DaemonSet",
 "metadata":{{"name":"web"}},"spec":{{{}"selector":{{"matchLabels":{{"app":"web"}}}},
 "template":{{"metadata":{{"labels":{{"app":"web"}}}},
 "spec":{{{}"containers":[{{"name":"main","image":"v1"}}]}}}}}}}})",
                                extra, pod_spec));
}

void SetsWorld::set_image_of(std::string_view resource, std::string_view image) {
  patch(
      resource, "web",
      fmt::format(
          R"({{"spec":{{"template":{{"spec":{{"containers":[{{"name":"main","image":"{}"}}]}}}}}}}})",
          image));
}

void SetsWorld::bind_all() {
  for (const std::string& name : pods([](const PodView& pod) { return pod.node_name.empty(); })) {
    const std::string wanted = sim::target_node(*store.get({"pods", "default", name}));
    bind(name, wanted.empty() ? "w1" : wanted);
  }
}

void SetsWorld::bring_up() {
  std::uint64_t before = 0;
  while (store.revision() != before) {
    before = store.revision();
    settle();
    bind_all();
    make_some_ready(100);
    settle();
  }
}

std::string SetsWorld::pods_line() const {
  std::vector<std::string> parts;
  for (const ObjectPtr& pod : list("pods")) {
    parts.push_back(fmt::format("{}:{}{}", pod->key.name, image_in(pod->document["spec"]),
                                how_it_is(pod->view<PodView>())));
  }
  return joined(std::move(parts));
}

std::string SetsWorld::nodes_line() const {
  std::vector<std::string> parts;
  for (const ObjectPtr& pod : list("pods")) {
    parts.push_back(fmt::format("{}:{}{}", sim::target_node(*pod), image_in(pod->document["spec"]),
                                how_it_is(pod->view<PodView>())));
  }
  return joined(std::move(parts));
}

std::string SetsWorld::stateful_counts() const {
  const Value status = get("statefulsets.apps", "web")["status"];
  return fmt::format("{} ready {} available {} current {} updated {}", status["replicas"].as_int(),
                     status["readyReplicas"].as_int(), status["availableReplicas"].as_int(),
                     status["currentReplicas"].as_int(), status["updatedReplicas"].as_int());
}

std::string SetsWorld::daemon_counts() const {
  const Value status = get("daemonsets.apps", "web")["status"];
  return fmt::format("{} of {} ready {} available {} updated {} misplaced {}",
                     status["currentNumberScheduled"].as_int(),
                     status["desiredNumberScheduled"].as_int(), status["numberReady"].as_int(),
                     status["numberAvailable"].as_int(), status["updatedNumberScheduled"].as_int(),
                     status["numberMisscheduled"].as_int());
}

std::string SetsWorld::revisions() const {
  std::vector<std::string> parts;
  for (const ObjectPtr& revision : list(sim::kRevisions)) {
    parts.push_back(fmt::format("{}:{}", sim::number_of(*revision),
                                image_in(sim::template_of(*revision)["spec"])));
  }
  std::sort(parts.begin(), parts.end());
  return fmt::format("{}", fmt::join(parts, " "));
}

}  // namespace inferlab
