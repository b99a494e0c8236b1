#include "labs/lint/yaml_layout.h"

#include <algorithm>
#include <utility>

namespace inferlab::labs::lint {
namespace {

using Style = YamlNode::Style;

constexpr int kDeepest = 150;  // sim::parse_yaml() takes 100
constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

// "\r" stands before "\n" alone, and is taken for one more blank there.
bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r';
}

class Scanner {
 public:
  Scanner(std::string_view text, std::size_t at) : text_(text), at_(at) {}

  std::optional<YamlNode> document() {
    if (!skip()) return std::nullopt;
    YamlNode root = content(-1, false, true);
    if (failed_ || skip()) return std::nullopt;
    return root;
  }

 private:
  [[nodiscard]] bool ends(std::size_t at) const { return at >= text_.size(); }
  [[nodiscard]] char look(std::size_t at) const { return ends(at) ? '\n' : text_[at]; }
  [[nodiscard]] bool is_gap(std::size_t at) const { return is_blank(look(at)) || look(at) == '\n'; }
  [[nodiscard]] int column(std::size_t at) const {
    return static_cast<int>(at - line_begin(text_, at));
  }
  // "- ", "? ", ": "
  [[nodiscard]] bool is_indicator(char c) const { return look(at_) == c && is_gap(at_ + 1); }

  // "---" and "..." at the start of a line.
  [[nodiscard]] bool is_marker(std::size_t at) const {
    const std::string_view word = text_.substr(at, 3);
    return (word == "---" || word == "...") && is_gap(at + 3) && column(at) == 0;
  }

  // Passes blanks, comments and line ends; false: the document is over.
  bool skip() {
    while (!ends(at_)) {
      const char c = text_[at_];
      if (is_blank(c) || c == '\n') {
        ++at_;
      } else if (c == '#' && (column(at_) == 0 || is_gap(at_ - 1))) {
        at_ = std::min(text_.find('\n', at_), text_.size());
      } else {
        return !is_marker(at_);
      }
    }
    return false;
  }

  YamlNode fail() {
    failed_ = true;
    at_ = text_.size();
    return {};
  }

  static YamlNode node_at(Style style, std::size_t at) {
    YamlNode node;
    node.style = style;
    node.start = node.begin = node.end = at;
    return node;
  }
  static YamlNode empty(std::size_t at) { return node_at(Style::kEmpty, at); }

  // May what stands at the cursor, on a line of its own, be the value of an entry of a collection
  // at this column?
  [[nodiscard]] bool belongs(int parent, bool in_map) const {
    return column(at_) > parent || (in_map && column(at_) == parent && is_indicator('-'));
  }

  // What follows an indicator of a block collection. `compact`: a collection may begin on its line.
  YamlNode value(int parent, bool in_map, bool compact) {
    const std::size_t behind = at_;
    if (!skip()) return empty(behind);
    const bool same_line = line_begin(text_, at_) == line_begin(text_, behind);
    if (!same_line && !belongs(parent, in_map)) return empty(behind);
    return content(parent, in_map, compact || !same_line);
  }

  YamlNode content(int parent, bool in_map, bool may_be_block) {
    if (++depth_ > kDeepest) return fail();
    const std::size_t start = at_;
    YamlNode node = behind_tags(parent, in_map, may_be_block);
    node.start = start;
    --depth_;
    return node;
  }

  YamlNode behind_tags(int parent, bool in_map, bool may_be_block) {
    bool tagged_here = false;
    while (look(at_) == '&' || look(at_) == '!') {
      while (!is_gap(at_)) ++at_;
      const std::size_t behind = at_;
      tagged_here = true;
      if (!skip()) return empty(behind);
      if (line_begin(text_, at_) == line_begin(text_, behind)) continue;
      if (!belongs(parent, in_map)) return empty(behind);
      may_be_block = true;
      tagged_here = false;
    }
    return may_be_block ? block_or_scalar(parent, tagged_here) : scalar(parent);
  }

  YamlNode block_or_scalar(int parent, bool tagged_here) {
    if (is_indicator('-')) return block_list();
    if (!is_indicator('?') && colon_behind_key() == std::string_view::npos) return scalar(parent);
    // The tag of "!t key: value" is the key's.
    return tagged_here ? fail() : block_map();
  }

  YamlNode block_list() {
    const int column_of_dashes = column(at_);
    YamlNode node = begin_block(Style::kBlockList);
    while (!ends(at_) && column(at_) == column_of_dashes && is_indicator('-')) {
      YamlEntry entry;
      entry.begin = at_++;
      entry.after = at_;
      entry.value = value(column_of_dashes, false, true);
      node.end = entry.value.end;
      node.entries.push_back(std::move(entry));
      if (!skip()) break;
    }
    return node;
  }

