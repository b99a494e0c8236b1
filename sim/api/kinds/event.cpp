// Event, core/v1 and events.k8s.io/v1: what happened to an object, and how often.
#include "sim/api/event_view.h"
#include "sim/api/kinds/age.h"
#include "sim/api/kinds/kinds.h"
#include "sim/api/kinds/verbs.h"
#include "sim/api/types/types.h"
#include "sim/api/validation/errors.h"

namespace inferlab::sim::kinds {
namespace {

constexpr PrintColumn kColumns[] = {{"Last Seen", "string", ""},    {"Type", "string", ""},
                                    {"Reason", "string", ""},       {"Object", "string", ""},
                                    {"Subobject", "string", "", 1}, {"Source", "string", "", 1},
                                    {"Message", "string", ""},      {"First Seen", "string", "", 1},
                                    {"Count", "string", "", 1},     {"Name", "string", "name", 1}};

// The first of these members that is a text.
std::string_view first_text(const Value& object, std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) {
    if (!object[name].empty()) return object[name].as_string();
  }
  return {};
}

std::string trimmed(std::string_view text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.remove_suffix(1);
  while (!text.empty() && (text.front() == '\n' || text.front() == ' ')) text.remove_prefix(1);
  return std::string(text);
}

std::string lowercase(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return out;
}

std::vector<Value> row(const Value& object, const Value& about, const Value& message, Time now) {
  const std::string_view first =
      first_text(object, {"firstTimestamp", "deprecatedFirstTimestamp", "eventTime"});
  std::string_view last = first_text(object, {"lastTimestamp", "deprecatedLastTimestamp"});
  if (last.empty()) last = first;
  const Value& series = object["series"];
  if (!series["lastObservedTime"].empty()) last = series["lastObservedTime"].as_string();
  std::int64_t count =
      series["count"].as_int(object["count"].as_int(object["deprecatedCount"].as_int(0)));
  if (count == 0) count = 1;
  const Value& source =
      object.has("deprecatedSource") ? object["deprecatedSource"] : object["source"];
  std::string from(first_text(source, {"component"}));
  if (from.empty()) from = first_text(object, {"reportingComponent", "reportingController"});
  if (!source["host"].empty()) from += ", " + source["host"].str();
  return {age_since(last, now),
          object["type"],
          object["reason"],
          lowercase(about["kind"].as_string()) + "/" + about["name"].str(),
          Value(about["fieldPath"].as_string()),
          from,
          trimmed(message.as_string()),
          age_since(first, now),
          count,
          object["metadata"]["name"]};
}

std::vector<Value> core_cells(const Value& object, Time now) {
  return row(object, object["involvedObject"], object["message"], now);
}

std::vector<Value> events_cells(const Value& object, Time now) {
  return row(object, object["regarding"], object["note"], now);
}

std::vector<std::pair<std::string, std::string>> core_fields(const Value& object) {
  const Value& about = object["involvedObject"];
  std::string source = object["source"]["component"].str();
  if (source.empty()) source = object["reportingComponent"].str();
  return {{"involvedObject.kind", about["kind"].str()},
          {"involvedObject.namespace", about["namespace"].str()},
          {"involvedObject.name", about["name"].str()},
          {"involvedObject.uid", about["uid"].str()},
          {"involvedObject.apiVersion", about["apiVersion"].str()},
          {"involvedObject.resourceVersion", about["resourceVersion"].str()},
          {"involvedObject.fieldPath", about["fieldPath"].str()},
          {"reason", object["reason"].str()},
          {"reportingComponent", object["reportingComponent"].str()},
          {"source", source},
          {"type", object["type"].str()}};
}

// An Event stands with what it is about. Events of components that speak of a time of their own
// (events.k8s.io) say more, and are held to more.
// Source: Kubernetes 1.32, pkg/apis/core/validation/events.go.
void validate(const Value& object, const Value& old, FieldErrors& errors) {
  if (!old.is_null() || !object["eventTime"].empty()) return;
  const std::string_view ns = object["metadata"]["namespace"].as_string();
  const Value& about = object["involvedObject"]["namespace"];
  const bool fits = about.empty() ? ns.empty() || ns == "default" : about.as_string() == ns;
  if (fits) return;
  const FieldPath involved("involvedObject");
  errors.push_back(invalid_value(involved / "namespace", Value(about.as_string()),
                                 "does not match event.namespace"));
}

}  // namespace

const Kind kEvent = {.group = "",
                     .version = "v1",
                     .kind = "Event",
                     .plural = "events",
                     .singular = "event",
                     .short_names = {"ev"},
                     .categories = {},
                     .verbs = all_verbs(),
                     .subresources = {},
                     .schema = &types::kEvent,
                     .create_on_update = true,
                     .validate = validate,
                     .columns = kColumns,
                     .cells = core_cells,
                     .selectable_fields = core_fields};

const Kind kEventsEvent = {.group = "events.k8s.io",
                           .version = "v1",
                           .kind = "Event",
                           .plural = "events",
                           .singular = "event",
                           .short_names = {"ev"},
                           .categories = {},
                           .verbs = all_verbs(),
                           .subresources = {},
                           .schema = &types::kEventsEvent,
                           .create_on_update = true,
                           .stored_as = &kEvent,
                           .to_stored = event_stored,
                           .from_stored = event_shown,
                           .columns = kColumns,
                           .cells = events_cells};

}  // namespace inferlab::sim::kinds
