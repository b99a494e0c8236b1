// Runs tests/golden/scheduler: decisions, scores and messages of kube-scheduler.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <memory>
#include <set>
#include <sstream>

#include "sim/api/json.h"
#include "tests/sim/scheduler/scheduler_world.h"

namespace inferlab {
namespace {

using sim::SchedulingExplanation;
using sim::Value;

class World final : public testing::GoldenWorld {
 public:
  std::string run(const testing::GoldenCommand& command) override {
    const std::string& verb = command.name;
    if (verb == "node") {
      world().put_node(command);
      return {};
    }
    if (verb == "bound") {
      world().put_pod(command, command.get("node"));
      return {};
    }
    if (verb == "profile") return configure(command.text);
    if (verb == "namespace") {
      world().put_namespace(command.words.at(0), command.get("labels"));
      return {};
    }
    if (verb == "service") {
      world().put_service(command);
      return {};
    }
    if (verb == "budget") {
      world().put_budget(command);
      return {};
    }
    if (verb == "object") {
      // Of any kind, in JSON: object RESOURCE NAME [namespace=NAMESPACE]
      world().put(command.words.at(0), command.get("namespace"), command.words.at(1),
                  sim::parse_json(command.text).value());
      return {};
    }
    if (verb == "schedule") return schedule(command);
    if (verb == "queue") {
      // Pods that come together: queue NAME,NAME … like `schedule`.
      for (const std::string& name : names_of(command)) {
        testing::GoldenCommand one = command;
        one.words = {name};
        world().put_pod(one, {});
      }
      return {};
    }
    if (verb == "outcomes") {
      // After so many seconds: outcomes NAME,NAME after=SECONDS
      world().run_for(std::chrono::seconds(command.integer("after", 1)));
      std::string out;
      for (const std::string& name : names_of(command)) out += world().outcome(name) + "\n";
      return out;
    }
    if (verb == "decision") {
      // Long enough for any back-off to pass.
      world().run_for(11s);
      return world().outcome(command.words.at(0)) + "\n";
    }
    if (verb == "allocatable") return grow(command);
    if (verb == "ungate") return ungate(command);
    if (verb == "delete") {
      world().remove_pod(command.words.at(0));
      return {};
    }
    if (verb == "explain") return explain(command.words.at(0));
    return fmt::format("unknown command {}\n", verb);
  }

 private:
  SchedulerWorld& world() { return *world_; }

  static std::vector<std::string> names_of(const testing::GoldenCommand& command) {
    std::vector<std::string> out;
    std::istringstream words(command.words.at(0));
    for (std::string name; std::getline(words, name, ',');) out.push_back(name);
    return out;
  }

  SchedulingExplanation look(const std::string& name) {
    return world().scheduler.explain("default", name).value();
  }

  // The profile of a KubeSchedulerConfiguration, in JSON; first of all.
  std::string configure(const std::string& text) {
    const auto profile = sim::profiles_from(sim::parse_json(text).value_or(Value()));
    if (!profile) return profile.error().message + "\n";
    world_ = std::make_unique<SchedulerWorld>(1, *profile);
    return {};
  }

  std::set<std::string> pods() {
    std::set<std::string> out;
    for (const sim::ObjectPtr& pod : world().store.list("pods")) out.insert(pod->key.name);
    return out;
  }

  // Runs until nothing is evicted any more, and says who was, and what was said before.
  std::string settle(const std::string& name) {
    const std::set<std::string> before = pods();
    std::string first;
    while (true) {
      world().run_for(500ms);
      // Claims that are bound before the Pod are looked at once a second.
      if (world().outcome(name).ends_with(": waiting")) world().run_for(2s);
      if (first.empty()) first = world().outcome(name);
      if (!world().finish_deletions()) break;
      world().run_for(2s);
    }
    const std::set<std::string> after = pods();
    std::string out;
    const std::string uid = world().pod(name)["metadata"]["uid"].str();
    for (const std::string& pod : before) {
      if (after.contains(pod)) continue;
      std::string events = world().events_of(pod);
      if (const std::size_t at = events.find(uid); at != std::string::npos) {
        events.replace(at, uid.size(), "<uid>");
      }
      const std::size_t preempted = events.find("Normal Preempted");
      out += fmt::format("  {}: {}", pod,
                         preempted == std::string::npos ? "gone\n" : events.substr(preempted));
    }
    return out.empty() ? out : fmt::format("  {}\n{}", first, out);
  }

