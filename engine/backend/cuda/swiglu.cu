#include "engine/backend/cuda/swiglu.h"

#include "engine/backend/cuda/launch.h"
#include "engine/backend/cuda/store_slab.h"

namespace inferlab::cuda {
namespace {

constexpr int kWarps = 4;

/// A warp per slab of 32 columns of a row.
template <Form kForm>
__global__ void __launch_bounds__(kWarps* kWarp)
    swiglu_kernel(const float* gate_up, std::int64_t width, ActivationRows out) {
  const std::int64_t row = blockIdx.x;
  const std::int64_t slab = std::int64_t{blockIdx.y} * kWarps + warp_id();
  if (slab >= out.stride / kWarp) return;
  const std::int64_t i = slab * kWarp + lane_id();
  float value = 0.0F;
  if (i < width) {
    const float gate = gate_up[row * 2 * width + i];
    const float up = gate_up[row * 2 * width + width + i];
    constexpr float kLog2E = 1.44269504F;
    value = gate / (1.0F + exp2_approx(-gate * kLog2E)) * up;
  }
  store_slab<kForm>(out, row, slab, value);
}

}  // namespace

Result<void> swiglu(const float* gate_up, std::int64_t num_rows, std::int64_t width, Form form,
                    const ActivationRows& out, cudaStream_t stream) {
  if (num_rows == 0) return {};
  const std::int64_t slabs = out.stride / kWarp;
  return with_form(form, [&]<Form kForm>() {
    return launch("swiglu", &swiglu_kernel<kForm>,
                  {.grid = dim3(grid_size(num_rows), grid_size(ceil_div(slabs, kWarps))),
                   .block = dim3(kWarps * kWarp)},
                  stream, gate_up, width, out);
  });
}

}  // namespace inferlab::cuda
