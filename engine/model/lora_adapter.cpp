#include "engine/model/lora_adapter.h"

#include <fmt/format.h>

#include <bit>
#include <cmath>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <utility>

#include "engine/base/hash.h"
#include "engine/formats/read_file.h"
#include "engine/huggingface/folder.h"
#include "engine/model/lora_builder.h"

namespace inferlab {
namespace {

constexpr std::string_view kA = ".lora_a";
constexpr std::string_view kB = ".lora_b";
constexpr std::size_t kMaxBytes = std::size_t{8} << 30;

Error invalid(const std::string& file, std::string_view what, std::string_view why,
              std::string hint = {}) {
  return Error{ErrorKind::kInvalid, fmt::format("{}: {}: {}", file, what, why), std::move(hint)};
}

/// What the file says that it is.
Result<void> check_kind(const GgufFile& file, const LlamaConfig& model) {
  struct Wanted {
    const char* key;
    std::string_view value;
    const char* hint;
  };
  const Wanted all[] = {
      {"general.type", "adapter", "this is a model, and no adapter of one"},
      {"adapter.type", "lora", "the engine knows LoRA adapters"},
      {"general.architecture", model.architecture, "the adapter is of another model"},
  };
  for (const Wanted& wanted : all) {
    INFERLAB_TRY(const std::string_view value, file.text_or(wanted.key, "model"));
    if (value == wanted.value) continue;
    return invalid(file.name(), wanted.key,
                   fmt::format("is {}, need {}", printable(value), wanted.value), wanted.hint);
  }
  return {};
}

/// llama.cpp takes an alpha of 0 for a scale of 1.
Result<double> gguf_scale(const GgufFile& file, std::int64_t rank) {
  INFERLAB_TRY(const double alpha, file.number("adapter.lora.alpha"));
  if (!std::isfinite(alpha) || std::abs(alpha) > 1e6) {
    return invalid(file.name(), "adapter.lora.alpha", fmt::format("is {}", alpha));
  }
  return alpha == 0 ? 1.0 : alpha / static_cast<double>(rank);
}

}  // namespace

Result<LoraAdapter> LoraAdapter::open(const std::string& path, const LlamaConfig& model,
                                      std::int32_t max_rank) {
  if (is_huggingface_folder(path)) {
    INFERLAB_TRY(const auto folder, huggingface::AdapterFolder::open(path));
    return from_folder(folder, model, max_rank);
  }
  // Read and not mapped: adapters are loaded while the server runs, and replaced meanwhile.
  INFERLAB_TRY(std::vector<std::byte> bytes, read_file(path, kMaxBytes));
  INFERLAB_TRY(const GgufFile file, GgufFile::parse(std::move(bytes), path));
  return from_gguf(file, model, max_rank);
}

Result<LoraAdapter> LoraAdapter::from_folder(const huggingface::AdapterFolder& folder,
                                             const LlamaConfig& model, std::int32_t max_rank) {
  LoraBuilder builder(model, folder.weights.name(), RopePairs::kHalves, max_rank);
  for (const huggingface::AdapterMatrix& matrix : folder.matrices) {
    const std::int64_t rank = folder.config.rank_of(matrix.module);
    INFERLAB_TRY_VOID(builder.add({.name = matrix.tensor->name,
                                   .weights = matrix.gguf_name,
                                   .is_b = matrix.is_b,
                                   .scale = folder.config.scale_of(matrix.module),
                                   .rank = rank,
                                   .matrix = {.type = matrix.type,
                                              .rows = matrix.tensor->shape[0],
                                              .columns = matrix.tensor->shape[1],
                                              .data = matrix.tensor->data}}));
  }
  return builder.finish();
}

Result<LoraAdapter> LoraAdapter::from_gguf(const GgufFile& file, const LlamaConfig& model,
                                           std::int32_t max_rank) {
  INFERLAB_TRY_VOID(check_kind(file, model));
  const RopePairs own = rope_pairs_of(model.architecture).value_or(model.rope_pairs);
  LoraBuilder builder(model, file.name(), own, max_rank);
  for (const GgufTensor& tensor : file.tensors()) {
    std::string_view weights = tensor.name;
    const bool is_b = weights.ends_with(kB);
    if (!is_b && !weights.ends_with(kA)) {
      return invalid(file.name(), "tensor " + printable(tensor.name),
                     "is no matrix of a LoRA adapter");
    }
    weights.remove_suffix(is_b ? kB.size() : kA.size());
    const std::int64_t rank = is_b ? tensor.columns() : tensor.rows();
    INFERLAB_TRY(const double scale, gguf_scale(file, rank));
    INFERLAB_TRY_VOID(builder.add({.name = std::string(tensor.name),
                                   .weights = std::string(weights),
                                   .is_b = is_b,
                                   .scale = scale,
                                   .rank = rank,
                                   .matrix = {.type = tensor.type,
                                              .rows = tensor.rows(),
                                              .columns = tensor.columns(),
                                              .data = tensor.data}}));
  }
  return builder.finish();
}

std::uint64_t LoraAdapter::fingerprint() const {
  RunHash hash;
  for (const Layer& layer : layers) {
    for (const LoraPair& pair : layer) {
      if (!pair.is_set()) {
        hash.add(0);
        continue;
      }
      hash.add(std::bit_cast<std::uint32_t>(pair.scale));
      for (const Matrix* m : {&pair.a, &pair.b}) {
        hash.add(static_cast<std::uint64_t>(m->type));
        hash.add(static_cast<std::uint64_t>(m->rows));
        hash.add({reinterpret_cast<const char*>(m->data.data()), m->data.size()});
      }
    }
  }
  return hash.digest();
}

LoraTargetShape lora_target_shape(LoraTarget target, const LlamaConfig& model) {
  switch (target) {
    case LoraTarget::kQ:
      return {.rows = model.q_size(), .columns = model.hidden_size};
    case LoraTarget::kK:
    case LoraTarget::kV:
      return {.rows = model.kv_size(), .columns = model.hidden_size};
    case LoraTarget::kAttnOutput:
      return {.rows = model.hidden_size, .columns = model.q_size()};
    case LoraTarget::kGate:
    case LoraTarget::kUp:
      return {.rows = model.ffn_size, .columns = model.hidden_size};
    case LoraTarget::kDown:
      return {.rows = model.hidden_size, .columns = model.ffn_size};
  }
  return {.rows = 0, .columns = 0};
}

}  // namespace inferlab
