#include <fmt/format.h>

#include "engine/model/model_weights.h"
#include "engine/tokenizer/tokenizer.h"
#include "labs/checks/real_engine.h"
#include "labs/cli/commands.h"
#include "labs/cli/print.h"
#include "labs/report/escape.h"

namespace inferlab::labs {
namespace {

using sim::Value;

class ModelInfo final : public Command {
 public:
  void declare(Args& args) override {
    args.positional("FILE", file_, "a GGUF file; the one that ships if left out", false);
    args.format(format_);
  }

  Result<int> run(Terminal& terminal) override {
    if (file_.empty()) {
      INFERLAB_TRY(file_, embedded_model());
    }
    INFERLAB_TRY(const Model model, Model::open(file_));
    INFERLAB_TRY(const Tokenizer tokenizer, Tokenizer::load(model.file));
    const LlamaConfig& config = model.config();
    const Value out =
        Value::object({{"file", for_terminal(file_)},
                       {"bytes", model.file.size_bytes()},
                       {"name", for_terminal(config.name)},
                       {"ggufVersion", static_cast<std::int64_t>(model.file.version())},
                       {"parameters", model.weights.num_parameters()},
                       {"weightsBytes", model.weights.weights_bytes()},
                       {"weightType", tensor_type_name(model.weights.layers.front().attn_q.type)},
                       {"layers", config.num_layers},
                       {"hiddenSize", config.hidden_size},
                       {"ffnSize", config.ffn_size},
                       {"heads", config.num_heads},
                       {"kvHeads", config.num_kv_heads},
                       {"headDim", config.head_dim},
                       {"vocabulary", tokenizer.size()},
                       {"maxModelLen", config.max_model_len}});
    if (format_ == "json") {
      print_json(terminal, out);
      return kExitDone;
    }
    std::vector<std::vector<std::string>> rows = {{"PROPERTY", "VALUE"}};
    for (const auto& [key, value] : out.members()) {
      rows.push_back({key, value.is_string() ? value.str() : std::to_string(value.as_int())});
    }
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
