#include "labs/checks/incident_harm.h"

#include <fmt/format.h>

#include <set>
#include <utility>

#include "labs/checks/requests.h"
#include "sim/api/store.h"

namespace inferlab::labs {
namespace {

using sim::Value;
using enum SpecType;

constexpr std::string_view kWhat[] = {"objects-changed", "pods-evicted", "requests-lost",
                                      "secrets-read"};

constexpr SpecField kFields[] = {
    {.name = "at_most", .type = kInteger, .description = "so many", .required = true, .minimum = 0},
    {.name = "namespace",
     .description = "of the Service, or of the Pods; default, or any, if left out"},
    {.name = "secret",
     .description = "with the token of this Secret; any of the user's if left out"},
    {.name = "service", .description = "whose requests are lost"},
    {.name = "user", .description = "who changes objects or reads Secrets, by the lab's events"},
    {.name = "what",
     .type = kWord,
     .description =
         "objects-changed: that the user has created, changed or deleted; pods-evicted: "
         "that were taken away from their node; requests-lost: of clients, that were not "
         "answered; secrets-read: by the user",
     .required = true,
     .words = kWhat},
};

std::set<std::string> deeds_of(const std::vector<Deed>& deeds, const Value& limit, Time begin,
                               bool reads) {
  const std::string user = limit["user"].str(), secret = limit["secret"].str();
  std::set<std::string> out;
  for (const Deed& deed : deeds) {
    if (deed.is_response || !deed.ok() || deed.user != user || deed.at < begin) continue;
    if (deed.reads() != reads || (!secret.empty() && deed.secret != secret)) continue;
    if (!reads) out.insert(fmt::format("{} {}/{}", deed.resource, deed.ns, deed.name));
    if (reads && deed.resource == "secrets") out.insert(deed.read.begin(), deed.read.end());
  }
  return out;
}

bool is_evicted(const Value& pod) {
  const Value& conditions = pod["status"]["conditions"];
  for (const Value& each : conditions.items()) {
    // Source: Kubernetes documentation, "Disruptions", "Pod disruption conditions".
    if (each["type"].as_string() == "DisruptionTarget") return each["status"].as_string() == "True";
  }
  return false;
}

std::int64_t evicted_since(const sim::Store& store, const std::string& ns, Time begin) {
  std::set<std::string> before, since;
  for (const sim::Change& change : store.changes_since("pods", 0)) {
    const sim::StoredObject& pod = *change.object;
    if ((!ns.empty() && pod.key.ns != ns) || !is_evicted(pod.document)) continue;
    const std::string uid = pod.document["metadata"]["uid"].str();
    if (pod.written < begin) {
      before.insert(uid);
    } else if (before.count(uid) == 0) {
      since.insert(uid);
    }
  }
  return static_cast<std::int64_t>(since.size());
}

}  // namespace

constexpr SpecTable kIncidentHarmTable = {"incident_harm", "A limit to what an incident may cost.",
                                          kFields};

Result<std::int64_t> incident_harm(CheckContext& context, const VariantSpec& variant,
                                   const Value& limit, Time begin) {
  const std::string_view what = limit["what"].as_string();
  INFERLAB_TRY(sim::Cluster* const run, context.run(variant));
  if (what == "requests-lost") {
    const RequestCount count = count_requests(
        run->telemetry(), limit["namespace"].as_string("default"), limit["service"].as_string(),
        scrape_before(begin.time_since_epoch(), run->spec()), run->simulation().now());
    return count.ended - count.answered;
  }
  if (what == "pods-evicted") return evicted_since(run->store(), limit["namespace"].str(), begin);
  INFERLAB_TRY(const std::vector<Deed>* deeds, context.deeds(variant));
  const auto found = deeds_of(*deeds, limit, begin, what == "secrets-read");
  return static_cast<std::int64_t>(found.size());
}

std::string harm_text(const Value& limit, const std::string& count) {
  const std::string_view what = limit["what"].as_string();
  if (what == "requests-lost") {
    return fmt::format("{} requests to {} not answered", count, limit["service"].as_string());
  }
  if (what == "pods-evicted") return count + " Pods evicted";
  return fmt::format("{} {} by {}", count,
                     what == "secrets-read" ? "Secrets read" : "objects changed",
                     limit["user"].as_string());
}

}  // namespace inferlab::labs
