#include "engine/huggingface/folder.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <filesystem>
#include <memory>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

#include "engine/base/printable.h"
#include "engine/huggingface/config_json.h"
#include "engine/huggingface/float_store.h"
#include "engine/huggingface/tensor_names.h"
#include "engine/huggingface/tokenizer_part.h"
#include "engine/huggingface/weight_files.h"

namespace inferlab {
namespace {

namespace fs = std::filesystem;
using huggingface::ModelConfig;
using huggingface::SafetensorsFile;
using huggingface::SafetensorsTensor;
using huggingface::TensorPlace;

/// What the tensors of an assembled GgufFile point into.
struct Storage {
  std::vector<SafetensorsFile> files;
  std::optional<huggingface::FloatStore> floats;
  std::deque<std::string> names;  // a deque does not move them
};

/// A tensor that the model has, and where.
struct Found {
  TensorPlace place;
  const SafetensorsTensor* tensor;
  TensorType type;
};

Error tensor_error(const SafetensorsFile& file, const SafetensorsTensor& tensor,
                   std::string_view why, std::string hint) {
  return Error{ErrorKind::kInvalid,
               fmt::format("{}: tensor {}: {}", file.name(), printable(tensor.name), why),
               std::move(hint)};
}

/// The vocabulary is filled up to that size, so that it must be one that the weights have.
Result<void> check_vocab_size(const std::vector<Found>& all, const ModelConfig& config,
                              const std::string& config_path) {
  for (const Found& each : all) {
    if (each.place.gguf_name != "token_embd.weight") continue;
    if (each.tensor->shape[0] == config.vocab_size) return {};
    return Error{ErrorKind::kInvalid,
                 fmt::format("{}: vocab_size: is {}, {} has {} rows", config_path,
                             config.vocab_size, each.tensor->name, each.tensor->shape[0])};
  }
  return Error{ErrorKind::kNotFound, fmt::format("{}: tensor model.embed_tokens.weight: is missing",
                                                 fs::path(config_path).parent_path().string())};
}

/// What config.json says that there is; transformers would make it up.
Result<void> check_said(const std::vector<Found>& all, const ModelConfig& config,
                        const std::string& folder) {
  const auto missing = [&folder](std::string_view tensor, std::string_view why) {
    return Error{ErrorKind::kNotFound,
                 fmt::format("{}: tensor {}: is missing, and {}", folder, tensor, why),
                 "the folder was saved wrongly or is incomplete"};
  };
  const auto has = [&all](bool TensorPlace::*what) {
    return std::ranges::any_of(all, [what](const Found& each) { return each.place.*what; });
  };
  if (!config.tied_embeddings && !has(&TensorPlace::is_output)) {
    return missing("lm_head.weight", "tie_word_embeddings is false");
  }
  if (config.has_attention_bias && !has(&TensorPlace::is_attention_bias)) {
    return missing("model.layers.0.self_attn.q_proj.bias", "attention_bias is true");
  }
  return {};
}

/// nullopt for one that is left out.
Result<std::optional<Found>> find_place(const SafetensorsFile& file,
                                        const SafetensorsTensor& tensor,
                                        const ModelConfig& config) {
  if (huggingface::is_unused_buffer(tensor.name)) return std::optional<Found>();
  const std::optional<TensorPlace> place = huggingface::tensor_place(tensor.name);
  if (!place) {
    const bool is_bias = tensor.name.ends_with(".bias");
    return tensor_error(file, tensor,
                        is_bias ? "is not supported: the engine adds biases to queries, keys and "
                                  "values alone"
                                : "is not supported: no model of the Llama family has it",
                        "the model is a variant (experts, adapters) that the engine cannot run");
  }
  // transformers ties the two whatever the file holds.
  if (place->is_output && config.tied_embeddings) return std::optional<Found>();
  if (place->is_attention_bias && !config.has_attention_bias) {
    return tensor_error(file, tensor, "config.json says that there are no such biases", "");
  }
  const std::optional<TensorType> type = tensor.type();
  if (!type) {
    return tensor_error(file, tensor, fmt::format("dtype {} is not supported", tensor.dtype),
                        "use a folder in F32, F16 or BF16");
  }
  const bool has_shape = !tensor.shape.empty() && tensor.shape.size() <= 2 &&
                         std::ranges::find(tensor.shape, 0) == tensor.shape.end();
  if (!has_shape) {
    return tensor_error(file, tensor, "is neither a matrix nor a vector",
                        "the folder was saved wrongly or is damaged");
  }
  return std::optional(Found{.place = *place, .tensor = &tensor, .type = *type});
}

Result<std::vector<Found>> find_tensors(const std::vector<SafetensorsFile>& files,
                                        const ModelConfig& config) {
  std::vector<Found> result;
  for (const SafetensorsFile& file : files) {
    for (const SafetensorsTensor& tensor : file.tensors()) {
      INFERLAB_TRY(std::optional<Found> found, find_place(file, tensor, config));
      if (found) result.push_back(std::move(*found));
    }
  }
  std::ranges::sort(result, {}, [](const Found& each) { return each.place.order; });
  return result;
}

Result<std::vector<GgufTensor>> gguf_tensors(const std::vector<Found>& all, Storage& storage) {
  std::size_t count = 0;
  const auto is_vector = [](const Found& each) { return each.tensor->shape.size() == 1; };
  for (const Found& each : all) {
    if (is_vector(each)) count += static_cast<std::size_t>(each.tensor->shape[0]);
  }
  INFERLAB_TRY(huggingface::FloatStore floats, huggingface::FloatStore::create(count));
  storage.floats.emplace(std::move(floats));
  std::vector<GgufTensor> tensors;
  for (const Found& each : all) {
    storage.names.push_back(each.place.gguf_name);
    GgufTensor tensor{.name = storage.names.back(),
                      .type = each.type,
                      .shape = {each.tensor->shape.rbegin(), each.tensor->shape.rend()},
                      .data = each.tensor->data};
    if (is_vector(each)) {
      tensor.data = storage.floats->add(each.type, each.tensor->data);
      tensor.type = TensorType::kF32;
    }
    tensors.push_back(std::move(tensor));
  }
  return tensors;
}

/// The folder's own name; of a snapshot in the hub's cache
/// (models--ORGANISATION--NAME/snapshots/HASH) the model's.
std::string name_of(const std::string& folder) {
  fs::path path = fs::path(folder).lexically_normal();
  if (path.filename().empty()) path = path.parent_path();
  std::error_code error;
  if (path.filename() == "." || path.filename() == "..") path = fs::canonical(path, error);
  const std::string hub = path.parent_path().parent_path().filename().string();
  if (path.parent_path().filename() == "snapshots" && hub.starts_with("models--")) {
    return hub.substr(hub.rfind("--") + 2);
  }
  return path.filename().string();
}

Result<GgufFile> metadata_of(const std::string& folder, const ModelConfig& config) {
  GgufWriter writer;
  writer.add("general.architecture", config.architecture);
  writer.add("general.type", "model");
  writer.add("general.name", name_of(folder));
  config.add_to(writer);
  INFERLAB_TRY_VOID(huggingface::add_tokenizer(folder, writer));
  INFERLAB_TRY(const GgufFile unpadded, GgufFile::parse(writer.bytes(), folder));
  INFERLAB_TRY(const GgufWriter padded, huggingface::pad_tokens(unpadded, config.vocab_size));
  return GgufFile::parse(padded.bytes(), folder);
}

}  // namespace

bool is_huggingface_folder(const std::string& path) {
  std::error_code error;
  return fs::is_directory(path, error);
}

Result<GgufFile> open_huggingface_folder(const std::string& path) {
  const fs::path config_path = fs::path(path) / "config.json";
  std::error_code error;
  if (!fs::exists(config_path, error)) {
    return Error{ErrorKind::kNotFound, fmt::format("{}: has no config.json", path),
                 "give a GGUF file, or a folder with config.json and *.safetensors"};
  }
  INFERLAB_TRY(const ModelConfig config, ModelConfig::load(config_path.string()));
  const auto storage = std::make_shared<Storage>();
  INFERLAB_TRY(storage->files, huggingface::open_weight_files(path));
  INFERLAB_TRY(const std::vector<Found> all, find_tensors(storage->files, config));
  INFERLAB_TRY_VOID(check_vocab_size(all, config, config_path.string()));
  INFERLAB_TRY_VOID(check_said(all, config, path));
  INFERLAB_TRY(std::vector<GgufTensor> tensors, gguf_tensors(all, *storage));
  INFERLAB_TRY(GgufFile metadata, metadata_of(path, config));
  std::int64_t size_bytes = 0;
  for (const SafetensorsFile& file : storage->files) size_bytes += file.size_bytes();
  return GgufFile::assemble(std::move(metadata), std::move(tensors), storage, size_bytes);
}

}  // namespace inferlab
