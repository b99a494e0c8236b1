#include "sim/api/shell_script.h"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <iterator>
#include <utility>

#include "sim/api/file_call.h"

namespace inferlab::sim {
namespace {

constexpr std::size_t kMostBytes = 16 * 1024;
constexpr int kMostDepth = 8;  // of loops in loops

struct Token {
  std::string text;
  bool is_operator = false;
  bool is_quoted = false;
};

/// nullopt: a construct that is not carried out, or a quote without its end.
class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}

  std::optional<std::vector<Token>> run() {
    while (at_ < text_.size()) {
      if (!step()) return std::nullopt;
    }
    end_word();
    return std::move(tokens_);
  }

 private:
  void end_word() {
    if (in_word_) tokens_.push_back(std::exchange(word_, {}));
    in_word_ = false;
  }
  void add(char c) {
    word_.text += c;
    in_word_ = true;
  }
  void add_operator(std::string text) {
    end_word();
    tokens_.push_back({std::move(text), true, false});
  }
  [[nodiscard]] char next() const { return at_ + 1 < text_.size() ? text_[at_ + 1] : '\0'; }

  bool step() {
    const char c = text_[at_];
    switch (c) {
      case '\0':
      case kLiteralDollar:
      case '`':
      case '*':
      case '(':
      case ')':
      case '{':
      case '}':
      case '<':
      case '|':
      case '&':
      case '>':
        return step_special(c);
      case ' ':
      case '\t':
      case '\r':
        end_word();
        break;
      case '\n':
      case ';':
        add_operator(";");
        break;
      case '#':
        if (!in_word_) {
          at_ = std::min(text_.find('\n', at_), text_.size());
          return true;
        }
        add(c);
        break;
      case '\'':
        return single_quoted();
      case '"':
        return double_quoted();
      case '\\':
        ++at_;
        if (at_ < text_.size() && text_[at_] != '\n') literal(text_[at_]);
        break;
      case '$':
        return reference();
      default:
        add(c);
    }
    ++at_;
    return true;
  }

  bool step_special(char c) {
    const bool is_double = next() == c && (c == '|' || c == '&');
    if (is_double) {
      add_operator(std::string(2, c));
      at_ += 2;
      return true;
    }
    if (c != '>') return false;
    const bool has_number =
        in_word_ && !word_.is_quoted && (word_.text == "1" || word_.text == "2");
    std::string text = has_number ? std::exchange(word_, {}).text : "1";
    if (has_number) in_word_ = false;
    ++at_;
    text += '>';
    if (at_ < text_.size() && text_[at_] == '>') text += text_[at_++];
    add_operator(text);
    if (at_ < text_.size() && text_[at_] == '&') {
      tokens_.back().text += "&";
      ++at_;
    }
    return true;
  }

  void literal(char c) {
    add(c == '$' ? kLiteralDollar : c);
    word_.is_quoted = true;
  }

  bool single_quoted() {
    const std::size_t end = text_.find('\'', at_ + 1);
    if (end == std::string_view::npos) return false;
    word_.is_quoted = in_word_ = true;
    for (const char c : text_.substr(at_ + 1, end - at_ - 1)) {
      if (c == kLiteralDollar || c == '\0') return false;
      literal(c);
    }
    at_ = end + 1;
    return true;
  }

  bool double_quoted() {
    word_.is_quoted = in_word_ = true;
    for (++at_; at_ < text_.size() && text_[at_] != '"';) {
      const char c = text_[at_];
      if (c == '`' || c == kLiteralDollar || c == '\0') return false;
      if (c == '$') {
        if (!reference()) return false;
        continue;
      }
      const bool is_escape = c == '\\' && (next() == '"' || next() == '\\' || next() == '$');
      if (is_escape) literal(text_[++at_]);
      if (!is_escape) add(c);
      ++at_;
    }
    if (at_ >= text_.size()) return false;
    ++at_;
    return true;
  }

