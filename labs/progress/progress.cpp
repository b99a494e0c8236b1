#include "labs/progress/progress.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <span>
#include <system_error>

#include "labs/report/formats.h"
#include "labs/spec/data_dirs.h"

namespace inferlab::labs {
namespace fs = std::filesystem;
namespace {

// A migration brings the file from the version of its index to the next one. Never change one that
// was shipped: append.
constexpr const char* kTables[] = {
    "CREATE TABLE attempts(id INTEGER PRIMARY KEY, at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP, "
    "lab TEXT NOT NULL, earned INTEGER NOT NULL, score INTEGER NOT NULL, points INTEGER NOT NULL, "
    "passed INTEGER NOT NULL, run_hash TEXT NOT NULL, report TEXT NOT NULL)",
    "CREATE TABLE hints(id INTEGER PRIMARY KEY, at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP, "
    "lab TEXT NOT NULL, hint TEXT NOT NULL, cost INTEGER NOT NULL, UNIQUE(lab, hint))",
    "CREATE TABLE sessions(id INTEGER PRIMARY KEY, at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP, "
    "lab TEXT NOT NULL, folder TEXT NOT NULL, seed TEXT NOT NULL, ended INTEGER NOT NULL DEFAULT "
    "0)",
    "CREATE INDEX attempts_by_lab ON attempts(lab)",
};
// What was there is nobody's: "". SQLite cannot change what must be unique, so hints are copied.
constexpr const char* kLearners[] = {
    "ALTER TABLE attempts ADD COLUMN learner TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE sessions ADD COLUMN learner TEXT NOT NULL DEFAULT ''",
    "CREATE TABLE hints_of_learners(id INTEGER PRIMARY KEY, at TEXT NOT NULL DEFAULT "
    "CURRENT_TIMESTAMP, learner TEXT NOT NULL DEFAULT '', lab TEXT NOT NULL, hint TEXT NOT NULL, "
    "cost INTEGER NOT NULL, UNIQUE(learner, lab, hint))",
    "INSERT INTO hints_of_learners(id, at, lab, hint, cost) SELECT id, at, lab, hint, cost FROM "
    "hints",
    "DROP TABLE hints",
    "ALTER TABLE hints_of_learners RENAME TO hints",
    "DROP INDEX attempts_by_lab",
    "CREATE INDEX attempts_by_learner ON attempts(learner, lab)",
};
constexpr std::span<const char* const> kMigrations[] = {kTables, kLearners};
constexpr const char* kFileName = "progress.db";
constexpr std::int64_t kVersion = std::size(kMigrations);

std::int64_t number(const SqlValue& value) {
  const auto* found = std::get_if<std::int64_t>(&value);
  return found == nullptr ? 0 : *found;
}

std::string text(const SqlValue& value) {
  const auto* found = std::get_if<std::string>(&value);
  return found == nullptr ? std::string() : *found;
}

std::string own(std::string_view view) {
  return std::string(view);
}

}  // namespace

Result<Progress> Progress::open_default(const std::string& learner) {
  INFERLAB_TRY(const std::string folder, user_data_dir());
  std::error_code failed;
  fs::create_directories(folder, failed);
  if (failed) {
    return Error{ErrorKind::kUnavailable, fmt::format("{}: {}", folder, failed.message()),
                 "set XDG_DATA_HOME to a folder that can be written"};
  }
  return open((fs::path(folder) / kFileName).string(), learner);
}

Result<Progress> Progress::open(const std::string& path, const std::string& learner) {
  INFERLAB_TRY(SqliteDatabase database, SqliteDatabase::open(path));
  Progress progress(std::move(database), learner);
  INFERLAB_TRY(const auto rows, progress.database_.run("PRAGMA user_version"));
  if (number(rows.at(0).at(0)) > kVersion) {
    return Error{ErrorKind::kInvalid,
                 fmt::format("{}: has version {}, this program knows {}", path,
                             number(rows.at(0).at(0)), kVersion),
                 "use the newer inferlab that wrote it, or move the file away"};
  }
  // Who only looks (lab list) must not wait for the lock of somebody who writes.
  if (number(rows.at(0).at(0)) < kVersion) INFERLAB_TRY_VOID(progress.migrate());
  return progress;
}

Result<std::vector<std::string>> Progress::learners() {
  INFERLAB_TRY(const std::string folder, user_data_dir());
  std::error_code failed;
  if (!fs::exists(fs::path(folder) / kFileName, failed)) return std::vector<std::string>();
  INFERLAB_TRY(Progress progress, open_default());
  INFERLAB_TRY(const auto rows, progress.database_.run(
                                    "SELECT learner FROM attempts UNION SELECT learner FROM hints "
                                    "UNION SELECT learner FROM sessions ORDER BY 1"));
  std::vector<std::string> out;
  for (const auto& row : rows) {
    if (const std::string name = text(row.at(0)); !name.empty()) out.push_back(name);
  }
  return out;
}

Result<void> Progress::migrate() {
  // The version is read again inside the transaction: two programs may start at the same time.
  INFERLAB_TRY([[maybe_unused]] const auto begun, database_.run("BEGIN IMMEDIATE"));
  INFERLAB_TRY(const auto rows, database_.run("PRAGMA user_version"));
  for (std::int64_t version = number(rows.at(0).at(0)); version < kVersion; ++version) {
    for (const char* statement : kMigrations[version]) {
      INFERLAB_TRY([[maybe_unused]] const auto done, database_.run(statement));
    }
  }
  INFERLAB_TRY([[maybe_unused]] const auto stamped,
               database_.run(fmt::format("PRAGMA user_version={}", kVersion)));
  INFERLAB_TRY([[maybe_unused]] const auto committed, database_.run("COMMIT"));
  return {};
}

Result<void> Progress::record_attempt(const Report& report) {
  INFERLAB_TRY(
      [[maybe_unused]] const auto rows,
      database_.run("INSERT INTO attempts(learner, lab, earned, score, points, passed, run_hash, "
                    "report) VALUES(?, ?, ?, ?, ?, ?, ?, ?)",
                    {learner_, report.lab_id, std::int64_t{report.earned},
                     std::int64_t{report.score()}, std::int64_t{report.points},
                     std::int64_t{report.passed ? 1 : 0}, report.run_hash, report_json(report)}));
  return {};
}

Result<void> Progress::use_hint(std::string_view lab, std::string_view hint, int cost) {
  INFERLAB_TRY(
      [[maybe_unused]] const auto rows,
      database_.run("INSERT OR IGNORE INTO hints(learner, lab, hint, cost) VALUES(?, ?, ?, ?)",
                    {learner_, own(lab), own(hint), std::int64_t{cost}}));
  return {};
}

Result<std::vector<std::string>> Progress::hints_used(std::string_view lab) {
  INFERLAB_TRY(const auto rows,
               database_.run("SELECT hint FROM hints WHERE learner = ? AND lab = ? ORDER BY id",
                             {learner_, own(lab)}));
  std::vector<std::string> out;
  for (const SqlRow& row : rows) out.push_back(text(row[0]));
  return out;
}

Result<LabProgress> Progress::lab(std::string_view lab) {
  LabProgress out;
  out.lab = lab;
  INFERLAB_TRY(const auto rows,
               database_.run("SELECT COUNT(*), MAX(earned), MAX(score), MAX(passed) FROM attempts "
                             "WHERE learner = ? AND lab = ?",
                             {learner_, own(lab)}));
  out.attempts = number(rows.at(0)[0]);
  out.best_earned = static_cast<int>(number(rows[0][1]));
  out.best_score = static_cast<int>(number(rows[0][2]));
  out.passed = number(rows[0][3]) != 0;
  INFERLAB_TRY(out.hints, hints_used(lab));
  return out;
}

Result<std::vector<std::int64_t>> Progress::numbers(const std::string& query) {
  INFERLAB_TRY(const auto rows, database_.run(query, {learner_}));
  std::vector<std::int64_t> out;
  for (const SqlRow& row : rows) out.push_back(number(row[0]));
  return out;
}

Result<WorkedDays> Progress::days() {
  WorkedDays out;
  // Times are kept in UTC; a Julian day begins at noon.
  const std::string day = "CAST(julianday(date(at, 'localtime')) + 0.5 AS INTEGER)";
  const std::string from = fmt::format("SELECT {} FROM ", day);
  INFERLAB_TRY(out.worked, numbers(fmt::format(
                               "{0} attempts WHERE learner = ?1 UNION {0} hints WHERE learner = "
                               "?1 UNION {0} sessions WHERE learner = ?1 ORDER BY 1",
                               from)));
  INFERLAB_TRY(
      out.passed,
      numbers(fmt::format(
          "SELECT DISTINCT {} FROM attempts WHERE learner = ?1 AND passed = 1 ORDER BY 1", day)));
  return out;
}

Result<std::int64_t> Progress::today() {
  INFERLAB_TRY(const auto rows,
               database_.run("SELECT CAST(julianday(date('now', 'localtime')) + 0.5 AS INTEGER)"));
  return number(rows.at(0)[0]);
}

Result<void> Progress::reset(std::string_view lab) {
  INFERLAB_TRY([[maybe_unused]] const auto begun, database_.run("BEGIN IMMEDIATE"));
  for (const char* statement : {"DELETE FROM attempts WHERE learner = ? AND lab = ?",
                                "DELETE FROM hints WHERE learner = ? AND lab = ?",
                                "DELETE FROM sessions WHERE learner = ? AND lab = ?"}) {
    INFERLAB_TRY([[maybe_unused]] const auto rows, database_.run(statement, {learner_, own(lab)}));
  }
  INFERLAB_TRY([[maybe_unused]] const auto committed, database_.run("COMMIT"));
  return {};
}

Result<std::int64_t> Progress::begin_session(std::string_view lab, std::string_view folder,
                                             std::uint64_t seed) {
  // SQLite's integers are signed; a seed is not.
  INFERLAB_TRY([[maybe_unused]] const auto rows,
               database_.run("INSERT INTO sessions(learner, lab, folder, seed) VALUES(?, ?, ?, ?)",
                             {learner_, own(lab), own(folder), std::to_string(seed)}));
  return database_.last_insert_id();
}

Result<void> Progress::end_session(std::int64_t session) {
  INFERLAB_TRY([[maybe_unused]] const auto rows,
               database_.run("UPDATE sessions SET ended = 1 WHERE id = ?", {session}));
  return {};
}

}  // namespace inferlab::labs
