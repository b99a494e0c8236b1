#include "labs/cli/learner_work.h"

#include <fmt/format.h>

#include <filesystem>
#include <system_error>

#include "labs/cli/learner.h"
#include "labs/grade/settle.h"
#include "labs/grade/submission.h"
#include "labs/session/journal_file.h"
#include "labs/session/record.h"
#include "labs/session/session_folder.h"
#include "labs/spec/catalog.h"

namespace inferlab::labs {

Result<LabSpec> lab_of_learner(const std::string& lab_id, const std::string& folder,
                               const std::string& learner) {
  const std::string asked = learner_of(learner);
  INFERLAB_TRY(LabSpec lab, find_lab(lab_id, asked));
  if (!folder.empty() || !asked.empty()) return lab;
  INFERLAB_TRY(const std::string session, session_folder(lab.id));
  const auto journal = read_journal_file(journal_path(session));
  if (!journal || !journal->header || journal->header->learner.empty()) return lab;
  return find_lab(lab_id, journal->header->learner);
}

Result<std::string> session_folder_of(const LabSpec& lab) {
  INFERLAB_TRY(std::string session, session_folder(lab.id));
  std::error_code failed;
  if (std::filesystem::exists(journal_path(session), failed)) return session;
  return Error{ErrorKind::kNotFound, fmt::format("lab {}: nothing has been done yet", lab.id),
               fmt::format("inferlab lab start {}, or name a folder with --submission", lab.id)};
}

Result<Submission> submission_of_learner(const LabSpec& lab, const std::string& folder,
                                         std::vector<std::string>& notes) {
  if (!folder.empty()) return submission_from_folder(folder, lab);
  INFERLAB_TRY(const std::string session, session_folder_of(lab));
  if (!lab.incidents.empty()) {
    INFERLAB_TRY(const std::vector<SubmissionFile> files, record_folder(lab, session, notes));
    return submission_from_files(files, lab);
  }
  INFERLAB_TRY(const SessionJournal journal, read_journal_file(journal_path(session)));
  Submission out(settled_journal(lab, journal.entries, &notes));
  INFERLAB_TRY(out.answers, answers_in(session, lab));
  INFERLAB_TRY(out.evals, evals_in(session, lab));
  return out;
}

}  // namespace inferlab::labs
