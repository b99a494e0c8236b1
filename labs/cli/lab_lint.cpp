#include <fmt/format.h>

#include <filesystem>

#include "labs/cli/commands.h"
#include "labs/cli/print.h"
#include "labs/grade/shipped.h"
#include "labs/grade/submission.h"
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
    std::vector<Error> found = lint_lab(folder);
    if (found.empty()) found = answers_that_fail(folder);
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
  // Of a lab in order: the answers that it ships and that its own cluster does not take.
  static std::vector<Error> answers_that_fail(const std::string& folder) {
    std::vector<Error> out;
    const auto lab = load_lab(folder);
    if (!lab) return {lab.error()};
    std::vector<std::string> answers = {"starter", "solution"};
    for (const LabMutant& mutant : lab->mutants) answers.push_back(mutant.id);
    for (const std::string& answer : answers) {
      const auto files = answer_files(*lab, answer);
      const auto submission =
          files ? submission_from_files(*files, *lab) : Result<Submission>(files.error());
      if (submission) continue;
      Error error = submission.error();
      error.message = fmt::format("{}/{}: {}", folder, answer, error.message);
      out.push_back(std::move(error));
    }
    return out;
  }

  std::string lab_, format_ = "text";
};

}  // namespace

std::unique_ptr<Command> make_lab_lint() {
  return std::make_unique<LabLint>();
}

}  // namespace inferlab::labs
