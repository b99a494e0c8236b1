#include "labs/grade/incident_figures.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "labs/checks/change.h"
#include "labs/checks/incident_end.h"
#include "labs/checks/incident_harm.h"

namespace inferlab::labs {
namespace {

using sim::Value;

RunFigure seconds(std::string id, std::string title, std::optional<Duration> took) {
  RunFigure out{std::move(id), std::move(title), "s", {}};
  if (took) out.value = to_seconds(std::chrono::floor<std::chrono::milliseconds>(*took));
  return out;
}

// What was said of the incident, from its beginning on.
void add_words(const std::vector<Deed>& deeds, const Incident& incident,
               std::vector<RunFigure>& out) {
  std::optional<Duration> acknowledged, diagnosed;
  double wrong = 0;
  for (const Deed& deed : deeds) {
    if (deed.incident != incident.id || deed.at < Time{incident.at}) continue;
    const Duration took = deed.at - Time{incident.at};
    if (deed.event == RunEvent::Kind::kAcknowledge && !acknowledged) acknowledged = took;
    if (deed.event != RunEvent::Kind::kDiagnose || diagnosed) continue;
    if (deed.cause == incident.cause) {
      diagnosed = took;
    } else {
      ++wrong;
    }
  }
  const std::string& id = incident.id;
  out.push_back(seconds(id + "_acknowledged", id + ": acknowledged after", acknowledged));
  out.push_back(seconds(id + "_diagnosed", id + ": the right cause named after", diagnosed));
  out.push_back({id + "_wrong_diagnoses", id + ": wrong diagnoses before", "", wrong});
}

// All of what shows that it has ended; nullopt: some of it does not hold at the end of the run.
Result<std::optional<Duration>> ended_after(CheckContext& context, const Value& params,
                                            const Incident& incident) {
  Duration took{};
  for (const Value& condition : params["mitigated"].items()) {
    INFERLAB_TRY(const IncidentEnd end,
                 incident_end(context, params["change"], condition, Time{incident.at}));
    if (!end.at) return std::optional<Duration>();
    took = std::max(took, *end.at - Time{incident.at});
  }
  return std::optional<Duration>(took);
}

}  // namespace

Result<std::vector<RunFigure>> incident_figures(CheckContext& context) {
  std::vector<RunFigure> out;
  const LabSpec& lab = context.lab();
  if (lab.incidents.empty()) return out;
  INFERLAB_TRY(const std::vector<Deed>* deeds, context.deeds({}));
  for (const Incident& incident : lab.incidents) {
    add_words(*deeds, incident, out);
    std::set<std::string> told;  // two checks may ask the same
    int number = 0;
    for (const LabCheck& check : lab.checks) {
      const Value& params = check.params;
      if (check.kind != "incident-response" ||
          params["incident"].as_string() != std::string_view(incident.id)) {
        continue;
      }
      if (!params["mitigated"].empty()) {
        INFERLAB_TRY(const std::optional<Duration> took, ended_after(context, params, incident));
        out.push_back(seconds(fmt::format("{}_ended_{}", incident.id, check.id),
                              fmt::format("{}: ended after", incident.id), took));
      }
      for (const Value& limit : params["harm"].items()) {
        const std::string title =
            fmt::format("{}: {}", incident.id, harm_text(limit, "").substr(1));
        if (!told.insert(title).second) continue;
        INFERLAB_TRY(
            const std::int64_t count,
            incident_harm(context, variant_from(params["change"]), limit, Time{incident.at}));
        out.push_back({fmt::format("{}_harm_{}", incident.id, ++number), title, "",
                       static_cast<double>(count)});
      }
    }
  }
  return out;
}

}  // namespace inferlab::labs
