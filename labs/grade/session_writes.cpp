// What a session's journal says that holds in the session alone.
#include "labs/grade/session_writes.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "labs/grade/event_player.h"

namespace inferlab::labs {

bool is_labs_push(const LabSpec& lab, const sim::JournalEntry& entry) {
  const sim::GitChange& change = entry.git;
  return std::any_of(lab.events.begin(), lab.events.end(), [&](const RunEvent& event) {
    const bool pushes =
        event.kind == RunEvent::Kind::kCommit || event.kind == RunEvent::Kind::kRevert;
    return pushes && Time{event.at} == entry.at && event.git.repository == change.repository &&
           event.git.message == change.message && event.git.commit == change.reverts;
  });
}

bool is_labs_fault(const LabSpec& lab, const sim::JournalEntry& entry) {
  return std::any_of(lab.events.begin(), lab.events.end(),
                     [&](const RunEvent& event) { return event.fault == entry.fault; });
}

bool is_labs_own(const LabSpec& lab, const sim::JournalEntry& entry) {
  switch (entry.kind) {
    case sim::JournalEntry::Kind::kApi:
      return entry.request.field_manager == kLabManager;
    case sim::JournalEntry::Kind::kFault:
      return is_labs_fault(lab, entry);
    case sim::JournalEntry::Kind::kGit:
      return is_labs_push(lab, entry);
  }
  return false;
}

sim::Value without_version_tests(const sim::Value& patch) {
  sim::Value::Array kept;
  for (const sim::Value& operation : patch.items()) {
    const std::string_view path = operation["path"].as_string();
    if (path != "/metadata/resourceVersion" && path != "/metadata/uid") kept.push_back(operation);
  }
  return sim::Value::array(std::move(kept));
}

}  // namespace inferlab::labs
