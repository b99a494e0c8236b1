#include <fmt/format.h>

#include <filesystem>
#include <system_error>

#include "labs/cli/commands.h"
#include "labs/cli/grading.h"
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
    args.choice("--format", output_.format, {"text", "json", "junit"}, "how to print the report");
    args.option("-o,--output", output_.file, "write the report to this file");
  }

  Result<int> run(Terminal& terminal) override {
    INFERLAB_TRY_VOID(check_output(output_));
    INFERLAB_TRY(const LabSpec lab, find_lab(lab_id_));
    std::vector<std::string> notes;
    const std::string name = folder_.empty() ? "session" : "submission";
    const auto journal = journal_of_learner(lab, notes);
    if (!journal) return put_error(terminal, lab.id, name, journal.error(), output_);
    INFERLAB_TRY(Progress progress, Progress::open_default());
    INFERLAB_TRY(const std::vector<std::string> hints, progress.hints_used(lab.id));
    INFERLAB_TRY(const Report report,
                 grade_with_progress(terminal, lab, *journal, name, {}, hints, notes));
    INFERLAB_TRY_VOID(progress.record_attempt(report));
    return put_report(terminal, report, output_);
  }

 private:
  Result<sim::Journal> journal_of_learner(const LabSpec& lab,
                                          std::vector<std::string>& notes) const {
    if (!folder_.empty()) return journal_from_submission(folder_, lab);
    INFERLAB_TRY(const std::string session, session_folder(lab.id));
    const std::string path = journal_path(session);
    std::error_code failed;
    if (!std::filesystem::exists(path, failed)) {
      return Error{
          ErrorKind::kNotFound, fmt::format("lab {}: nothing has been done yet", lab.id),
          fmt::format("inferlab lab start {}, or name a folder with --submission", lab.id)};
    }
    INFERLAB_TRY(const SessionJournal journal, read_journal_file(path));
    return settled_journal(lab, journal.entries, &notes);
  }

  std::string lab_id_, folder_;
  GradeOutput output_;
};

}  // namespace

std::unique_ptr<Command> make_lab_check() {
  return std::make_unique<LabCheckCommand>();
}

}  // namespace inferlab::labs
