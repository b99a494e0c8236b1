#include "labs/lint/yaml_draft.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "labs/lint/yaml_layout.h"
#include "labs/lint/yaml_render.h"
#include "sim/api/yaml.h"
#include "sim/api/yaml_scalar.h"

namespace inferlab::labs::lint {
namespace {

using sim::Value;
using Style = YamlNode::Style;

// What stands behind ":" or "- " on its line, and the lines below with their indentation.
struct Lines {
  std::string head, body;
};

Lines split(std::string text) {
  const std::size_t end = text.find('\n');
  if (end == std::string::npos) return {std::move(text), ""};
  return {text.substr(0, end), text.substr(end + 1)};
}

// Changes of one text, gathered and then carried out together. Each function says whether the
// layout allows what is asked of it.
class Draft {
 public:
  Draft(std::string_view text, const YamlNode& root) : text_(text), root_(root) {
    const std::size_t first = text.find('\n');
    const bool is_crlf = first != std::string_view::npos && first > 0 && text[first - 1] == '\r';
    eol_ = is_crlf ? "\r\n" : "\n";
  }

  bool set(ValuePathView path, const Value& after) {
    const YamlNode* outer = nullptr;
    const YamlEntry* holder = nullptr;
    const YamlNode* node = &root_;
    for (std::size_t depth = 0;; ++depth) {
      const auto value = [&](std::size_t steps) { return *find_at(after, path.first(steps)); };
      if (depth == path.size()) return put(*outer, *holder, value(depth));
      const bool is_open = !node->entries.empty() || (node->is_flow() && !is_in_block(outer));
      if (!is_open) {
        // null and {} become what has the rest of the path in it.
        if (outer == nullptr || node->style == Style::kAlias) return false;
        return put(*outer, *holder, value(depth));
      }
      if (node->is_map() == path[depth].index.has_value()) return false;
      outer = node;
      holder = find(*node, path[depth]);
      if (holder == nullptr) return add(*node, path[depth], value(depth + 1));
      node = &holder->value;
    }
  }

  bool remove(ValuePathView path) {
    const YamlEntry* holder = nullptr;
    const YamlNode* node = &root_;
    for (const PathStep& step : path.first(path.size() - 1)) {
      holder = find(*node, step);
      if (holder == nullptr) return false;
      node = &holder->value;
    }
    const YamlEntry* entry = find(*node, path.back());
    if (entry == nullptr) return false;
    if (node->is_flow()) return remove_from_flow(*node, *entry);
    return node->entries.size() > 1 ? remove_from_block(*node, *entry) : empty(*node, holder);
  }

  std::optional<std::string> text() {
    std::stable_sort(changes_.begin(), changes_.end(),
                     [](const Change& a, const Change& b) { return a.begin < b.begin; });
    std::string out;
    std::size_t at = 0;
    for (const Change& change : changes_) {
      if (change.begin < at || change.end < change.begin) return std::nullopt;
      out += text_.substr(at, change.begin - at);
      for (const char c : change.text) {
        if (c == '\n') {
          out += eol_;
        } else {
          out.push_back(c);
        }
      }
      at = change.end;
    }
    return out += text_.substr(at);
  }

 private:
  struct Change {
    std::size_t begin = 0, end = 0;
    std::string text;
  };

  bool replace(std::size_t begin, std::size_t end, std::string text) {
    changes_.push_back({begin, end, std::move(text)});
    return true;
  }
  bool insert(std::size_t at, std::string text) { return replace(at, at, std::move(text)); }

