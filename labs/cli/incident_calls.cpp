#include "labs/cli/incident_calls.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "labs/cli/learner.h"
#include "labs/progress/learner_work.h"
#include "labs/report/command_words.h"
#include "labs/session/control.h"
#include "sim/api/json.h"

namespace inferlab::labs {

bool IncidentCalls::is_acknowledged(const Incident& incident) const {
  return std::any_of(notes.begin(), notes.end(), [&](const IncidentNote& note) {
    return note.incident == incident.id && note.cause.empty();
  });
}

Result<IncidentCalls> incident_calls(const std::string& lab_id, const std::string& learner) {
  IncidentCalls out;
  INFERLAB_TRY(out.lab, lab_of_learner(lab_id, {}, learner_of(learner)));
  if (out.lab.incidents.empty()) {
    return Error{ErrorKind::kNotFound, fmt::format("lab {}: has no incidents", out.lab.id)};
  }
  INFERLAB_TRY(const std::string folder, session_folder(out.lab.id, out.lab.learner));
  INFERLAB_TRY(const std::optional<SessionCard> card, read_card(folder));
  if (!card) {
    return Error{ErrorKind::kNotFound, fmt::format("lab {}: no session of it runs", out.lab.id),
                 "inferlab lab start " + out.lab.id + learner_words(out.lab.learner)};
  }
  out.card = *card;
  INFERLAB_TRY(const std::string answer, ask_session(out.card, "/inferlab/status", ""));
  INFERLAB_TRY(const sim::Value status, sim::parse_json(answer));
  const double now = status["virtualSeconds"].as_double();
  INFERLAB_TRY(SessionJournal journal, read_journal_file(journal_path(folder)));
  out.notes = std::move(journal.notes);
  for (const Incident& incident : out.lab.incidents) {
    if (to_seconds(incident.at) <= now) out.called.push_back(&incident);
  }
  return out;
}

Result<Time> say_of_incident(const IncidentCalls& calls, const Incident& incident,
                             const std::string& cause) {
  sim::Value body = sim::Value::object({{"incident", incident.id}});
  if (!cause.empty()) body = body.with("cause", cause);
  INFERLAB_TRY(const std::string answer,
               ask_session(calls.card, "/inferlab/incident", sim::to_json(body)));
  INFERLAB_TRY(const sim::Value noted, sim::parse_json(answer));
  return Time{Duration{noted["at"].as_int()}};
}

std::string said_too_late(const LabSpec& lab, Time at) {
  if (at <= Time{lab.horizon}) return {};
  return fmt::format("A graded run ends at {}: what is said later does not count.\n",
                     spoken(lab.horizon));
}

std::string spoken(Duration duration) {
  return format_duration(std::chrono::duration_cast<std::chrono::seconds>(duration));
}

}  // namespace inferlab::labs
