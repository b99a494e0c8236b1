// A folder of PEFT, adapter_config.json before "%%%" and adapter_model.safetensors behind it: it is
// refused, or every matrix has the model's shape and finite numbers.
#include <cmath>
#include <string>
#include <vector>

#include "engine/base/check.h"
#include "engine/formats/quants.h"
#include "engine/model/lora_adapter.h"
#include "engine/model/random_model.h"
#include "tests/fuzz/targets.h"

namespace inferlab::fuzz {
namespace {

constexpr std::int32_t kMaxRank = 4;

const LlamaConfig& model() {
  static const LlamaConfig config = [] {
    const auto file = GgufFile::parse(random_model_bytes(), "model");
    INFERLAB_CHECK(file.has_value());
    const auto read = LlamaConfig::load(*file);
    INFERLAB_CHECK(read.has_value());
    return *read;
  }();
  return config;
}

void check(const Matrix& matrix, std::int64_t rows, std::int64_t columns) {
  INFERLAB_CHECK(matrix.rows == rows && matrix.columns == columns);
  std::vector<float> values(static_cast<std::size_t>(columns));
  for (std::int64_t row = 0; row < rows; ++row) {
    decode_elements(matrix.type, matrix.row(row), values);
    for (const float value : values) INFERLAB_CHECK(std::isfinite(value));
  }
}

}  // namespace

void fuzz_adapter(std::string_view bytes) {
  const auto config = huggingface::AdapterConfig::parse(next_part(bytes), "x");
  if (!config) return;
  auto file = huggingface::SafetensorsFile::parse(std::as_bytes(std::span(bytes)), "y");
  if (!file) return;
  const auto folder = huggingface::AdapterFolder::from(*config, std::move(*file));
  if (!folder) {
    INFERLAB_CHECK(folder.error().message.starts_with("y: "));
    return;
  }
  const auto adapter = LoraAdapter::from_folder(*folder, model(), kMaxRank);
  if (!adapter) {
    INFERLAB_CHECK(adapter.error().message.starts_with("y: "));
    return;
  }
  INFERLAB_CHECK(adapter->rank >= 1 && adapter->rank <= kMaxRank);
  for (const LoraAdapter::Layer& layer : adapter->layers) {
    for (std::size_t t = 0; t < kNumLoraTargets; ++t) {
      if (!layer[t].is_set()) continue;
      const LoraTargetShape shape = lora_target_shape(static_cast<LoraTarget>(t), model());
      check(layer[t].a, layer[t].a.rows, shape.columns);
      check(layer[t].b, shape.rows, layer[t].a.rows);
      INFERLAB_CHECK(std::isfinite(layer[t].scale));
    }
  }
  (void)adapter->fingerprint();
}

}  // namespace inferlab::fuzz
