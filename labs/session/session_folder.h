#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "labs/checks/audit_rules.h"
#include "labs/grade/submission.h"

namespace inferlab::labs {

/// What a running session tells the other commands: a small file in its folder (mode 0600).
struct SessionCard {
  std::string lab_id;
  int pid = 0;
  std::string api_url, gateway_url, control_url, kubeconfig;
  std::string token;  // for control_url
  std::string learner = {};
  /// What it is called where several are running: its lab, "LAB@LEARNER" of a learner.
  [[nodiscard]] std::string name() const {
    return learner.empty() ? lab_id : lab_id + "@" + learner;
  }
};

/// XDG_STATE_HOME/inferlab/sessions/LAB, of a learner LAB@LEARNER; or under ~/.local/state. Made
/// with mode 0700. LAB too for a learner who has no folder of his own but worked there when all
/// shared one.
Result<std::string> session_folder(const std::string& lab_id, const std::string& learner = {});
std::string journal_path(const std::string& folder);

/// What lies beside the journal in a session's folder and is handed in with it: files of a
/// submission that are no manifests (see is_no_manifest()). The first of two answers files counts.
inline constexpr std::string_view kFilesBesideJournal[] = {kAnswersFile, kFormerAnswersFile,
                                                           kEvalsFile, kAuditPolicyFile};
/// Those of them that are there.
Result<std::vector<SubmissionFile>> files_beside_journal(const std::string& folder);
/// Removes the journal and kFilesBesideJournal; what is not there is no error. The session must not
/// be running.
Result<void> forget_session(const std::string& folder);

Result<void> write_card(const std::string& folder, const SessionCard& card);
void remove_card(const std::string& folder);
/// nullopt: no session of this lab is running (none was started, or it has ended in any way).
Result<std::optional<SessionCard>> read_card(const std::string& folder);
/// All running sessions, by the names of their folders; empty when there is none.
Result<std::vector<SessionCard>> running_sessions();

}  // namespace inferlab::labs
