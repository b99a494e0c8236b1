#include "sim/api/event_recorder.h"

#include <fmt/format.h>

#include <algorithm>

namespace inferlab::sim {
namespace {

// The object's name and the time in nanoseconds, base 16, as client-go makes it: so the Events of
// an object are listed in the order in which they happened. Several of one moment, which no real
// clock has, come one nanosecond after the other.
std::string event_name(const std::string& about, Time now, const Store& store,
                       const std::string& ns) {
  const Duration unix_time = std::chrono::seconds(kEpochOfRun) + now.time_since_epoch();
  auto nanoseconds = static_cast<std::uint64_t>(unix_time.count());
  while (true) {
    std::string name = fmt::format("{}.{:x}", about, nanoseconds++);
    if (store.get({"events", ns, name}) == nullptr) return name;
  }
}

// Source: client-go, tools/record, events_cache.go: the defaults of its correlator.
constexpr std::size_t kMaxMessages = 10;
constexpr Duration kSimilarWithin = 10min;
constexpr Duration kOneEvery = 5min;
constexpr Duration kAtOnce = 25 * kOneEvery;
// How long the API server keeps an Event.
constexpr Duration kForget = 1h;

}  // namespace

EventRecorder::EventRecorder(Api& api, std::string component, std::string host, Repeats repeats,
                             std::string user)
    : api_(api),
      component_(std::move(component)),
      host_(std::move(host)),
      user_(!user.empty()    ? std::move(user)
            : !host_.empty() ? "system:node:" + host_
                             : component_),
      repeats_(repeats) {}

void EventRecorder::normal(const StoredObject& about, std::string_view reason,
                           std::string_view message) {
  record(about, "Normal", reason, message, {});
}

void EventRecorder::warning(const StoredObject& about, std::string_view reason,
                            std::string_view message) {
  record(about, "Warning", reason, message, {});
}

bool EventRecorder::combine(const Sort& sort, const std::string& message) {
  const Time now = api_.simulation().now();
  Similar& similar = similar_[sort];
  if (now - similar.last > kSimilarWithin) similar.messages.clear();
  similar.last = now;
  similar.messages.insert(message);
  if (similar.messages.size() < kMaxMessages) return false;
  similar.messages.erase(similar.messages.begin());
  return true;
}

bool EventRecorder::allow(const About& about) {
  const Time now = api_.simulation().now();
  Allowance& allowance = allowances_.try_emplace(about, Allowance{kAtOnce, now}).first->second;
  allowance.left = std::min(kAtOnce, allowance.left + (now - allowance.at));
  allowance.at = now;
  if (allowance.left < kOneEvery) return false;
  allowance.left -= kOneEvery;
  return true;
}

void EventRecorder::record(const StoredObject& about, std::string_view type,
                           std::string_view reason, std::string_view message,
                           std::string_view field_path) {
  const Time now = api_.simulation().now();
  const std::string uid = about.document["metadata"]["uid"].str();
  What what{{{uid, about.key}, std::string(type), std::string(reason)},
            std::string(message.substr(0, 1024)),
            std::string(field_path)};
  std::string text = what.message;
  const bool correlates = repeats_ == Repeats::kCorrelated;
  if (correlates && combine(what.sort, what.message)) {
    text = "(combined from similar events): " + text;
    what.message.clear();
    what.field_path.clear();
  }
  Seen& seen = seen_[what];
  if (seen.count > 0 && now - seen.last >= kForget) seen = {};
  seen.last = now;
  ++seen.count;
  if (seen.first.empty()) seen.first = format_rfc3339(now);
  if (correlates && !allow(what.sort.about)) return;
  if (seen.written) {
    Value::Object changes = {{"count", Value(seen.count)},
                             {"lastTimestamp", Value(format_rfc3339(now))}};
    if (what.message.empty()) changes.push_back({"message", Value(text)});
    const ObjectKey key{"events", about.key.ns.empty() ? "default" : about.key.ns, seen.name};
    if (api_.merge_patch(key, "", Value::object(std::move(changes)), user_).ok()) return;
    // It was deleted: it is written anew, and goes on counting.
  }
  write(about, what, text, field_path, seen);
}

void EventRecorder::write(const StoredObject& about, const What& what, const std::string& message,
                          std::string_view field_path, Seen& seen) {
  const Value& object = about.document;
  const std::string ns = about.key.ns.empty() ? "default" : about.key.ns;
  seen.name = event_name(about.key.name, api_.simulation().now(), api_.store(), ns);
  Value::Object regarding;  // in the order of the keys: nothing need be sorted
  regarding.reserve(7);
  regarding.push_back({"apiVersion", object["apiVersion"]});
  if (!field_path.empty()) regarding.push_back({"fieldPath", Value(field_path)});
  regarding.push_back({"kind", object["kind"]});
  regarding.push_back({"name", Value(about.key.name)});
  if (!about.key.ns.empty()) regarding.push_back({"namespace", Value(ns)});
  regarding.push_back({"resourceVersion", object["metadata"]["resourceVersion"]});
  regarding.push_back({"uid", Value(what.sort.about.uid)});
  Value::Object source = {{"component", Value(component_)}};
  if (!host_.empty()) source.push_back({"host", Value(host_)});
  const ApiResponse written = api_.create(
      "events", ns,
      Value::object(
          {{"apiVersion", "v1"},
           {"count", seen.count},
           {"firstTimestamp", Value(seen.first)},
           {"involvedObject", Value::object(std::move(regarding))},
           {"kind", "Event"},
           {"lastTimestamp", Value(format_rfc3339(seen.last))},
           {"message", Value(message)},
           {"metadata", Value::object({{"name", Value(seen.name)}, {"namespace", Value(ns)}})},
           {"reason", Value(what.sort.reason)},
           {"reportingComponent", Value(component_)},
           {"reportingInstance", Value(host_)},
           {"source", Value::object(std::move(source))},
           {"type", Value(what.sort.type)}}),
      user_);
  seen.written = written.ok();
  // A namespace that is going away takes no more Events; nobody waits for one.
  if (!written.ok()) seen = {};
}

}  // namespace inferlab::sim
