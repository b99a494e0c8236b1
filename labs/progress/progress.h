#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "labs/progress/sqlite.h"
#include "labs/report/report.h"

namespace inferlab::labs {

struct LabProgress {
  std::string lab;
  std::int64_t attempts = 0;
  int best_earned = 0;             // points of the best attempt, hints not taken off
  int best_score = 0;              // with the hints that had been used by then
  bool passed = false;             // some attempt did
  std::vector<std::string> hints;  // used, in that order
};

/// Days on which something was done, as numbers that count up by one a day; ordered, each once.
struct WorkedDays {
  std::vector<std::int64_t> worked;  // a session was begun, a hint used or an attempt made
  std::vector<std::int64_t> passed;  // a lab was passed
};

/// What a learner has done, kept in XDG_DATA_HOME/inferlab/progress.db: attempts and scores, hints
/// used, sessions. One file may hold several learners; one sees his own alone. Errors are
/// SqliteDatabase's.
class Progress {
 public:
  /// Opens or creates the user's own database. `learner` as in find_lab(); "": nobody by name,
  /// whose is also all that was noted before there were learners.
  static Result<Progress> open_default(const std::string& learner = {});
  /// kInvalid: a file of a newer version of inferlab.
  static Result<Progress> open(const std::string& path, const std::string& learner = {});

  /// Everybody by name who has done something with the user's own database, in order. Makes none.
  static Result<std::vector<std::string>> learners();

  Result<void> record_attempt(const Report& report);
  /// Idempotent: a hint is paid for once.
  Result<void> use_hint(std::string_view lab, std::string_view hint, int cost);
  /// Of hints used for this lab since its last reset.
  Result<std::vector<std::string>> hints_used(std::string_view lab);
  Result<LabProgress> lab(std::string_view lab);
  /// By the calendar of this machine's time zone.
  Result<WorkedDays> days();
  /// Today, as days() counts.
  Result<std::int64_t> today();
  /// Forgets attempts, hints and sessions of the lab.
  Result<void> reset(std::string_view lab);

  /// Notes a session and where its files lie; the id is for end_session().
  Result<std::int64_t> begin_session(std::string_view lab, std::string_view folder,
                                     std::uint64_t seed);
  Result<void> end_session(std::int64_t session);

 private:
  Progress(SqliteDatabase database, std::string learner)
      : database_(std::move(database)), learner_(std::move(learner)) {}
  Result<void> migrate();
  Result<std::vector<std::int64_t>> numbers(const std::string& query);
  SqliteDatabase database_;
  std::string learner_;
};

}  // namespace inferlab::labs
