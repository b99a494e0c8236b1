#pragma once

#include <cstdint>
#include <span>

#include "engine/backend/cpu/activations.h"
#include "engine/backend/cpu/packed_matrix.h"
#include "engine/backend/cpu/thread_pool.h"

namespace inferlab::cpu {

/// One product of a shared input: y[t * y_stride + r] = sum over c of w[r][c] * x[t][c].
struct Product {
  const PackedMatrix* w;
  float* y;
  std::int64_t y_stride;
};

/// Computes the products of the same rows of activations in one region of work. All matrices have
/// as many columns as `x`, and x has the form that their types ask for. What a row gives does not
/// depend on the rows beside it, nor on the number of threads.
void multiply(const Kernels& kernels, ThreadPool& pool, const Activations& x,
              std::span<const Product> products);

}  // namespace inferlab::cpu
