// Asks a model the cases of an evals.yaml and says whether its gate would let it through.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <optional>

#include "labs/checks/real_engine.h"
#include "labs/cli/commands.h"
#include "labs/cli/learner.h"
#include "labs/cli/print.h"
#include "labs/evals/ask.h"
#include "labs/grade/submission.h"
#include "labs/report/command_words.h"
#include "labs/report/escape.h"
#include "labs/session/session_folder.h"
#include "labs/spec/catalog.h"
#include "labs/spec/json_schema.h"
#include "labs/spec/text_file.h"

namespace inferlab::labs {
namespace {

using sim::Value;

/// Where a lab's session has the file from now on, and what grades it.
struct HandedIn {
  std::string lab, file, grade_with;
};

class Eval final : public Command {
 public:
  void declare(Args& args) override {
    args.positional("FILE", file_, "an evals.yaml", false);
    args.positional("MODEL", model_,
                    "a GGUF file or a Hugging Face folder; the one that ships if left out", false);
    args.flag("--answers", shows_answers_, "print what the model says");
    args.option("--lab", lab_id_, "hand the file in for this lab's session as well");
    args.flag("--schema", wants_schema_, "print the JSON Schema of evals.yaml, and nothing else");
    declare_learner(args, learner_);
    args.format(format_);
  }

  Result<int> run(Terminal& terminal) override {
    if (wants_schema_) {
      terminal.out << evals_json_schema();
      return kExitDone;
    }
    if (file_.empty()) {
      return Error{ErrorKind::kInvalid, "FILE: is missing", "name an evals.yaml"};
    }
    INFERLAB_TRY(const std::string text, read_text_file(file_, SubmissionLimits{}.max_file_bytes));
    INFERLAB_TRY(const EvalSuite suite, read_evals(text, for_terminal(file_)));
    if (!lab_id_.empty()) {
      INFERLAB_TRY(handed_in_, hand_in(text));
    }
    if (model_.empty()) {
      INFERLAB_TRY(model_, embedded_model());
    }
    INFERLAB_TRY(const std::vector<EvalAnswer> answers,
                 ServedRevision(model_, {}).ask(suite.cases));
    const EvalVerdict verdict = verdict_on(suite, answers);
    if (format_ == "json") {
      print_json(terminal, as_json(verdict, answers));
    } else {
      print(terminal, verdict, answers);
    }
    return verdict.passed() ? kExitDone : kExitFailed;
  }

 private:
  // What to do next.
  Result<HandedIn> hand_in(const std::string& text) const {
    INFERLAB_TRY(const LabSpec lab, find_lab(lab_id_, learner_of(learner_)));
    INFERLAB_TRY_VOID(submission_from_files({{std::string(kEvalsFile), text}}, lab));
    INFERLAB_TRY(const std::string folder, session_folder(lab.id, lab.learner));
    const std::string path = folder + "/" + std::string(kEvalsFile);
    INFERLAB_TRY_VOID(write_text_file(path, text));
    return HandedIn{
        lab.id, path,
        fmt::format("inferlab lab check {}{}", shell_word(lab_id_), learner_words(lab.learner))};
  }

  [[nodiscard]] Value as_json(const EvalVerdict& verdict,
                              const std::vector<EvalAnswer>& answers) const {
    Value::Array cases;
    for (std::size_t i = 0; i < verdict.rows.size(); ++i) {
      const EvalVerdict::Row& row = verdict.rows[i];
      cases.push_back(Value::object({{"id", row.id},
                                     {"category", row.category},
                                     {"passed", row.faults.empty()},
                                     {"faults", Value::strings(row.faults)},
                                     {"answer", answers[i].text},
                                     {"finish_reason", answers[i].finish_reason}}));
    }
    Value handed_in;
    if (handed_in_) {
      handed_in = Value::object({{"lab", handed_in_->lab},
                                 {"file", handed_in_->file},
                                 {"grade_with", handed_in_->grade_with}});
    }
    return Value::object({{"passed", verdict.passed()},
                          {"handed_in", std::move(handed_in)},
                          {"pass_rate", verdict.pass_rate},
                          {"reasons", Value::strings(verdict.reasons)},
                          {"cases", Value::array(std::move(cases))}});
  }

  void print(Terminal& terminal, const EvalVerdict& verdict,
             const std::vector<EvalAnswer>& answers) const {
    std::vector<std::vector<std::string>> rows = {{"CASE", "CATEGORY", "RESULT", "WHY"}};
    for (const EvalVerdict::Row& row : verdict.rows) {
      rows.push_back({row.id, row.category, row.faults.empty() ? "passes" : "fails",
                      for_terminal(fmt::format("{}", fmt::join(row.faults, "; ")))});
    }
    print_table(terminal, rows);
    for (std::size_t i = 0; shows_answers_ && i < answers.size(); ++i) {
      terminal.out << fmt::format("\n{}\n{}\n", terminal.style.bold(verdict.rows[i].id),
                                  for_terminal(answers[i].text, /*multiline=*/true));
    }
    terminal.out << fmt::format("\n{:.0f} % of the cases pass, by weight. ",
                                100 * verdict.pass_rate);
    terminal.out << (verdict.passed() ? std::string("The gate lets this model through.\n")
                                      : fmt::format("The gate stops this model: {}.\n",
                                                    fmt::join(verdict.reasons, "; ")));
    if (!handed_in_) return;
    terminal.out << fmt::format(
        "\nHanded in for the session of {0}. Grade it: {1}\n"
        "In a folder of manifests the file is named {2}: inferlab grade --lab {0} --submission "
        "FOLDER{3}\n",
        handed_in_->lab, handed_in_->grade_with, kEvalsFile, learner_words(learner_of(learner_)));
  }

  std::optional<HandedIn> handed_in_;
  std::string file_, model_, lab_id_, learner_, format_ = "text";
  bool shows_answers_ = false, wants_schema_ = false;
};

}  // namespace

std::unique_ptr<Command> make_eval() {
  return std::make_unique<Eval>();
}

}  // namespace inferlab::labs
