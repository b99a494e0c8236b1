#include "sim/api/cel/format_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

namespace inferlab::sim::cel {

namespace {

using Kind = Type::Kind;

bool is_one_of(const Type& type, const std::vector<Kind>& kinds) {
  return type.is_dyn_or_error() ||
         std::find(kinds.begin(), kinds.end(), type.kind()) != kinds.end();
}

// The part of a %s argument that has no text; nullptr when all of it has.
const Expr* without_text(const Expr& expr) {
  if (!is_one_of(expr.type, {Kind::kList, Kind::kMap, Kind::kInt, Kind::kUint, Kind::kDouble,
                             Kind::kBool, Kind::kString, Kind::kTimestamp, Kind::kBytes,
                             Kind::kDuration, Kind::kType, Kind::kNull})) {
    return &expr;
  }
  if (expr.kind != Expr::Kind::kList && expr.kind != Expr::Kind::kMap) return nullptr;
  for (const ExprPtr& part : expr.args) {
    if (const Expr* found = without_text(*part)) return found;
  }
  return nullptr;
}

struct Clause {
  std::string_view letters;
  std::vector<Kind> kinds;
  std::string_view complaint;
};

class FormatCheck {
 public:
  FormatCheck(const Expr& call, Issues& issues)
      : call_(call), pattern_(call.target->literal.as_string()), issues_(issues) {}

  void run() {
    const std::vector<ExprPtr>& args = call_.args[0]->args;
    std::size_t used = 0;
    for (at_ = 0; at_ < pattern_.size(); ++at_) {
      if (pattern_[at_] != '%') continue;
      if (++at_ < pattern_.size() && pattern_[at_] == '%') continue;
      if (at_ >= pattern_.size()) return report("unexpected end of string");
      if (used >= args.size()) return report(fmt::format("index {} out of range", used));
      if (!precision() || !clause(*args[used])) return;
      ++used;
    }
    if (args.size() <= used) return;
    report(fmt::format("too many arguments supplied to string.format (expected {}, got {})", used,
                       args.size()));
  }

 private:
  void report(const std::string& message) { issues_.add(call_.offset, message); }

  bool precision() {
    if (pattern_[at_] != '.') return true;
    const std::size_t start = at_ + 1;
    at_ = std::min(pattern_.find_first_not_of("0123456789", start), pattern_.size());
    std::string_view why;
    int digits = 0;
    if (at_ >= pattern_.size()) {
      why = "could not find end of precision specifier";
    } else if (std::from_chars(pattern_.data() + start, pattern_.data() + at_, digits).ec !=
               std::errc{}) {
      why = "error while converting precision to integer";
    }
    if (why.empty()) return true;
    report(
        fmt::format("could not parse formatting clause: error while parsing precision: {}", why));
    return false;
  }

  bool clause(const Expr& arg) {
    const char letter = pattern_[at_];
    if (letter == 's') {
      const Expr* bad = without_text(arg);
      if (bad == nullptr) return true;
      return refuse(*bad,
                    "string clause can only be used on strings, bools, bytes, ints, doubles, maps, "
                    "lists, types, durations, and timestamps");
    }
    // Text may stand for a double: "NaN", "Infinity".
    const std::array<Clause, 6> clauses = {{
        {"d", {Kind::kInt, Kind::kUint}, "decimal clause can only be used on integers"},
        {"f", {Kind::kDouble, Kind::kString}, "fixed-point clause can only be used on doubles"},
        {"e", {Kind::kDouble, Kind::kString}, "scientific clause can only be used on doubles"},
        {"b",
         {Kind::kInt, Kind::kUint, Kind::kBool},
         "only integers and bools can be formatted as binary"},
        {"xX",
         {Kind::kInt, Kind::kUint, Kind::kString, Kind::kBytes},
         "only integers, byte buffers, and strings can be formatted as hex"},
        {"o", {Kind::kInt, Kind::kUint}, "octal clause can only be used on integers"},
    }};
    for (const Clause& each : clauses) {
      if (each.letters.find(letter) == std::string_view::npos) continue;
      return is_one_of(arg.type, each.kinds) || refuse(arg, each.complaint);
    }
    report(fmt::format("could not parse formatting clause: unrecognized formatting clause \"{}\"",
                       letter));
    return false;
  }

  bool refuse(const Expr& arg, std::string_view why) {
    issues_.add(arg.offset, fmt::format("error during formatting: {}, was given {}", why,
                                        arg.type.runtime_name()));
    return false;
  }

  const Expr& call_;
  std::string_view pattern_;
  Issues& issues_;
  std::size_t at_ = 0;
};

}  // namespace

void check_format(const Expr& call, Issues& issues) {
  FormatCheck(call, issues).run();
}

}  // namespace inferlab::sim::cel
