#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "sim/api/api.h"

namespace inferlab::sim {

/// Writes Events (core/v1) about objects for one component, and counts repeats up instead of
/// writing them again: same object, type, reason and message within the hour raise `count` and
/// `lastTimestamp`. Source: k8s.io/client-go/tools/record.
class EventRecorder {
 public:
  /// `component` is source.component ("default-scheduler"); `host` source.host ("" for none).
  EventRecorder(Api& api, std::string component, std::string host = {});
  void normal(const StoredObject& about, std::string_view reason, std::string_view message);
  void warning(const StoredObject& about, std::string_view reason, std::string_view message);
  /// About a part of a Pod: `field_path` is involvedObject.fieldPath, "spec.containers{vllm}".
  void record(const StoredObject& about, std::string_view type, std::string_view reason,
              std::string_view message, std::string_view field_path);

 private:
  struct What {
    ObjectKey about;
    std::string uid, type, reason, message, field_path;
    auto operator<=>(const What&) const = default;
  };
  struct Seen {
    std::string name;  // of the Event
    std::int64_t count = 0;
    Time last{};
  };

  Api& api_;
  std::string component_, host_;
  std::map<What, Seen> seen_;
};

}  // namespace inferlab::sim
