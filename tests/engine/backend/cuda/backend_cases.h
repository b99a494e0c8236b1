#pragma once

// What tests of the whole backend have in common.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/backend/cuda/cuda_backend.h"
#include "tests/engine/backend/cuda/device_test.h"
#include "tests/engine/backend/generation.h"

namespace inferlab::cuda::test {

using inferlab::test::block_table;
using inferlab::test::forward;
using inferlab::test::load_random_model;

inline constexpr KvCacheShape kKv{.num_blocks = 24, .block_size = 4, .type = KvType::kF16};

inline std::unique_ptr<Backend> load_cuda(const Model& model, const KvCacheShape& kv = kKv,
                                          const CudaOptions& options = {.use_library = false}) {
  auto backend = CudaBackend::create(options);
  REQUIRE(backend.has_value());
  const auto loaded = (*backend)->load(model.weights, kv);
  INFO((loaded.has_value() ? std::string() : loaded.error().message));
  REQUIRE(loaded.has_value());
  return std::move(backend).value();
}

inline std::vector<std::int32_t> random_ids(Rng& rng, std::size_t count) {
  std::vector<std::int32_t> ids(count);
  for (std::int32_t& id : ids) id = static_cast<std::int32_t>(rng.below(320));
  return ids;
}

inline RandomModelShape shape_for(TensorType type) {
  if (tensor_block(type).elements <= 32) return {.type = type};
  return {.type = type, .hidden_size = 256, .ffn_size = 256, .num_layers = 1};
}

inline std::vector<RandomModelShape> all_shapes() {
  std::vector<RandomModelShape> shapes;
  for (const TensorType type : kTypes) shapes.push_back(shape_for(type));
  shapes.push_back({.architecture = "qwen2", .type = TensorType::kF16, .tied_embeddings = false});
  shapes.push_back({.architecture = "qwen3", .type = TensorType::kF32, .head_dim = 24});
  return shapes;
}

/// Of logits, ||ours - reference|| / ||reference||: what rounding to 16 bits, or to 8, comes to
/// after two layers.
inline double tolerance(TensorType type, KvType kv) {
  // An element between two that FP8 has may become either, a 16th apart.
  if (kv == KvType::kFp8) return form_for(type) == Form::kQ8 ? 6e-2 : 3e-2;
  switch (form_for(type)) {
    case Form::kF32:
      return kv == KvType::kF32 ? 1e-5 : kv == KvType::kF16 ? 2e-3 : 1e-2;
    case Form::kF16:
      return kv == KvType::kBF16 ? 1e-2 : 2e-3;
    case Form::kBF16:
      return 2e-2;
    case Form::kQ8:
      return 4e-2;
  }
  return 0;
}

}  // namespace inferlab::cuda::test
