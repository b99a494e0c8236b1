// LabelSelector::parse: the query string syntax, with the words of k8s.io/apimachinery/pkg/labels.
#include <algorithm>
#include <charconv>
#include <set>

#include "sim/api/selector.h"
#include "sim/api/validation/names.h"

namespace inferlab::sim {
namespace {

enum class Token : std::uint8_t {
  kEnd,
  kIdentifier,
  kComma,
  kOpen,
  kClose,
  kNot,
  kEquals,
  kDoubleEquals,
  kNotEquals,
  kGt,
  kLt,
  kIn,
  kNotIn,
  kError
};

struct Item {
  Token token = Token::kEnd;
  std::string text;
};

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}
bool is_special(char c) {
  return std::string_view("=!(),><").find(c) != std::string_view::npos;
}

Token token_of(std::string_view text) {
  if (text == ")") return Token::kClose;
  if (text == "(") return Token::kOpen;
  if (text == ",") return Token::kComma;
  if (text == "!") return Token::kNot;
  if (text == "==") return Token::kDoubleEquals;
  if (text == "=") return Token::kEquals;
  if (text == "!=") return Token::kNotEquals;
  if (text == ">") return Token::kGt;
  if (text == "<") return Token::kLt;
  return Token::kError;
}

std::vector<Item> tokens_of(std::string_view text) {
  std::vector<Item> out;
  for (std::size_t at = 0; at < text.size();) {
    if (is_space(text[at])) {
      ++at;
    } else if (is_special(text[at])) {
      // The longest symbol that starts here.
      const std::size_t length =
          token_of(text.substr(at, 2)) != Token::kError && at + 1 < text.size() ? 2 : 1;
      const std::string_view symbol = text.substr(at, length);
      out.push_back({token_of(symbol), std::string(symbol)});
      at += length;
    } else {
      const std::size_t start = at;
      while (at < text.size() && !is_space(text[at]) && !is_special(text[at])) ++at;
      const std::string_view word = text.substr(start, at - start);
      const Token token = word == "in"      ? Token::kIn
                          : word == "notin" ? Token::kNotIn
                                            : Token::kIdentifier;
      out.push_back({token, std::string(word)});
    }
  }
  out.push_back({});
  return out;
}

class Parser {
 public:
  explicit Parser(std::string_view text) : items_(tokens_of(text)) {}

  Result<std::vector<LabelSelector::Requirement>> requirements() {
    std::vector<LabelSelector::Requirement> out;
    while (true) {
      const Item next = peek(kAsValue);
      if (next.token == Token::kEnd) return out;
      if (next.token != Token::kIdentifier && next.token != Token::kNot) {
        return invalid("found '" + next.text + "', expected: !, identifier, or 'end of string'");
      }
      auto one = requirement();
      if (!one) return invalid("unable to parse requirement: " + one.error().message);
      out.push_back(std::move(one).value());
      const Item after = take(kAsValue);
      if (after.token == Token::kEnd) return out;
      if (after.token != Token::kComma) {
        return invalid("found '" + after.text + "', expected: ',' or 'end of string'");
      }
      const Item then = peek(kAsValue);
      if (then.token != Token::kIdentifier && then.token != Token::kNot) {
        return invalid("found '" + then.text + "', expected: identifier after ','");
      }
    }
  }

 private:
  enum Context : std::uint8_t { kAsValue, kAsOperator };  // "in" is a value or an operator

  static Error invalid(std::string why) { return Error{ErrorKind::kInvalid, std::move(why)}; }

  Item peek(Context context) const {
    Item item = items_[std::min(at_, items_.size() - 1)];
    if (context == kAsValue && (item.token == Token::kIn || item.token == Token::kNotIn)) {
      item.token = Token::kIdentifier;
    }
    return item;
  }
  Item take(Context context) {
    Item item = peek(context);
    ++at_;
    return item;
  }