  [[nodiscard]] YamlNode begin_block(Style style) const {
    YamlNode node = node_at(style, at_);
    node.column = static_cast<std::size_t>(column(at_));
    return node;
  }

  YamlNode block_map() {
    const int column_of_keys = column(at_);
    YamlNode node = begin_block(Style::kBlockMap);
    while (!ends(at_) && column(at_) == column_of_keys) {
      YamlEntry entry;
      entry.begin = at_;
      const bool marked = is_indicator('?');
      if (marked ? !marked_key(column_of_keys, entry) : !plain_key(entry)) return fail();
      at_ = entry.after;
      entry.value = value(column_of_keys, true, marked);
      node.end = entry.value.end;
      node.entries.push_back(std::move(entry));
      if (!skip()) break;
    }
    return node;
  }

  bool plain_key(YamlEntry& entry) const {
    const std::size_t colon = colon_behind_key();
    if (colon == std::string_view::npos) return false;
    entry.key_begin = at_;
    entry.key_end = colon;
    while (is_blank(text_[entry.key_end - 1])) --entry.key_end;
    entry.after = colon + 1;
    return true;
  }

  // "? key", and ":" on a line below.
  bool marked_key(int column_of_keys, YamlEntry& entry) {
    ++at_;
    if (!skip()) return false;
    const YamlNode key = scalar(column_of_keys);
    entry.key_begin = key.begin;
    entry.key_end = key.end;
    if (failed_ || key.is_flow() || !skip()) return false;
    entry.after = at_ + 1;
    return is_indicator(':') && column(at_) == column_of_keys;
  }

  // Where the ":" of "key: value" stands when the cursor is at such a key.
  [[nodiscard]] std::size_t colon_behind_key() const {
    constexpr std::string_view kIndicators = ",[]{}#&*!|>%@`";
    const char first = look(at_);
    std::size_t at = at_;
    if (first == '"' || first == '\'') {
      at = quoted_end(at_);
      if (at == std::string_view::npos || line_begin(text_, at) != line_begin(text_, at_))
        return std::string_view::npos;
      while (!ends(at) && is_blank(text_[at])) ++at;
      return look(at) == ':' && is_gap(at + 1) ? at : std::string_view::npos;
    }
    if (kIndicators.find(first) != std::string_view::npos) return std::string_view::npos;
    for (; look(at) != '\n'; ++at) {
      if (look(at) == '#' && at > at_ && is_blank(text_[at - 1])) break;
      if (look(at) == ':' && is_gap(at + 1)) return at > at_ ? at : std::string_view::npos;
    }
    return std::string_view::npos;
  }

  YamlNode scalar(int parent) {
    switch (look(at_)) {
      case '|':
      case '>':
        return block_scalar(parent);
      case '"':
      case '\'':
        return quoted();
      case '[':
      case '{':
        return flow();
      case '*':
        return alias();
      default:
        return plain(parent);
    }
  }

  YamlNode alias() {
    YamlNode node = node_at(Style::kAlias, at_);
    while (!is_gap(at_) && std::string_view(",]}").find(text_[at_]) == std::string_view::npos) {
      ++at_;
    }
    node.end = at_;
    return node;
  }

  // Behind the closing quote, or npos.
  [[nodiscard]] std::size_t quoted_end(std::size_t at) const {
    const char quote = text_[at++];
    for (; !ends(at); ++at) {
      const bool doubled = quote == '\'' && text_[at] == quote && look(at + 1) == quote;
      if (doubled || (quote == '"' && text_[at] == '\\')) {
        ++at;
      } else if (text_[at] == quote) {
        return at + 1;
      }
    }
    return std::string_view::npos;
  }

  YamlNode quoted() {
    YamlNode node = node_at(text_[at_] == '"' ? Style::kDoubleQuoted : Style::kSingleQuoted, at_);
    const std::size_t end = quoted_end(at_);
    if (end == std::string_view::npos) return fail();
    node.end = at_ = end;
    return node;
  }

  // Goes on over lines that are indented deeper than `parent`, up to a comment.
  YamlNode plain(int parent) {
    YamlNode node = node_at(Style::kPlain, at_);
    std::size_t at = at_;
    while (true) {
      for (; look(at) != '\n'; ++at) {
        if (is_blank(text_[at])) continue;
        if (text_[at] == '#' && is_gap(at - 1) && at > node.begin) return finish(node);
        if (text_[at] == ':' && is_gap(at + 1)) return finish(node);
        node.end = at + 1;
      }
      while (!ends(at) && is_gap(at)) ++at;
      if (ends(at) || column(at) <= parent || is_marker(at) || text_[at] == '#')
        return finish(node);
    }
  }

  YamlNode finish(YamlNode node) {
    if (node.end == node.begin) return fail();
    at_ = node.end;
    return node;
  }

