#include "sim/controllers/rollout_math.h"

#include <algorithm>
#include <cmath>

namespace inferlab::sim {
namespace {

/// What a ReplicaSet counts for when one asks how many may go: Pods beyond its size are about to
/// end, and those that are not available count where nobody relies on them.
std::int64_t weight_in_scale_down(const std::optional<CanarySet>& set, bool ignores_availability) {
  if (!set) return 0;
  if (set->replicas < set->available || ignores_availability) return set->replicas;
  return set->available;
}

/// Rounding up and down come equally close to the weight.
bool is_tied(std::int64_t total, std::int64_t weight) {
  const double exact = static_cast<double>(total) * (static_cast<double>(weight) / 100.0);
  return exact - std::floor(exact) == 0.5;
}

double distance(std::int64_t canary, std::int64_t total, std::int64_t weight) {
  return std::abs(static_cast<double>(canary * 100) / static_cast<double>(total) -
                  static_cast<double>(weight));
}

std::int64_t drained(const CanarySet& set, std::int64_t goal, std::int64_t count,
                     std::int64_t kept) {
  return set.replicas > goal ? std::max(goal, set.replicas - count) : kept;
}

/// Keeps both sizes within the surge; what that takes from the available Pods of the set that
/// stays comes off the one that is drained.
void fit(const std::optional<CanarySet>& going, const std::optional<CanarySet>& staying,
         std::int64_t& going_size, std::int64_t& staying_size, std::int64_t most,
         std::int64_t least_available) {
  if (!staying) return;
  const auto over = [&] { return std::max<std::int64_t>(0, staying_size + going_size - most); };
  staying_size -= over();
  const std::int64_t available = (going ? std::min(going->available, going_size) : 0) +
                                 std::min(staying->available, staying_size);
  const std::int64_t lost = std::max<std::int64_t>(0, staying->available - staying_size);
  const std::int64_t missing = std::max<std::int64_t>(0, least_available - available);
  staying_size += std::min(lost, missing);
  going_size -= over();
}

}  // namespace

CanarySizes canary_goal(std::int64_t replicas, std::int64_t weight, std::int64_t max_surge) {
  if (replicas == 0) return {};
  const std::int64_t above = (replicas * weight + 99) / 100;
  const std::int64_t below = replicas * weight / 100;
  const bool may_be_none = weight == 100 || weight == 0 || (replicas == 1 && max_surge == 0);
  std::optional<CanarySizes> best;
  double best_distance = 0;
  const auto consider = [&](std::int64_t canary, std::int64_t total) {
    const double off = distance(canary, total, weight);
    if (best && off >= best_distance) return;
    best = CanarySizes{canary, total - canary};
    best_distance = off;
  };
  const bool below_counts = below != 0 || may_be_none;
  if (above < replicas || may_be_none) consider(above, replicas);
  if (!is_tied(replicas, weight) && below_counts) consider(below, replicas);
  if (max_surge > 0) {
    consider(above, replicas + 1);
    if (!is_tied(replicas + 1, weight) && below_counts) consider(below, replicas + 1);
  }
  return best.value_or(CanarySizes{0, replicas});
}

CanarySizes canary_sizes(const CanaryPlan& plan) {
  CanarySizes goal = canary_goal(plan.replicas, plan.weight, plan.max_surge);
  // Without a stable set there are no steps: all Pods are of the present template.
  if (!plan.stable) goal = {plan.replicas, 0};
  CanarySizes out{plan.canary ? plan.canary->replicas : 0, plan.stable ? plan.stable->replicas : 0};
  const std::int64_t most = plan.replicas + plan.max_surge;
  std::int64_t room = most - (out.canary + out.stable + plan.others);

  if (plan.stable && out.stable < goal.stable && room > 0) {
    const std::int64_t more = std::min(room, goal.stable - out.stable);
    out.stable += more;
    room -= more;
  }
  if (plan.canary && out.canary < goal.canary && room > 0) {
    out.canary += std::min(room, goal.canary - out.canary);
  }
  if (plan.others > 0) return out;  // those go first

  const std::int64_t least = plan.replicas - plan.max_unavailable;
  // Whose Pods go need not be available to be counted: a set whose Pods crash can still go.
  const bool grows = !plan.canary || goal.canary >= plan.canary->replicas;
  const std::int64_t present =
      weight_in_scale_down(plan.canary, !grows) + weight_in_scale_down(plan.stable, grows);
  if (present <= least) return out;
  const std::int64_t may_go = present - least;
  if (!grows) {
    out.canary = drained(*plan.canary, goal.canary, may_go, out.canary);
    fit(plan.canary, plan.stable, out.canary, out.stable, most, least);
  } else if (plan.stable) {
    out.stable = drained(*plan.stable, goal.stable, may_go, out.stable);
    fit(plan.stable, plan.canary, out.stable, out.canary, most, least);
  }
  return out;
}

}  // namespace inferlab::sim
