#include <fmt/format.h>

#include <filesystem>

#include "engine/model/quantize_model.h"
#include "labs/cli/commands.h"
#include "labs/cli/print.h"
#include "labs/report/escape.h"

namespace inferlab::labs {
namespace {

using sim::Value;

struct TypeName {
  const char* name;
  TensorType type;
};
constexpr TypeName kTypes[] = {{"q8_0", TensorType::kQ8_0}, {"q6_k", TensorType::kQ6_K},
                               {"q5_k", TensorType::kQ5_K}, {"q4_k", TensorType::kQ4_K},
                               {"q4_0", TensorType::kQ4_0}, {"f16", TensorType::kF16},
                               {"bf16", TensorType::kBF16}, {"f32", TensorType::kF32}};

class ModelQuantize final : public Command {
 public:
  void declare(Args& args) override {
    args.positional("FROM", from_, "a GGUF file");
    args.positional("TO", to_, "the GGUF file to write");
    std::vector<std::string> names;
    for (const TypeName& each : kTypes) names.emplace_back(each.name);
    args.choice("--type", type_, names, "of the matrices");
    args.flag("--force", force_, "write over TO if it is there");
    args.format(format_);
  }

  Result<int> run(Terminal& terminal) override {
    std::error_code error;
    if (std::filesystem::equivalent(from_, to_, error)) {
      return Error{ErrorKind::kInvalid, for_terminal(to_) + ": is the file to read from",
                   "give another name"};
    }
    if (!force_ && std::filesystem::exists(to_, error)) {
      return Error{ErrorKind::kConflict, for_terminal(to_) + ": is there already",
                   "--force writes over it"};
    }
    INFERLAB_TRY(const Model model, Model::open(from_));
    ProgressLine progress(terminal, "quantizing");
    const GgufWriter writer =
        quantize_model(model, type(), [&](std::int64_t done, std::int64_t of) {
          progress.show("tensors", static_cast<int>(done), static_cast<int>(of));
        });
    INFERLAB_TRY_VOID(writer.save(to_));
    progress.clear();
    INFERLAB_TRY(const Model written, Model::open(to_));  // what was written can be read
    if (format_ == "json") {
      print_json(terminal, Value::object({{"file", for_terminal(to_)},
                                          {"type", type_},
                                          {"bytesBefore", model.file.size_bytes()},
                                          {"bytes", written.file.size_bytes()}}));
    } else {
      terminal.out << fmt::format("{}: {:.1f} MB, {:.0f} % of before\n", for_terminal(to_),
                                  static_cast<double>(written.file.size_bytes()) / 1e6,
                                  100.0 * static_cast<double>(written.file.size_bytes()) /
                                      static_cast<double>(model.file.size_bytes()));
    }
    return kExitDone;
  }

 private:
  [[nodiscard]] TensorType type() const {
    for (const TypeName& each : kTypes) {
      if (type_ == each.name) return each.type;
    }
    return TensorType::kQ8_0;
  }

  std::string from_, to_, type_ = "q8_0", format_ = "text";
  bool force_ = false;
};

}  // namespace

std::unique_ptr<Command> make_model_quantize() {
  return std::make_unique<ModelQuantize>();
}

}  // namespace inferlab::labs