  // "$(date)" with what is in it, as it stands: parts_of_word() looks at it.
  bool reference() {
    std::size_t end = at_ + 1;
    if (next() == '(') {
      end = text_.find(')', at_);
      if (text_.substr(at_).starts_with("$((")) end = text_.find("))", at_);
      if (end == std::string_view::npos) return false;
      end += text_.substr(at_).starts_with("$((") ? 2 : 1;
    } else if (next() == '{') {
      end = text_.find('}', at_);
      if (end == std::string_view::npos) return false;
      ++end;
    }
    for (const char c : text_.substr(at_, end - at_)) {
      if (c == kLiteralDollar || c == '\0') return false;
      add(c);
    }
    at_ = end;
    return true;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::vector<Token> tokens_;
  Token word_;
  bool in_word_ = false;
};

bool is_assignment(std::string_view word) {
  const std::size_t equals = word.find('=');
  return equals != std::string_view::npos && is_shell_name(word.substr(0, equals));
}

/// "/bin/sleep" to "sleep"; a path that is no usual place of programs stays.
std::string_view program_of(std::string_view word) {
  for (const std::string_view folder : {"/bin/", "/usr/bin/"}) {
    if (word.starts_with(folder)) return word.substr(folder.size());
  }
  return word;
}

bool is_date(const std::vector<std::string>& words) {
  return std::all_of(words.begin() + 1, words.end(), [](std::string_view word) {
    if (word == "-u") return true;
    if (!word.starts_with('+')) return false;
    for (std::size_t i = 1; i < word.size(); ++i) {
      if (word[i] != '%') continue;
      if (++i == word.size() || std::string_view("YmdHMSsTF%").find(word[i]) == word.npos)
        return false;
    }
    return true;
  });
}

bool is_printf(const std::vector<std::string>& words) {
  if (words.size() < 2) return false;
  const std::string& format = words[1];
  if (format.find('$') != std::string::npos) return false;
  for (std::size_t i = 0; i < format.size(); ++i) {
    if (format[i] != '%') continue;
    if (++i == format.size() || std::string_view("sd%").find(format[i]) == std::string_view::npos)
      return false;
  }
  return true;
}

/// Whether a call of a program is one that every simulated container carries out.
bool is_builtin(std::string_view program, const std::vector<std::string>& words, bool in_shell) {
  if (program == "true" || program == "false" || program == "echo") return true;
  if (program == "date") return is_date(words);
  if (program == "hostname") return words.size() == 1;
  if (program == "printf") return is_printf(words);
  if (program == "sleep") return words.size() > 1;
  if (program == "tail") {
    return words.size() == 3 && (words[1] == "-f" || words[1] == "-F") && words[2] == "/dev/null";
  }
  std::vector<std::string> call = words;
  call[0] = program;
  if (is_file_call(call)) return true;
  if (!in_shell) return false;
  if (program == "cd") return words.size() == 2;
  if (program == ":") return true;
  if (program == "exit") return words.size() <= 2;
  if (program == "set") {
    return words.size() >= 2 && words[1].starts_with('-') &&
           words[1].find_first_not_of("-euo") == std::string::npos &&
           (words.size() == 2 || (words.size() == 3 && words[2] == "pipefail"));
  }
  return false;
}

/// Whether a simple command is one of ours, and undoes a path.
bool is_known(std::vector<std::string>& words, bool in_shell) {
  if (words.empty()) return false;
  const bool is_plain = std::ranges::all_of(
      words, [](const std::string& word) { return parts_of_word(word).has_value(); });
  if (!is_plain) return false;
  if (in_shell && is_assignment(words[0])) return words.size() == 1;
  const std::string program(program_of(words[0]));
  const bool is_ours = is_builtin(program, words, in_shell);
  if (is_ours) words[0] = program;
  return is_ours;
}

bool is_carried_out(std::vector<std::string>& words, bool in_shell,
                    const ShellScript::Programs& programs) {
  if (is_known(words, in_shell)) return true;
  return programs && !words.empty() && !(in_shell && is_assignment(words[0])) &&
         std::ranges::all_of(
             words, [](const std::string& word) { return parts_of_word(word).has_value(); }) &&
         programs(words);
}

class Parser {
 public:
  Parser(std::vector<Token> tokens, const ShellScript::Programs& programs)
      : tokens_(std::move(tokens)), programs_(programs) {}

