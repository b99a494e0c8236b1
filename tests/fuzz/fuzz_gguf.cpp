// GGUF: a file is refused, or all that it offers can be read; a model is refused, or can be written
// again and is the same then.
#include <algorithm>
#include <cstring>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/check.h"
#include "engine/model/quantize_model.h"
#include "tests/fuzz/targets.h"

namespace inferlab::fuzz {
namespace {

std::uint64_t read_all(const GgufFile& file) {
  std::uint64_t sum = 0;
  for (const GgufValue& value : file.values()) {
    for (const std::byte b : value.data) sum += static_cast<unsigned>(b);
    if (const auto texts = file.texts(value.key)) INFERLAB_CHECK(texts->size() == value.count);
    if (const auto numbers = file.numbers(value.key)) {
      INFERLAB_CHECK(numbers->size() == value.count);
    }
    (void)file.integers(value.key);
    (void)file.text(value.key);
    (void)file.flag(value.key);
    (void)file.number(value.key);
    INFERLAB_CHECK(file.find_value(value.key) == &value);
  }
  for (const GgufTensor& tensor : file.tensors()) {
    for (const std::byte b : tensor.data) sum += static_cast<unsigned>(b);
    INFERLAB_CHECK(file.find_tensor(tensor.name) == &tensor);
  }
  return sum;
}

}  // namespace

void fuzz_gguf(std::string_view bytes) {
  // The parser wants its bytes aligned; a copy of just this size shows a read behind its end.
  std::vector<std::byte> copy(bytes.size());
  if (!bytes.empty()) std::memcpy(copy.data(), bytes.data(), bytes.size());
  auto file = GgufFile::parse(copy, "x");
  if (!file) {
    INFERLAB_CHECK(file.error().message.starts_with("x: "));
    return;
  }
  (void)read_all(*file);
  const auto model = Model::from(std::move(file).value());
  if (!model) return;
  INFERLAB_CHECK(model->config().max_model_len <= model->config().context_length);
  auto again = GgufFile::parse(quantize_model(*model, std::nullopt).bytes(), "y");
  INFERLAB_CHECK(again.has_value());
  const auto written = Model::from(std::move(again).value());
  INFERLAB_CHECK(written.has_value());
  INFERLAB_CHECK(written->weights.num_parameters() == model->weights.num_parameters());
  INFERLAB_CHECK(written->config().rope_scaling.text() == model->config().rope_scaling.text() ||
                 model->config().rope_scaling.llama3);
}

}  // namespace inferlab::fuzz
