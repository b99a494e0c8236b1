#include "labs/calibrate/measure_steps.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "engine/backend/cpu/thread_pool.h"

namespace inferlab::labs {
namespace {

constexpr double kGroupNs = 50e6;      // steps of one kind in a row, at least so long
constexpr double kLongStepNs = 250e6;  // one of these is a group by itself
constexpr int kLeastSteps = 3;
constexpr int kAttempts = 5;  // at a group, while it is void

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

}  // namespace

bool had_its_cores(const CoreShare& share, int num_threads) {
  const double lost = cpu::available_processors() - share.cores();
  return num_threads == 0 || lost <= (1 - kLeastCoreShare) * num_threads;
}

namespace {

class Measurement {
 public:
  Measurement(StepRunner& runner, const MeasureOptions& options)
      : runner_(&runner), options_(&options) {}

  [[nodiscard]] int num_void() const { return num_void_; }

  /// Of a few steps in a row; nullopt when all attempts were void.
  Result<std::optional<double>> group(const StepShape& shape) {
    for (int attempt = 0; attempt < kAttempts; ++attempt) {
      // Not counted: caches are another step's.
      INFERLAB_TRY(const double first, runner_->run(shape));
      const CoreShare share;
      INFERLAB_TRY(const double ns, steps(shape, first));
      if (had_its_cores(share, options_->num_threads)) {
        return std::optional<double>(ns);
      }
      ++num_void_;
    }
    return std::optional<double>();
  }

 private:
  Result<double> steps(const StepShape& shape, double first) {
    std::vector<double> times;
    double sum = 0;
    const int least = first > kLongStepNs ? 1 : kLeastSteps;
    while (std::ssize(times) < least || sum < kGroupNs) {
      INFERLAB_TRY(const double ns, runner_->run(shape));
      times.push_back(ns);
      sum += ns;
    }
    return median(std::move(times));
  }

  StepRunner* runner_;
  const MeasureOptions* options_;
  int num_void_ = 0;
};

}  // namespace

Result<MeasuredSteps> measure_steps(StepRunner& runner, std::span<const GridPoint> grid,
                                    const MeasureOptions& options) {
  Measurement measurement(runner, options);
  std::vector<std::vector<double>> times(grid.size());
  const int groups = options.rounds * static_cast<int>(grid.size());
  int done = 0;
  for (int round = 0; round < options.rounds; ++round) {
    for (std::size_t i = 0; i < grid.size(); ++i, ++done) {
      if (options.progress && !options.progress(describe(grid[i].shape), done, groups)) {
        return Error{ErrorKind::kConflict, "calibrate: was stopped"};
      }
      INFERLAB_TRY(const std::optional<double> ns, measurement.group(grid[i].shape));
      if (ns) times[i].push_back(*ns);
    }
  }
  MeasuredSteps out;
  for (std::size_t i = 0; i < grid.size(); ++i) {
    if (times[i].empty()) {
      ++out.num_left_out;
      continue;
    }
    out.points.push_back({.shape = grid[i].shape,
                          .held_out = grid[i].held_out,
                          .ns = std::max<std::int64_t>(std::llround(median(times[i])), 1),
                          .runs = std::ssize(times[i])});
  }
  out.num_void = measurement.num_void();
  if (4 * out.num_left_out > std::ssize(grid)) {
    return Error{ErrorKind::kUnavailable,
                 fmt::format("calibrate: {} of {} steps could not be measured: this process had "
                             "less than {:g} of {} cores",
                             out.num_left_out, grid.size(), kLeastCoreShare * options.num_threads,
                             options.num_threads),
                 "end what else runs, or give fewer --threads"};
  }
  return out;
}

}  // namespace inferlab::labs
