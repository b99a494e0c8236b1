// How an incident of the lab was dealt with: how long until somebody acknowledged it, named the
// right cause and ended it, and what it has cost. What was found says times and numbers, never the
// cause.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string>
#include <vector>

#include "labs/checks/change.h"
#include "labs/checks/incident_end.h"
#include "labs/checks/incident_harm.h"
#include "labs/checks/kinds.h"

namespace inferlab::labs {
namespace {

using sim::Value;
using enum SpecType;

constexpr SpecField kWeightFields[] = {
    {.name = "detect", .type = kInteger, .description = "of detect_within", .minimum = 0},
    {.name = "diagnose", .type = kInteger, .description = "of diagnose_within", .minimum = 0},
    {.name = "harm", .type = kInteger, .description = "of harm, all together", .minimum = 0},
    {.name = "mitigate", .type = kInteger, .description = "of mitigate_within", .minimum = 0},
};
constexpr SpecTable kWeightTable = {"incident_weights", "What each part is worth; 1 if left out.",
                                    kWeightFields};

constexpr SpecField kFields[] = {
    change_param(/*required=*/false),
    {.name = "detect_within",
     .type = kDuration,
     .description = "of its beginning: somebody has acknowledged it"},
    {.name = "diagnose_within",
     .type = kDuration,
     .description =
         "of its beginning: the right cause is named; each wrong one before it takes half"},
    {.name = "harm",
     .type = kObjects,
     .description = "what it may cost at most, from its beginning to the end of the run",
     .object = &kIncidentHarmTable,
     .min_items = 1},
    {.name = "incident", .type = kId, .description = "of the lab's", .required = true},
    {.name = "mitigate_within",
     .type = kDuration,
     .description = "of its beginning: all of `mitigated` holds, and does so up to the end"},
    {.name = "mitigated",
     .type = kObjects,
     .description = "what shows that it has ended",
     .object = &kIncidentEndTable,
     .min_items = 1},
    {.name = "weights",
     .type = kObject,
     .description = "of the parts, for points in part",
     .object = &kWeightTable},
};

/// One of the things that are asked of a responder.
struct Part {
  std::int64_t weight = 1;
  int percent = 0;
  std::string seen = {}, expected = {};
};

std::string after(Duration duration) {
  return format_duration(std::chrono::duration_cast<std::chrono::seconds>(duration));
}

// A responder's deeds about one incident, from its beginning on.
std::vector<const Deed*> notes_of(const std::vector<Deed>& deeds, const Incident& incident,
                                  RunEvent::Kind kind) {
  std::vector<const Deed*> out;
  for (const Deed& deed : deeds) {
    const bool is_it = deed.event == kind && deed.incident == incident.id;
    if (is_it && deed.at >= Time{incident.at}) out.push_back(&deed);
  }
  return out;
}

Part detected(const std::vector<Deed>& deeds, const Incident& incident, Duration limit) {
  Part out{.expected = fmt::format("acknowledged within {}", after(limit))};
  const auto notes = notes_of(deeds, incident, RunEvent::Kind::kAcknowledge);
  if (notes.empty()) {
    const bool early = std::any_of(deeds.begin(), deeds.end(), [&](const Deed& deed) {
      return deed.event == RunEvent::Kind::kAcknowledge && deed.incident == incident.id;
    });
    out.seen = early ? "acknowledged before it began, and not again" : "nobody has acknowledged it";
    return out;
  }
  const Duration took = notes.front()->at - Time{incident.at};
  out.seen = fmt::format("acknowledged after {}", after(took));
  out.percent = took <= limit ? 100 : 0;
  return out;
}

Part diagnosed(const std::vector<Deed>& deeds, const Incident& incident, Duration limit) {
  Part out{.expected = fmt::format("the right cause named within {}", after(limit))};
  int wrong = 0;
  for (const Deed* note : notes_of(deeds, incident, RunEvent::Kind::kDiagnose)) {
    if (note->cause != incident.cause) {
      ++wrong;
      continue;
    }
    const Duration took = note->at - Time{incident.at};
    out.seen = fmt::format("diagnosed after {}", after(took));
    if (wrong > 0) out.seen += fmt::format(", with {} wrong diagnosis(es) before", wrong);
    out.percent = took > limit ? 0 : 100 >> std::min(wrong, 7);
    return out;
  }
  out.seen = wrong == 0 ? "no diagnosis" : fmt::format("{} diagnosis(es), none right", wrong);
  return out;
}

Result<Part> mitigated(CheckContext& context, const Params& params, const Incident& incident) {
  const Duration limit = params.duration("mitigate_within");
  Part out{.expected = fmt::format("ended within {}, for good", after(limit))};
  Duration took{};
  const Value ends = params.value("mitigated");
  for (const Value& condition : ends.items()) {
    INFERLAB_TRY(const IncidentEnd end,
                 incident_end(context, params.value("change"), condition, Time{incident.at}));
    if (!end.at) {
      out.seen = fmt::format("not ended: {}", end.seen);
      return out;
    }
    took = std::max(took, *end.at - Time{incident.at});
  }
  out.seen = fmt::format("ended after {}", after(took));
  out.percent = took <= limit ? 100 : 0;
  return out;
}

Result<Part> harm(CheckContext& context, const VariantSpec& variant, const Params& params,
                  const Incident& incident) {
  Part out;
  const Value limits = params.value("harm");
  std::size_t kept = 0;
  std::vector<std::string> seen, expected;
  for (const Value& limit : limits.items()) {
    INFERLAB_TRY(const std::int64_t count,
                 incident_harm(context, variant, limit, Time{incident.at}));
    const std::int64_t most = limit["at_most"].as_int();
    if (count <= most) ++kept;
    seen.push_back(harm_text(limit, fmt::format("{}", count)));
    expected.push_back(harm_text(limit, fmt::format("at most {}", most)));
  }
  out.percent = static_cast<int>(100 * kept / limits.size());
  out.seen = fmt::format("{}", fmt::join(seen, ", "));
  out.expected = fmt::format("{}", fmt::join(expected, ", "));
  return out;
}

// The first action that the API refused: a responder who does not know of it waits for nothing.
std::string refused_actions(const std::vector<Deed>& deeds) {
  int refused = 0;
  const Deed* first = nullptr;
  for (const Deed& deed : deeds) {
    if (!deed.is_response || deed.ok()) continue;
    if (refused++ == 0) first = &deed;
  }
  if (first == nullptr) return {};
  return fmt::format("; {} action(s) refused, the first after {}: {}: {}", refused,
                     after(first->at.time_since_epoch()), first->what,
                     shortened(first->message, 160));
}

}  // namespace

constexpr SpecTable kIncidentResponseParams = {"incident-response", "", kFields};

Result<Finding> incident_response(CheckContext& context, const Params& params) {
  const Incident* incident = context.lab().incident(params.text("incident"));
  INFERLAB_CHECK(incident != nullptr);  // the loader refuses such a lab
  const VariantSpec variant = variant_from(params.value("change"));
  INFERLAB_TRY(const std::vector<Deed>* deeds, context.deeds(variant));
  std::vector<Part> parts;
  const Params weights(params.value("weights"));
  const auto add = [&](const char* name, Part part) {
    part.weight = weights.integer_or(name, 1);
    parts.push_back(std::move(part));
  };
  if (params.has("detect_within")) {
    add("detect", detected(*deeds, *incident, params.duration("detect_within")));
  }
  if (params.has("diagnose_within")) {
    add("diagnose", diagnosed(*deeds, *incident, params.duration("diagnose_within")));
  }
  if (params.has("mitigate_within")) {
    INFERLAB_TRY(Part part, mitigated(context, params, *incident));
    add("mitigate", std::move(part));
  }
  if (params.has("harm")) {
    INFERLAB_TRY(Part part, harm(context, variant, params, *incident));
    add("harm", std::move(part));
  }
  std::int64_t weight = 0, earned = 0;
  bool holds = true;
  std::vector<std::string> seen, expected;
  for (const Part& part : parts) {
    weight += part.weight;
    earned += part.weight * part.percent;
    holds = holds && part.percent == 100;
    seen.push_back(part.seen);
    expected.push_back(part.expected);
  }
  const std::string found = fmt::format("{}: {}", incident->id, fmt::join(seen, "; "));
  if (holds) return Finding::pass(found);
  const bool nothing_done =
      std::none_of(deeds->begin(), deeds->end(), [](const Deed& deed) { return deed.is_response; });
  Finding out =
      Finding::fail(found + refused_actions(*deeds), fmt::format("{}", fmt::join(expected, "; ")))
          .with(nothing_done ? Cause::kMissing : Cause::kFinding);
  out.percent = weight == 0 ? 0 : static_cast<int>(std::min<std::int64_t>(earned / weight, 99));
  return out;
}

// Its end must last, and harm is done up to the end; what is late is late for good.
Duration incident_response_judged_from(const LabSpec& lab, const Params& params) {
  if (params.has("mitigate_within") || params.has("harm")) return lab.horizon;
  const Incident* incident = lab.incident(params.text("incident"));
  INFERLAB_CHECK(incident != nullptr);  // the loader refuses such a lab
  return incident->at + std::max(params.duration_or("detect_within", {}),
                                 params.duration_or("diagnose_within", {}));
}

}  // namespace inferlab::labs
