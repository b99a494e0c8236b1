#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

/// Golden cases: text files of commands and what they print.
///
///     # A comment on top says what is shown and why.
///     config num_blocks=4 block_size=4
///     add id=a prompt_tokens=7
///     ----
///     expected output, up to a blank line
///
///     step 1
///     ----
///     ...
///
/// Commands up to `----` are one case; the cases of a file share one world, in order. A command may
/// carry text: `apply <<END` takes the lines up to `END`. Expected output with blank lines in it
/// stands between two pairs of `----` lines. INFERLAB_REWRITE=1 writes the actual output into the
/// files; that diff is read like code.
namespace inferlab::testing {

/// One command line, `name word… key=value…`; in double quotes a value may hold spaces.
struct GoldenCommand {
  std::string place;  ///< "preempt.txt:7", for messages
  std::string name;
  std::vector<std::string> words;           ///< without `=`, in order
  std::map<std::string, std::string> args;  ///< key=value
  std::string text;                         ///< of `<<END`, each line with its newline

  /// args[key], or `fallback`.
  [[nodiscard]] std::string get(const std::string& key, std::string_view fallback = "") const;
  /// args[key] as a number, or `fallback`; one that is none ends the test program with a message.
  [[nodiscard]] std::int64_t integer(const std::string& key, std::int64_t fallback) const;
};

/// A vocabulary: what the commands of one folder act on.
class GoldenWorld {
 public:
  virtual ~GoldenWorld() = default;
  /// Carries a command out and returns what it prints, each line with its newline; an unknown
  /// command prints so. What varies from run to run is printed as `<uid>`.
  virtual std::string run(const GoldenCommand& command) = 0;
};

using MakeGoldenWorld = std::function<std::unique_ptr<GoldenWorld>()>;

/// Runs every .txt file of tests/golden/FOLDER, each in a fresh world, in order of name. One string
/// per case that differs, with place and diff; also for a broken file and for a folder without
/// files.
///
///     for (const std::string& failure : run_golden_cases("schedule", make_world))
///     FAIL_CHECK(failure);
std::vector<std::string> run_golden_cases(std::string_view folder,
                                          const MakeGoldenWorld& make_world);

/// As run_golden_cases, for the text of one file: the failures, and in `rewritten` the file with
/// the actual output.
std::vector<std::string> run_golden_text(const std::string& file_name, std::string_view text,
                                         const MakeGoldenWorld& make_world, std::string& rewritten);

/// The lines of both, with `-` before those that only `expected` has and `+` before those that only
/// `actual` has; lines in common have two spaces.
std::string line_diff(std::string_view expected, std::string_view actual);

}  // namespace inferlab::testing
