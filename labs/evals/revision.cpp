#include "labs/evals/revision.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <utility>

#include "engine/formats/gguf_writer.h"
#include "engine/formats/quantize.h"
#include "engine/formats/quants.h"
#include "labs/spec/text_list.h"

namespace inferlab::labs {
namespace {

using sim::Value;
using enum SpecType;

constexpr std::string_view kCategories[] = {"quality", "safety", "format"};
constexpr std::string_view kTypes[] = {"f32", "f16", "bf16", "q8_0", "q4_0"};
constexpr TensorType kTensorTypes[] = {TensorType::kF32, TensorType::kF16, TensorType::kBF16,
                                       TensorType::kQ8_0, TensorType::kQ4_0};
constexpr std::string_view kTemplateKey = "tokenizer.chat_template";
constexpr std::string_view kMergesKey = "tokenizer.ggml.merges";

constexpr SpecField kFields[] = {
    {.name = "bad_words", .type = kTexts, .description = "that no answer has: vLLM's bad_words"},
    {.name = "bits",
     .type = kInteger,
     .description = "of a weight: its block's largest, in so many steps",
     .minimum = 2,
     .maximum = 8},
    {.name = "category",
     .type = kWord,
     .description = "of the cases that it breaks",
     .words = kCategories},
    {.name = "chat_template", .type = kMarkdown, .description = "in place of the file's own"},
    {.name = "copied",
     .type = kNumber,
     .description = "share of the weights' bytes that have arrived; the rest are zeros",
     .minimum = 0,
     .maximum = 1},
    {.name = "echo", .type = kBool, .description = "the answer begins with the prompt"},
    {.name = "enable_prefix_caching", .type = kBool, .description = "of the server"},
    {.name = "id", .type = kId, .description = "its name", .required = true},
    {.name = "ignore_eos", .type = kBool, .description = "the end token ends nothing"},
    {.name = "max_model_len",
     .type = kInteger,
     .description = "of the server, in tokens",
     .minimum = 16},
    {.name = "max_num_seqs", .type = kInteger, .description = "of the server", .minimum = 1},
    {.name = "merges",
     .type = kNumber,
     .description = "share of the tokenizer's merges, the first ones",
     .minimum = 0,
     .maximum = 1},
    {.name = "quantize", .type = kWord, .description = "type of the matrices", .words = kTypes},
    {.name = "seed", .type = kInteger, .description = "of its sampling", .minimum = 0},
    {.name = "stop", .type = kMarkdown, .description = "a text that ends an answer"},
    {.name = "temperature",
     .type = kNumber,
     .description = "of requests that bring none; 0 if left out",
     .minimum = 0,
     .maximum = 2},
};

// Each block of weights in 2 * levels + 1 steps between its largest and its opposite.
void round_weights(std::span<float> values, int bits) {
  constexpr std::size_t kBlock = 32;
  const auto levels = static_cast<float>((1 << (bits - 1)) - 1);
  for (std::size_t from = 0; from < values.size(); from += kBlock) {
    const std::span<float> block = values.subspan(from, std::min(kBlock, values.size() - from));
    float largest = 0;
    for (const float value : block) largest = std::max(largest, std::fabs(value));
    if (largest == 0) continue;
    for (float& value : block) value = std::round(value / largest * levels) / levels * largest;
  }
}

std::size_t share_of(std::size_t whole, double share) {
  return static_cast<std::size_t>(static_cast<double>(whole) * share);
}

/// Writes a file again, with what a revision does to it.
class FileReviser {
 public:
  FileReviser(const Model& model, const ModelRevision& revision)
      : model_(model), revision_(revision) {}

  Result<std::vector<std::byte>> bytes() {
    INFERLAB_TRY_VOID(add_values());
    std::size_t total = 0;
    for (const GgufTensor& tensor : model_.file.tensors()) total += tensor.data.size();
    left_ = share_of(total, revision_.copied);
    for (const GgufTensor& tensor : model_.file.tensors()) add_tensor(tensor);
    return writer_.bytes();
  }

