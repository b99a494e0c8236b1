#include "labs/spec/incident.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "labs/spec/lab_spec.h"
#include "labs/spec/suggest.h"
#include "labs/spec/text_list.h"

namespace inferlab::labs {
namespace {

using sim::Value;
using enum SpecType;

constexpr SpecField kCauseFields[] = {
    {.name = "id", .type = kId, .description = "as a diagnosis names it", .required = true},
    {.name = "text", .type = kMarkdown, .description = "what it says", .required = true},
};
constexpr SpecTable kCauseTable = {"incident_cause", "What an incident may come of.", kCauseFields};

constexpr SpecField kIncidentFields[] = {
    {.name = "at", .type = kDuration, .description = "when it begins, unless an event starts it"},
    {.name = "cause",
     .type = kId,
     .description = "of `causes`: the right one, which no learner is shown",
     .required = true},
    {.name = "causes",
     .type = kObjects,
     .description = "to choose from",
     .required = true,
     .object = &kCauseTable,
     .min_items = 2},
    {.name = "event", .type = kId, .description = "the id of the event that starts it"},
    {.name = "id", .type = kId, .description = "as a responder names it", .required = true},
    {.name = "page",
     .type = kMarkdown,
     .description = "what the pager says when it begins",
     .required = true},
    {.name = "signals",
     .type = kTexts,
     .description = "where it shows",
     .required = true,
     .min_items = 1},
    {.name = "title", .description = "for lists", .required = true},
};

const RunEvent* event_called(const std::vector<RunEvent>& events, std::string_view id) {
  const auto found = std::find_if(events.begin(), events.end(),
                                  [&](const RunEvent& event) { return event.id == id; });
  return found == events.end() ? nullptr : &*found;
}

}  // namespace

constexpr SpecTable kIncidentTable = {"incident", "Something that goes wrong and calls somebody.",
                                      kIncidentFields};

bool Incident::has_cause(std::string_view cause_id) const {
  return std::any_of(causes.begin(), causes.end(),
                     [&](const auto& each) { return each.first == cause_id; });
}

std::vector<Incident> incidents_from(const Value& list, const std::vector<RunEvent>& events) {
  std::vector<Incident> out;
  for (const Value& value : list.items()) {
    Incident incident;
    incident.id = value["id"].str();
    incident.title = value["title"].str();
    const RunEvent* event = event_called(events, value["event"].as_string());
    if (value.has("event") && event != nullptr) incident.at = event->at;
    if (const auto at = parse_duration(value["at"].as_string())) incident.at = *at;
    incident.page = value["page"].str();
    for (const Value& cause : value["causes"].items()) {
      incident.causes.emplace_back(cause["id"].str(), cause["text"].str());
    }
    incident.cause = value["cause"].str();
    incident.signals = text_list(value["signals"]);
    out.push_back(std::move(incident));
  }
  return out;
}

void check_incidents(const Value& list, const LabSpec& lab, const SpecValidator& places,
                     std::vector<Error>& errors) {
  std::vector<std::string_view> events;
  std::set<std::string_view> seen;
  for (const RunEvent& event : lab.events) {
    if (!event.id.empty()) events.push_back(event.id);
  }
  for (std::size_t i = 0; i < lab.incidents.size(); ++i) {
    const Incident& incident = lab.incidents[i];
    const auto fail = [&](std::string_view field, std::string_view why, std::string hint = {}) {
      errors.push_back(
          places.error(fmt::format(".incidents[{}]{}", i, field), why, std::move(hint)));
    };
    if (list[i].has("at") == list[i].has("event")) {
      fail("", "begins with at, or with event, and not both");
    }
    const std::string_view event = list[i]["event"].as_string();
    if (!event.empty() && event_called(lab.events, event) == nullptr) {
      fail(".event", fmt::format("there is no event \"{}\"", event),
           events.empty() ? "give the event an id" : suggestion(event, events));
    }
    if (incident.at < lab.apply_at || incident.at >= lab.horizon) {
      fail(list[i].has("at") ? ".at" : ".event", "is not between run.apply_at and run.horizon");
    }
    std::vector<std::string_view> causes;
    seen.clear();
    for (std::size_t j = 0; j < incident.causes.size(); ++j) {
      causes.push_back(incident.causes[j].first);
      if (seen.insert(causes.back()).second) continue;
      fail(fmt::format(".causes[{}].id", j), fmt::format("a cause \"{}\" stands above", causes[j]));
    }
    if (!incident.has_cause(incident.cause)) {
      fail(".cause", fmt::format("there is no cause \"{}\"", incident.cause),
           suggestion(incident.cause, causes));
    }
  }
  // Who names an event must not meet two.
  seen.clear();
  for (const RunEvent& event : lab.events) {
    if (event.id.empty() || seen.insert(event.id).second) continue;
    errors.push_back(places.error(".run.events", fmt::format("two have the id \"{}\"", event.id)));
  }
}

}  // namespace inferlab::labs
