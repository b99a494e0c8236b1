#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace inferlab::labs::batch {

/// What became of a submission.
enum class Outcome : std::uint8_t {
  kGraded,
  kRefused,  // it is no answer: a file that cannot be read, a manifest that the API refuses
  kTimedOut,
  kOutOfMemory,
  kCrashed,
  kNotGraded,  // our fault or the machine's; the next run grades it again
};

/// "graded", "refused", "timed out" …
std::string_view word_of(Outcome outcome);
/// kNotGraded for a word that is none.
Outcome outcome_of(std::string_view word);

/// One submission's line. It holds nothing that differs between two gradings but `cpu_ms`.
struct Row {
  std::string name;  // of its folder, fit to be shown
  std::string learner;
  Outcome outcome = Outcome::kNotGraded;
  std::string why;  // it was not graded; empty if it was
  int earned = 0;
  bool passed = false;
  std::map<std::string, int> checks;  // points that were earned, by id; empty unless graded
  std::int64_t cpu_ms = 0;

  [[nodiscard]] bool graded() const { return outcome == Outcome::kGraded; }
  /// As of `inferlab grade` on this submission alone.
  [[nodiscard]] int exit_status() const;
};

struct CheckColumn {
  std::string id, title;
  int points = 0;
};

/// All that a batch has found: rows in order of their names.
struct Table {
  std::string lab_id, lab_title;
  int points = 0, pass_points = 0;
  std::vector<CheckColumn> checks;  // in the lab's order
  std::vector<Row> rows;

  [[nodiscard]] std::size_t graded() const;
  [[nodiscard]] std::size_t passed() const;
  /// Of the graded ones; 0 when there are none.
  [[nodiscard]] double mean() const;
  /// How many of the graded ones have not all points of this check.
  [[nodiscard]] std::size_t lost(const CheckColumn& check) const;
};

}  // namespace inferlab::labs::batch
