#pragma once

#include "engine/backend/cuda/device.h"

namespace inferlab::cuda {

/// Part of a softmax-weighted sum: the largest score (in powers of two), the sum of 2^(score -
/// largest). No keys: sum is 0.
struct SoftmaxState {
  float largest;
  float sum;
};

/// How two parts become one: what each is multiplied with. Included by .cu files alone.
/// Source: Milakov and Gimelshein, "Online normalizer calculation for softmax", 2018.
struct MergeFactors {
  float total;
  float part;
};
__device__ inline MergeFactors merge(SoftmaxState& total, const SoftmaxState& part) {
  if (part.sum == 0.0F) return {1.0F, 0.0F};
  if (total.sum == 0.0F) {
    total = part;
    return {0.0F, 1.0F};
  }
  const float largest = fmaxf(total.largest, part.largest);
  const MergeFactors factors = {exp2_approx(total.largest - largest),
                                exp2_approx(part.largest - largest)};
  total.largest = largest;
  total.sum = fmaf(total.sum, factors.total, part.sum * factors.part);
  return factors;
}
__device__ inline float merged(const MergeFactors& factors, float total, float part) {
  // Nothing times something that may not be a number.
  if (factors.part == 0.0F && factors.total == 1.0F) return total;
  if (factors.total == 0.0F && factors.part == 1.0F) return part;
  return fmaf(total, factors.total, part * factors.part);
}

}  // namespace inferlab::cuda
