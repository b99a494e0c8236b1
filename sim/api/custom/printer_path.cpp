#include "sim/api/custom/printer_path.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>

#include "sim/api/json.h"

namespace inferlab::sim {
namespace {

// Filters may stand in filters: the length is what limits their depth.
constexpr std::size_t kLongestPath = 4096;

// Reads a path from left to right; every step replaces the values found so far.
class Walker {
 public:
  Walker(std::string_view path, std::vector<Value> found) : rest_(path), found_(std::move(found)) {}

  // False: the path makes no sense.
  bool walk() {
    if (rest_.starts_with('$')) rest_.remove_prefix(1);
    while (!rest_.empty()) {
      if (rest_.starts_with('.')) {
        rest_.remove_prefix(1);
        if (rest_.starts_with('[')) continue;
        if (!member()) return false;
      } else if (rest_.starts_with('[')) {
        rest_.remove_prefix(1);
        if (!bracket()) return false;
      } else {
        return false;
      }
    }
    return true;
  }

  [[nodiscard]] std::vector<Value> take() { return std::move(found_); }

 private:
  bool member() {
    std::string name;
    while (!rest_.empty() && rest_.front() != '.' && rest_.front() != '[') {
      if (rest_.front() == '\\' && rest_.size() > 1) rest_.remove_prefix(1);  // "\." is a dot
      name.push_back(rest_.front());
      rest_.remove_prefix(1);
    }
    if (name.empty()) return rest_.empty();  // a dot at the end changes nothing
    if (name == "*") {
      step_all();
    } else {
      step_member(name);
    }
    return true;
  }

  bool bracket() {
    if (rest_.starts_with("?(")) return filter();
    if (rest_.starts_with('\'') || rest_.starts_with('"')) {
      const auto name = quoted();
      if (!name || !rest_.starts_with(']')) return false;
      rest_.remove_prefix(1);
      step_member(*name);
      return true;
    }
    const std::size_t end = rest_.find(']');
    if (end == std::string_view::npos) return false;
    const std::string_view inside = rest_.substr(0, end);
    rest_.remove_prefix(end + 1);
    if (inside == "*") {
      step_all();
      return true;
    }
    return slice(inside);
  }

  std::optional<std::string> quoted() {
    const char quote = rest_.front();
    rest_.remove_prefix(1);
    std::string out;
    while (!rest_.empty() && rest_.front() != quote) {
      if (rest_.front() == '\\' && rest_.size() > 1) rest_.remove_prefix(1);
      out.push_back(rest_.front());
      rest_.remove_prefix(1);
    }
    if (rest_.empty()) return std::nullopt;
    rest_.remove_prefix(1);
    return out;
  }

  static std::optional<std::int64_t> number(std::string_view text) {
    std::int64_t out = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    constexpr std::int64_t kFar = 1'000'000'000;  // beyond any array
    return std::clamp(out, -kFar, kFar);
  }

  // "2", "-1", "1:3", ":2".
  bool slice(std::string_view inside) {
    const std::size_t colon = inside.find(':');
    const bool single = colon == std::string_view::npos;
    const std::string_view from_text = inside.substr(0, colon);
    const std::string_view to_text = single ? std::string_view() : inside.substr(colon + 1);
    const auto from = from_text.empty() ? std::optional<std::int64_t>(0) : number(from_text);
    const auto to = to_text.empty() ? std::optional<std::int64_t>() : number(to_text);
    if (!from || (single && from_text.empty()) || (!to_text.empty() && !to)) return false;
    std::vector<Value> next;
    for (const Value& value : found_) {
      if (!value.is_array()) continue;
      const auto size = static_cast<std::int64_t>(value.size());
      const std::int64_t begin = *from < 0 ? *from + size : *from;
      std::int64_t end = single ? begin + 1 : to ? (*to < 0 ? *to + size : *to) : size;
      end = std::min(end, size);
      for (std::int64_t i = std::max<std::int64_t>(begin, 0); i < end; ++i)
        next.push_back(value[static_cast<std::size_t>(i)]);
    }
    found_ = std::move(next);
    return true;
  }