  static bool is_in_block(const YamlNode* outer) { return outer != nullptr && outer->is_block(); }
  [[nodiscard]] bool is_json() const { return root_.is_flow(); }
  [[nodiscard]] bool on_one_line(std::size_t a, std::size_t b) const {
    return line_begin(text_, a) == line_begin(text_, b);
  }
  [[nodiscard]] std::size_t column(std::size_t at) const { return at - line_begin(text_, at); }
  [[nodiscard]] std::string_view between(std::size_t begin, std::size_t end) const {
    return text_.substr(begin, end - begin);
  }
  // Behind the line end of the line of `at`.
  [[nodiscard]] std::size_t next_line(std::size_t at) const {
    const std::size_t end = text_.find('\n', at);
    return end == std::string_view::npos ? text_.size() : end + 1;
  }

  // The key as the reader of the document has it: `yes` is "true".
  [[nodiscard]] std::optional<std::string> key_of(const YamlEntry& entry) const {
    const auto raw = std::string(between(entry.key_begin, entry.key_end));
    const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
    const bool is_word =
        is_letter(raw.front()) && std::all_of(raw.begin(), raw.end(), [&](char c) {
          return is_letter(c) || (c >= '0' && c <= '9') || c == '.' || c == '/' || c == '-';
        });
    if (is_word && sim::plain_yaml_scalar(raw).is_string()) return raw;
    const auto read = sim::parse_yaml("? " + raw + "\n: 0\n", "");
    if (!read || read->size() != 1 || (*read)[0].value.size() != 1) return std::nullopt;
    return (*read)[0].value.members()[0].key;
  }

  [[nodiscard]] const YamlEntry* find(const YamlNode& node, const PathStep& step) const {
    if (node.entries.empty() || node.is_map() == step.index.has_value()) return nullptr;
    if (step.index) return *step.index < node.entries.size() ? &node.entries[*step.index] : nullptr;
    for (const YamlEntry& entry : node.entries) {
      if (key_of(entry) == step.key) return &entry;
    }
    return nullptr;
  }

  // Of a line, and of the comments right below that are indented deeper than `column`.
  [[nodiscard]] std::size_t end_with_comments(std::size_t at, std::size_t column) const {
    std::size_t end = line_end(text_, at);
    while (true) {
      const std::size_t line = next_line(end);
      const std::size_t first = std::min(text_.find_first_not_of(" \t", line), text_.size());
      if (first == text_.size() || text_[first] != '#' || first - line <= column) return end;
      end = line_end(text_, first);
    }
  }

  bool put(const YamlNode& outer, const YamlEntry& entry, const Value& value) {
    const YamlNode& old = entry.value;
    if (outer.is_flow()) {
      if (!entry.has_colon) return false;
      if (old.style == Style::kEmpty) return insert(entry.after, " " + flow_text(value, is_json()));
      return replace(old.start, old.end, flow_text_like(old, value, is_json()));
    }
    const Lines lines = lines_for(outer, entry, value);
    switch (old.style) {
      case Style::kEmpty:
        return old.start == old.end && put_behind(entry, lines);
      case Style::kBlockScalar:
        return put_over_block_scalar(entry, lines);
      case Style::kBlockMap:
      case Style::kBlockList:
        return put_over_block(entry, lines);
      default:
        return put_over_inline(entry, lines);
    }
  }

  [[nodiscard]] Lines lines_for(const YamlNode& outer, const YamlEntry& entry,
                                const Value& value) const {
    const YamlNode& old = entry.value;
    if (value.empty() || (!value.is_object() && !value.is_array())) {
      return split(scalar_text_like(old, value, outer.column));
    }
    const bool same_kind = old.is_map() == value.is_object();
    if (old.is_flow() && same_kind && !old.entries.empty()) return {flow_text(value, false), ""};
    const YamlStyle style = style_near(root_, entry.begin);
    if (!outer.is_map()) {
      const bool has_place = old.style != Style::kEmpty && on_one_line(old.start, entry.after);
      return split(block_text(value, has_place ? column(old.start) : outer.column + 2, style));
    }
    const bool marked = entry.key_begin != entry.begin;
    std::size_t indent = outer.column + (value.is_object() ? style.map_step : style.list_offset);
    if (marked) indent = outer.column + 2;
    if (old.is_block() && same_kind) indent = old.column;
    return {"", std::string(indent, ' ') + block_text(value, indent, style)};
  }

