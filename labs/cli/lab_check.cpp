#include <algorithm>

#include "labs/cli/commands.h"
#include "labs/cli/grading.h"
#include "labs/cli/learner.h"
#include "labs/cli/learner_work.h"
#include "labs/grade/submission.h"
#include "labs/progress/progress.h"
#include "labs/spec/catalog.h"

namespace inferlab::labs {
namespace {

class LabCheckCommand final : public Command {
 public:
  void declare(Args& args) override {
    args.positional("LAB", lab_id_, "id of a lab");
    args.option("--submission", folder_, "grade this folder instead of the session");
    declare_learner(args, learner_);
    declare_output(args, output_);
  }

  Result<int> run(Terminal& terminal) override {
    INFERLAB_TRY_VOID(check_output(output_));
    INFERLAB_TRY(const LabSpec lab, lab_of_learner(lab_id_, folder_, learner_));
    std::vector<std::string> notes;
    const std::string name = folder_.empty() ? "session" : "submission";
    const auto handed_in = submission_of_learner(lab, folder_, notes);
    if (!handed_in) return put_error(terminal, lab.id, name, handed_in.error(), output_);
    INFERLAB_TRY(Progress progress, Progress::open_default());
    INFERLAB_TRY(const std::vector<std::string> hints, progress.hints_used(lab.id));
    INFERLAB_TRY(Report report,
                 grade_with_progress(terminal, lab, *handed_in, name, {}, hints, notes));
    INFERLAB_TRY_VOID(progress.record_attempt(report));
    report.next_lab = next_lab(lab.id, progress);
    return put_report(terminal, report, output_);
  }

 private:
  // The first lab behind this one, and then from the start, that was not passed yet. A grade is
  // worth printing without it.
  static std::string next_lab(const std::string& lab_id, Progress& progress) {
    auto labs = list_labs();
    if (!labs) return {};
    const auto here = std::find_if(labs->begin(), labs->end(),
                                   [&](const LabSpec& lab) { return lab.id == lab_id; });
    std::rotate(labs->begin(), here, labs->end());
    for (const LabSpec& lab : *labs) {
      if (lab.id == lab_id) continue;
      const auto done = progress.lab(lab.id);
      if (done && !done->passed) return lab.id;
    }
    return {};
  }

  std::string lab_id_, folder_, learner_;
  GradeOutput output_;
};

}  // namespace

std::unique_ptr<Command> make_lab_check() {
  return std::make_unique<LabCheckCommand>();
}

}  // namespace inferlab::labs
