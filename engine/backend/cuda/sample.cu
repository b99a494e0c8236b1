#include "engine/backend/cuda/sample.h"

#include <cmath>

#include "engine/backend/cuda/device.h"
#include "engine/backend/cuda/launch.h"

namespace inferlab::cuda {
namespace {

constexpr int kThreads = 1024;
constexpr int kWarps = kThreads / kWarp;
constexpr int kBins = 256;

using Mass = unsigned long long;

struct Best {
  float logit;
  std::int32_t id;
};

/// Sampler's order: NaN is lowest, of equals the lower id is better.
__device__ bool is_better(const Best& a, const Best& b) {
  const bool a_is_nan = a.logit != a.logit;
  const bool b_is_nan = b.logit != b.logit;
  if (a_is_nan || b_is_nan) return a_is_nan == b_is_nan ? a.id < b.id : b_is_nan;
  return a.logit != b.logit ? a.logit > b.logit : a.id < b.id;
}

struct Shared {
  Best best[kWarps];
  Mass bins[kBins];
  Mass masses[kWarps];
  Mass counts[kWarps];
};

__device__ Best block_best(const float* logits, std::int64_t vocab_size, Shared& shared) {
  Best best = {NAN, static_cast<std::int32_t>(threadIdx.x)};
  for (std::int64_t i = threadIdx.x; i < vocab_size; i += kThreads) {
    const Best other = {logits[i], static_cast<std::int32_t>(i)};
    if (is_better(other, best)) best = other;
  }
  for (int offset = kWarp / 2; offset > 0; offset /= 2) {
    const Best other = {__shfl_xor_sync(kAllLanes, best.logit, offset),
                        __shfl_xor_sync(kAllLanes, best.id, offset)};
    if (is_better(other, best)) best = other;
  }
  if (lane_id() == 0) shared.best[warp_id()] = best;
  __syncthreads();
  best = shared.best[0];
  for (int i = 1; i < kWarps; ++i) {
    if (is_better(shared.best[i], best)) best = shared.best[i];
  }
  return best;
}

/// A number that is the higher the higher the logit is; 0 for NaN.
__device__ std::uint32_t order_of(float logit) {
  if (logit != logit) return 0;
  const std::uint32_t bits = bits_of(logit == 0.0F ? 0.0F : logit);
  return bits & 0x80000000U ? ~bits : bits | 0x80000000U;
}

/// The distribution of one row.
struct Row {
  const float* logits;
  std::int64_t size;
  float top;
  float scale;  // of differences of logits, to powers of two