  bool put_below(std::size_t at, const std::string& body) {
    return body.empty() || insert(line_end(text_, at), "\n" + body);
  }

  bool put_behind(const YamlEntry& entry, const Lines& lines) {
    if (!lines.head.empty()) insert(entry.after, " " + lines.head);
    return put_below(entry.after, lines.body);
  }

  // The comment behind a value stays on its line.
  bool put_over_inline(const YamlEntry& entry, const Lines& lines) {
    const YamlNode& old = entry.value;
    if (lines.head.empty() && !on_one_line(entry.after, old.start)) {
      return replace(line_begin(text_, old.start), old.end, lines.body);
    }
    replace(lines.head.empty() ? entry.after : old.start, old.end, lines.head);
    return put_below(old.end, lines.body);
  }

  bool put_over_block_scalar(const YamlEntry& entry, const Lines& lines) {
    const YamlNode& old = entry.value;
    if (lines.head.empty() && !on_one_line(entry.after, old.start)) return false;
    replace(lines.head.empty() ? entry.after : old.start, old.header_end, lines.head);
    const std::size_t end = line_end(text_, old.header_end);
    return replace(end, std::max(end, old.end), lines.body.empty() ? "" : "\n" + lines.body);
  }

  bool put_over_block(const YamlEntry& entry, const Lines& lines) {
    const YamlNode& old = entry.value;
    if (old.start != old.begin) return false;  // its anchor or tag stands behind the key
    if (on_one_line(entry.after, old.begin)) {
      if (lines.head.empty()) return false;
      return replace(old.begin, old.end,
                     lines.head + (lines.body.empty() ? "" : "\n" + lines.body));
    }
    if (!lines.head.empty()) insert(entry.after, " " + lines.head);
    const std::size_t begin = line_begin(text_, old.begin);
    return lines.body.empty() ? replace(begin, next_line(old.end), "")
                              : replace(begin, old.end, lines.body);
  }

  bool add(const YamlNode& node, const PathStep& step, const Value& value) {
    if (step.index && *step.index != node.entries.size()) return false;
    if (node.is_flow()) return add_to_flow(node, step, value);
    const Value more = step.index ? Value::array({value}) : Value::object({{step.key, value}});
    const YamlEntry& last = node.entries.back();
    const YamlStyle style = style_near(root_, last.begin);
    strip_at_end(last.value);
    return insert(end_with_comments(last.value.end, node.column),
                  "\n" + std::string(node.column, ' ') + block_text(more, node.column, style));
  }

  // A text that has no line end at its end gets one when something follows. In a block scalar it
  // would count: "|" there is what "|-" will be.
  void strip_at_end(const YamlNode& last) {
    if (!last.entries.empty()) return strip_at_end(last.entries.back().value);
    if (last.style != Style::kBlockScalar || last.end != text_.size()) return;
    const std::string_view header = between(last.begin, last.header_end);
    if (header.find('-') != std::string_view::npos) return;
    const std::size_t plus = header.find('+');
    const bool keeps = plus != std::string_view::npos;
    replace(keeps ? last.begin + plus : last.header_end,
            keeps ? last.begin + plus + 1 : last.header_end, "-");
  }

  bool add_to_flow(const YamlNode& node, const PathStep& step, const Value& value) {
    std::string text = flow_text(value, is_json());
    if (!step.index) {
      // {"a":1} of a machine goes on as it began.
      const bool tight = is_json() && !node.entries.empty() && node.entries.back().has_colon &&
                         text_[node.entries.back().after] != ' ';
      text = flow_text(Value(step.key), is_json()) + (tight ? ":" : ": ") + text;
    }
    if (node.entries.empty()) return insert(node.begin + 1, std::move(text));
    return insert(node.entries.back().value.end, separator(node) + text);
  }

