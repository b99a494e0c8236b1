#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "sim/api/value.h"
#include "sim/node/node_spec.h"
#include "sim/serving/model_spec.h"

namespace inferlab::labs {

/// A CUDA release, and the driver that came with it.
struct CudaFact {
  sim::CudaSpec cuda;
  std::string driver;
};

/// `base` with what a row states that its table was checked against.
sim::GpuSpec gpu_from(const sim::Value& row, sim::GpuSpec base = {});
sim::ModelSpec model_from(const sim::Value& row, sim::ModelSpec base = {});

/// Whether nothing is missing that a run needs.
bool is_complete(const sim::GpuSpec& gpu);
bool is_complete(const sim::ModelSpec& model);

/// Bytes or cores or bytes per second of a checked kBytes field; `fallback` when it is left out.
std::int64_t units_of(const sim::Value& field, std::int64_t fallback = 0);

/// All of assets/facts/gpus.yaml, models.yaml and cuda.yaml. Errors name the file and the place.
Result<std::vector<sim::GpuSpec>> load_gpu_facts();
Result<std::vector<sim::ModelSpec>> load_model_facts();
Result<std::vector<CudaFact>> load_cuda_facts();

}  // namespace inferlab::labs
