#pragma once

#include <cstdint>
#include <memory>
#include <numeric>
#include <span>
#include <string>
#include <vector>

#include "engine/backend/registry.h"
#include "engine/base/check.h"
#include "engine/model/model_weights.h"
#include "engine/model/random_model.h"
#include "engine/model/sampler.h"

namespace inferlab::test {

inline Model load_random_model(const RandomModelShape& shape = {}) {
  auto file = GgufFile::parse(random_model_bytes(shape), "random.gguf");
  INFERLAB_CHECK(file.has_value());
  auto model = Model::from(std::move(file).value());
  INFERLAB_CHECK(model.has_value());
  return std::move(model).value();
}

inline std::unique_ptr<Backend> load_backend(const Model& model, const KvCacheShape& kv,
                                             std::string_view name = "cpu") {
  auto backend = make_backend(name);
  INFERLAB_CHECK(backend.has_value());
  INFERLAB_CHECK((*backend)->load(model.weights, kv).has_value());
  return std::move(backend).value();
}

/// first, first + step, ...: `count` KV blocks.
inline std::vector<std::int32_t> block_table(std::int32_t count, std::int32_t first = 0,
                                             std::int32_t step = 1) {
  std::vector<std::int32_t> table;
  for (std::int32_t i = 0; i < count; ++i) table.push_back(first + i * step);
  return table;
}

inline std::vector<float> forward(Backend& backend, const Model& model, const Batch& batch) {
  std::vector<float> logits(static_cast<std::size_t>(batch.num_sampled()) *
                            static_cast<std::size_t>(model.config().vocab_size));
  INFERLAB_CHECK(backend.forward(batch, logits).has_value());
  return logits;
}

/// Greedy tokens after `prompt`, the one for which `is_end` holds included.
template <typename IsEnd>
std::vector<std::int32_t> greedy(Backend& backend, const Model& model,
                                 std::span<const std::int32_t> prompt,
                                 std::span<const std::int32_t> table, std::size_t most,
                                 IsEnd is_end) {
  std::vector<std::int32_t> step(prompt.begin(), prompt.end());
  std::vector<std::int32_t> tokens;
  std::int32_t position = 0;
  while (tokens.size() < most) {
    Batch batch;
    batch.add(step, position, table, /*sample_last=*/true);
    position += static_cast<std::int32_t>(step.size());
    tokens.push_back(argmax(forward(backend, model, batch)));
    if (is_end(tokens.back())) break;
    step = {tokens.back()};
  }
  return tokens;
}

}  // namespace inferlab::test
