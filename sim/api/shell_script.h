#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/time.h"

namespace inferlab::sim {

struct ShellItem;
using ShellList = std::vector<ShellItem>;

/// One command of a script, and how it follows the one before it.
struct ShellItem {
  enum class Join : std::uint8_t { kAlways, kAnd, kOr };
  enum class Kind : std::uint8_t { kSimple, kWhile, kUntil, kFor };
  Join join = Join::kAlways;
  Kind kind = Kind::kSimple;
  /// Quotes and backslashes are undone; a '$' is still to be expanded, kLiteralDollar is one that
  /// is not. Of kFor the variable, then its values.
  std::vector<std::string> words = {};
  bool is_silent = false;     // what it prints goes to /dev/null
  bool hides_errors = false;  // and so does what it complains of
  /// What it prints goes into this file, at its end when it says so, and complaints too.
  std::string into = {};
  bool appends = false, errors_too = false;
  bool ends_shell = false;  // exec
  ShellList condition = {}, body = {};
};

constexpr char kLiteralDollar = '\x01';

/// What a simulated container can carry out of what a container's command may be: true, false,
/// exit, echo, printf, sleep, date, hostname, `tail -f /dev/null`, commands on files
/// (is_file_call()) and `cd`, assignments and `set -e`, joined by ; && || and newlines, in `while`,
/// `until` and `for` loops; with $NAME, $?, $(date), sums like $((i+1)), > FILE and >> FILE.
/// Anything else, and any script over the limits on length and depth, is none.
struct ShellScript {
  ShellList list;
  bool exits_on_error = false;  // sh -e

  /// Of further programs whether a call of them is one that the caller carries out.
  using Programs = std::function<bool(const std::vector<std::string>&)>;
  /// Of `sh -c LINE` the line (any path, bash, ash and dash too), else the command itself.
  static std::optional<ShellScript> of_command(const std::vector<std::string>& words,
                                               const Programs& programs = {});
};

/// One part of a word: text, or what is to be put in its place.
struct ShellPart {
  enum class Kind : std::uint8_t { kText, kVariable, kCommand, kSum };
  Kind kind = Kind::kText;
  std::string text;  // the text; the name ("?" too); the command's words by '\0'; the sum
};
/// nullopt: it has a reference that is not carried out.
std::optional<std::vector<ShellPart>> parts_of_word(std::string_view word);

/// "5", "0.5", "2m"; max(): "infinity". nullopt: sleep takes no such thing.
std::optional<Duration> sleep_time(std::string_view word);

bool is_shell_name(std::string_view text);

}  // namespace inferlab::sim
