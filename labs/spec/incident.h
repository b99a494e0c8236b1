#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/error.h"
#include "engine/base/time.h"
#include "labs/spec/run_event.h"
#include "labs/spec/spec_table.h"
#include "labs/spec/validate.h"
#include "sim/api/value.h"

namespace inferlab::labs {

struct LabSpec;

/// Something that goes wrong in a run and calls for somebody: the pager says so when it begins. A
/// responder acknowledges it, says what it comes of, and ends it (see labs/grade/actions.h).
struct Incident {
  std::string id, title;
  Duration at{};                                            // when it begins
  std::string page;                                         // what the pager says; Markdown
  std::vector<std::pair<std::string, std::string>> causes;  // id and text: to choose from
  std::string cause;                                        // the right one
  std::vector<std::string> signals;                         // where to look

  [[nodiscard]] bool has_cause(std::string_view cause_id) const;
};

extern const SpecTable kIncidentTable;

/// The incidents of a list that its table was checked against, in its order. One that an event
/// starts begins with that.
std::vector<Incident> incidents_from(const sim::Value& list, const std::vector<RunEvent>& events);

/// What the table cannot say: one beginning each, an event that there is, a right cause among the
/// causes.
void check_incidents(const sim::Value& list, const LabSpec& lab, const SpecValidator& places,
                     std::vector<Error>& errors);

}  // namespace inferlab::labs
