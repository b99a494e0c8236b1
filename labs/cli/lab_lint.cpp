#include <fmt/format.h>

#include <filesystem>

#include "labs/cli/commands.h"
#include "labs/cli/print.h"
#include "labs/spec/data_dirs.h"
#include "labs/spec/load_lab.h"
#include "labs/spec/validate.h"

namespace inferlab::labs {
namespace {

using sim::Value;

class LabLint final : public Command {
 public:
  void declare(Args& args) override {
    args.positional("LAB", lab_, "id of a lab, or path of its folder");
    args.format(format_);
  }

  Result<int> run(Terminal& terminal) override {
    std::string folder = lab_;
    if (is_id(lab_)) {
      INFERLAB_TRY(folder, find_data("scenarios/" + lab_));
    }
    const std::vector<Error> found = lint_lab(folder);
    if (format_ == "json") {
      Value::Array out;
      for (const Error& error : found) {
        out.push_back(Value::object({{"message", error.message}, {"hint", error.hint}}));
      }
      print_json(terminal, Value::array(std::move(out)));
    } else if (found.empty()) {
      terminal.out << fmt::format("{}: nothing wrong\n", lab_);
    } else {
      for (const Error& error : found) print_error(terminal, error);
    }
    return found.empty() ? kExitDone : kExitBadInput;
  }

 private:
  std::string lab_, format_ = "text";
};

}  // namespace

std::unique_ptr<Command> make_lab_lint() {
  return std::make_unique<LabLint>();
}

}  // namespace inferlab::labs
