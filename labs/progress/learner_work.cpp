#include "labs/progress/learner_work.h"

#include <fmt/format.h>

#include <cmath>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

#include "labs/grade/settle.h"
#include "labs/grade/submission.h"
#include "labs/report/command_words.h"
#include "labs/session/control.h"
#include "labs/session/journal_file.h"
#include "labs/session/record.h"
#include "labs/session/session_folder.h"
#include "labs/spec/catalog.h"
#include "sim/api/json.h"

namespace inferlab::labs {

Result<LabSpec> lab_of_learner(const std::string& lab_id, const std::string& folder,
                               const std::string& learner) {
  INFERLAB_TRY(LabSpec lab, find_lab(lab_id, learner));
  if (!folder.empty() || !learner.empty()) return lab;
  INFERLAB_TRY(const std::string session, session_folder(lab.id));
  const auto journal = read_journal_file(journal_path(session));
  if (!journal || !journal->header || journal->header->learner.empty()) return lab;
  return find_lab(lab_id, journal->header->learner);
}

Result<std::string> session_folder_of(const LabSpec& lab) {
  INFERLAB_TRY(std::string session, session_folder(lab.id, lab.learner));
  std::error_code failed;
  if (std::filesystem::exists(journal_path(session), failed)) return session;
  return Error{ErrorKind::kNotFound, fmt::format("lab {}: nothing has been done yet", lab.id),
               fmt::format("inferlab lab start {}{}, or name a folder with --submission", lab.id,
                           learner_words(lab.learner))};
}

Result<Submission> submission_of_session(const LabSpec& lab, const sim::Journal& journal,
                                         const std::string& folder,
                                         std::vector<std::string>& notes) {
  std::error_code failed;
  if (lab.takes_actions() && std::filesystem::exists(journal_path(folder), failed)) {
    INFERLAB_TRY(const std::vector<SubmissionFile> files, record_folder(lab, folder, notes));
    return submission_from_files(files, lab);
  }
  Submission out(settled_journal(lab, journal, &notes));
  if (folder.empty()) return out;
  INFERLAB_TRY(const std::vector<SubmissionFile> beside, files_beside_journal(folder));
  if (beside.empty()) return out;
  INFERLAB_TRY(Submission said, submission_from_files(beside, lab));
  said.journal = std::move(out.journal);
  return said;
}

Result<Duration> session_present(const LabSpec& lab) {
  INFERLAB_TRY(const std::string folder, session_folder_of(lab));
  INFERLAB_TRY(const std::optional<SessionCard> running, read_card(folder));
  if (running) {
    INFERLAB_TRY(const std::string answer, ask_session(*running, "/inferlab/status", {}));
    INFERLAB_TRY(const sim::Value status, sim::parse_json(answer));
    return Duration{std::llround(status["virtualSeconds"].as_double() * 1e9)};
  }
  INFERLAB_TRY(const SessionJournal journal, read_journal_file(journal_path(folder)));
  return journal.clock.time_since_epoch();
}

Result<Submission> submission_of_learner(const LabSpec& lab, const std::string& folder,
                                         std::vector<std::string>& notes) {
  if (!folder.empty()) return submission_from_folder(folder, lab);
  INFERLAB_TRY(const std::string session, session_folder_of(lab));
  INFERLAB_TRY(const SessionJournal journal, read_journal_file(journal_path(session)));
  return submission_of_session(lab, journal.entries, session, notes);
}

}  // namespace inferlab::labs
