#include "sim/api/selector.h"

#include <algorithm>
#include <charconv>

namespace inferlab::sim {
namespace {

using Operator = LabelSelector::Operator;
using Requirement = LabelSelector::Requirement;

std::optional<std::int64_t> integer(std::string_view text) {
  std::int64_t value = 0;
  const char* end = text.data() + text.size();
  if (text.starts_with('+')) text.remove_prefix(1);
  const auto read = std::from_chars(text.data(), end, value);
  if (read.ec != std::errc() || read.ptr != end) return std::nullopt;
  return value;
}

Operator operator_named(std::string_view name) {
  if (name == "NotIn") return Operator::kNotIn;
  if (name == "Exists") return Operator::kExists;
  if (name == "DoesNotExist") return Operator::kDoesNotExist;
  if (name == "Gt") return Operator::kGt;
  if (name == "Lt") return Operator::kLt;
  return Operator::kIn;
}

std::vector<std::string> sorted_strings(const Value& list) {
  std::vector<std::string> out;
  for (const Value& item : list.items()) out.push_back(item.str());
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

bool holds(const Requirement& requirement, const Labels& labels) {
  const auto found = labels.find(requirement.key);
  const bool present = found != labels.end();
  const auto is_listed = [&] {
    return std::find(requirement.values.begin(), requirement.values.end(), found->second) !=
           requirement.values.end();
  };
  switch (requirement.op) {
    case Operator::kIn:
      return present && is_listed();
    case Operator::kNotIn:
      return !present || !is_listed();
    case Operator::kExists:
      return present;
    case Operator::kDoesNotExist:
      return !present;
    case Operator::kGt:
    case Operator::kLt: {
      if (!present || requirement.values.size() != 1) return false;
      const auto have = integer(found->second);
      const auto bound = integer(requirement.values.front());
      if (!have || !bound) return false;
      return requirement.op == Operator::kGt ? *have > *bound : *have < *bound;
    }
  }
  return false;
}

std::string joined(const std::vector<std::string>& values) {
  std::string out;
  for (const std::string& value : values)
    out += (out.empty() && &value == &values.front() ? "" : ",") + value;
  return out;
}

std::string text_of(const Requirement& requirement) {
  const std::string& key = requirement.key;
  switch (requirement.op) {
    case Operator::kIn:
      if (requirement.values.size() == 1) return key + "=" + requirement.values.front();
      return key + " in (" + joined(requirement.values) + ")";
    case Operator::kNotIn:
      if (requirement.values.size() == 1) return key + "!=" + requirement.values.front();
      return key + " notin (" + joined(requirement.values) + ")";
    case Operator::kExists:
      return key;
    case Operator::kDoesNotExist:
      return "!" + key;
    case Operator::kGt:
      return key + ">" + joined(requirement.values);
    case Operator::kLt:
      return key + "<" + joined(requirement.values);
  }
  return key;
}

}  // namespace

Labels labels_from(const Value& object_of_strings) {
  Labels out;
  for (const Value::Member& member : object_of_strings.members()) {
    out.emplace_hint(out.end(), member.key, member.value.str());
  }
  return out;
}

LabelSelector LabelSelector::from_object(const Value& selector) {
  LabelSelector out = from_map(selector["matchLabels"]);
  LabelSelector more = from_expressions(selector["matchExpressions"]);
  std::move(more.requirements_.begin(), more.requirements_.end(),
            std::back_inserter(out.requirements_));
  std::stable_sort(out.requirements_.begin(), out.requirements_.end(),
                   [](const Requirement& a, const Requirement& b) { return a.key < b.key; });
  out.nothing_ = selector.is_null();
  return out;
}

LabelSelector LabelSelector::from_map(const Value& map) {
  LabelSelector out;
  for (const Value::Member& member : map.members()) {
    out.requirements_.push_back({member.key, Operator::kIn, {member.value.str()}});
  }
  return out;
}

LabelSelector LabelSelector::from_expressions(const Value& expressions) {
  LabelSelector out;
  for (const Value& item : expressions.items()) {
    out.requirements_.push_back({item["key"].str(), operator_named(item["operator"].as_string()),
                                 sorted_strings(item["values"])});
  }
  return out;
}

LabelSelector LabelSelector::from_requirements(std::vector<Requirement> requirements) {
  LabelSelector out;
  out.requirements_ = std::move(requirements);
  std::stable_sort(out.requirements_.begin(), out.requirements_.end(),
                   [](const Requirement& a, const Requirement& b) { return a.key < b.key; });
  return out;
}

bool LabelSelector::matches(const Labels& labels) const {
  return !nothing_ && std::all_of(requirements_.begin(), requirements_.end(),
                                  [&](const Requirement& r) { return holds(r, labels); });
}

std::string LabelSelector::str() const {
  std::string out;
  for (const Requirement& requirement : requirements_) {
    if (!out.empty()) out += ",";
    out += text_of(requirement);
  }
  return out;
}

}  // namespace inferlab::sim
