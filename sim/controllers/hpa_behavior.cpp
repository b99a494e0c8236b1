#include "sim/controllers/hpa_behavior.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace inferlab::sim {
namespace {

/// --horizontal-pod-autoscaler-downscale-stabilization
constexpr Duration kDownscaleStabilization = 5min;
// Without a behavior nothing grows faster than this in one sync.
constexpr std::int64_t kGrowthFactor = 2;
constexpr std::int64_t kGrowthMinimum = 4;

constexpr HpaVerdict kReady{"ReadyForNewScale", "recommended size matches current size"};
constexpr HpaVerdict kUpStabilized{
    "ScaleUpStabilized",
    "recent recommendations were lower than current one, applying the lowest recent "
    "recommendation"};
constexpr HpaVerdict kDownStabilized{
    "ScaleDownStabilized",
    "recent recommendations were higher than current one, applying the highest recent "
    "recommendation"};
constexpr HpaVerdict kWithinRange{"DesiredWithinRange",
                                  "the desired count is within the acceptable range"};
constexpr HpaVerdict kTooMany{"TooManyReplicas",
                              "the desired replica count is more than the maximum replica count"};
constexpr HpaVerdict kTooFew{"TooFewReplicas",
                             "the desired replica count is less than the minimum replica count"};
constexpr HpaVerdict kUpLimit{
    "ScaleUpLimit", "the desired replica count is increasing faster than the maximum scale rate"};
constexpr HpaVerdict kDownLimit{
    "ScaleDownLimit", "the desired replica count is decreasing faster than the maximum scale rate"};

HpaRules rules_from(const Value& rules, HpaRules defaults) {
  const Value& window = rules["stabilizationWindowSeconds"];
  if (window.is_int()) defaults.window = std::chrono::seconds(window.as_int());
  const std::string_view select = rules["selectPolicy"].as_string();
  if (select == "Min") defaults.select = HpaRules::Select::kMin;
  if (select == "Disabled") defaults.select = HpaRules::Select::kDisabled;
  if (rules["policies"].empty()) return defaults;
  defaults.policies.clear();
  for (const Value& policy : rules["policies"].items()) {
    defaults.policies.push_back({policy["type"].as_string() == "Percent", policy["value"].as_int(),
                                 std::chrono::seconds(policy["periodSeconds"].as_int())});
  }
  return defaults;
}

bool is_within(const HpaHistory::Mark& mark, Duration window, Time now) {
  return now - mark.at < window;
}

std::int64_t sum_within(const std::vector<HpaHistory::Mark>& marks, Duration period, Time now) {
  std::int64_t sum = 0;
  for (const HpaHistory::Mark& mark : marks) {
    if (is_within(mark, period, now)) sum += mark.replicas;
  }
  return sum;
}

// The new recommendation takes the place of those that no window reaches any more.
void recommend(HpaHistory& history, std::int64_t replicas, Duration longest, Time now) {
  std::erase_if(history.recommendations,
                [&](const HpaHistory::Mark& mark) { return !is_within(mark, longest, now); });
  history.recommendations.push_back({now, replicas});
}

HpaNormalized normalize_plainly(HpaHistory& history, std::int64_t current, std::int64_t desired,
                                std::int64_t least, std::int64_t most, Time now) {
  std::int64_t stable = desired;
  for (const HpaHistory::Mark& mark : history.recommendations) {
    if (is_within(mark, kDownscaleStabilization, now)) stable = std::max(stable, mark.replicas);
  }
  recommend(history, desired, kDownscaleStabilization, now);
  const std::int64_t fastest = std::max(kGrowthFactor * current, kGrowthMinimum);
  const std::int64_t ceiling = std::min(most, fastest);
  HpaNormalized out{stable, stable == desired ? kReady : kDownStabilized, false, kWithinRange};
  if (stable < least) {
    out.replicas = least;
    out.limit = kTooFew;
  } else if (stable > ceiling) {
    out.replicas = ceiling;
    out.limit = most > fastest ? kUpLimit : kTooMany;
  }
  out.limited = out.replicas != stable;
  return out;
}

// The number that a policy lets it reach, of the one at the beginning of its period.
std::int64_t reach_up(const HpaPolicy& policy, std::int64_t began_with) {
  if (!policy.percent) return began_with + policy.value;
  return static_cast<std::int64_t>(
      std::ceil(static_cast<double>(began_with) * (1 + static_cast<double>(policy.value) / 100)));
}
std::int64_t reach_down(const HpaPolicy& policy, std::int64_t began_with) {
  if (!policy.percent) return began_with - policy.value;
  return static_cast<std::int64_t>(static_cast<double>(began_with) *
                                   (1 - static_cast<double>(policy.value) / 100));
}

std::int64_t rate_limit(const HpaHistory& history, const HpaRules& rules, bool up,
                        std::int64_t current, Time now) {
  if (rules.select == HpaRules::Select::kDisabled) return current;
  // The largest change is the largest number on the way up and the smallest on the way down.
  const bool largest = up == (rules.select == HpaRules::Select::kMax);
  using Limits = std::numeric_limits<std::int32_t>;
  std::int64_t result = largest ? Limits::min() : Limits::max();
  for (const HpaPolicy& policy : rules.policies) {
    const std::int64_t began_with = current - sum_within(history.scale_ups, policy.period, now) +
                                    sum_within(history.scale_downs, policy.period, now);
    const std::int64_t reach = up ? reach_up(policy, began_with) : reach_down(policy, began_with);
    result = largest ? std::max(result, reach) : std::min(result, reach);
  }
  return result;
}

std::int64_t stabilize(HpaHistory& history, const HpaBehavior& behavior, std::int64_t current,
                       std::int64_t desired, Time now) {
  std::int64_t lowest = desired;
  std::int64_t highest = desired;
  for (const HpaHistory::Mark& mark : history.recommendations) {
    if (is_within(mark, behavior.up.window, now)) lowest = std::min(lowest, mark.replicas);
    if (is_within(mark, behavior.down.window, now)) highest = std::max(highest, mark.replicas);
  }
  recommend(history, desired, std::max(behavior.up.window, behavior.down.window), now);
  return std::min(std::max(current, lowest), highest);
}

HpaNormalized normalize_by(HpaHistory& history, const HpaBehavior& behavior, std::int64_t current,
                           std::int64_t desired, std::int64_t least, std::int64_t most, Time now) {
  const std::int64_t stable = stabilize(history, behavior, current, desired, now);
  const HpaVerdict stabilized = desired >= current ? kUpStabilized : kDownStabilized;
  HpaNormalized out{stable, stable == desired ? kReady : stabilized, false, kWithinRange};
  if (stable > current) {
    const std::int64_t rate =
        std::max(current, rate_limit(history, behavior.up, true, current, now));
    const std::int64_t ceiling = std::min(most, rate);
    if (stable > ceiling) {
      out.replicas = ceiling;
      out.limit = most > rate ? kUpLimit : kTooMany;
    }
  } else if (stable < current) {
    const std::int64_t rate =
        std::min(current, rate_limit(history, behavior.down, false, current, now));
    const std::int64_t floor = std::max(least, rate);
    if (stable < floor) {
      out.replicas = floor;
      out.limit = least < rate ? kDownLimit : kTooFew;
    }
  }
  out.limited = out.replicas != stable;
  return out;
}

Duration longest_period(const HpaRules& rules) {
  Duration longest{};
  for (const HpaPolicy& policy : rules.policies) longest = std::max(longest, policy.period);
  return longest;
}

}  // namespace

