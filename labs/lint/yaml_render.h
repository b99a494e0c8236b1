#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "labs/lint/yaml_layout.h"
#include "sim/api/value.h"

namespace inferlab::labs::lint {

/// How far a YAML text indents what stands below a key.
struct YamlStyle {
  std::size_t map_step = 2;
  std::size_t list_offset = 0;  // of the dashes; kubectl prints them below the key's first letter
};

/// What the document does before byte `at`, or else behind it; where it shows nothing, as kubectl.
YamlStyle style_near(const YamlNode& root, std::size_t at);

/// A scalar, {} or [] as the value of a key, or the item of a dash, that stands at `column`.
/// Further lines carry their indentation.
std::string scalar_text(const sim::Value& value, std::size_t column);
/// The same in the quotes that `old` has, where the value is a text that can stand in them.
std::string scalar_text_like(const YamlNode& old, const sim::Value& value, std::size_t column);
/// A list or a map that is not empty in block style, at `column`: the first line without
/// indentation, the last one without a line end.
std::string block_text(const sim::Value& value, std::size_t column, const YamlStyle& style);
/// In flow style, on one line. `json`: keys and texts in double quotes.
std::string flow_text(const sim::Value& value, bool json);
/// The same in the quotes that `old` has.
std::string flow_text_like(const YamlNode& old, const sim::Value& value, bool json);

}  // namespace inferlab::labs::lint
