#include "sim/serving/step_profile.h"

#include <algorithm>

#include "engine/base/check.h"

namespace inferlab::sim {
namespace {

constexpr std::size_t kMaxKnots = 256;
constexpr std::int64_t kMaxRows = std::int64_t{1} << 24;
constexpr std::int64_t kMaxNs = std::int64_t{3600} * 1'000'000'000;  // an hour
constexpr std::int64_t kMaxPs = std::int64_t{1'000'000'000'000};     // a second

double rows_ns(const std::vector<StepProfile::Knot>& knots, std::int64_t rows) {
  if (knots.size() == 1 || rows <= knots.front().rows) {
    return static_cast<double>(knots.front().ns);
  }
  std::size_t upper = 1;
  while (upper + 1 < knots.size() && knots[upper].rows < rows) ++upper;
  const StepProfile::Knot& low = knots[upper - 1];
  const StepProfile::Knot& high = knots[upper];
  return static_cast<double>(low.ns) + static_cast<double>(high.ns - low.ns) *
                                           static_cast<double>(rows - low.rows) /
                                           static_cast<double>(high.rows - low.rows);
}

/// So many times `ps`, in nanoseconds.
double times_ps(std::int64_t count, std::int64_t ps) {
  return static_cast<double>(count) * static_cast<double>(ps) / 1000.0;
}

}  // namespace

StepLoad StepLoad::of(const Step& step) {
  StepLoad load;
  for (const ScheduledRequest& entry : step.scheduled) {
    const std::int64_t tokens = entry.num_tokens;
    load.rows += tokens;
    if (entry.samples) load.sampled += entry.num_draft_tokens + 1;
    if (entry.prefill) {
      load.prefill_pairs += tokens * entry.num_computed_tokens + tokens * (tokens + 1) / 2;
    } else {
      load.decode_context += tokens * entry.num_computed_tokens + tokens * (tokens + 1) / 2;
    }
  }
  return load;
}

double StepProfile::device_ns(const StepLoad& load) const {
  INFERLAB_CHECK(!knots.empty());
  double ns = rows_ns(knots, load.rows);
  if (load.sampled > 0) {
    ns += static_cast<double>(logits_ns) + times_ps(load.sampled - 1, sampled_ps);
  }
  ns += times_ps(load.decode_context, decode_context_ps);
  ns += times_ps(load.prefill_pairs, prefill_pair_ps);
  return ns;
}

double StepProfile::step_time_ns(const StepLoad& load) const {
  return device_ns(load) + static_cast<double>(step_ns) +
         static_cast<double>(load.sampled) * static_cast<double>(token_ns);
}

bool is_valid(const StepProfile& profile) {
  const std::vector<StepProfile::Knot>& knots = profile.knots;
  if (knots.empty() || knots.size() > kMaxKnots || knots.front().rows != 1) return false;
  for (std::size_t i = 0; i < knots.size(); ++i) {
    if (knots[i].rows > kMaxRows || knots[i].ns < 1 || knots[i].ns > kMaxNs) return false;
    if (i == 0) continue;
    if (knots[i].rows <= knots[i - 1].rows || knots[i].ns < knots[i - 1].ns) return false;
  }
  const auto within = [](std::int64_t value, std::int64_t most) {
    return value >= 0 && value <= most;
  };
  return within(profile.logits_ns, kMaxNs) && within(profile.sampled_ps, kMaxPs) &&
         within(profile.decode_context_ps, kMaxPs) && within(profile.prefill_pair_ps, kMaxPs) &&
         within(profile.step_ns, kMaxNs) && within(profile.token_ns, kMaxNs) &&
         within(profile.request_ns, kMaxNs);
}

}  // namespace inferlab::sim
