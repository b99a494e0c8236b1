#include "engine/huggingface/adapter_folder.h"

#include <fmt/format.h>

#include <filesystem>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

#include "engine/base/printable.h"
#include "engine/formats/read_file.h"
#include "engine/huggingface/tensor_names.h"

namespace inferlab::huggingface {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPrefix = "base_model.model.";
constexpr std::size_t kMaxBytes = std::size_t{8} << 30;

Error tensor_error(const SafetensorsFile& file, const SafetensorsTensor& tensor,
                   std::string_view why, std::string hint = {}) {
  return Error{ErrorKind::kInvalid,
               fmt::format("{}: tensor {}: {}", file.name(), printable(tensor.name), why),
               std::move(hint)};
}

/// "base_model.model.MODULE.lora_A.weight" taken apart; nullopt for another name.
std::optional<AdapterMatrix> take_apart(std::string_view name) {
  if (!name.starts_with(kPrefix)) return std::nullopt;
  name.remove_prefix(kPrefix.size());
  for (const bool is_b : {false, true}) {
    const std::string_view suffix = is_b ? ".lora_B.weight" : ".lora_A.weight";
    if (!name.ends_with(suffix)) continue;
    AdapterMatrix matrix;
    matrix.module = name.substr(0, name.size() - suffix.size());
    matrix.is_b = is_b;
    return matrix;
  }
  return std::nullopt;
}

/// Norms have weights too, but of one dimension, so that no adapter has matrices for them.
bool is_linear(std::string_view gguf_name) {
  return gguf_name.starts_with("blk.") && gguf_name.find("norm") == std::string_view::npos;
}

Result<AdapterMatrix> read_matrix(const SafetensorsFile& file, const SafetensorsTensor& tensor,
                                  const AdapterConfig& config) {
  std::optional<AdapterMatrix> matrix = take_apart(tensor.name);
  if (!matrix) {
    return tensor_error(file, tensor, "is no matrix of a LoRA adapter",
                        "names are as base_model.model.model.layers.0.self_attn.q_proj."
                        "lora_A.weight");
  }
  const std::optional<TensorPlace> place = tensor_place(matrix->module + ".weight");
  if (!place || !is_linear(place->gguf_name)) {
    return tensor_error(file, tensor,
                        "is not supported: adapters are added to the linear layers of attention "
                        "and MLP alone");
  }
  if (!config.targets(matrix->module)) {
    return tensor_error(file, tensor, "is of no module that target_modules names");
  }
  const std::optional<TensorType> type = tensor.type();
  if (!type) {
    return tensor_error(file, tensor, fmt::format("dtype {} is not supported", tensor.dtype),
                        "save the adapter in F32, F16 or BF16");
  }
  if (tensor.shape.size() != 2 || tensor.shape[0] < 1 || tensor.shape[1] < 1) {
    return tensor_error(file, tensor, "is no matrix");
  }
  const std::int64_t rank = tensor.shape[matrix->is_b ? 1 : 0];
  if (rank != config.rank_of(matrix->module)) {
    return tensor_error(file, tensor,
                        fmt::format("has the rank {}, adapter_config.json says {}", rank,
                                    config.rank_of(matrix->module)));
  }
  matrix->gguf_name = place->gguf_name;
  matrix->type = *type;
  matrix->tensor = &tensor;
  return std::move(*matrix);
}

Result<void> check_there(const fs::path& folder, const char* file) {
  std::error_code error;
  if (fs::exists(folder / file, error)) return {};
  if (fs::exists(folder / "adapter_model.bin", error) &&
      std::string_view(file) == "adapter_model.safetensors") {
    return Error{ErrorKind::kInvalid,
                 fmt::format("{}: adapter_model.bin: is in Python's pickle format, which can run "
                             "code when it is read",
                             folder.string()),
                 "save the adapter as safetensors"};
  }
  return Error{ErrorKind::kNotFound, fmt::format("{}: has no {}", folder.string(), file),
               "give a folder that PEFT has saved, or a GGUF file"};
}

}  // namespace

Result<AdapterFolder> AdapterFolder::open(const std::string& path) {
  const fs::path folder(path);
  for (const char* file : {"adapter_config.json", "adapter_model.safetensors"}) {
    INFERLAB_TRY_VOID(check_there(folder, file));
  }
  INFERLAB_TRY(AdapterConfig config,
               AdapterConfig::load((folder / "adapter_config.json").string()));
  // Read and not mapped: adapters are loaded while the server runs, and replaced meanwhile.
  const std::string file = (folder / "adapter_model.safetensors").string();
  INFERLAB_TRY(std::vector<std::byte> bytes, read_file(file, kMaxBytes));
  INFERLAB_TRY(SafetensorsFile weights, SafetensorsFile::parse(std::move(bytes), file));
  return from(std::move(config), std::move(weights));
}

Result<AdapterFolder> AdapterFolder::from(AdapterConfig config, SafetensorsFile weights) {
  std::vector<AdapterMatrix> matrices;
  for (const SafetensorsTensor& tensor : weights.tensors()) {
    INFERLAB_TRY(AdapterMatrix matrix, read_matrix(weights, tensor, config));
    matrices.push_back(std::move(matrix));
  }
  // Tensors stay where they are when the vector that holds them is moved.
  return AdapterFolder{
      .config = std::move(config), .weights = std::move(weights), .matrices = std::move(matrices)};
}

}  // namespace inferlab::huggingface
