#include "sim/api/json.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <optional>
#include <system_error>

#include "sim/api/utf8.h"

namespace inferlab::sim {
namespace {

// A recursive descent over bytes. Written out, because the API server's answers to bad bodies quote
// the words of Go's encoding/json, which no C++ library has.
class JsonParser {
 public:
  JsonParser(std::string_view text, const JsonLimits& limits, std::vector<std::string>* duplicates)
      : text_(text), limits_(limits), duplicates_(duplicates) {}

  Result<Value> document() {
    if (text_.size() > limits_.max_bytes) {
      return Error{ErrorKind::kInvalid,
                   "byte 0: the document has " + std::to_string(text_.size()) +
                       " bytes, more than the limit of " + std::to_string(limits_.max_bytes),
                   "send less"};
    }
    skip_space();
    Value out;
    if (!value(out, 0)) return error();
    skip_space();
    if (at_ < text_.size()) {
      unexpected("after top-level value");
      return error();
    }
    return out;
  }

 private:
  Error error() const {
    return Error{ErrorKind::kInvalid, "byte " + std::to_string(at_) + ": " + why_};
  }

  bool fail(std::string why) {
    why_ = std::move(why);
    return false;
  }

  bool unexpected(std::string_view where) {
    if (at_ >= text_.size()) return fail("unexpected end of JSON input");
    return fail("invalid character " + quoted(text_[at_]) + " " + std::string(where));
  }

  static std::string quoted(char c) {
    if (c == '\'') return R"('\'')";
    if (c == '"') return "'\"'";
    if (c == '\n') return R"('\n')";
    if (c == '\t') return R"('\t')";
    if (c == '\r') return R"('\r')";
    if (c == '\\') return R"('\\')";
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte < 0x7f) return std::string("'") + c + "'";
    constexpr std::string_view kHex = "0123456789abcdef";
    if (byte >= 0x80) {  // Go reads the byte as a code point
      std::string out = "'";
      append_utf8(out, byte);
      return out + "'";
    }
    return std::string(R"('\x)") + kHex[byte >> 4] + kHex[byte & 15] + "'";
  }

  void skip_space() {
    while (at_ < text_.size() &&
           (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\t' || text_[at_] == '\r')) {
      ++at_;
    }
  }

  bool value(Value& out, std::size_t depth) {
    if (at_ >= text_.size()) return unexpected("");
    switch (text_[at_]) {
      case '{':
        return depth < limits_.max_depth ? object(out, depth) : fail("exceeded max depth");
      case '[':
        return depth < limits_.max_depth ? array(out, depth) : fail("exceeded max depth");
      case '"': {
        std::string text;
        if (!string(text)) return false;
        out = Value(std::move(text));
        return true;
      }
      case 't':
        return literal("true", Value(true), out);
      case 'f':
        return literal("false", Value(false), out);
      case 'n':
        return literal("null", Value(), out);
      default:
        break;
    }
    if (text_[at_] == '-' || is_digit()) return number(out);
    return unexpected("looking for beginning of value");
  }

  bool literal(std::string_view word, Value meaning, Value& out) {
    for (std::size_t i = 0; i < word.size(); ++i, ++at_) {
      if (at_ >= text_.size() || text_[at_] != word[i]) {
        return unexpected("in literal " + std::string(word) + " (expecting " + quoted(word[i]) +
                          ")");
      }
    }
    out = std::move(meaning);
    return true;
  }

  [[nodiscard]] bool is_digit() const {
    return at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9';
  }

  bool number(Value& out) {
    const std::size_t start = at_;
    bool whole = true;
    if (text_[at_] == '-') ++at_;
    if (at_ < text_.size() && text_[at_] == '0') {
      ++at_;
    } else {
      if (!is_digit()) return unexpected("in numeric literal");
      while (is_digit()) ++at_;
    }
    if (at_ < text_.size() && text_[at_] == '.') {
      whole = false;
      ++at_;
      if (!is_digit()) return unexpected("after decimal point in numeric literal");
      while (is_digit()) ++at_;
    }
    if (at_ < text_.size() && (text_[at_] == 'e' || text_[at_] == 'E')) {
      whole = false;
      ++at_;
      if (at_ < text_.size() && (text_[at_] == '+' || text_[at_] == '-')) ++at_;
      if (!is_digit()) return unexpected("in exponent of numeric literal");
      while (is_digit()) ++at_;
    }
    const char* first = text_.data() + start;
    const char* last = text_.data() + at_;
    if (whole) {
      std::int64_t integer = 0;
      if (std::from_chars(first, last, integer).ec == std::errc()) {
        out = Value(integer);
        return true;
      }
    }
    double real = 0;
    if (std::from_chars(first, last, real).ec != std::errc()) {
      // What is too small to be told from zero is zero; what is too large has no meaning.
      const std::string_view token = text_.substr(start, at_ - start);
      const std::size_t e = token.find_first_of("eE");
      if (e == std::string_view::npos || token[e + 1] != '-') {
        return fail("cannot unmarshal number " + std::string(token.substr(0, 64)) +
                    " into Go value of type float64");
      }
      real = 0;
    }
    out = Value(real);
    return true;
  }

  static int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
  }

  bool unicode_escape(std::uint32_t& code) {
    code = 0;
    for (int i = 0; i < 4; ++i, ++at_) {
      const int digit = at_ < text_.size() ? hex_digit(text_[at_]) : -1;
      if (digit < 0) return unexpected("in \\u hexadecimal character escape");
      code = code * 16 + static_cast<std::uint32_t>(digit);
    }
    return true;
  }

