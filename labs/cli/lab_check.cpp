#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "labs/cli/commands.h"
#include "labs/cli/grading.h"
#include "labs/cli/learner.h"
#include "labs/grade/settle.h"
#include "labs/grade/submission.h"
#include "labs/progress/progress.h"
#include "labs/session/journal_file.h"
#include "labs/session/session_folder.h"
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
    INFERLAB_TRY(const LabSpec lab, lab_of_learner());
    std::vector<std::string> notes;
    const std::string name = folder_.empty() ? "session" : "submission";
    const auto handed_in = submission_of_learner(lab, notes);
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

  // The variant that was asked for, or else the session's own.
  [[nodiscard]] Result<LabSpec> lab_of_learner() const {
    const std::string asked = learner_of(learner_);
    INFERLAB_TRY(LabSpec lab, find_lab(lab_id_, asked));
    if (!folder_.empty() || !asked.empty()) return lab;
    INFERLAB_TRY(const std::string session, session_folder(lab.id));
    const auto journal = read_journal_file(journal_path(session));
    if (!journal || !journal->header || journal->header->learner.empty()) return lab;
    return find_lab(lab_id_, journal->header->learner);
  }

  Result<Submission> submission_of_learner(const LabSpec& lab,
                                           std::vector<std::string>& notes) const {
    if (!folder_.empty()) return submission_from_folder(folder_, lab);
    INFERLAB_TRY(const std::string session, session_folder(lab.id));
    const std::string path = journal_path(session);
    std::error_code failed;
    if (!std::filesystem::exists(path, failed)) {
      return Error{
          ErrorKind::kNotFound, fmt::format("lab {}: nothing has been done yet", lab.id),
          fmt::format("inferlab lab start {}, or name a folder with --submission", lab.id)};
    }
    INFERLAB_TRY(const SessionJournal journal, read_journal_file(path));
    Submission out(settled_journal(lab, journal.entries, &notes));
    INFERLAB_TRY(out.answers, answers_in(session, lab));
    return out;
  }

  std::string lab_id_, folder_, learner_;
  GradeOutput output_;
};

}  // namespace

std::unique_ptr<Command> make_lab_check() {
  return std::make_unique<LabCheckCommand>();
}

}  // namespace inferlab::labs
