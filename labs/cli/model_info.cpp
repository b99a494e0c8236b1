#include <fmt/format.h>

#include <map>

#include "engine/backend/backend.h"
#include "engine/model/model_weights.h"
#include "engine/tokenizer/chat_template.h"
#include "engine/tokenizer/tokenizer.h"
#include "labs/checks/real_engine.h"
#include "labs/cli/commands.h"
#include "labs/cli/print.h"
#include "labs/report/escape.h"
#include "sim/api/json.h"

namespace inferlab::labs {
namespace {

using sim::Value;

/// Of all weights: how many tensors have which type. In order of the names.
Value tensor_types(const GgufFile& file) {
  std::map<std::string_view, std::int64_t> counts;
  for (const GgufTensor& tensor : file.tensors()) ++counts[tensor_type_name(tensor.type)];
  Value::Object members;
  for (const auto& [name, count] : counts) members.push_back({std::string(name), Value(count)});
  return Value::object(std::move(members));
}

/// Of one token, all layers.
std::int64_t kv_bytes_per_token(const LlamaConfig& config) {
  return KvCacheShape{.num_blocks = 1, .block_size = 1}.block_bytes(config);
}

Value rope_scaling(const LlamaConfig& config) {
  const RopeScaling& scaling = config.rope_scaling;
  if (scaling.llama3) {
    return Value::object(
        {{"type", "llama3"},
         {"factor", static_cast<double>(scaling.llama3->factor)},
         {"originalContextLength", scaling.llama3->original_context_length},
         {"lowFreqFactor", static_cast<double>(scaling.llama3->low_freq_factor)},
         {"highFreqFactor", static_cast<double>(scaling.llama3->high_freq_factor)}});
  }
  if (scaling.yarn) {
    return Value::object({{"type", "yarn"},
                          {"factor", static_cast<double>(scaling.factor)},
                          {"originalContextLength", scaling.yarn->original_context_length},
                          {"attentionFactor", static_cast<double>(scaling.attention_factor)}});
  }
  return Value::object({{"type", scaling.factor == 1.0F ? "none" : "linear"},
                        {"factor", static_cast<double>(scaling.factor)}});
}

/// "byte-level BPE, gpt-2", or why there is none.
std::string tokenizer_text(const GgufFile& file) {
  const Result<Tokenizer> tokenizer = Tokenizer::load(file);
  if (!tokenizer) return "none: " + for_terminal(tokenizer.error().message);
  const auto model = file.text("tokenizer.ggml.model");
  const auto rule = file.text_or("tokenizer.ggml.pre", "default");
  if (model && *model == "llama") return "SentencePiece";
  if (model && *model == "bert") return "WordPiece";
  if (model && *model == "t5") return "Unigram";
  return fmt::format("byte-level BPE, {}", rule ? for_terminal(*rule) : "default");
}

std::string chat_template_text(const GgufFile& file) {
  const Result<ChatTemplate> loaded = ChatTemplate::load(file);
  if (loaded) return std::string(loaded->name());
  return "none: " + for_terminal(loaded.error().message);
}

TensorType weight_type(const Model& model) {
  return model.encoder ? model.encoder->layers.front().attn_q.weight.type
                       : model.weights.layers.front().attn_q.type;
}

/// What an encoder has not (heads of keys, rotation, a KV cache) is 0.
Value::Object properties(const Model& model, const std::string& path) {
  const LlamaConfig& config = model.config();
  Value::Object out = {{"file", for_terminal(path)},
                       {"format", model.file.is_assembled() ? "Hugging Face folder" : "GGUF"},
                       {"bytes", model.file.size_bytes()},
                       {"name", for_terminal(config.name)},
                       {"architecture", config.architecture}};
  if (!model.file.is_assembled()) {
    out.push_back({"ggufVersion", static_cast<std::int64_t>(model.file.version())});
  }
  const std::int64_t weights = model.weights_bytes();
  const std::int64_t per_token = kv_bytes_per_token(config);
  const GgufValue* tokens = model.file.find_value("tokenizer.ggml.tokens");
  const Value::Object rest = {
      {"parameters", model.num_parameters()},
      {"weightsBytes", weights},
      {"weightType", tensor_type_name(weight_type(model))},
      {"tensorTypes", tensor_types(model.file)},
      {"kvBytesPerToken", per_token},
      // For one request that uses the whole context.
      {"memoryBytes", weights + per_token * config.max_model_len},
      {"layers", config.num_layers},
      {"hiddenSize", config.hidden_size},
      {"ffnSize", config.ffn_size},
      {"heads", config.num_heads},
      {"kvHeads", config.num_kv_heads},
      {"headDim", config.head_dim},
      {"tiedEmbeddings", model.weights.tied_embeddings},
      {"vocabulary", tokens == nullptr ? std::int64_t{config.vocab_size}
                                       : static_cast<std::int64_t>(tokens->count)},
      {"contextLength", config.context_length},
      {"slidingWindow", config.sliding_window},
      {"maxModelLen", config.max_model_len},
      {"ropeFreqBase", static_cast<double>(config.rope_freq_base)},
      {"ropeScaling", rope_scaling(config)},
      {"tokenizer", tokenizer_text(model.file)},
      {"chatTemplate", chat_template_text(model.file)}};
  out.insert(out.end(), rest.begin(), rest.end());
  const auto pooling = read_pooling_type(model.file, config.architecture);
  if (pooling && *pooling) out.push_back({"poolingType", to_string(**pooling)});
  return out;
}

/// As it stands in a cell of the table: of an object its members.
std::string cell(const Value& value) {
  if (value.is_string()) return value.str();
  if (!value.is_object()) return sim::to_json(value);
  std::string text;
  for (const auto& [key, member] : value.members()) {
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", key, cell(member));
  }
  return text;
}

class ModelInfo final : public Command {
 public:
  void declare(Args& args) override {
    args.positional("MODEL", file_,
                    "a GGUF file or a Hugging Face folder; the one that ships if left out", false);
    args.format(format_);
  }

  Result<int> run(Terminal& terminal) override {
    if (file_.empty()) {
      INFERLAB_TRY(file_, embedded_model());
    }
    INFERLAB_TRY(const Model model, Model::open(file_));
    const Value out = Value::object(properties(model, file_));
    if (format_ == "json") {
      print_json(terminal, out);
      return kExitDone;
    }
    std::vector<std::vector<std::string>> rows = {{"PROPERTY", "VALUE"}};
    for (const auto& [key, value] : out.members()) rows.push_back({key, cell(value)});
    print_table(terminal, rows);
    return kExitDone;
  }

 private:
  std::string file_, format_ = "text";
};

}  // namespace

std::unique_ptr<Command> make_model_info() {
  return std::make_unique<ModelInfo>();
}

}  // namespace inferlab::labs
