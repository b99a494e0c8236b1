#pragma once

#include <memory>
#include <string>

#include "engine/backend/backend.h"
#include "engine/base/result.h"
#include "engine/model/model_weights.h"
#include "labs/calibrate/calibration.h"

namespace inferlab::labs {

/// A row of engine/backend/registry.cpp, the CPU with so many threads.
Result<std::unique_ptr<Backend>> make_device(const std::string& name, int num_threads);

/// What a file or a device calls itself, as it may stand in a profile.
std::string clean_name(const std::string& name);

/// "f16"; the names of --kv-cache-dtype.
std::string kv_type_name(KvType type);

Calibration::ModelShape shape_of(const Model& model);

struct Loaded {
  Model model;
  std::unique_ptr<Backend> backend;
  Calibration::Load times;
};

/// Loads the model after the system was asked to forget its file, and once more from memory, and
/// keeps the second: how long each took. No Model of the file is open when this is called.
Result<std::unique_ptr<Loaded>> load_timed(const std::string& path, const std::string& device,
                                           int num_threads, const KvCacheShape& kv);

/// How many blocks of each type fit into what the weights leave of nine tenths of the device's
/// memory, vLLM's --gpu-memory-utilization; on a device that says itself, how many it takes.
Result<Calibration::Kv> kv_capacity(const Model& model, const std::string& device, int num_threads,
                                    std::int32_t block_size, KvType used);

}  // namespace inferlab::labs
