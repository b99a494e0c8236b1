// Regular expressions in RE2's syntax: matches(), and find() and findAll() of Kubernetes.
// Source: CEL language definition, "Regular Expressions"; Kubernetes documentation, "Kubernetes
// regex library".
#include "sim/api/cel/library/regex.h"

#include <re2/re2.h>

#include "sim/api/cel/overload.h"

namespace inferlab::sim::cel {

namespace {

RE2::Options options() {
  RE2::Options out;
  out.set_log_errors(false);
  out.set_max_mem(std::int64_t{8} << 20);
  return out;
}

re2::StringPiece piece(std::string_view text) {
  return {text.data(), text.size()};
}

// In the words of Go's regexp, whose syntax is the same.
Val bad_pattern(const RE2& pattern) {
  std::string what = pattern.error();
  if (pattern.error_code() == RE2::ErrorMissingBracket) what = "missing closing ]";
  if (pattern.error_code() == RE2::ErrorMissingParen) what = "missing closing )";
  if (pattern.error_code() == RE2::ErrorUnexpectedParen) what = "unexpected )";
  if (pattern.error_code() == RE2::ErrorRepeatArgument)
    what = "missing argument to repetition operator";
  if (pattern.error_code() == RE2::ErrorRepeatSize) what = "invalid repeat count";
  if (pattern.error_code() == RE2::ErrorPatternTooLarge) what = "expression too large";
  const std::size_t colon = what.find(": ");
  if (colon != std::string::npos) what.resize(colon);
  return Val::error("error parsing regexp: " + what + ": `" + pattern.error_arg() + "`");
}

Val matches(Args args, Work& /*work*/) {
  const RE2 pattern(piece(args[1].as_string()), options());
  if (!pattern.ok()) return bad_pattern(pattern);
  return Val::boolean(RE2::PartialMatch(piece(args[0].as_string()), pattern));
}

Val illegal(const RE2& pattern) {
  return Val::error("Illegal regex: " + bad_pattern(pattern).error_text());
}

Val find(Args args, Work& work) {
  const RE2 pattern(piece(args[1].as_string()), options());
  if (!pattern.ok()) return illegal(pattern);
  const re2::StringPiece text = piece(args[0].as_string());
  re2::StringPiece match;
  if (!pattern.Match(text, 0, text.size(), RE2::UNANCHORED, &match, 1)) return Val::string("");
  return made_string(match.as_string(), work);
}

Val find_all(Args args, Work& work) {
  const RE2 pattern(piece(args[1].as_string()), options());
  if (!pattern.ok()) return illegal(pattern);
  const std::int64_t most = args.size() > 2 ? args[2].as_int() : -1;
  const re2::StringPiece text = piece(args[0].as_string());
  std::vector<Val> out;
  std::size_t at = 0;
  const char* last_end = nullptr;
  while (at <= text.size() && !work.spent()) {
    if (most >= 0 && static_cast<std::int64_t>(out.size()) >= most) break;
    re2::StringPiece match;
    if (!pattern.Match(text, at, text.size(), RE2::UNANCHORED, &match, 1)) break;
    const auto end = static_cast<std::size_t>(match.data() + match.size() - text.data());
    // An empty match right behind the one before is none; the search moves on a character.
    const bool counts = !match.empty() || match.data() != last_end;
    if (counts) out.push_back(made_string(match.as_string(), work));
    last_end = match.data() + match.size();
    at = end;
    if (!match.empty()) continue;
    for (++at; at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U; ++at) {
    }
  }
  return made_list(std::move(out), work);
}

constexpr auto kMember = LibraryRow::Form::kMember;
constexpr auto kBoth = LibraryRow::Form::kBoth;

constexpr LibraryRow kRows[] = {
    {"matches", kBoth, "string, string -> bool", matches, Cost::kRegex},
    {"find", kMember, "string, string -> string", find, Cost::kRegex},
    {"findAll", kMember, "string, string -> list(string)", find_all, Cost::kRegex},
    {"findAll", kMember, "string, string, int -> list(string)", find_all, Cost::kRegex},
};

}  // namespace

Library regex_library() {
  return kRows;
}

bool is_pattern(std::string_view text) {
  return RE2(piece(text), options()).ok();
}

}  // namespace inferlab::sim::cel