  Result<LabelSelector::Requirement> requirement() {
    using Operator = LabelSelector::Operator;
    Item key = take(kAsValue);
    const bool negated = key.token == Token::kNot;
    if (negated) key = take(kAsValue);
    if (key.token != Token::kIdentifier) {
      return invalid("found '" + key.text + "', expected: identifier");
    }
    const NameErrors wrong = check_qualified_name(key.text);
    if (!wrong.empty()) {
      return invalid("key: Invalid value: \"" + key.text + "\": " + all_of(wrong));
    }
    if (negated) return LabelSelector::Requirement{key.text, Operator::kDoesNotExist, {}};
    const Token next = peek(kAsValue).token;
    if (next == Token::kEnd || next == Token::kComma) {
      return LabelSelector::Requirement{key.text, Operator::kExists, {}};
    }
    const Item symbol = take(kAsOperator);
    LabelSelector::Requirement out{key.text, Operator::kIn, {}};
    std::set<std::string> values;
    switch (symbol.token) {
      case Token::kIn:
      case Token::kNotIn: {
        out.op = symbol.token == Token::kIn ? Operator::kIn : Operator::kNotIn;
        INFERLAB_TRY(values, set_of_values());
        break;
      }
      case Token::kEquals:
      case Token::kDoubleEquals:
      case Token::kNotEquals:
      case Token::kGt:
      case Token::kLt: {
        if (symbol.token == Token::kNotEquals) out.op = Operator::kNotIn;
        if (symbol.token == Token::kGt) out.op = Operator::kGt;
        if (symbol.token == Token::kLt) out.op = Operator::kLt;
        INFERLAB_TRY(std::string value, exact_value());
        values.insert(std::move(value));
        break;
      }
      default:
        return invalid("found '" + symbol.text + "', expected: in, notin, =, ==, !=, gt, lt");
    }
    out.values.assign(values.begin(), values.end());
    INFERLAB_TRY_VOID(check_values(out));
    return out;
  }

  static Result<void> check_values(const LabelSelector::Requirement& requirement) {
    using Operator = LabelSelector::Operator;
    for (std::size_t i = 0; i < requirement.values.size(); ++i) {
      const std::string& value = requirement.values[i];
      const std::string where = "values[" + std::to_string(i) + "]";
      if (requirement.op == Operator::kGt || requirement.op == Operator::kLt) {
        std::int64_t number = 0;
        const char* end = value.data() + value.size();
        const auto read = std::from_chars(value.data(), end, number);
        if (read.ec != std::errc() || read.ptr != end) {
          return invalid(where + ": Invalid value: \"" + value +
                         "\": for 'Gt', 'Lt' operators, the value must be an integer");
        }
      }
      const NameErrors wrong = check_label_value(value);
      if (!wrong.empty()) {
        return invalid(where + "[" + requirement.key + "]: Invalid value: \"" + value +
                       "\": " + all_of(wrong));
      }
    }
    return {};
  }

  static std::string all_of(const NameErrors& errors) {
    std::string out;
    for (const std::string& error : errors) out += (out.empty() ? "" : "; ") + error;
    return out;
  }

  Result<std::string> exact_value() {
    const Token next = peek(kAsValue).token;
    if (next == Token::kEnd || next == Token::kComma) return std::string();
    Item item = take(kAsValue);
    if (item.token == Token::kIdentifier) return std::move(item.text);
    return invalid("found '" + item.text + "', expected: identifier");
  }

  Result<std::set<std::string>> set_of_values() {
    const Item open = take(kAsValue);
    if (open.token != Token::kOpen) return invalid("found '" + open.text + "' expected: '('");
    const Item first = peek(kAsValue);
    if (first.token == Token::kClose) {
      take(kAsValue);
      return std::set<std::string>{""};
    }
    if (first.token != Token::kIdentifier && first.token != Token::kComma) {
      return invalid("found '" + first.text + "', expected: ',', ')' or identifier");
    }
    std::set<std::string> out;
    while (true) {
      Item item = take(kAsValue);
      if (item.token == Token::kIdentifier) {
        out.insert(std::move(item.text));
        const Item next = peek(kAsValue);
        if (next.token == Token::kComma) continue;
        if (next.token == Token::kClose) break;
        return invalid("found '" + next.text + "', expected: ',' or ')'");
      }
      if (item.token != Token::kComma) {
        return invalid("found '" + item.text + "', expected: ',', or identifier");
      }
      if (out.empty()) out.insert("");
      const Token next = peek(kAsValue).token;
      if (next == Token::kClose) {
        out.insert("");
        break;
      }
      if (next == Token::kComma) {
        take(kAsValue);
        out.insert("");
      }
    }
    const Item close = take(kAsValue);
    if (close.token != Token::kClose) return invalid("found '" + close.text + "', expected: ')'");
    return out;
  }

  std::vector<Item> items_;
  std::size_t at_ = 0;
};

}  // namespace

Result<LabelSelector> LabelSelector::parse(std::string_view text) {
  INFERLAB_TRY(std::vector<Requirement> all, Parser(text).requirements());
  return from_requirements(std::move(all));
}

}  // namespace inferlab::sim
