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

/// What a learner has done, kept in XDG_DATA_HOME/inferlab/progress.db: attempts and scores, hints
/// used, sessions. Errors are SqliteDatabase's.
class Progress {
 public:
  /// Opens or creates the learner's own database.
  static Result<Progress> open_default();
  /// kInvalid: a file of a newer version of inferlab.
  static Result<Progress> open(const std::string& path);

  Result<void> record_attempt(const Report& report);
  /// Idempotent: a hint is paid for once.
  Result<void> use_hint(std::string_view lab, std::string_view hint, int cost);
  /// Of hints used for this lab since its last reset.
  Result<std::vector<std::string>> hints_used(std::string_view lab);
  Result<LabProgress> lab(std::string_view lab);
  /// Forgets attempts, hints and sessions of the lab.
  Result<void> reset(std::string_view lab);

  /// Notes a session and where its files lie; the id is for end_session().
  Result<std::int64_t> begin_session(std::string_view lab, std::string_view folder,
                                     std::uint64_t seed);
  Result<void> end_session(std::int64_t session);

 private:
  explicit Progress(SqliteDatabase database) : database_(std::move(database)) {}
  Result<void> migrate();
  SqliteDatabase database_;
};

}  // namespace inferlab::labs
