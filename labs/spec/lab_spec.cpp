#include "labs/spec/lab_spec.h"

#include <algorithm>

namespace inferlab::labs {

bool LabHint::fits(Cause cause) const {
  return causes.empty() ||
         std::find(causes.begin(), causes.end(), to_string(cause)) != causes.end();
}

int LabSpec::total_points() const {
  int sum = 0;
  for (const LabCheck& each : checks) sum += each.points;
  return sum;
}

const LabCheck* LabSpec::check(std::string_view check_id) const {
  const auto it = std::find_if(checks.begin(), checks.end(),
                               [&](const LabCheck& each) { return each.id == check_id; });
  return it == checks.end() ? nullptr : &*it;
}

const LabHint* LabSpec::hint(std::string_view hint_id) const {
  const auto it = std::find_if(hints.begin(), hints.end(),
                               [&](const LabHint& each) { return each.id == hint_id; });
  return it == hints.end() ? nullptr : &*it;
}

const Question* LabSpec::question(std::string_view question_id) const {
  const auto it = std::find_if(quiz.begin(), quiz.end(),
                               [&](const Question& each) { return each.id == question_id; });
  return it == quiz.end() ? nullptr : &*it;
}

const Incident* LabSpec::incident(std::string_view incident_id) const {
  const auto it = std::find_if(incidents.begin(), incidents.end(),
                               [&](const Incident& each) { return each.id == incident_id; });
  return it == incidents.end() ? nullptr : &*it;
}

}  // namespace inferlab::labs
