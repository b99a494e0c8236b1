#include "sim/controllers/hpa_replicas.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

namespace inferlab::sim {
namespace {

__extension__ using Wide = __int128;  // bytes, in thousandths, times a hundred, of many Pods

constexpr std::int64_t kMost = std::numeric_limits<std::int32_t>::max();

std::int64_t rounded_up(double replicas) {
  if (!(replicas < static_cast<double>(kMost))) return kMost;
  return static_cast<std::int64_t>(std::ceil(replicas));
}

using Names = std::set<std::string_view>;

struct Groups {
  std::int64_t ready = 0;
  Names unready, missing, ignored;
};

// CPU use during start-up says nothing of the load: of a young Pod it counts only once the Pod is
// ready and a whole window has been measured since; of an old one unless it never was ready.
bool is_starting(const HpaSettings& settings, Time now, const HpaPod& pod,
                 const HpaSample& sample) {
  if (!pod.readiness || !pod.started) return true;
  const HpaPod::Readiness& ready = *pod.readiness;
  if (*pod.started + settings.cpu_initialization > now) {
    return ready.is_false || sample.at < ready.since + sample.window;
  }
  return ready.is_false && *pod.started + settings.initial_readiness_delay > ready.since;
}

Groups group(const HpaSettings& settings, Time now, std::string_view resource,
             std::span<const HpaPod> pods, const HpaSamples& samples) {
  Groups out;
  for (const HpaPod& pod : pods) {
    if (pod.deleting || pod.phase == "Failed") {
      out.ignored.insert(pod.name);
      continue;
    }
    if (pod.phase == "Pending") {
      out.unready.insert(pod.name);
      continue;
    }
    const auto sample = samples.find(pod.name);
    if (sample == samples.end()) {
      out.missing.insert(pod.name);
    } else if (resource == "cpu" && is_starting(settings, now, pod, sample->second)) {
      out.unready.insert(pod.name);
    } else {
      ++out.ready;
    }
  }
  return out;
}

/// How a kind of target measures itself, and what it takes a Pod without a figure to use.
struct Measure {
  double ratio = 0;  // of what is used to what is wished for
  HpaProposal shown;
};

template <typename MeasureOf>
Result<HpaProposal> propose(const HpaSettings& settings, std::int64_t current, const Groups& groups,
                            HpaSamples& samples, const MeasureOf& measure_of) {
  INFERLAB_TRY(Measure first, measure_of.measure(samples));
  const bool wakes_up = !groups.unready.empty() && first.ratio > 1;
  const auto within = [&](double ratio) { return std::abs(1 - ratio) <= settings.tolerance; };
  if (!wakes_up && groups.missing.empty()) {
    first.shown.replicas =
        within(first.ratio) ? current : rounded_up(first.ratio * static_cast<double>(groups.ready));
    return first.shown;
  }
  // Pods without a figure damp the change, whichever way it goes.
  for (const std::string_view name : groups.missing) {
    const std::optional<std::int64_t> guess = measure_of.guess(name, first.ratio);
    if (guess) samples[std::string(name)] = {*guess, {}, {}};
  }
  if (wakes_up) {
    for (const std::string_view name : groups.unready) samples[std::string(name)] = {};
  }
  INFERLAB_TRY(const Measure second, measure_of.measure(samples));
  const double ratio = second.ratio;
  first.shown.replicas = current;
  const bool turns = (first.ratio < 1 && ratio > 1) || (first.ratio > 1 && ratio < 1);
  if (within(ratio) || turns) return first.shown;
  const std::int64_t wanted = rounded_up(ratio * static_cast<double>(samples.size()));
  if ((ratio < 1 && wanted > current) || (ratio > 1 && wanted < current)) return first.shown;
  first.shown.replicas = wanted;
  return first.shown;
}

class UtilizationMeasure {
 public:
  UtilizationMeasure(std::int64_t target_percent, std::map<std::string_view, std::int64_t> requests)
      : target_(target_percent), requests_(std::move(requests)) {}

  Result<Measure> measure(const HpaSamples& samples) const {
    Wide used = 0;
    Wide requested = 0;
    std::int64_t count = 0;
    for (const auto& [name, sample] : samples) {
      const auto request = requests_.find(name);
      if (request == requests_.end()) continue;
      used += sample.milli;
      requested += request->second;
      ++count;
    }
    if (requested == 0) return Error{ErrorKind::kInvalid, "no metrics returned matched known pods"};
    const auto percent = static_cast<std::int64_t>(std::min<Wide>(used * 100 / requested, kMost));
    Measure out;
    out.ratio = static_cast<double>(percent) / static_cast<double>(target_);
    out.shown.percent = percent;
    out.shown.usage_milli = static_cast<std::int64_t>(used / count);
    return out;
  }

