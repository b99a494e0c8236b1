#include "labs/lint/value_path.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace inferlab::labs::lint {
namespace {

using sim::Value;

// Fields whose keys are the user's own words, dots and slashes included.
constexpr std::string_view kFreeKeys[] = {
    "annotations", "binaryData",   "capacity",   "data",     "hard",     "labels",    "limits",
    "matchLabels", "nodeSelector", "parameters", "requests", "selector", "stringData"};

bool has_free_keys(std::string_view field) {
  return std::find(std::begin(kFreeKeys), std::end(kFreeKeys), field) != std::end(kFreeKeys);
}

// "[12]" at the front; its length, or 0.
std::size_t take_index(std::string_view path, std::size_t& index) {
  const std::size_t end = path.find(']');
  if (end == std::string_view::npos || end < 2) return 0;
  const auto [stop, error] = std::from_chars(path.data() + 1, path.data() + end, index);
  return error == std::errc() && stop == path.data() + end ? end + 1 : 0;
}

// How much of `rest` is the next key of `parent`, whose own name is `field`.
std::size_t key_length(const Value& parent, std::string_view field, std::string_view rest) {
  std::size_t longest = 0;
  for (const Value::Member& member : parent.members()) {
    const std::size_t size = member.key.size();
    if (size <= longest || !rest.starts_with(member.key)) continue;
    if (size == rest.size() || rest[size] == '.' || rest[size] == '[') longest = size;
  }
  if (longest > 0) return longest;
  return has_free_keys(field) ? rest.size() : std::min(rest.find_first_of(".["), rest.size());
}

}  // namespace

ValuePath path_in(const Value& document, std::string_view path) {
  ValuePath out;
  Value at = document;
  std::string field;
  while (!path.empty()) {
    PathStep step;
    std::size_t index = 0;
    const std::size_t taken = path.front() == '[' ? take_index(path, index) : 0;
    if (taken > 0) {
      step.index = index;
      path.remove_prefix(taken);
      at = Value(at[index]);
      field.clear();
    } else {
      if (path.front() == '.') path.remove_prefix(1);
      const std::size_t length = std::max<std::size_t>(key_length(at, field, path), 1);
      step.key = std::string(path.substr(0, length));
      path.remove_prefix(std::min(length, path.size()));
      at = Value(at[step.key]);
      field = step.key;
    }
    out.push_back(std::move(step));
  }
  return out;
}

std::optional<Value> find_at(const Value& document, ValuePathView path) {
  Value at = document;
  for (const PathStep& step : path) {
    if (step.index ? *step.index >= at.items().size() : !at.has(step.key)) return std::nullopt;
    at = step.index ? Value(at[*step.index]) : Value(at[step.key]);
  }
  return at;
}

Value value_at(const Value& document, std::string_view path) {
  return find_at(document, path_in(document, path)).value_or(Value());
}

std::optional<Value> with_at(const Value& document, ValuePathView path, const Value& value) {
  if (path.empty()) return value;
  const PathStep& step = path.front();
  const bool fits = step.index ? document.is_array() : document.is_object();
  if (!fits && !document.is_null()) return std::nullopt;
  if (!step.index) {
    auto inner = with_at(document[step.key], path.subspan(1), value);
    if (!inner) return std::nullopt;
    return document.with(step.key, *std::move(inner));
  }
  Value::Array items = document.items();
  if (*step.index > items.size()) return std::nullopt;
  auto inner = with_at(document[*step.index], path.subspan(1), value);
  if (!inner) return std::nullopt;
  items.resize(std::max(items.size(), *step.index + 1));
  items[*step.index] = *std::move(inner);
  return Value::array(std::move(items));
}

std::optional<Value> without_at(const Value& document, ValuePathView path) {
  if (path.empty() || !find_at(document, path)) return std::nullopt;
  const PathStep& step = path.front();
  if (path.size() > 1) {
    const Value& child = step.index ? document[*step.index] : document[step.key];
    return with_at(document, path.first(1), *without_at(child, path.subspan(1)));
  }
  if (!step.index) return document.without(step.key);
  Value::Array items = document.items();
  items.erase(items.begin() + static_cast<std::ptrdiff_t>(*step.index));
  return Value::array(std::move(items));
}

}  // namespace inferlab::labs::lint
