#include "labs/checks/incident_end.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "labs/checks/change.h"
#include "labs/checks/kinds.h"

namespace inferlab::labs {
namespace {

using sim::Value;
using enum SpecType;

constexpr std::string_view kKinds[] = {"clients-answered", "state"};
constexpr Duration kWindow = 1min;

constexpr SpecField kFields[] = {
    {.name = "kind", .type = kWord, .description = "of a check", .words = kKinds},
    {.name = "params", .type = kParams, .description = "of that kind, but for its times"},
    {.name = "refused",
     .description =
         "a user: nothing that the lab's events ask for in his name is granted any more"},
    {.name = "secret",
     .description = "of `refused`: with the token of this Secret; any if left out"},
    {.name = "window",
     .type = kDuration,
     .description = "of clients-answered: how long the stretches are that are looked at; 1m if "
                    "left out"},
};

// Whoever asks again is refused again; who has stopped asking has not been stopped.
Result<IncidentEnd> end_of_access(CheckContext& context, const Value& change,
                                  const Value& condition, Time begin) {
  const std::string user = condition["refused"].str(), secret = condition["secret"].str();
  INFERLAB_TRY(const std::vector<Deed>* deeds, context.deeds(variant_from(change)));
  IncidentEnd out{std::nullopt, user + " has asked for nothing since"};
  for (const Deed& deed : *deeds) {
    if (deed.is_response || deed.user != user || deed.at < begin) continue;
    if (!secret.empty() && deed.secret != secret) continue;
    // Whoever is told that something is not there, or not well-formed, was let in.
    const bool is_refused = deed.code == 401 || deed.code == 403;
    if (!is_refused) {
      out.at.reset();
      out.seen = fmt::format("{} is still granted what it asks for: {} {} after {}", user,
                             deed.verb, deed.resource, format_duration(deed.at.time_since_epoch()));
    } else if (!out.at) {
      out.at = deed.at;
    }
  }
  return out;
}

// The state of objects changes with writes to them: from the last one backwards, as long as it
// holds.
Result<IncidentEnd> end_by_state(CheckContext& context, const Value& change, const Value& params,
                                 Time begin) {
  INFERLAB_TRY(sim::Cluster* const run, context.run(variant_from(change)));
  std::vector<Time> times = {begin};
  for (const sim::Kind* kind : run->api().kinds().all()) {
    if (kind->kind != params["kind"].as_string()) continue;
    const std::string resource = kind->storage().resource();
    for (const sim::Change& written : run->store().changes_since(resource, 0)) {
      if (written.object->written > times.back()) times.push_back(written.object->written);
    }
  }
  IncidentEnd out;
  for (auto time = times.rbegin(); time != times.rend(); ++time) {
    const Value at_time = params.with("at", format_duration(time->time_since_epoch()));
    INFERLAB_TRY(const Finding finding, state(context, Params(at_time)));
    if (!finding.passed()) {
      if (!out.at) out.seen = finding.seen;
      break;
    }
    out.at = *time;
  }
  return out;
}

Result<IncidentEnd> end_by_answers(CheckContext& context, const Value& change, const Value& params,
                                   Duration window, Time begin) {
  INFERLAB_TRY(sim::Cluster* const run, context.run(variant_from(change)));
  const Time end = run->simulation().now();
  IncidentEnd out{begin, {}};
  for (Time from = begin; from + window <= end; from += window) {
    const Value in_window = params.with("from", format_duration(from.time_since_epoch()))
                                .with("to", format_duration((from + window).time_since_epoch()));
    INFERLAB_TRY(const Finding finding, clients_answered(context, Params(in_window)));
    if (finding.passed()) {
      if (!out.at) out.at = from;
    } else {
      out = {std::nullopt, finding.seen};
    }
  }
  return out;
}

}  // namespace

constexpr SpecTable kIncidentEndTable = {"incident_end", "What shows that an incident has ended.",
                                         kFields};

Result<IncidentEnd> incident_end(CheckContext& context, const Value& change, const Value& condition,
                                 Time begin) {
  if (condition.has("refused")) {
    return end_of_access(context, change, condition, begin);
  }
  Value params = condition["params"];
  if (!change.is_null()) params = params.with("change", change);
  if (condition["kind"].as_string() == "state") {
    return end_by_state(context, change, params, begin);
  }
  return end_by_answers(context, change, params, Params(condition).duration_or("window", kWindow),
                        begin);
}

}  // namespace inferlab::labs
