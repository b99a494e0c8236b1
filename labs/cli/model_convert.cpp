#include <filesystem>
#include <system_error>

#include "labs/cli/commands.h"
#include "labs/cli/model_writing.h"
#include "labs/report/escape.h"

namespace inferlab::labs {
namespace {

class ModelConvert final : public Command {
 public:
  void declare(Args& args) override {
    args.positional("FOLDER", writing_.from,
                    "a model in Hugging Face's layout: config.json and *.safetensors");
    args.positional("TO", writing_.to, "the GGUF file to write");
    std::vector<std::string> names = weight_type_names();
    names.insert(names.begin(), "same");
    args.choice("--type", writing_.type_name, names, "of the matrices; same: as in the folder");
    args.flag("--force", writing_.force, "write over TO if it is there");
    args.format(format_);
  }

  Result<int> run(Terminal& terminal) override {
    std::error_code error;
    if (std::filesystem::is_regular_file(writing_.from, error)) {
      return Error{ErrorKind::kInvalid, for_terminal(writing_.from) + ": is no folder",
                   "model quantize writes a GGUF file in another type"};
    }
    writing_.type = weight_type_from(writing_.type_name);
    writing_.json = format_ == "json";
    return write_model(terminal, writing_);
  }

 private:
  ModelWriting writing_{.type_name = "same", .doing = "converting"};
  std::string format_ = "text";
};

}  // namespace

std::unique_ptr<Command> make_model_convert() {
  return std::make_unique<ModelConvert>();
}

}  // namespace inferlab::labs
