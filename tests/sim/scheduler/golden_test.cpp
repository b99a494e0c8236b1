// Runs tests/golden/scheduler: decisions, scores and messages of kube-scheduler.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <catch2/catch.hpp>

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
      world_.put_node(command);
      return {};
    }
    if (verb == "bound") {
      world_.put_pod(command, command.get("node"));
      return {};
    }
    if (verb == "schedule") return schedule(command);
    if (verb == "decision") {
      // Long enough for any back-off to pass.
      world_.run_for(11s);
      return world_.outcome(command.words.at(0)) + "\n";
    }
    if (verb == "allocatable") return grow(command);
    if (verb == "ungate") return ungate(command);
    if (verb == "delete") {
      world_.remove_pod(command.words.at(0));
      return {};
    }
    if (verb == "explain") return explain(command.words.at(0));
    return fmt::format("unknown command {}\n", verb);
  }

 private:
  SchedulingExplanation look(const std::string& name) const {
    return world_.scheduler.explain("default", name).value();
  }

  // Prints all nodes that are equally good. took=NODE goes on with that one, whichever the seed
  // would have chosen.
  std::string schedule(const testing::GoldenCommand& command) {
    const std::string name = command.words.at(0);
    world_.put_pod(command, {});
    const SchedulingExplanation before = look(name);
    world_.run_for(500ms);
    const std::string outcome = world_.outcome(name);
    std::vector<const SchedulingExplanation::NodeVerdict*> feasible;
    std::int64_t best = 0;
    for (const auto& node : before.nodes) {
      if (!node.refusals.empty()) continue;
      feasible.push_back(&node);
      best = std::max(best, node.total);
    }
    if (feasible.empty() || outcome.find(" -> ") == std::string::npos) return outcome + "\n";
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
    const std::string chosen = world_.pod(name)["spec"]["nodeName"].str();
    if (std::find(ties.begin(), ties.end(), chosen) == ties.end()) {
      return fmt::format("{} went to {}, which is not among the best\n", name, chosen);
    }
    if (const std::string took = command.get("took"); !took.empty() && took != chosen) {
      world_.remove_pod(name);
      world_.put_pod(command, took);
    }
    return fmt::format("{} -> {}\n{}", name, fmt::join(ties, " | "), scores);
  }

  std::string grow(const testing::GoldenCommand& command) {
    const std::string name = command.words.at(0);
    Value node = world_.store.get({"nodes", "", name})->document;
    for (const auto& [resource, amount] : command.args) {
      node = node.with_path({"status", "allocatable", resource}, amount);
    }
    world_.put("nodes", "", name, node);
    return {};
  }

  std::string ungate(const testing::GoldenCommand& command) {
    const std::string name = command.words.at(0);
    Value pod = world_.pod(name).without_path({"spec", "schedulingGates"});
    if (const std::string gate = command.get("gates"); !gate.empty()) {
      pod = pod.with_path({"spec", "schedulingGates"},
                          Value::array({Value::object({{"name", gate}})}));
    }
    world_.put("pods", "default", name, pod);
    return {};
  }

  std::string explain(const std::string& name) const {
    const auto answer = world_.scheduler.explain("default", name);
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

  SchedulerWorld world_;
};

}  // namespace

TEST_CASE("kube-scheduler decides and explains as the golden cases say") {
  for (const std::string& failure :
       testing::run_golden_cases("scheduler", [] { return std::make_unique<World>(); })) {
    FAIL_CHECK(failure);
  }
}

}  // namespace inferlab