  std::optional<ShellList> run() {
    auto list = parse_list({}, 0);
    return list && at_ == tokens_.size() ? std::move(list) : std::nullopt;
  }

 private:
  [[nodiscard]] bool is_op(std::string_view text) const {
    return at_ < tokens_.size() && tokens_[at_].is_operator && tokens_[at_].text == text;
  }
  [[nodiscard]] bool is_word(std::string_view text) const {
    return at_ < tokens_.size() && !tokens_[at_].is_operator && !tokens_[at_].is_quoted &&
           tokens_[at_].text == text;
  }
  void skip_separators() {
    while (is_op(";")) ++at_;
  }

  /// Up to `end` ("do", "done"), which is taken too, or to the end of the text.
  std::optional<ShellList> parse_list(std::string_view end, int depth) {
    if (depth > kMostDepth) return std::nullopt;
    ShellList list;
    auto join = ShellItem::Join::kAlways;
    for (;;) {
      skip_separators();
      const bool is_end = end.empty() ? at_ == tokens_.size() : is_word(end);
      if (is_end) {
        if (!end.empty()) ++at_;
        const bool is_whole = join == ShellItem::Join::kAlways && (end.empty() || !list.empty());
        return is_whole ? std::optional(std::move(list)) : std::nullopt;
      }
      if (at_ == tokens_.size()) return std::nullopt;
      std::optional<ShellItem> item = parse_item(depth);
      if (!item) return std::nullopt;
      item->join = join;
      list.push_back(std::move(*item));
      join = is_op("&&")   ? ShellItem::Join::kAnd
             : is_op("||") ? ShellItem::Join::kOr
                           : ShellItem::Join::kAlways;
      if (at_ < tokens_.size()) {
        if (join == ShellItem::Join::kAlways && !is_op(";")) return std::nullopt;
        ++at_;
      }
    }
  }

  std::optional<ShellItem> parse_item(int depth) {
    ShellItem item;
    const bool is_until = is_word("until");
    if (is_until || is_word("while")) {
      ++at_;
      item.kind = is_until ? ShellItem::Kind::kUntil : ShellItem::Kind::kWhile;
      auto condition = parse_list("do", depth + 1);
      if (!condition) return std::nullopt;
      item.condition = std::move(*condition);
    } else if (is_word("for")) {
      item.kind = ShellItem::Kind::kFor;
      if (!parse_for(item)) return std::nullopt;
    } else {
      return parse_simple();
    }
    auto body = parse_list("done", depth + 1);
    if (!body) return std::nullopt;
    item.body = std::move(*body);
    return item;
  }

  bool parse_for(ShellItem& item) {
    if (++at_ >= tokens_.size() || !is_shell_name(tokens_[at_].text)) return false;
    item.words.push_back(tokens_[at_++].text);
    if (!is_word("in")) return false;
    for (++at_; at_ < tokens_.size() && !tokens_[at_].is_operator; ++at_) {
      if (!parts_of_word(tokens_[at_].text)) return false;
      item.words.push_back(tokens_[at_].text);
    }
    skip_separators();
    if (!is_word("do")) return false;
    ++at_;
    return true;
  }

