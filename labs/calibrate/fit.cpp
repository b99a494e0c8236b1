#include <algorithm>
#include <cmath>

#include "engine/base/check.h"
#include "labs/calibrate/calibration.h"

namespace inferlab::labs {
namespace {

using Row = std::vector<double>;

/// Behind the knots in a row of features.
enum Part : std::size_t { kLogits, kSampled, kDecode, kPairs, kNumParts };

/// What each unknown counts in a step: the first knot's time, what each further knot adds, and the
/// parts.
Row features(const sim::StepLoad& load, std::span<const std::int64_t> knots) {
  Row row(knots.size() + kNumParts, 0.0);
  row[0] = 1;
  for (std::size_t i = 1; i < knots.size(); ++i) {
    const double part = static_cast<double>(load.rows - knots[i - 1]) /
                        static_cast<double>(knots[i] - knots[i - 1]);
    const bool is_last = i + 1 == knots.size();
    row[i] = is_last ? std::max(part, 0.0) : std::clamp(part, 0.0, 1.0);
  }
  double* parts = row.data() + knots.size();
  if (load.sampled > 0) {
    parts[kLogits] = 1;
    parts[kSampled] = static_cast<double>(load.sampled - 1);
  }
  parts[kDecode] = static_cast<double>(load.decode_context);
  parts[kPairs] = static_cast<double>(load.prefill_pairs);
  return row;
}

/// The non-negative x with the least |A x - 1|, by coordinate descent on the normal equations:
/// convex, so it gets there from anywhere, and the columns' lengths are made equal first.
Row least_squares(std::vector<Row> rows) {
  constexpr int kMostSweeps = 100'000;
  constexpr double kStill = 1e-12;
  const std::size_t n = rows.front().size();
  Row lengths(n, 0.0);
  for (std::size_t j = 0; j < n; ++j) {
    for (const Row& row : rows) lengths[j] += row[j] * row[j];
    lengths[j] = std::sqrt(lengths[j]);
    for (Row& row : rows) {
      if (lengths[j] > 0) row[j] /= lengths[j];
    }
  }
  std::vector<Row> gram(n, Row(n, 0.0));
  Row target(n, 0.0);
  for (const Row& row : rows) {
    for (std::size_t j = 0; j < n; ++j) {
      target[j] += row[j];
      for (std::size_t k = 0; k < n; ++k) gram[j][k] += row[j] * row[k];
    }
  }
  Row x(n, 0.0);
  for (int sweep = 0; sweep < kMostSweeps; ++sweep) {
    double moved = 0;
    for (std::size_t j = 0; j < n; ++j) {
      if (!(gram[j][j] > 0)) continue;
      double rest = target[j];
      for (std::size_t k = 0; k < n; ++k) rest -= k == j ? 0.0 : gram[j][k] * x[k];
      const double next = std::max(rest / gram[j][j], 0.0);
      moved = std::max(moved, std::abs(next - x[j]));
      x[j] = next;
    }
    if (moved < kStill) break;
  }
  for (std::size_t j = 0; j < n; ++j) x[j] = lengths[j] > 0 ? x[j] / lengths[j] : 0.0;
  return x;
}

std::int64_t whole(double value) {
  return static_cast<std::int64_t>(std::llround(std::clamp(value, 0.0, 1e12)));
}

}  // namespace

sim::StepProfile fit_profile(std::span<const CalibratedPoint> points,
                             std::span<const std::int64_t> knots) {
  INFERLAB_CHECK(!knots.empty() && knots.front() == 1);
  std::vector<Row> rows;
  for (const CalibratedPoint& point : points) {
    if (point.held_out) continue;
    Row row = features(sim::StepLoad::of(step_of(point.shape)), knots);
    for (double& value : row) value /= static_cast<double>(point.ns);
    rows.push_back(std::move(row));
  }
  INFERLAB_CHECK(!rows.empty());
  const Row x = least_squares(std::move(rows));
  sim::StepProfile profile;
  double sum = 0;
  for (std::size_t i = 0; i < knots.size(); ++i) {
    sum += x[i];
    profile.knots.push_back({knots[i], std::max<std::int64_t>(whole(sum), 1)});
  }
  const double* parts = x.data() + knots.size();
  profile.logits_ns = whole(parts[kLogits]);
  profile.sampled_ps = whole(parts[kSampled] * 1000);
  profile.decode_context_ps = whole(parts[kDecode] * 1000);
  profile.prefill_pair_ps = whole(parts[kPairs] * 1000);
  return profile;
}

FitError fit_error(std::span<const CalibratedPoint> points, const sim::StepProfile& profile,
                   bool held_out) {
  std::vector<double> errors;
  double sum = 0;
  for (const CalibratedPoint& point : points) {
    if (point.held_out != held_out) continue;
    const auto measured = static_cast<double>(point.ns);
    const double computed = profile.device_ns(sim::StepLoad::of(step_of(point.shape)));
    errors.push_back(std::abs(computed - measured) / measured);
    sum += errors.back();
  }
  if (errors.empty()) return {};
  std::ranges::sort(errors);
  const auto rank = static_cast<std::size_t>(
      std::ceil(0.95 * static_cast<double>(errors.size())));  // nearest rank
  return {.points = std::ssize(errors),
          .mean = sum / static_cast<double>(errors.size()),
          .p95 = errors[rank - 1]};
}

}  // namespace inferlab::labs
