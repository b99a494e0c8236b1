// A learner's run beside that of the lab's own solution: numbers alone, nothing of its manifests.
#include <fmt/format.h>

#include <chrono>
#include <utility>

#include "labs/cli/commands.h"
#include "labs/cli/learner.h"
#include "labs/cli/print.h"
#include "labs/grade/run_figures.h"
#include "labs/grade/runs.h"
#include "labs/progress/learner_work.h"

namespace inferlab::labs {
namespace {

using sim::Value;

std::string shown(const RunFigure& figure) {
  if (!figure.value) return "-";
  return fmt::format("{:g}{}{}", *figure.value, figure.unit.empty() ? "" : " ", figure.unit);
}

Value json_of(const std::optional<double>& value) {
  return value ? Value(*value) : Value();
}

class LabCompare final : public Command {
 public:
  void declare(Args& args) override {
    args.positional("LAB", lab_id_, "id of a lab");
    args.option("--submission", folder_, "compare this folder instead of the session");
    declare_learner(args, learner_);
    args.format(format_);
  }

  Result<int> run(Terminal& terminal) override {
    INFERLAB_TRY(const LabSpec lab, lab_of_learner(lab_id_, folder_, learner_of(learner_)));
    if (folder_.empty()) INFERLAB_TRY_VOID(check_present(lab));
    std::vector<std::string> notes;
    INFERLAB_TRY(const Submission work, submission_of_learner(lab, folder_, notes));
    ProgressLine line(terminal, "comparing " + lab.id);
    Runs runs(lab, work);
    line.show("your run", 0, 2);
    INFERLAB_TRY(sim::Cluster * mine, runs.run({}));
    line.show("the reference", 1, 2);
    INFERLAB_TRY(sim::Cluster * reference, runs.reference_run("solution"));
    line.clear();
    const std::vector<RunFigure> yours = run_figures(*mine, lab);
    const std::vector<RunFigure> theirs = run_figures(*reference, lab);
    if (format_ == "json") {
      print_json(terminal, as_json(lab, yours, theirs, notes));
      return kExitDone;
    }
    std::vector<std::vector<std::string>> rows = {{"FIGURE", "YOURS", "REFERENCE"}};
    for (std::size_t i = 0; i < yours.size(); ++i) {
      if (!yours[i].value && !theirs[i].value) continue;  // this lab has none of it
      rows.push_back({yours[i].title, shown(yours[i]), shown(theirs[i])});
    }
    print_table(terminal, rows);
    for (const std::string& note : notes) terminal.out << "note: " << note << '\n';
    return kExitDone;
  }

 private:
  // Both runs show what is still to come in the session.
  static Result<void> check_present(const LabSpec& lab) {
    if (lab.incidents.empty()) return {};
    INFERLAB_TRY(const Duration present, session_present(lab));
    if (present >= lab.horizon) return {};
    return Error{
        ErrorKind::kConflict,
        fmt::format("{}: its session has come to {}: it is compared when it is over, at {}", lab.id,
                    format_duration(std::chrono::floor<std::chrono::seconds>(present)),
                    format_duration(lab.horizon)),
        "respond first; inferlab cluster speed 60 makes the wait shorter"};
  }

  static Value as_json(const LabSpec& lab, const std::vector<RunFigure>& yours,
                       const std::vector<RunFigure>& theirs,
                       const std::vector<std::string>& notes) {
    Value::Array figures;
    for (std::size_t i = 0; i < yours.size(); ++i) {
      figures.push_back(Value::object({{"id", yours[i].id},
                                       {"title", yours[i].title},
                                       {"unit", yours[i].unit},
                                       {"yours", json_of(yours[i].value)},
                                       {"reference", json_of(theirs[i].value)}}));
    }
    return Value::object({{"lab", lab.id},
                          {"learner", lab.learner},
                          {"figures", Value::array(std::move(figures))},
                          {"notes", Value::strings(notes)}});
  }

  std::string lab_id_, folder_, learner_, format_ = "text";
};

}  // namespace

std::unique_ptr<Command> make_lab_compare() {
  return std::make_unique<LabCompare>();
}

}  // namespace inferlab::labs
