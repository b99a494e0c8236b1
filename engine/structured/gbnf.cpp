#include "engine/structured/gbnf.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/printable.h"
#include "engine/structured/regex.h"
#include "engine/tokenizer/utf8.h"

namespace inferlab::structured {
namespace {

constexpr std::size_t kMaxBytes = std::size_t{256} << 10;
constexpr int kMaxDepth = 100;

struct Node {
  enum class Kind : std::uint8_t { kSet, kRule, kSequence, kAlternatives, kRepeat };
  Kind kind = Kind::kSequence;
  CharSet set = {};
  RuleId rule = 0;
  std::vector<std::uint32_t> children = {};
  std::uint32_t min = 0;
  std::uint32_t max = 0;  ///< Regex::kUnbounded
};

bool is_name_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '_';
}

class Compiler {
 public:
  Compiler(std::string_view text, std::string_view where, std::size_t max_states)
      : text_(text), where_(where), builder_(max_states) {}

  Result<Network> run() {
    if (text_.size() > kMaxBytes) {
      return fail(fmt::format("the grammar has {} bytes, at most {}", text_.size(), kMaxBytes));
    }
    if (!is_valid_utf8(text_)) return fail("the grammar is not UTF-8");
    for (skip_space(); at_ < text_.size(); skip_space()) INFERLAB_TRY_VOID(rule());
    for (const auto& [name, use] : rules_) {
      if (use.defined) continue;
      at_ = use.first_use;
      return fail(fmt::format("no rule is called \"{}\"", printable(name)));
    }
    const auto root = rules_.find("root");
    if (root == rules_.end()) return fail("there is no rule \"root\"");
    return builder_.finish(root->second.id, where_);
  }

 private:
  struct Rule {
    RuleId id;
    bool defined;
    std::size_t first_use;
  };

