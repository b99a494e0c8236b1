#include "labs/cli/commands.h"
#include "labs/cli/model_writing.h"

namespace inferlab::labs {
namespace {

class ModelQuantize final : public Command {
 public:
  void declare(Args& args) override {
    args.positional("FROM", writing_.from, "a GGUF file");
    args.positional("TO", writing_.to, "the GGUF file to write");
    args.choice("--type", writing_.type_name, weight_type_names(), "of the matrices");
    args.flag("--force", writing_.force, "write over TO if it is there");
    args.format(format_);
  }

  Result<int> run(Terminal& terminal) override {
    writing_.type = weight_type_from(writing_.type_name);
    writing_.json = format_ == "json";
    return write_model(terminal, writing_);
  }

 private:
  ModelWriting writing_{.type_name = "q8_0", .doing = "quantizing"};
  std::string format_ = "text";
};

}  // namespace

std::unique_ptr<Command> make_model_quantize() {
  return std::make_unique<ModelQuantize>();
}

}  // namespace inferlab::labs
