#include "sim/api/event_recorder.h"

namespace inferlab::sim {
namespace {

// "10 digits after the name, base 16": unique for each Event, as client-go makes them of the time.
std::string hex(std::uint64_t number) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out;
  for (int shift = 60; shift >= 0; shift -= 4) {
    const std::size_t digit = number >> shift & 15;
    if (!out.empty() || digit != 0) out.push_back(kDigits[digit]);
  }
  return out.empty() ? "0" : out;
}

}  // namespace

EventRecorder::EventRecorder(Api& api, std::string component, std::string host)
    : api_(api), component_(std::move(component)), host_(std::move(host)) {}

void EventRecorder::normal(const StoredObject& about, std::string_view reason,
                           std::string_view message) {
  record(about, "Normal", reason, message, {});
}

void EventRecorder::warning(const StoredObject& about, std::string_view reason,
                            std::string_view message) {
  record(about, "Warning", reason, message, {});
}

void EventRecorder::record(const StoredObject& about, std::string_view type,
                           std::string_view reason, std::string_view message,
                           std::string_view field_path) {
  const Value& object = about.document;
  const Time now = api_.simulation().now();
  const std::string stamp = format_rfc3339(now);
  const std::string ns = about.key.ns.empty() ? "default" : about.key.ns;
  const std::string uid = object["metadata"]["uid"].str();
  const std::string text(message.substr(0, 1024));

  Seen& seen = seen_[{about.key, uid, std::string(type), std::string(reason), text,
                      std::string(field_path)}];
  constexpr Duration kForget = 1h;
  if (seen.count > 0 && now - seen.last < kForget) {
    seen.last = now;
    ++seen.count;
    const ApiResponse counted = api_.merge_patch(
        {"events", ns, seen.name}, "",
        Value::object({{"count", seen.count}, {"lastTimestamp", Value(stamp)}}), component_);
    if (counted.ok()) return;  // else it was deleted: write it anew
  }
  seen.name = about.key.name + "." + hex(api_.simulation().rng("api", "events").next());
  seen.count = 1;
  seen.last = now;

  Value::Object regarding = {{"apiVersion", object["apiVersion"]},
                             {"kind", object["kind"]},
                             {"name", Value(about.key.name)},
                             {"resourceVersion", object["metadata"]["resourceVersion"]},
                             {"uid", Value(uid)}};
  if (!about.key.ns.empty()) regarding.push_back({"namespace", Value(ns)});
  if (!field_path.empty()) regarding.push_back({"fieldPath", Value(field_path)});
  Value::Object source = {{"component", Value(component_)}};
  if (!host_.empty()) source.push_back({"host", Value(host_)});
  const ApiResponse written = api_.create(
      "events", ns,
      Value::object(
          {{"apiVersion", "v1"},
           {"count", 1},
           {"firstTimestamp", Value(stamp)},
           {"involvedObject", Value::object(std::move(regarding))},
           {"kind", "Event"},
           {"lastTimestamp", Value(stamp)},
           {"message", Value(text)},
           {"metadata", Value::object({{"name", Value(seen.name)}, {"namespace", Value(ns)}})},
           {"reason", Value(reason)},
           {"reportingComponent", Value(component_)},
           {"reportingInstance", Value(host_)},
           {"source", Value::object(std::move(source))},
           {"type", Value(type)}}),
      component_);
  // A namespace that is going away takes no more Events; nobody waits for one.
  if (!written.ok()) seen.count = 0;
}

}  // namespace inferlab::sim
