#include "sim/api/validation/go_text.h"

#include "sim/api/json.h"
#include "sim/api/quantity.h"

namespace inferlab::sim {
namespace {

std::string quoted(const Value& text) {
  return to_json(Value(text.as_string()));
}

std::string go_strings(const Value& list) {
  if (list.is_null()) return "[]string(nil)";
  std::string out = "[]string{";
  for (const Value& item : list.items()) out += (out.back() == '{' ? "" : ", ") + quoted(item);
  return out + "}";
}

}  // namespace

std::string go_string_map(const Value& map) {
  if (map.is_null()) return "map[string]string(nil)";
  std::string out = "map[string]string{";
  for (const Value::Member& member : map.members()) {
    out +=
        (out.back() == '{' ? "" : ", ") + to_json(Value(member.key)) + ":" + quoted(member.value);
  }
  return out + "}";
}

std::string go_label_selector(const Value& selector) {
  std::string out = "v1.LabelSelector{MatchLabels:" + go_string_map(selector["matchLabels"]) +
                    ", MatchExpressions:";
  const Value& expressions = selector["matchExpressions"];
  if (expressions.is_null()) return out + "[]v1.LabelSelectorRequirement(nil)}";
  out += "[]v1.LabelSelectorRequirement{";
  for (const Value& item : expressions.items()) {
    out += (out.back() == '{' ? "" : ", ");
    out += "v1.LabelSelectorRequirement{Key:" + quoted(item["key"]) +
           ", Operator:" + quoted(item["operator"]) + ", Values:" + go_strings(item["values"]) +
           "}";
  }
  return out + "}}";
}

std::string go_int_or_string(const Value& value) {
  return "intstr.IntOrString{Type:" + std::string(value.is_string() ? "1" : "0") +
         ", IntVal:" + std::to_string(value.as_int()) + ", StrVal:" + quoted(value) + "}";
}

std::string go_quantity(const Value& value) {
  if (value.as_string().ends_with('i')) {
    const std::int64_t units = Quantity::parse(value.as_string()).value_or(Quantity()).units();
    return "resource.Quantity{i:resource.int64Amount{value:" + std::to_string(units) +
           ", scale:0}, d:resource.infDecAmount{Dec:(*inf.Dec)(nil)}, s:\"\", Format:\"BinarySI\"}";
  }
  // The fewest digits that say it, and their scale.
  std::int64_t number = Quantity::parse(value.as_string()).value_or(Quantity()).milli();
  int scale = -3;
  while (number != 0 && number % 10 == 0 && scale < 0) {
    number /= 10;
    ++scale;
  }
  return "resource.Quantity{i:resource.int64Amount{value:" + std::to_string(number) +
         ", scale:" + std::to_string(scale) +
         "}, d:resource.infDecAmount{Dec:(*inf.Dec)(nil)}, s:\"\", Format:\"DecimalSI\"}";
}

}  // namespace inferlab::sim
