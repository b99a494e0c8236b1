#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "sim/api/api.h"

namespace inferlab::sim {

/// Writes Events (core/v1) about objects for one component, and counts repeats up instead of
/// writing them again: same object, type, reason and message within the hour raise `count` and
/// `lastTimestamp`.
///
/// Components but kube-scheduler correlate more: from the tenth message on that one object gets for
/// one reason, each within ten minutes of the one before, they share one Event, "(combined from
/// similar events): …"; and an object gets 25 Events in a row, then one every five minutes, the
/// others are counted but not written.
/// Source: k8s.io/client-go/tools/record, EventCorrelator; kube-scheduler's recorder is that of
/// tools/events, which does neither.
class EventRecorder {
 public:
  enum class Repeats : std::uint8_t { kCorrelated, kCounted };

  /// `component` is source.component ("default-scheduler"); `host` source.host ("" for none). Who
  /// writes is `user`, or of a component on a host that node; else the component.
  EventRecorder(Api& api, std::string component, std::string host = {},
                Repeats repeats = Repeats::kCorrelated, std::string user = {});
  void normal(const StoredObject& about, std::string_view reason, std::string_view message);
  void warning(const StoredObject& about, std::string_view reason, std::string_view message);
  /// About a part of a Pod: `field_path` is involvedObject.fieldPath, "spec.containers{vllm}".
  void record(const StoredObject& about, std::string_view type, std::string_view reason,
              std::string_view message, std::string_view field_path);

 private:
  struct About {
    std::string uid;  // first, for it tells two apart soonest
    ObjectKey key;
    auto operator<=>(const About&) const = default;
  };
  // Events that differ in their message alone; and one of them, or, without a message and a field
  // path, the one that they are combined into.
  struct Sort {
    About about;
    std::string type, reason;
    auto operator<=>(const Sort&) const = default;
  };
  struct What {
    Sort sort;
    std::string message, field_path;
    auto operator<=>(const What&) const = default;
  };
  struct Seen {
    std::string name;  // of the Event
    std::int64_t count = 0;
    std::string first;  // RFC 3339
    Time last{};
    bool written = false;
  };
  struct Similar {
    std::set<std::string> messages;
    Time last{};
  };
  // What may still be written about an object, as the time that it takes to be allowed.
  struct Allowance {
    Duration left;
    Time at;
  };

  bool combine(const Sort& sort, const std::string& message);
  bool allow(const About& about);
  void write(const StoredObject& about, const What& what, const std::string& message,
             std::string_view field_path, Seen& seen);

  Api& api_;
  std::string component_, host_, user_;
  const Repeats repeats_;
  std::map<What, Seen> seen_;
  std::map<Sort, Similar> similar_;
  std::map<About, Allowance> allowances_;
};

}  // namespace inferlab::sim
