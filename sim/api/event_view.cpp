#include "sim/api/event_view.h"

#include <algorithm>
#include <string>
#include <string_view>

namespace inferlab::sim {
namespace {

struct Names {
  std::string_view shown, stored;
};
constexpr Names kNames[] = {{"deprecatedCount", "count"},
                            {"deprecatedFirstTimestamp", "firstTimestamp"},
                            {"deprecatedLastTimestamp", "lastTimestamp"},
                            {"deprecatedSource", "source"},
                            {"note", "message"},
                            {"regarding", "involvedObject"},
                            {"reportingController", "reportingComponent"}};

template <std::string_view Names::*From, std::string_view Names::*To>
std::string_view renamed(std::string_view name) {
  const auto* row = std::find_if(std::begin(kNames), std::end(kNames),
                                 [&](const Names& names) { return names.*From == name; });
  return row == std::end(kNames) ? name : row->*To;
}

template <std::string_view Names::*From, std::string_view Names::*To>
Value with_members_renamed(const Value& object, std::string_view api_version) {
  Value::Object members;
  for (const Value::Member& member : object.members()) {
    const bool version = member.key == "apiVersion";
    members.push_back(
        {std::string(renamed<From, To>(member.key)), version ? Value(api_version) : member.value});
  }
  return Value::object(std::move(members));
}

}  // namespace

Value event_shown(const Value& stored) {
  Value out = with_members_renamed<&Names::stored, &Names::shown>(stored, "events.k8s.io/v1");
  return out["reportingController"].empty() ? out.without("reportingController") : out;
}

Value event_stored(const Value& shown) {
  return with_members_renamed<&Names::shown, &Names::stored>(shown, "v1");
}

}  // namespace inferlab::sim