  [[nodiscard]] Error fail(std::string_view why) const {
    return Error{ErrorKind::kInvalid, fmt::format("{}: at {}: {}", where_, at_, why)};
  }
  [[nodiscard]] char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  bool skip(std::string_view prefix) {
    if (!text_.substr(at_).starts_with(prefix)) return false;
    at_ += prefix.size();
    return true;
  }
  void skip_space() {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '#') {
        at_ = std::min(text_.find('\n', at_), text_.size());
      } else if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
        ++at_;
      } else {
        break;
      }
    }
  }

  std::string_view name() {
    const std::size_t begin = at_;
    while (at_ < text_.size() && is_name_char(text_[at_])) ++at_;
    return text_.substr(begin, at_ - begin);
  }
  /// Whether the next rule begins here.
  bool at_definition() {
    const std::size_t before = at_;
    const bool named = !name().empty();
    skip_space();
    const bool result = named && text_.substr(at_).starts_with("::=");
    at_ = before;
    return result;
  }
  Rule& rule_named(std::string_view rule_name, std::size_t place) {
    const auto [found, is_new] = rules_.emplace(std::string(rule_name), Rule{0, false, place});
    if (is_new) found->second.id = builder_.add_rule();
    return found->second;
  }

  Result<void> rule() {
    if (!at_definition()) return fail("a rule was expected: name ::= …");
    const std::size_t begin = at_;
    Rule& target = rule_named(name(), begin);
    if (target.defined) return fail("this rule is defined twice");
    target.defined = true;
    const RuleId id = target.id;
    skip_space();
    skip("::=");
    nodes_.clear();
    INFERLAB_TRY(const std::uint32_t root, alternatives(0));
    skip_space();
    if (at_ < text_.size() && !at_definition()) return fail("a rule was expected: name ::= …");
    builder_.set_accepting(append(root, builder_.start_of(id)));
    return {};
  }

  std::uint32_t add(Node node) {
    nodes_.push_back(std::move(node));
    return static_cast<std::uint32_t>(nodes_.size() - 1);
  }

  Result<std::uint32_t> alternatives(int depth) {
    if (depth > kMaxDepth) return fail("groups are nested too deep");
    Node node{.kind = Node::Kind::kAlternatives};
    do {
      INFERLAB_TRY(const std::uint32_t branch, sequence(depth));
      node.children.push_back(branch);
      skip_space();
    } while (skip("|"));
    return add(std::move(node));
  }

  Result<std::uint32_t> sequence(int depth) {
    Node node{.kind = Node::Kind::kSequence};
    for (skip_space(); at_ < text_.size() && peek() != '|' && peek() != ')' && !at_definition();
         skip_space()) {
      INFERLAB_TRY(const std::uint32_t part, repetition(depth));
      node.children.push_back(part);
    }
    return add(std::move(node));
  }

  Result<std::uint32_t> repetition(int depth) {
    INFERLAB_TRY(std::uint32_t node, element(depth));
    for (skip_space(); at_ < text_.size(); skip_space()) {
      std::uint32_t min = 0;
      std::uint32_t max = Regex::kUnbounded;
      if (skip("+")) {
        min = 1;
      } else if (skip("?")) {
        max = 1;
      } else if (skip("{")) {
        INFERLAB_TRY_VOID(counts(min, max));
      } else if (!skip("*")) {
        break;
      }
      if (++depth > kMaxDepth) return fail("repetitions are nested too deep");
      node = add({.kind = Node::Kind::kRepeat, .children = {node}, .min = min, .max = max});
    }
    return node;
  }

  Result<void> counts(std::uint32_t& min, std::uint32_t& max) {
    skip_space();
    const auto low = number();
    skip_space();
    auto high = low;
    if (skip(",")) {
      skip_space();
      high = peek() == '}' ? std::optional(Regex::kUnbounded) : number();
    }
    skip_space();
    if (!low || !high || !skip("}")) return fail("a repetition is {m}, {m,} or {m,n}");
    const bool too_many = *low > kMaxRepeat || (*high != Regex::kUnbounded && *high > kMaxRepeat);
    if (too_many) return fail(fmt::format("repeated more than {} times", kMaxRepeat));
    if (*high < *low) return fail("the bounds of the repetition are the wrong way round");
    min = *low;
    max = *high;
    return {};
  }

  std::optional<std::uint32_t> number() {
    const std::size_t before = at_;
    std::uint32_t value = 0;
    for (; peek() >= '0' && peek() <= '9'; ++at_) {
      value = std::min(value * 10 + static_cast<std::uint32_t>(peek() - '0'), 1'000'000U);
    }
    return at_ == before ? std::nullopt : std::optional(value);
  }

  Result<std::uint32_t> element(int depth) {
    if (skip("(")) {
      INFERLAB_TRY(const std::uint32_t inside, alternatives(depth + 1));
      skip_space();
      if (!skip(")")) return fail("\")\" is missing");
      return inside;
    }
    if (skip("\"")) return literal();
    if (skip("[")) {
      INFERLAB_TRY(CharSet set, char_class());
      return add({.kind = Node::Kind::kSet, .set = std::move(set)});
    }
    if (skip(".")) return add({.kind = Node::Kind::kSet, .set = CharSet::all()});
    const std::size_t begin = at_;
    const std::string_view rule_name = name();
    if (rule_name.empty()) return fail("a literal, a class, a group or a rule was expected");
    return add({.kind = Node::Kind::kRule, .rule = rule_named(rule_name, begin).id});
  }

  Result<std::uint32_t> literal() {
    Node node{.kind = Node::Kind::kSequence};
    while (!skip("\"")) {
      if (at_ >= text_.size() || peek() == '\n') return fail("the literal has no end");
      INFERLAB_TRY(const char32_t c, character());
      node.children.push_back(add({.kind = Node::Kind::kSet, .set = CharSet::of(c)}));
    }
    return add(std::move(node));
  }

  /// Behind "[".
  Result<CharSet> char_class() {
    const bool negated = skip("^");
    std::vector<CharRange> ranges;
    while (!skip("]")) {
      if (at_ >= text_.size()) return fail("\"]\" is missing");
      INFERLAB_TRY(const char32_t low, character());
      char32_t high = low;
      if (peek() == '-' && at_ + 1 < text_.size() && text_[at_ + 1] != ']') {
        ++at_;
        INFERLAB_TRY(high, character());
        if (high < low) return fail("the range is empty");
      }
      ranges.push_back({low, high});
    }
    const CharSet set(std::move(ranges));
    return negated ? set.negated() : set;
  }

  Result<char32_t> character() {
    if (!skip("\\")) {
      const Utf8Step step = utf8_step(text_.substr(at_));
      at_ += step.bytes;
      return step.code;
    }
    if (at_ >= text_.size()) return fail("the grammar ends in a backslash");
    const char c = text_[at_++];
    constexpr std::string_view kNames = "nrt\\\"[]-^'";
    constexpr std::string_view kValues = "\n\r\t\\\"[]-^'";
    if (const std::size_t i = kNames.find(c); i != std::string_view::npos) {
      return static_cast<char32_t>(kValues[i]);
    }
    const int digits = c == 'x' ? 2 : c == 'u' ? 4 : c == 'U' ? 8 : 0;
    if (digits == 0) return fail("this escape is not known");
    char32_t value = 0;
    for (int i = 0; i < digits; ++i, ++at_) {
      const char d = peek();
      const auto lower = static_cast<char>(d >= 'A' && d <= 'F' ? d + ('a' - 'A') : d);
      const std::size_t digit = std::string_view("0123456789abcdef").find(lower);
      if (digit == std::string_view::npos) return fail("the escape has too few digits");
      value = std::min(value, kMaxChar) * 16 + static_cast<char32_t>(digit);
    }
    if (CharSet({{value, value}}).empty()) return fail("the escape names no character");
    return value;
  }

  /// Appends what the node matches behind `from`; gives the state at its end.
  StateId append(std::uint32_t index, StateId from) {
    if (builder_.overflowed()) return from;
    const Node& node = nodes_[index];
    switch (node.kind) {
      case Node::Kind::kSet:
        return builder_.append_chars(from, node.set);
      case Node::Kind::kRule:
        return builder_.append_call(from, node.rule);
      case Node::Kind::kSequence:
        for (const std::uint32_t child : node.children) from = append(child, from);
        return from;
      case Node::Kind::kAlternatives: {
        const StateId end = builder_.add_state();
        for (const std::uint32_t child : node.children) {
          builder_.add_epsilon(append(child, separate(from)), end);
        }
        return end;
      }
      case Node::Kind::kRepeat:
        return append_repeat(node, from);
    }
    return from;
  }

  StateId append_repeat(const Node& node, StateId from) {
    const std::uint32_t child = node.children[0];
    for (std::uint32_t i = 0; i < node.min && !builder_.overflowed(); ++i) {
      from = append(child, from);
    }
    if (node.max == Regex::kUnbounded) {
      const StateId loop = separate(from);
      builder_.add_epsilon(append(child, separate(loop)), loop);
      return separate(loop);
    }
    const StateId end = builder_.add_state();
    builder_.add_epsilon(from, end);
    for (std::uint32_t i = node.min; i < node.max && !builder_.overflowed(); ++i) {
      from = append(child, separate(from));
      builder_.add_epsilon(from, end);
    }
    return end;
  }

  /// A state of its own behind `from`.
  StateId separate(StateId from) {
    const StateId to = builder_.add_state();
    builder_.add_epsilon(from, to);
    return to;
  }

  std::string_view text_;
  std::string_view where_;
  std::size_t at_ = 0;
  NetworkBuilder builder_;
  std::map<std::string, Rule> rules_;
  std::vector<Node> nodes_;  // of the rule that is being read
};

}  // namespace

Result<Network> compile_gbnf(std::string_view text, std::string_view where,
                             std::size_t max_states) {
  return Compiler(text, where, max_states).run();
}

}  // namespace inferlab::structured
