#include "labs/desk/lab_text.h"

#include <vector>

#include "labs/grade/submission.h"
#include "labs/report/command_words.h"

namespace inferlab::labs {

std::string window_text(const LabSpec& lab) {
  std::string text = "# " + lab.title + "\n\n" + lab.objective + "\n\n" + lab.story + "\n\n";
  const auto list = [&text](const char* title, const std::vector<std::string>& items) {
    if (items.empty()) return;
    text += std::string("## ") + title + "\n\n";
    for (const std::string& item : items) text += "- " + item + "\n";
    text += "\n";
  };
  list("Before you start", lab.prerequisites);
  if (!lab.commands.empty()) {
    text += "## Commands\n\n";
    for (const LabCommand& command : lab.commands) {
      text += command.why + "\n\n```\n" + command.run + "\n```\n\n";
    }
  }
  if (!lab.incidents.empty()) text += "## Incidents\n\n";
  for (const Incident& incident : lab.incidents) {
    text += "When the pager calls for `" + incident.id + "`: `inferlab lab ack " + lab.id + " " +
            incident.id + learner_words(lab.learner) +
            "`. It may come of one of these; `inferlab " + "lab diagnose " + lab.id + " CAUSE" +
            learner_words(lab.learner) + "` says which.\n\n";
    for (const auto& [id, cause] : incident.causes) text += "- `" + id + "` " + cause + "\n";
    text += "\n";
  }
  list("Signals to look for", lab.validation_signals);
  if (!lab.failure_drills.empty()) text += "## Failure drills\n\n";
  for (const LabDrill& drill : lab.failure_drills) {
    text += "**" + drill.title + "** " + drill.steps + " Expect: " + drill.expect + "\n\n";
  }
  list("Read", lab.sources);
  return text;
}

Result<std::string> starter_text(const LabSpec& lab) {
  INFERLAB_TRY(const std::vector<SubmissionFile> files, shipped_answer(lab, "starter"));
  std::string text;
  for (const SubmissionFile& file : files) {
    if (is_no_manifest(file.name) || file.name.find('/') != std::string::npos) continue;
    if (!text.empty()) text += "---\n";
    text += file.text;
  }
  return text;
}

}  // namespace inferlab::labs