  std::optional<ShellItem> parse_simple() {
    ShellItem item;
    for (; at_ < tokens_.size() && !is_op(";") && !is_op("&&") && !is_op("||"); ++at_) {
      const Token& token = tokens_[at_];
      if (!token.is_operator) {
        if (item.words.empty() && !token.is_quoted && is_keyword(token.text)) return std::nullopt;
        item.words.push_back(token.text);
        continue;
      }
      if (!redirect(token.text, item)) return std::nullopt;
    }
    if (!item.words.empty() && item.words[0] == "exec") {
      item.words.erase(item.words.begin());
      item.ends_shell = true;
    }
    if (!is_carried_out(item.words, /*in_shell=*/!item.ends_shell, programs_)) return std::nullopt;
    return item;
  }

  static bool is_keyword(std::string_view word) {
    constexpr std::string_view kKeywords[] = {"!",    "case", "do", "done", "elif", "else",
                                              "esac", "fi",   "if", "in",   "then"};
    return std::ranges::find(kKeywords, word) != std::end(kKeywords);
  }

  /// To a file, the null device, or from one stream into the other: both are the container's log.
  bool redirect(const std::string& operation, ShellItem& item) {
    if (++at_ >= tokens_.size() || tokens_[at_].is_operator) return false;
    const std::string& target = tokens_[at_].text;
    if (operation.ends_with('&')) {
      if (operation.starts_with('2') && target == "1") item.errors_too = !item.into.empty();
      return target == "1" || target == "2";
    }
    if (target == "/dev/stdout" || target == "/dev/stderr" || target == "/proc/1/fd/1" ||
        target == "/proc/1/fd/2") {
      return true;
    }
    const bool is_output = operation.starts_with('1');
    if (target == "/dev/null") {
      (is_output ? item.is_silent : item.hides_errors) = true;
      return true;
    }
    const bool is_device = target.starts_with("/dev/") || target.starts_with("/proc/");
    if (!is_output || is_device || !item.into.empty() || !parts_of_word(target)) return false;
    item.into = target;
    item.appends = operation.ends_with(">>");
    return true;
  }

  std::vector<Token> tokens_;
  const ShellScript::Programs& programs_;
  std::size_t at_ = 0;
};

/// "-c", "-ec": the flags of a shell that takes a line.
bool is_shell_call(const std::vector<std::string>& words) {
  if (words.size() < 3) return false;
  const std::string_view shell = program_of(words[0]);
  const std::string_view flags = words[1];
  const bool is_shell = shell == "sh" || shell == "bash" || shell == "ash" || shell == "dash";
  return is_shell && flags.size() > 1 && flags.starts_with('-') && flags.ends_with('c') &&
         flags.find_first_not_of("-ceulx") == std::string_view::npos;
}

}  // namespace

bool is_shell_name(std::string_view text) {
  const auto is_letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  };
  return !text.empty() && is_letter(text.front()) &&
         std::ranges::all_of(text, [&](char c) { return is_letter(c) || (c >= '0' && c <= '9'); });
}