  YamlNode block_scalar(int parent) {
    YamlNode node = node_at(Style::kBlockScalar, at_++);
    std::size_t indent = 0;  // 0: the first line with something in it shows it
    bool keeps = false;
    for (; !is_gap(at_) && look(at_) != '#'; ++at_) {
      keeps |= text_[at_] == '+';
      if (text_[at_] >= '1' && text_[at_] <= '9') {
        const int digit = text_[at_] - '0';
        indent = static_cast<std::size_t>(std::max(parent, 0)) + static_cast<std::size_t>(digit);
      }
    }
    node.header_end = node.end = at_;
    std::size_t at = std::min(text_.find('\n', at_), text_.size());
    while (at + 1 < text_.size()) {
      const std::size_t begin = at + 1;
      const std::size_t end = line_end(text_, begin);
      const std::string_view line = text_.substr(begin, end - begin);
      const std::size_t spaces = std::min(line.find_first_not_of(' '), line.size());
      if (spaces == line.size() && (indent == 0 || spaces <= indent)) {
        if (keeps) node.end = end;
      } else {
        if (indent == 0 && static_cast<int>(spaces) > std::max(parent, 0)) indent = spaces;
        if (indent == 0 || spaces < indent || is_marker(begin)) break;
        node.end = end;
      }
      at = std::min(text_.find('\n', begin), text_.size());
    }
    at_ = node.end;
    return node;
  }

  YamlNode flow() {
    if (++depth_ > kDeepest) return fail();
    const bool is_map = text_[at_] == '{';
    YamlNode node = node_at(is_map ? Style::kFlowMap : Style::kFlowList, at_++);
    while (true) {
      if (!skip()) return fail();
      if (text_[at_] == (is_map ? '}' : ']')) break;
      YamlEntry entry;
      entry.begin = entry.key_begin = entry.after = at_;
      if (is_map) {
        flow_member(entry);
      } else {
        entry.value = flow_value();
      }
      node.entries.push_back(std::move(entry));
      if (failed_ || !skip()) return fail();
      if (text_[at_] == ',') {
        ++at_;
      } else if (text_[at_] != (is_map ? '}' : ']')) {
        return fail();
      }
    }
    node.end = ++at_;
    --depth_;
    return node;
  }

  void flow_member(YamlEntry& entry) {
    const YamlNode key = is_indicator('?') ? fail() : flow_value();
    entry.key_begin = key.start;
    entry.key_end = entry.after = key.end;
    entry.value = empty(key.end);
    entry.has_colon = false;
    if (failed_ || key.is_flow() || key.start != key.begin || !skip()) {
      fail();
      return;
    }
    if (text_[at_] != ':') return;
    entry.has_colon = true;
    entry.after = ++at_;
    entry.value = empty(at_);
    if (skip() && text_[at_] != ',' && text_[at_] != '}') entry.value = flow_value();
  }

  YamlNode flow_value() {
    const std::size_t start = at_;
    while (look(at_) == '&' || look(at_) == '!') {
      while (!is_gap(at_) && look(at_) != ',') ++at_;
      if (!skip()) return fail();
    }
    const char first = look(at_);
    YamlNode node = first == '{' || first == '['    ? flow()
                    : first == '"' || first == '\'' ? quoted()
                    : first == '*'                  ? alias()
                                                    : flow_plain();
    node.start = start;
    return node;
  }

  YamlNode flow_plain() {
    constexpr std::string_view kEnds = ",[]{}";
    YamlNode node = node_at(Style::kPlain, at_);
    for (std::size_t at = at_; !ends(at); ++at) {
      const char c = text_[at];
      if (is_gap(at)) continue;
      if (kEnds.find(c) != std::string_view::npos || (c == '#' && is_gap(at - 1))) break;
      if (c == ':' && (is_gap(at + 1) || kEnds.find(look(at + 1)) != std::string_view::npos)) break;
      node.end = at + 1;
    }
    return finish(node);
  }

  std::string_view text_;
  std::size_t at_ = 0;
  int depth_ = 0;
  bool failed_ = false;
};

}  // namespace

std::size_t line_begin(std::string_view text, std::size_t at) {
  const std::size_t before = at == 0 ? std::string_view::npos : text.rfind('\n', at - 1);
  if (before != std::string_view::npos) return before + 1;
  return text.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0;
}

std::size_t line_end(std::string_view text, std::size_t at) {
  const std::size_t end = std::min(text.find('\n', at), text.size());
  return end > at && end < text.size() && text[end - 1] == '\r' ? end - 1 : end;
}

std::optional<YamlNode> yaml_layout(std::string_view text, std::size_t root) {
  return Scanner(text, root).document();
}

}  // namespace inferlab::labs::lint
