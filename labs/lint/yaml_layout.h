#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace inferlab::labs::lint {

struct YamlEntry;

/// How a node of a YAML text is written, and where. Places are byte offsets in the text.
struct YamlNode {
  enum class Style : std::uint8_t {
    kEmpty,  // nothing stands there: "key:"
    kPlain,
    kSingleQuoted,
    kDoubleQuoted,
    kBlockScalar,  // | and >
    kAlias,
    kBlockMap,
    kBlockList,
    kFlowMap,
    kFlowList,
  };
  Style style = Style::kEmpty;
  std::size_t start = 0;  // with the tag and the anchor before it
  std::size_t begin = 0;  // of the node itself
  std::size_t end = 0;    // behind its last byte; a comment and the line's end are no part of it
  std::size_t header_end = 0;  // of a block scalar: behind "|-"
  std::size_t column = 0;      // of a block collection: where its keys or dashes stand, from 0
  std::vector<YamlEntry> entries;

  [[nodiscard]] bool is_block() const {
    return style == Style::kBlockMap || style == Style::kBlockList;
  }
  [[nodiscard]] bool is_flow() const {
    return style == Style::kFlowMap || style == Style::kFlowList;
  }
  [[nodiscard]] bool is_map() const {
    return style == Style::kBlockMap || style == Style::kFlowMap;
  }
};

/// A member or an item.
struct YamlEntry {
  std::size_t begin = 0;                   // of the key, of its "?", or of the dash
  std::size_t key_begin = 0, key_end = 0;  // of members
  std::size_t after = 0;                   // behind the ":" or the dash
  bool has_colon = true;                   // of members; {a, b} has none
  YamlNode value;
};

/// Reads how the document whose root stands at `root`, or behind comments there, is written. Every
/// layout that people write is known; nullopt: something else is there (keys with tags or anchors,
/// a list or a map as a key). It takes for granted that the text is YAML, and judges no scalar:
/// what it says may be wrong where a text plays tricks, so whoever changes a text by it reads the
/// outcome again.
std::optional<YamlNode> yaml_layout(std::string_view text, std::size_t root);

/// Where the line of `at` begins. A byte order mark is no part of the first one.
std::size_t line_begin(std::string_view text, std::size_t at);
/// Where it ends: at its "\n" or "\r\n", or at the end of the text.
std::size_t line_end(std::string_view text, std::size_t at);

}  // namespace inferlab::labs::lint