std::optional<std::vector<ShellPart>> parts_of_word(std::string_view word) {
  using Kind = ShellPart::Kind;
  std::vector<ShellPart> parts{{Kind::kText, {}}};
  for (std::size_t i = 0; i < word.size();) {
    if (word[i] != '$' || i + 1 == word.size()) {
      if (parts.back().kind != Kind::kText) parts.push_back({Kind::kText, {}});
      parts.back().text += word[i] == kLiteralDollar ? '$' : word[i];
      ++i;
      continue;
    }
    const std::string_view rest = word.substr(i);
    std::size_t end = 2;
    if (rest.starts_with("$((")) {
      end = rest.find("))");
      if (end == std::string_view::npos) return std::nullopt;
      const std::string_view sum = rest.substr(3, end - 3);
      constexpr std::string_view kAllowed =
          "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789+-$ ";
      if (sum.find_first_not_of(kAllowed) != std::string_view::npos) return std::nullopt;
      parts.push_back({Kind::kSum, std::string(sum)});
      end += 2;
    } else if (rest.starts_with("$(")) {
      end = rest.find(')');
      if (end == std::string_view::npos) return std::nullopt;
      std::string_view inner = rest.substr(2, end - 2);
      // Words without references of their own: date and hostname.
      std::optional<std::vector<Token>> tokens = Lexer(inner).run();
      if (!tokens || tokens->empty()) return std::nullopt;
      std::vector<std::string> words;
      for (const Token& token : *tokens) {
        if (token.is_operator || token.text.find('$') != std::string::npos) return std::nullopt;
        words.push_back(token.text);
      }
      words[0] = std::string(program_of(words[0]));
      const bool is_ours =
          (words[0] == "date" && is_date(words)) || (words[0] == "hostname" && words.size() == 1);
      if (!is_ours) return std::nullopt;
      std::string joined = words[0];
      for (std::size_t w = 1; w < words.size(); ++w) joined += '\0' + words[w];
      parts.push_back({Kind::kCommand, std::move(joined)});
      ++end;
    } else if (rest[1] == '{') {
      end = rest.find('}');
      if (end == std::string_view::npos) return std::nullopt;
      const std::string_view name = rest.substr(2, end - 2);
      if (!is_shell_name(name)) return std::nullopt;
      parts.push_back({Kind::kVariable, std::string(name)});
      ++end;
    } else if (rest[1] == '?') {
      parts.push_back({Kind::kVariable, "?"});
    } else {
      if (!is_shell_name(rest.substr(1, 1))) {
        // "$ " and "$." are themselves; "$1", "$$", "$@" are not carried out.
        if (std::string_view("0123456789$@*#!-").find(rest[1]) != std::string_view::npos)
          return std::nullopt;
        parts.push_back({Kind::kText, "$"});
        ++i;
        continue;
      }
      while (end < rest.size() && is_shell_name(rest.substr(1, end))) ++end;
      if (!is_shell_name(rest.substr(1, end - 1))) --end;
      parts.push_back({Kind::kVariable, std::string(rest.substr(1, end - 1))});
    }
    i += end;
  }
  return parts;
}

std::optional<Duration> sleep_time(std::string_view word) {
  if (word == "infinity" || word == "inf") return Duration::max();
  double unit = 1;
  if (!word.empty()) {
    const char last = word.back();
    unit = last == 'm' ? 60 : last == 'h' ? 3600 : last == 'd' ? 86400 : 1;
    if (last == 's' || unit > 1) word.remove_suffix(1);
  }
  double number = 0;
  const auto [end, error] =
      std::from_chars(word.data(), word.data() + word.size(), number, std::chars_format::fixed);
  if (error != std::errc{} || end != word.data() + word.size() || !(number >= 0)) {
    return std::nullopt;
  }
  const double seconds = number * unit;
  if (seconds > 1e9) return Duration::max();
  return Duration{static_cast<std::int64_t>(seconds * 1e9)};
}

std::optional<ShellScript> ShellScript::of_command(const std::vector<std::string>& words,
                                                   const Programs& programs) {
  std::size_t bytes = 0;
  for (const std::string& word : words) bytes += word.size() + 1;
  if (words.empty() || bytes > kMostBytes) return std::nullopt;
  ShellScript out;
  if (!is_shell_call(words)) {
    ShellItem item{.words = words};
    for (std::string& word : item.words) {
      if (word.find(kLiteralDollar) != std::string::npos) return std::nullopt;
      std::ranges::replace(word, '$', kLiteralDollar);
    }
    if (!is_carried_out(item.words, /*in_shell=*/false, programs)) return std::nullopt;
    out.list.push_back(std::move(item));
    return out;
  }
  out.exits_on_error = words[1].find('e') != std::string::npos;
  std::optional<std::vector<Token>> tokens = Lexer(words[2]).run();
  if (!tokens) return std::nullopt;
  std::optional<ShellList> list = Parser(std::move(*tokens), programs).run();
  if (!list) return std::nullopt;
  out.list = std::move(*list);
  return out;
}

}  // namespace inferlab::sim