  std::optional<std::int64_t> guess(std::string_view pod, double ratio) const {
    if (ratio > 1) return 0;
    if (ratio == 1) return std::nullopt;
    const auto request = requests_.find(pod);
    const std::int64_t requested = request == requests_.end() ? 0 : request->second;
    return static_cast<std::int64_t>(Wide{requested} * std::max<std::int64_t>(100, target_) / 100);
  }

 private:
  std::int64_t target_;
  std::map<std::string_view, std::int64_t> requests_;
};

class AverageMeasure {
 public:
  explicit AverageMeasure(std::int64_t target_milli) : target_(target_milli) {}

  Result<Measure> measure(const HpaSamples& samples) const {
    Wide used = 0;
    for (const auto& [name, sample] : samples) used += sample.milli;
    Measure out;
    out.shown.usage_milli =
        static_cast<std::int64_t>(used / static_cast<std::int64_t>(samples.size()));
    out.ratio = static_cast<double>(out.shown.usage_milli) / static_cast<double>(target_);
    return out;
  }

  std::optional<std::int64_t> guess(std::string_view /*pod*/, double ratio) const {
    return ratio < 1 ? target_ : 0;
  }

 private:
  std::int64_t target_;
};

Error no_pods() {
  return {ErrorKind::kNotFound, "no pods returned by selector while calculating replica count"};
}

// Groups the Pods and leaves the figures that count in `samples`.
Result<Groups> sorted(const HpaSettings& settings, Time now, std::string_view resource,
                      std::span<const HpaPod> pods, HpaSamples& samples) {
  if (pods.empty()) return no_pods();
  Groups groups = group(settings, now, resource, pods, samples);
  for (const Names* names : {&groups.ignored, &groups.unready}) {
    for (const std::string_view name : *names) {
      if (const auto found = samples.find(name); found != samples.end()) samples.erase(found);
    }
  }
  if (samples.empty()) {
    return Error{ErrorKind::kUnavailable,
                 "did not receive metrics for targeted pods (pods might be unready)"};
  }
  return groups;
}

}  // namespace

Result<HpaProposal> hpa_for_utilization(const HpaSettings& settings, Time now, std::int64_t current,
                                        std::int64_t target_percent, std::string_view resource,
                                        std::span<const HpaPod> pods, HpaSamples samples) {
  INFERLAB_TRY(const Groups groups, sorted(settings, now, resource, pods, samples));
  std::map<std::string_view, std::int64_t> requests;
  for (const HpaPod& pod : pods) {
    if (!pod.request_milli) return Error{ErrorKind::kInvalid, pod.missing_request};
    requests[pod.name] = *pod.request_milli;
  }
  return propose(settings, current, groups, samples,
                 UtilizationMeasure(target_percent, std::move(requests)));
}

Result<HpaProposal> hpa_for_average_value(const HpaSettings& settings, Time now,
                                          std::int64_t current, std::int64_t target_milli,
                                          std::string_view resource, std::span<const HpaPod> pods,
                                          HpaSamples samples) {
  INFERLAB_TRY(const Groups groups, sorted(settings, now, resource, pods, samples));
  return propose(settings, current, groups, samples, AverageMeasure(target_milli));
}

Result<HpaProposal> hpa_for_value(const HpaSettings& settings, std::int64_t current,
                                  std::int64_t target_milli, std::int64_t usage_milli,
                                  std::span<const HpaPod> pods) {
  const double ratio = static_cast<double>(usage_milli) / static_cast<double>(target_milli);
  HpaProposal out{current, usage_milli, {}};
  if (current == 0) {  // to zero Pods or from there, no matter how many are ready
    out.replicas = rounded_up(ratio);
    return out;
  }
  if (std::abs(1 - ratio) <= settings.tolerance) return out;
  if (pods.empty()) {
    return Error{ErrorKind::kNotFound, "unable to calculate ready pods: " + no_pods().message};
  }
  const auto ready = std::count_if(pods.begin(), pods.end(), [](const HpaPod& pod) {
    return pod.phase == "Running" && pod.readiness && pod.readiness->is_true;
  });
  out.replicas = rounded_up(ratio * static_cast<double>(ready));
  return out;
}

HpaProposal hpa_for_shared_value(const HpaSettings& settings, std::int64_t status_replicas,
                                 std::int64_t target_milli, std::int64_t usage_milli) {
  HpaProposal out{status_replicas, 0, {}};
  const auto usage = static_cast<double>(usage_milli);
  const auto target = static_cast<double>(target_milli);
  const auto sharers = static_cast<double>(status_replicas);
  if (std::abs(1 - usage / (target * sharers)) > settings.tolerance) {
    out.replicas = rounded_up(usage / target);
  }
  // The real one divides by zero here and shows what comes out.
  const double share = std::ceil(usage / sharers);
  out.usage_milli = status_replicas == 0 ? std::numeric_limits<std::int64_t>::min()
                                         : static_cast<std::int64_t>(share);
  return out;
}

}  // namespace inferlab::sim
