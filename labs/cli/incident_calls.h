#pragma once

#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/base/time.h"
#include "labs/session/journal_file.h"
#include "labs/session/session_folder.h"
#include "labs/spec/lab_spec.h"

namespace inferlab::labs {

/// A running session of a lab, as the one sees it whom its pager calls.
struct IncidentCalls {
  LabSpec lab;  // in the session's variant
  SessionCard card;
  std::vector<const Incident*> called;  // those that have begun, in the lab's order
  std::vector<IncidentNote> notes;      // what was said of them so far

  [[nodiscard]] bool is_acknowledged(const Incident& incident) const;
};

/// What is to be told of something said at `at`, a line: that a graded run is over by then. Empty:
/// it is not.
std::string said_too_late(const LabSpec& lab, Time at);

/// `lab_id` names it, `learner` whose session it is (see learner_of()). kNotFound: the lab has no
/// incidents, or no session of it runs.
Result<IncidentCalls> incident_calls(const std::string& lab_id, const std::string& learner);

/// Says to the session that this incident is acknowledged, or, with a cause, what it comes of. The
/// time that the session noted, in its own time.
Result<Time> say_of_incident(const IncidentCalls& calls, const Incident& incident,
                             const std::string& cause);

/// "12m10s": in whole seconds, as people say it.
std::string spoken(Duration duration);

}  // namespace inferlab::labs
