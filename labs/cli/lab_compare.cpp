// A learner's run beside that of the lab's own solution: numbers alone, nothing of its manifests.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <chrono>
#include <utility>

#include "labs/cli/commands.h"
#include "labs/cli/learner.h"
#include "labs/cli/print.h"
#include "labs/grade/evidence.h"
#include "labs/grade/gate_figures.h"
#include "labs/grade/incident_figures.h"
#include "labs/grade/run_figures.h"
#include "labs/grade/runs.h"
#include "labs/grade/submission.h"
#include "labs/progress/learner_work.h"
#include "labs/report/compare_html.h"
#include "labs/spec/text_file.h"
#include "sim/api/json.h"

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
    args.choice("--format", format_, {"text", "json", "html"},
                "how to print it; html is a page with plots of both runs");
    args.option("-o,--output", output_, "write it to this file");
  }

  Result<int> run(Terminal& terminal) override {
    INFERLAB_TRY(const LabSpec lab, lab_of_learner(lab_id_, folder_, learner_of(learner_)));
    if (folder_.empty()) INFERLAB_TRY_VOID(check_present(lab));
    std::vector<std::string> notes;
    INFERLAB_TRY(const Submission work, submission_of_learner(lab, folder_, notes));
    INFERLAB_TRY(const std::vector<SubmissionFile> files, shipped_answer(lab, "solution"));
    INFERLAB_TRY(const Submission solution, submission_from_files(files, lab));
    ProgressLine line(terminal, "comparing " + lab.id);
    line.show("your run", 0, 2);
    INFERLAB_TRY(const Seen yours, seen_of(lab, work));
    line.show("the reference", 1, 2);
    INFERLAB_TRY(const Seen theirs, seen_of(lab, solution));
    line.clear();
    if (format_ == "json") {
      const Value json = as_json(lab, yours.figures, theirs.figures, notes);
      if (!output_.empty()) return written(sim::to_json(json, 2) + "\n");
      print_json(terminal, json);
      return kExitDone;
    }
    std::vector<ComparedFigure> figures;
    for (std::size_t i = 0; i < yours.figures.size(); ++i) {
      const RunFigure &mine = yours.figures[i], &other = theirs.figures[i];
      if (!mine.value && !other.value) continue;  // this lab has none of it
      figures.push_back({mine.title, shown(mine), shown(other)});
    }
    if (format_ == "html") {
      const std::string page = comparison_html(lab.id, lab.title, figures,
                                               overlaid(yours.evidence, theirs.evidence), notes);
      if (!output_.empty()) return written(page);
      terminal.out << page;
      return kExitDone;
    }
    std::vector<std::vector<std::string>> rows = {{"FIGURE", "YOURS", "REFERENCE"}};
    for (const ComparedFigure& figure : figures) {
      rows.push_back({figure.title, figure.yours, figure.reference});
    }
    if (!output_.empty()) {
      std::string table;
      for (const auto& row : rows) table += fmt::format("{}\n", fmt::join(row, "\t"));
      return written(table);
    }
    print_table(terminal, rows);
    for (const std::string& note : notes) terminal.out << "note: " << note << '\n';
    return kExitDone;
  }

 private:
  /// What is told of one of the two.
  struct Seen {
    std::vector<RunFigure> figures;
    Evidence evidence;
  };
  static Result<Seen> seen_of(const LabSpec& lab, const Submission& work) {
    Runs runs(lab, work);
    INFERLAB_TRY(sim::Cluster * run, runs.run({}));
    Seen out{run_figures(*run, lab), evidence_of(*run, lab, work)};
    INFERLAB_TRY(const std::vector<RunFigure> incidents, incident_figures(runs));
    INFERLAB_TRY(const std::vector<RunFigure> gates, gate_figures(runs));
    out.figures.insert(out.figures.end(), incidents.begin(), incidents.end());
    out.figures.insert(out.figures.end(), gates.begin(), gates.end());
    return out;
  }

  [[nodiscard]] Result<int> written(const std::string& text) const {
    INFERLAB_TRY_VOID(write_text_file(output_, text));
    return kExitDone;
  }

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

  std::string lab_id_, folder_, learner_, output_, format_ = "text";
};

}  // namespace

std::unique_ptr<Command> make_lab_compare() {
  return std::make_unique<LabCompare>();
}

}  // namespace inferlab::labs