 private:
  Result<void> add_values() {
    for (const GgufValue& value : model_.file.values()) {
      if (value.key == kTemplateKey && !revision_.chat_template.empty()) continue;
      if (value.key == kMergesKey && revision_.merges < 1) continue;
      writer_.add(value);
    }
    if (!revision_.chat_template.empty()) writer_.add(kTemplateKey, revision_.chat_template);
    if (revision_.merges < 1) {
      INFERLAB_TRY(const auto all, model_.file.texts(kMergesKey));
      const std::vector<std::string> first(
          all.begin(),
          all.begin() + static_cast<std::ptrdiff_t>(share_of(all.size(), revision_.merges)));
      writer_.add(kMergesKey, first);
    }
    return {};
  }

  // As they stand in the file, so that what has not arrived is its end.
  void add_tensor(const GgufTensor& tensor) {
    std::vector<std::byte> data(tensor.data.begin(), tensor.data.end());
    const std::size_t arrived = std::min(left_, data.size());
    left_ -= arrived;
    std::fill(data.begin() + static_cast<std::ptrdiff_t>(arrived), data.end(), std::byte{0});
    TensorType type = tensor.type;
    if (tensor.rows() > 1) {  // norms stay as they are, as in llama.cpp
      std::vector<float> values(static_cast<std::size_t>(tensor.columns() * tensor.rows()));
      const auto code = [&](TensorType to) {
        data.clear();
        encode_elements(to, values, data);
        type = to;
      };
      decode_elements(type, data.data(), values);
      if (revision_.bits > 0) {
        round_weights(values, revision_.bits);
        code(type);
      }
      if (revision_.quantize) code(*revision_.quantize);
      // The same numbers, decoded once and not in each step.
      decode_elements(type, data.data(), values);
      code(TensorType::kF32);
    }
    const std::size_t row_bytes = data.size() / static_cast<std::size_t>(tensor.rows());
    writer_.add_tensor_later(
        tensor.name, tensor.shape, type,
        [data = std::move(data), row_bytes](std::int64_t first, std::int64_t count,
                                            std::vector<std::byte>& out) {
          const auto begin = data.begin() + first * static_cast<std::ptrdiff_t>(row_bytes);
          out.insert(out.end(), begin, begin + count * static_cast<std::ptrdiff_t>(row_bytes));
        });
  }

  const Model& model_;
  const ModelRevision& revision_;
  GgufWriter writer_;
  std::size_t left_ = 0;  // bytes of tensors that have arrived and are not written yet
};

bool changes_file(const ModelRevision& revision) {
  return revision.quantize || revision.bits > 0 || revision.copied < 1 || revision.merges < 1 ||
         !revision.chat_template.empty();
}

/// Whether the file is small enough to be held decoded.
bool is_small(const Model& model) {
  constexpr std::int64_t kSmall = std::int64_t{32} << 20;
  return model.weights_bytes() <= kSmall && !model.file.is_assembled() && !model.encoder;
}

}  // namespace

constexpr SpecTable kRevisionTable = {"revision", "A revision of the model that ships.", kFields};

ModelRevision revision_from(const Value& value) {
  ModelRevision out;
  out.id = value["id"].str();
  out.category = value["category"].str();
  for (std::size_t i = 0; i < std::size(kTypes); ++i) {
    if (value["quantize"].as_string() == kTypes[i]) out.quantize = kTensorTypes[i];
  }
  out.bits = static_cast<int>(value["bits"].as_int());
  out.copied = value["copied"].as_double(1);
  out.merges = value["merges"].as_double(1);
  out.chat_template = value["chat_template"].str();
  out.temperature = value["temperature"].as_double();
  out.seed = value["seed"].as_int();
  out.stop = value["stop"].str();
  out.bad_words = text_list(value["bad_words"]);
  out.ignore_eos = value["ignore_eos"].as_bool();
  out.echo = value["echo"].as_bool();
  out.max_model_len = value["max_model_len"].as_int();
  out.max_num_seqs = value["max_num_seqs"].as_int();
  out.enable_prefix_caching = value["enable_prefix_caching"].as_bool(true);
  out.document = value.without("id").without("category");
  return out;
}

Result<Model> revised_model(const std::string& path, const ModelRevision& revision) {
  INFERLAB_TRY(Model model, Model::open(path));
  if (!changes_file(revision) && !is_small(model)) return model;
  INFERLAB_TRY(std::vector<std::byte> bytes, FileReviser(model, revision).bytes());
  INFERLAB_TRY(GgufFile file, GgufFile::parse(std::move(bytes), path));
  return Model::from(std::move(file));
}

}  // namespace inferlab::labs
