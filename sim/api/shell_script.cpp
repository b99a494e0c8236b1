#include "sim/api/shell_script.h"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <iterator>
#include <utility>

#include "sim/api/shell_lexer.h"
#include "sim/api/shell_programs.h"

namespace inferlab::sim {
namespace {

constexpr std::size_t kMostBytes = 16 * 1024;
constexpr int kMostDepth = 8;  // of loops in loops

class Parser {
 public:
  Parser(std::vector<ShellToken> tokens, const ShellScript::Programs& programs)
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
      const ShellToken& token = tokens_[at_];
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

  std::vector<ShellToken> tokens_;
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
      std::optional<std::vector<ShellToken>> tokens = shell_tokens(inner);
      if (!tokens || tokens->empty()) return std::nullopt;
      std::vector<std::string> words;
      for (const ShellToken& token : *tokens) {
        if (token.is_operator || token.text.find('$') != std::string::npos) return std::nullopt;
        words.push_back(token.text);
      }
      words[0] = std::string(program_of(words[0]));
      const bool is_ours = (words[0] == "date" && is_date_call(words)) ||
                           (words[0] == "hostname" && words.size() == 1);
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
  std::optional<std::vector<ShellToken>> tokens = shell_tokens(words[2]);
  if (!tokens) return std::nullopt;
  std::optional<ShellList> list = Parser(std::move(*tokens), programs).run();
  if (!list) return std::nullopt;
  out.list = std::move(*list);
  return out;
}

}  // namespace inferlab::sim