  bool escape(std::string& out) {
    if (at_ >= text_.size()) return unexpected("");
    const char c = text_[at_++];
    switch (c) {
      case '"':
      case '\\':
      case '/':
        out.push_back(c);
        return true;
      case 'b':
        out.push_back('\b');
        return true;
      case 'f':
        out.push_back('\f');
        return true;
      case 'n':
        out.push_back('\n');
        return true;
      case 'r':
        out.push_back('\r');
        return true;
      case 't':
        out.push_back('\t');
        return true;
      case 'u':
        break;
      default:
        --at_;
        return unexpected("in string escape code");
    }
    std::uint32_t code = 0;
    if (!unicode_escape(code)) return false;
    constexpr std::uint32_t kReplacement = 0xfffd;
    if (code >= 0xd800 && code < 0xdc00) {  // the first half of a pair
      const std::size_t after = at_;
      std::uint32_t second = 0;
      if (text_.substr(at_, 2) == "\\u") {
        at_ += 2;
        if (!unicode_escape(second)) return false;
      }
      if (second >= 0xdc00 && second < 0xe000) {
        code = 0x10000 + ((code - 0xd800) << 10) + (second - 0xdc00);
      } else {
        at_ = after;
        code = kReplacement;
      }
    } else if (code >= 0xdc00 && code < 0xe000) {
      code = kReplacement;
    }
    append_utf8(out, code);
    return true;
  }

  // Expects the opening quote at at_.
  bool string(std::string& out) {
    ++at_;
    std::size_t run = at_;  // bytes since here are copied in one go
    bool plain = true;      // nothing but ASCII so far
    while (at_ < text_.size()) {
      const auto c = static_cast<unsigned char>(text_[at_]);
      if (c == '"') {
        out.append(text_.substr(run, at_ - run));
        ++at_;
        if (!plain) out = valid_utf8(std::move(out));
        return true;
      }
      if (c < 0x20) return unexpected("in string literal");
      if (c == '\\') {
        out.append(text_.substr(run, at_ - run));
        ++at_;
        if (!escape(out)) return false;
        run = at_;
        continue;
      }
      plain = plain && c < 0x80;
      ++at_;
    }
    return unexpected("");
  }

  bool array(Value& out, std::size_t depth) {
    ++at_;
    Value::Array items;
    skip_space();
    if (at_ < text_.size() && text_[at_] == ']') {
      ++at_;
      out = Value::array();
      return true;
    }
    const std::size_t length = path_.size();
    while (true) {
      if (duplicates_ != nullptr) path_ += "[" + std::to_string(items.size()) + "]";
      skip_space();
      if (!value(items.emplace_back(), depth + 1)) return false;
      path_.resize(length);
      skip_space();
      if (at_ < text_.size() && text_[at_] == ',') {
        ++at_;
        continue;
      }
      if (at_ < text_.size() && text_[at_] == ']') {
        ++at_;
        out = Value::array(std::move(items));
        return true;
      }
      return unexpected("after array element");
    }
  }

  bool object(Value& out, std::size_t depth) {
    ++at_;
    Value::Object members;
    skip_space();
    if (at_ < text_.size() && text_[at_] == '}') {
      ++at_;
      out = Value::object();
      return true;
    }
    const std::size_t length = path_.size();
    while (true) {
      skip_space();
      if (at_ >= text_.size() || text_[at_] != '"') {
        return unexpected("looking for beginning of object key string");
      }
      Value::Member member;
      if (!string(member.key)) return false;
      skip_space();
      if (at_ >= text_.size() || text_[at_] != ':') return unexpected("after object key");
      ++at_;
      skip_space();
      if (duplicates_ != nullptr) path_ += "." + member.key;
      if (!value(member.value, depth + 1)) return false;
      path_.resize(length);
      members.push_back(std::move(member));
      skip_space();
      if (at_ < text_.size() && text_[at_] == ',') {
        ++at_;
        continue;
      }
      if (at_ < text_.size() && text_[at_] == '}') {
        ++at_;
        const std::size_t given = members.size();
        std::vector<std::string> keys;
        if (duplicates_ != nullptr) {
          for (const Value::Member& m : members) keys.push_back(m.key);
        }
        out = Value::object(std::move(members));
        if (duplicates_ != nullptr && out.size() != given) note_duplicates(std::move(keys));
        return true;
      }
      return unexpected("after object key:value pair");
    }
  }

  void note_duplicates(std::vector<std::string> keys) {
    std::vector<std::string> sorted = keys;
    std::sort(sorted.begin(), sorted.end());
    for (std::size_t i = 1; i < sorted.size(); ++i) {
      if (sorted[i] == sorted[i - 1] && (i < 2 || sorted[i] != sorted[i - 2])) {
        duplicates_->push_back(path_ + "." + sorted[i]);
      }
    }
  }

  std::string_view text_;
  const JsonLimits& limits_;
  std::vector<std::string>* duplicates_;
  std::size_t at_ = 0;
  std::string path_;  // of the value being read; kept only for duplicates_
  std::string why_;
};

}  // namespace

Result<Value> parse_json(std::string_view text, const JsonLimits& limits,
                         std::vector<std::string>* duplicates) {
  return JsonParser(text, limits, duplicates).document();
}

std::string_view json_error_text(const Error& error) {
  const std::size_t colon = error.message.find(": ");
  return std::string_view(error.message).substr(colon == std::string::npos ? 0 : colon + 2);
}

}  // namespace inferlab::sim