std::optional<HpaBehavior> hpa_behavior_from(const Value& behavior) {
  if (!behavior.is_object()) return std::nullopt;
  const HpaRules up{0s, HpaRules::Select::kMax, {{false, 4, 15s}, {true, 100, 15s}}};
  const HpaRules down{kDownscaleStabilization, HpaRules::Select::kMax, {{true, 100, 15s}}};
  return HpaBehavior{rules_from(behavior["scaleUp"], up), rules_from(behavior["scaleDown"], down)};
}

void HpaHistory::begin(std::int64_t current, Time now) {
  if (recommendations.empty()) recommendations.push_back({now, current});
}

void HpaHistory::rescaled(const std::optional<HpaBehavior>& behavior, std::int64_t from,
                          std::int64_t to, Time now) {
  if (!behavior) return;
  const bool up = to > from;
  std::vector<Mark>& marks = up ? scale_ups : scale_downs;
  const Mark mark{now, up ? to - from : from - to};
  // The last one that no policy of its own direction reaches gives its place up; policies of the
  // other direction may still have looked at it.
  const Duration longest = longest_period(up ? behavior->up : behavior->down);
  const auto outdated = std::find_if(
      marks.rbegin(), marks.rend(), [&](const Mark& one) { return !is_within(one, longest, now); });
  if (outdated == marks.rend()) {
    marks.push_back(mark);
  } else {
    *outdated = mark;
  }
}

HpaNormalized hpa_normalize(HpaHistory& history, const std::optional<HpaBehavior>& behavior,
                            std::int64_t current, std::int64_t desired, std::int64_t least,
                            std::int64_t most, Time now) {
  if (!behavior) return normalize_plainly(history, current, desired, least, most, now);
  return normalize_by(history, *behavior, current, desired, least, most, now);
}

}  // namespace inferlab::sim
