#include "labs/lint/yaml_render.h"

#include <algorithm>
#include <optional>

#include "sim/api/json.h"
#include "sim/api/yaml.h"

namespace inferlab::labs::lint {
namespace {

using sim::Value;
using Style = YamlNode::Style;

bool is_filled(const Value& value) {
  return (value.is_array() || value.is_object()) && !value.empty();
}

// The latest thing of its kind before a place, else the first one.
struct Nearest {
  std::size_t at = 0;
  std::optional<std::size_t> before, first;

  void offer(const YamlEntry& entry, std::size_t found) {
    if (entry.begin < at) before = found;
    if (!first) first = found;
  }
};

void look_at(const YamlNode& node, Nearest& steps, Nearest& offsets) {
  for (const YamlEntry& entry : node.entries) {
    const YamlNode& value = entry.value;
    if (node.style == Style::kBlockMap && value.is_block() && value.column >= node.column) {
      (value.is_map() ? steps : offsets).offer(entry, value.column - node.column);
    }
    look_at(value, steps, offsets);
  }
}

// "key:", or "? key" and ":" on the next line.
std::string key_text(const std::string& key, std::size_t column) {
  std::string out = sim::to_yaml(Value::object({{key, Value(0)}}));
  out.resize(out.size() - std::string_view(" 0\n").size());
  const std::size_t line = out.find('\n');
  return line == std::string::npos ? out : out.insert(line + 1, column, ' ');
}

// May a text stand in flow style as it does in block style?
bool is_plain_in_flow(std::string_view text) {
  return text.find_first_of(",[]{}?\n") == std::string_view::npos;
}

std::string flow_scalar(const Value& value, bool json) {
  if (!value.is_string() || json) return sim::to_json(value);
  std::string text = scalar_text(value, 0);
  return is_plain_in_flow(text) ? text : sim::to_json(value);
}

}  // namespace

YamlStyle style_near(const YamlNode& root, std::size_t at) {
  Nearest steps{.at = at, .before = {}, .first = {}};
  Nearest offsets = steps;
  look_at(root, steps, offsets);
  const YamlStyle usual;
  return {.map_step = steps.before.value_or(steps.first.value_or(usual.map_step)),
          .list_offset = offsets.before.value_or(offsets.first.value_or(usual.list_offset))};
}

std::string scalar_text(const Value& value, std::size_t column) {
  const std::string printed = sim::to_yaml(value);
  std::string out;
  for (std::size_t i = 0; i + 1 < printed.size(); ++i) {
    out.push_back(printed[i]);
    if (printed[i] == '\n' && printed[i + 1] != '\n') out.append(column, ' ');
  }
  return out;
}

std::string scalar_text_like(const YamlNode& old, const Value& value, std::size_t column) {
  const std::string_view text = value.as_string();
  const bool on_one_line = std::none_of(text.begin(), text.end(),
                                        [](char c) { return (c >= 0 && c < ' ') || c == '\x7f'; });
  if (!value.is_string() || !on_one_line) return scalar_text(value, column);
  if (old.style == Style::kDoubleQuoted) return sim::to_json(value);
  if (old.style != Style::kSingleQuoted) return scalar_text(value, column);
  std::string out = "'";
  for (const char c : text) out.append(c == '\'' ? 2 : 1, c);
  return out + "'";
}

std::string block_text(const Value& value, std::size_t column, const YamlStyle& style) {
  std::string out;
  const auto begin_line = [&] {
    if (!out.empty()) out.append("\n").append(column, ' ');
  };
  for (const Value& item : value.items()) {
    begin_line();
    out +=
        "- " + (is_filled(item) ? block_text(item, column + 2, style) : scalar_text(item, column));
  }
  for (const Value::Member& member : value.members()) {
    begin_line();
    const std::string key = key_text(member.key, column);
    out += key;
    if (is_filled(member.value)) {
      // Below "? key" a list at the same column would be read as part of the key.
      const std::size_t step = member.value.is_object() ? style.map_step
                               : key.starts_with("? ") ? std::max<std::size_t>(style.list_offset, 2)
                                                       : style.list_offset;
      out.append("\n").append(column + step, ' ');
      out += block_text(member.value, column + step, style);
    } else {
      out += " " + scalar_text(member.value, column);
    }
  }
  return out;
}

std::string flow_text_like(const YamlNode& old, const Value& value, bool json) {
  if (value.is_string() &&
      (old.style == Style::kDoubleQuoted || old.style == Style::kSingleQuoted)) {
    std::string text = scalar_text_like(old, value, 0);
    if (text.find('\n') == std::string::npos) return text;
  }
  return flow_text(value, json);
}

std::string flow_text(const Value& value, bool json) {
  if (!is_filled(value)) return flow_scalar(value, json);
  std::string out;
  const auto separate = [&] { out += out.empty() ? "" : ", "; };
  for (const Value& item : value.items()) {
    separate();
    out += flow_text(item, json);
  }
  for (const Value::Member& member : value.members()) {
    separate();
    out += flow_scalar(Value(member.key), json) + ": " + flow_text(member.value, json);
  }
  return value.is_array() ? "[" + out + "]" : "{" + out + "}";
}

}  // namespace inferlab::labs::lint
