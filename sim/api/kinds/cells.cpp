#include "sim/api/kinds/cells.h"

#include <utility>

namespace inferlab::sim {

Value text_or(const Value& text, std::string_view missing) {
  return text.empty() ? Value(missing) : text;
}

std::string bool_text(const Value& value) {
  if (value.is_null()) return "<unset>";
  return value.as_bool() ? "True" : "False";
}

std::string int_or_string_text(const Value& value, std::string_view missing) {
  if (value.is_null()) return std::string(missing);
  return value.is_string() ? value.str() : std::to_string(value.as_int());
}

std::string label_map_text(const Value& map) {
  if (map.empty()) return "<none>";
  std::string out;
  for (const Value::Member& label : map.members()) {
    out += (out.empty() ? "" : ",") + label.key + "=" + label.value.str();
  }
  return out;
}

std::string access_modes_text(const Value& modes) {
  constexpr std::pair<std::string_view, std::string_view> kShort[] = {{"ReadWriteOnce", "RWO"},
                                                                      {"ReadOnlyMany", "ROX"},
                                                                      {"ReadWriteMany", "RWX"},
                                                                      {"ReadWriteOncePod", "RWOP"}};
  std::string out;
  for (const auto& [name, word] : kShort) {
    for (const Value& mode : modes.items()) {
      if (mode.as_string() != name) continue;
      out.append(out.empty() ? "" : ",").append(word);
      break;
    }
  }
  return out;
}

std::string storage_class_of(const Value& object) {
  const Value& old = object["metadata"]["annotations"]["volume.beta.kubernetes.io/storage-class"];
  return old.is_string() ? old.str() : object["spec"]["storageClassName"].str();
}

}  // namespace inferlab::sim