  // What stands between two entries of a flow collection: a comma, and a line end where each entry
  // has its own line.
  [[nodiscard]] std::string separator(const YamlNode& node) const {
    const std::size_t size = node.entries.size();
    std::string out(size > 1 ? between(node.entries[size - 2].value.end, node.entries.back().begin)
                             : between(node.begin + 1, node.entries.back().begin));
    std::erase(out, '\r');
    if (out.find('#') != std::string::npos) return ", ";
    if (size > 1) return out;
    return out.empty() || out[0] == ' ' ? ", " : "," + out;
  }

  bool remove_from_flow(const YamlNode& node, const YamlEntry& entry) {
    const std::size_t index = static_cast<std::size_t>(&entry - node.entries.data());
    const std::size_t size = node.entries.size();
    const auto has_comment = [&](std::size_t begin, std::size_t end) {
      return between(begin, end).find('#') != std::string_view::npos;
    };
    if (index + 1 < size) {
      const std::size_t next = node.entries[index + 1].begin;
      const std::size_t end = entry.value.end;
      const std::size_t comma = text_.find(',', end);
      return replace(entry.begin, has_comment(end, next) ? comma + 1 : next, "");
    }
    if (size == 1) {
      // A comma may follow: all that is within the brackets goes, unless it says something.
      if (has_comment(node.begin, entry.begin) || has_comment(entry.value.end, node.end))
        return false;
      return replace(node.begin + 1, node.end - 1, "");
    }
    const std::size_t before = node.entries[index - 1].value.end;
    const bool keep = is_json() ? false : has_comment(before, entry.begin);
    return replace(keep ? entry.begin : before, entry.value.end, "");
  }

  // The first entry of "- name: a" shares its line with the dash.
  bool remove_from_block(const YamlNode& node, const YamlEntry& entry) {
    const std::size_t begin = line_begin(text_, entry.begin);
    const std::size_t end = end_with_comments(entry.value.end, node.column);
    if (between(begin, entry.begin).find_first_not_of(' ') == std::string_view::npos) {
      return replace(begin, next_line(end), "");
    }
    const std::size_t next = (&entry + 1)->begin;
    const std::size_t line = next_line(end);
    if (between(line, next).find('#') == std::string_view::npos) {
      return replace(entry.begin, next, "");
    }
    // The comments above the next entry stay, on lines of their own.
    std::size_t from = entry.begin;
    while (text_[from - 1] == ' ') --from;
    return replace(from, end, "");
  }

  // {} or [] in the place of a block collection.
  bool empty(const YamlNode& node, const YamlEntry* holder) {
    const std::string word = node.is_map() ? "{}" : "[]";
    if (holder == nullptr || on_one_line(holder->after, node.begin)) {
      return replace(node.begin, node.end, word);
    }
    if (node.start != node.begin) return false;  // its anchor or tag stands behind the key
    insert(holder->after, " " + word);
    const std::size_t end = end_with_comments(node.end, node.column);
    return replace(line_begin(text_, node.begin), next_line(end), "");
  }

  std::string_view text_;
  const YamlNode& root_;
  std::string_view eol_;
  std::vector<Change> changes_;
};

}  // namespace

std::optional<std::string> text_with(std::string_view text, std::size_t root, ValuePathView path,
                                     const Value& after) {
  const auto layout = yaml_layout(text, root);
  if (!layout) return std::nullopt;
  Draft draft(text, *layout);
  return draft.set(path, after) ? draft.text() : std::nullopt;
}

std::optional<std::string> text_without(std::string_view text, std::size_t root,
                                        ValuePathView path) {
  const auto layout = yaml_layout(text, root);
  if (!layout) return std::nullopt;
  Draft draft(text, *layout);
  return draft.remove(path) ? draft.text() : std::nullopt;
}

}  // namespace inferlab::labs::lint