  __device__ Mass mass(std::int64_t i) const {
    const float logit = logits[i];
    if (logit != logit) return 0;
    constexpr float kOne = 4294967296.0F;
    return static_cast<Mass>(exp2_approx((logit - top) * scale) * kOne);
  }
};

/// The likeliest tokens: all of a higher order than `order`, and of those that have it the first
/// `ties` by id.
struct Cut {
  std::uint32_t order;
  Mass ties;
  Mass above;  // the mass or number of those of a higher order
};

/// The shortest run of the likeliest tokens whose numbers (or masses) reach `wanted`, byte after
/// byte of their order. All threads; every thread gets the same.
template <typename Amount>
__device__ Cut find_cut(const Row& row, Mass wanted, Shared& shared, const Amount& amount) {
  std::uint32_t prefix = 0;
  Mass above = 0;
  for (int shift = 24; shift >= 0; shift -= 8) {
    __syncthreads();
    for (int i = static_cast<int>(threadIdx.x); i < kBins; i += kThreads) shared.bins[i] = 0;
    __syncthreads();
    for (std::int64_t i = threadIdx.x; i < row.size; i += kThreads) {
      const std::uint32_t order = order_of(row.logits[i]);
      // The bytes above this one; a shift by 32 is not defined.
      const std::uint32_t high = shift == 24 ? 0 : order >> (shift + 8);
      if (high == prefix && order != 0) {
        atomicAdd(&shared.bins[order >> shift & 255U], static_cast<Mass>(amount(i)));
      }
    }
    __syncthreads();
    int bin = kBins - 1;
    while (bin > 0 && above + shared.bins[bin] < wanted) above += shared.bins[bin--];
    prefix = prefix << 8 | static_cast<std::uint32_t>(bin);
  }
  return {prefix, 0, above};
}

/// The sum of the values of all threads before this one, and of all.
struct Scan {
  Mass before, all;
};
__device__ Scan block_scan(Mass value, Mass* shared) {
  Mass sum = value;
  for (int delta = 1; delta < kWarp; delta *= 2) {
    const Mass other = __shfl_up_sync(kAllLanes, sum, delta);
    if (lane_id() >= delta) sum += other;
  }
  __syncthreads();
  if (lane_id() == kWarp - 1) shared[warp_id()] = sum;
  __syncthreads();
  Scan scan = {sum - value, 0};
  for (int i = 0; i < kWarps; ++i) {
    if (i < warp_id()) scan.before += shared[i];
    scan.all += shared[i];
  }
  return scan;
}

__device__ Cut cut_of(const Row& row, const RowSampling& params, Shared& shared) {
  constexpr Mass kAll = ~Mass{0};
  Cut cut = {0, kAll, 0};
  const auto mass_of = [&row](std::int64_t i) { return row.mass(i); };
  if (params.top_k > 0 && params.top_k < row.size) {
    cut = find_cut(row, static_cast<Mass>(params.top_k), shared, [](std::int64_t) { return 1; });
    cut.ties = static_cast<Mass>(params.top_k) - cut.above;
  }
  if (params.top_p >= 1.0F) return cut;
  // The mass of what is left: the higher ones, and the first ties of one mass each.
  Mass mine = 0;
  Mass ties = 0;
  Mass of_tie = 0;
  for (std::int64_t i = threadIdx.x; i < row.size; i += kThreads) {
    const std::uint32_t order = order_of(row.logits[i]);
    if (order > cut.order) mine += row.mass(i);
    if (order == cut.order && order != 0) {
      ++ties;
      of_tie = row.mass(i);
    }
  }
  const Mass higher = block_scan(mine, shared.masses).all;
  const Mass num_ties = block_scan(ties, shared.counts).all;
  const Mass sum_of_ties = block_scan(of_tie * ties, shared.masses).all;
  const Mass one = num_ties > 0 ? sum_of_ties / num_ties : 0;
  const Mass total = higher + one * (num_ties < cut.ties ? num_ties : cut.ties);
  const auto wanted =
      static_cast<Mass>(static_cast<double>(params.top_p) * static_cast<double>(total));
  const Mass limit = wanted > 0 ? wanted : 1;
  cut = find_cut(row, limit, shared, mass_of);
  // Those of this order weigh the same: as many as it takes.
  Mass weight = 0;
  for (std::int64_t i = threadIdx.x; i < row.size; i += kThreads) {
    if (order_of(row.logits[i]) == cut.order) weight = row.mass(i);
  }
  const Mass found = block_scan(weight > 0 ? 1 : 0, shared.counts).all;
  const Mass sum = block_scan(weight, shared.masses).all;
  const Mass each = found > 0 ? sum / found : 1;
  const Mass missing = limit > cut.above ? limit - cut.above : 1;
  cut.ties = (missing + each - 1) / each;
  return cut;
}

/// A block per row. A thread has consecutive tokens, so that a scan over threads is one over ids.
__global__ void __launch_bounds__(kThreads)
    sample_kernel(const float* all_logits, std::int64_t vocab_size, const RowSampling* all_params,
                  std::int32_t* tokens) {
  __shared__ Shared shared;
  const float* logits = all_logits + std::int64_t{blockIdx.x} * vocab_size;
  const RowSampling params = all_params[blockIdx.x];
  const Best best = block_best(logits, vocab_size, shared);
  if (threadIdx.x == 0) tokens[blockIdx.x] = best.id;
  // Also where an infinity or NaN leaves no distribution to draw from.
  if (params.temperature <= 0.0F || !(best.logit - best.logit == 0.0F)) return;
  constexpr float kLog2E = 1.44269504F;
  const Row row = {logits, vocab_size, best.logit, kLog2E / params.temperature};
  const Cut cut = cut_of(row, params, shared);
  const std::int64_t each = ceil_div(vocab_size, kThreads);
  const std::int64_t first = threadIdx.x * each;
  const std::int64_t end = first + each < vocab_size ? first + each : vocab_size;
  Mass num_ties = 0;
  for (std::int64_t i = first; i < end; ++i) {
    const std::uint32_t order = order_of(logits[i]);
    if (order == cut.order && order != 0) ++num_ties;
  }
  const Mass ties_before = block_scan(num_ties, shared.counts).before;
  const auto walk = [&](auto&& visit) {
    Mass ties = ties_before;
    for (std::int64_t i = first; i < end; ++i) {
      const std::uint32_t order = order_of(logits[i]);
      if (order < cut.order || order == 0) continue;
      if (order == cut.order && ties++ >= cut.ties) continue;
      visit(i, row.mass(i));
    }
  };
  Mass mine = 0;
  walk([&](std::int64_t, Mass mass) { mine += mass; });
  const Scan scan = block_scan(mine, shared.masses);
  auto target = static_cast<Mass>(params.unit * static_cast<double>(scan.all));
  if (target >= scan.all) target = scan.all - 1;
  if (target < scan.before || target >= scan.before + mine) return;
  // One thread alone comes here.
  Mass sum = scan.before;
  bool found = false;
  walk([&](std::int64_t i, Mass mass) {
    sum += mass;
    if (!found && sum > target) {
      found = true;
      tokens[blockIdx.x] = static_cast<std::int32_t>(i);
    }
  });
}

}  // namespace

Result<void> sample(const float* logits, std::int64_t num_rows, std::int64_t vocab_size,
                    const RowSampling* params, std::int32_t* tokens, cudaStream_t stream) {
  if (num_rows == 0) return {};
  return launch("sample", &sample_kernel,
                {.grid = dim3(grid_size(num_rows)), .block = dim3(kThreads)}, stream, logits,
                vocab_size, params, tokens);
}

}  // namespace inferlab::cuda
