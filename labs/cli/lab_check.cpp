#include "labs/cli/commands.h"
#include "labs/cli/grading.h"
#include "labs/cli/learner.h"
#include "labs/cli/print.h"
#include "labs/progress/attempt.h"
#include "labs/progress/learner_work.h"

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
    INFERLAB_TRY(const LabSpec lab, lab_of_learner(lab_id_, folder_, learner_of(learner_)));
    AttemptOptions attempt;
    attempt.submission = folder_.empty() ? "session" : "submission";
    if (folder_.empty() && !lab.incidents.empty()) {
      INFERLAB_TRY(attempt.present, session_present(lab));
    }
    const auto handed_in = submission_of_learner(lab, folder_, attempt.notes);
    if (!handed_in) {
      return put_error(terminal, lab.id, attempt.submission, handed_in.error(), output_);
    }
    INFERLAB_TRY(Progress progress, Progress::open_default(lab.learner));
    ProgressLine line(terminal, "grading " + lab.id);
    attempt.progress = [&line](std::string_view what, int done, int of) {
      line.show(what, done, of);
    };
    INFERLAB_TRY(const Report report, grade_attempt(lab, *handed_in, progress, attempt));
    line.clear();
    return put_report(terminal, report, output_);
  }

 private:
  std::string lab_id_, folder_, learner_;
  GradeOutput output_;
};

}  // namespace

std::unique_ptr<Command> make_lab_check() {
  return std::make_unique<LabCheckCommand>();
}

}  // namespace inferlab::labs