  // Prints all nodes that are equally good. took=NODE goes on with that one, whichever the seed
  // would have chosen.
  std::string schedule(const testing::GoldenCommand& command) {
    const std::string name = command.words.at(0);
    world().put_pod(command, {});
    const std::string ns = command.get("namespace", "default");
    if (ns != "default") {
      const SchedulingExplanation found = world().scheduler.explain(ns, name).value();
      world().run_for(500ms);
      return print(command, found, {});
    }
    const SchedulingExplanation before = look(name);
    const std::string evicted = settle(name);
    return print(command, before, evicted);
  }

  std::string print(const testing::GoldenCommand& command, const SchedulingExplanation& before,
                    const std::string& evicted) {
    const std::string& name = command.words.at(0);
    const std::string outcome = world().outcome(name);
    std::vector<const SchedulingExplanation::NodeVerdict*> feasible;
    std::int64_t best = 0;
    for (const auto& node : before.nodes) {
      if (!node.refusals.empty()) continue;
      feasible.push_back(&node);
      best = std::max(best, node.total);
    }
    if (feasible.empty() || outcome.find(" -> ") == std::string::npos) {
      return outcome + "\n" + evicted;
    }
    std::sort(feasible.begin(), feasible.end(),
              [](const auto* a, const auto* b) { return a->node < b->node; });
    std::vector<std::string> ties;
    std::string scores;
    for (const auto* node : feasible) {
      if (node->total == best) ties.push_back(node->node);
      std::vector<std::string> parts;
      for (const auto& [plugin, score] : node->scores) {
        parts.push_back(fmt::format("{} {}", plugin, score));
      }
      std::sort(parts.begin(), parts.end());
      if (feasible.size() > 1) {
        scores += fmt::format("  {} {}: {}\n", node->node, node->total, fmt::join(parts, ", "));
      }
    }
    const std::string chosen = world().pod(name)["spec"]["nodeName"].str();
    if (std::find(ties.begin(), ties.end(), chosen) == ties.end()) {
      return fmt::format("{} went to {}, which is not among the best\n", name, chosen);
    }
    if (const std::string took = command.get("took"); !took.empty() && took != chosen) {
      world().remove_pod(name);
      world().put_pod(command, took);
    }
    return fmt::format("{} -> {}\n{}", name, fmt::join(ties, " | "), scores);
  }

  std::string grow(const testing::GoldenCommand& command) {
    const std::string name = command.words.at(0);
    Value node = world().store.get({"nodes", "", name})->document;
    for (const auto& [resource, amount] : command.args) {
      node = node.with_path({"status", "allocatable", resource}, amount);
    }
    world().put("nodes", "", name, node);
    return {};
  }

  std::string ungate(const testing::GoldenCommand& command) {
    const std::string name = command.words.at(0);
    Value pod = world().pod(name).without_path({"spec", "schedulingGates"});
    if (const std::string gate = command.get("gates"); !gate.empty()) {
      pod = pod.with_path({"spec", "schedulingGates"},
                          Value::array({Value::object({{"name", gate}})}));
    }
    world().put("pods", "default", name, pod);
    return {};
  }

  std::string explain(const std::string& name) {
    const auto answer = world().scheduler.explain("default", name);
    if (!answer) return fmt::format("{}\n", answer.error().message);
    const SchedulingExplanation& found = *answer;
    std::string out = fmt::format("{}: {}\n", found.pod, found.state);
    if (!found.message.empty()) out += found.message + "\n";
    for (const auto& node : found.nodes) {
      if (node.refusals.empty())
        out += fmt::format("  {}: fits, score {}\n", node.node, node.total);
      for (const auto& [plugin, reason] : node.refusals) {
        out += fmt::format("  {}: {}: {}\n", node.node, plugin, reason);
      }
    }
    return out;
  }

  std::unique_ptr<SchedulerWorld> world_ = std::make_unique<SchedulerWorld>();
};

}  // namespace

TEST_CASE("kube-scheduler decides and explains as the golden cases say") {
  for (const std::string& failure :
       testing::run_golden_cases("scheduler", [] { return std::make_unique<World>(); })) {
    FAIL_CHECK(failure);
  }
}

}  // namespace inferlab