  // ?(@.type=="Ready") and ?(@.ready)
  bool filter() {
    const std::size_t end = filter_end();
    if (end == std::string_view::npos) return false;
    const std::string_view inside = rest_.substr(2, end - 2);
    rest_.remove_prefix(end + 2);
    std::string_view oper;
    std::size_t at = std::string_view::npos;
    for (const std::string_view one : {"==", "!=", "<=", ">=", "<", ">"}) {
      at = inside.find(one);
      if (at != std::string_view::npos) {
        oper = one;
        break;
      }
    }
    const std::string_view left = trimmed(inside.substr(0, at));
    if (!left.starts_with('@')) return false;
    std::optional<Value> wanted;
    if (!oper.empty()) {
      wanted = literal(trimmed(inside.substr(at + oper.size())));
      if (!wanted) return false;
    }
    std::vector<Value> next;
    for (const Value& value : found_) {
      for (const Value& item : value.items()) {
        Walker deeper(left.substr(1), {item});
        if (!deeper.walk()) return false;
        const std::vector<Value> found = deeper.take();
        if (found.empty()) continue;
        if (!wanted || holds(found.front(), oper, *wanted)) next.push_back(item);
      }
    }
    found_ = std::move(next);
    return true;
  }

  // Where ")]" stands that is not within quotes.
  [[nodiscard]] std::size_t filter_end() const {
    char quote = 0;
    for (std::size_t i = 0; i + 1 < rest_.size(); ++i) {
      const char c = rest_[i];
      if (quote != 0) {
        if (c == quote) quote = 0;
      } else if (c == '"' || c == '\'') {
        quote = c;
      } else if (c == ')' && rest_[i + 1] == ']') {
        return i;
      }
    }
    return std::string_view::npos;
  }

  static std::string_view trimmed(std::string_view text) {
    while (text.starts_with(' ')) text.remove_prefix(1);
    while (text.ends_with(' ')) text.remove_suffix(1);
    return text;
  }

  static std::optional<Value> literal(std::string_view text) {
    if (text.size() >= 2 && (text.front() == '"' || text.front() == '\'') &&
        text.back() == text.front()) {
      return Value(text.substr(1, text.size() - 2));
    }
    auto parsed = parse_json(text);
    if (!parsed) return std::nullopt;
    return std::move(parsed).value();
  }

  static bool holds(const Value& value, std::string_view oper, const Value& wanted) {
    if (oper == "==") return value == wanted;
    if (oper == "!=") return value != wanted;
    int order = 0;
    if (value.is_number() && wanted.is_number()) {
      const double a = value.as_double();
      const double b = wanted.as_double();
      order = a < b ? -1 : a > b ? 1 : 0;
    } else if (value.is_string() && wanted.is_string()) {
      order = value.as_string().compare(wanted.as_string());
    } else {
      return false;
    }
    if (oper == "<") return order < 0;
    if (oper == ">") return order > 0;
    return oper == "<=" ? order <= 0 : order >= 0;
  }

  void step_member(std::string_view name) {
    std::vector<Value> next;
    for (const Value& value : found_) {
      if (const Value* member = value.find(name)) next.push_back(*member);
    }
    found_ = std::move(next);
  }

  void step_all() {
    std::vector<Value> next;
    for (const Value& value : found_) {
      for (const Value& item : value.items()) next.push_back(item);
      for (const Value::Member& member : value.members()) next.push_back(member.value);
    }
    found_ = std::move(next);
  }

  std::string_view rest_;
  std::vector<Value> found_;
};

}  // namespace

std::vector<Value> find_by_path(const Value& document, std::string_view path) {
  if (path.size() > kLongestPath) return {};
  Walker walker(path, {document});
  if (!walker.walk()) return {};
  return walker.take();
}

bool is_json_path(std::string_view path) {
  return path.size() <= kLongestPath && Walker(path, {}).walk();
}

}  // namespace inferlab::sim
