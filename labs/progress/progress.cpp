#include "labs/progress/progress.h"

#include <fmt/format.h>

#include <filesystem>
#include <system_error>

#include "labs/report/formats.h"
#include "labs/spec/data_dirs.h"

namespace inferlab::labs {
namespace fs = std::filesystem;
namespace {

// A migration brings the file from the version of its index to the next one. Never change one that
// was shipped: append.
constexpr const char* kMigrations[][4] = {
    {"CREATE TABLE attempts(id INTEGER PRIMARY KEY, at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP, "
     "lab TEXT NOT NULL, earned INTEGER NOT NULL, score INTEGER NOT NULL, points INTEGER NOT NULL, "
     "passed INTEGER NOT NULL, run_hash TEXT NOT NULL, report TEXT NOT NULL)",
     "CREATE TABLE hints(id INTEGER PRIMARY KEY, at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP, "
     "lab TEXT NOT NULL, hint TEXT NOT NULL, cost INTEGER NOT NULL, UNIQUE(lab, hint))",
     "CREATE TABLE sessions(id INTEGER PRIMARY KEY, at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP, "
     "lab TEXT NOT NULL, folder TEXT NOT NULL, seed TEXT NOT NULL, ended INTEGER NOT NULL DEFAULT "
     "0)",
     "CREATE INDEX attempts_by_lab ON attempts(lab)"},
};
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

Result<Progress> Progress::open_default() {
  INFERLAB_TRY(const std::string folder, user_data_dir());
  std::error_code failed;
  fs::create_directories(folder, failed);
  if (failed) {
    return Error{ErrorKind::kUnavailable, fmt::format("{}: {}", folder, failed.message()),
                 "set XDG_DATA_HOME to a folder that can be written"};
  }
  return open((fs::path(folder) / "progress.db").string());
}

Result<Progress> Progress::open(const std::string& path) {
  INFERLAB_TRY(SqliteDatabase database, SqliteDatabase::open(path));
  Progress progress(std::move(database));
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
      database_.run("INSERT INTO attempts(lab, earned, score, points, passed, run_hash, "
                    "report) VALUES(?, ?, ?, ?, ?, ?, ?)",
                    {report.lab_id, std::int64_t{report.earned}, std::int64_t{report.score()},
                     std::int64_t{report.points}, std::int64_t{report.passed ? 1 : 0},
                     report.run_hash, report_json(report)}));
  return {};
}

Result<void> Progress::use_hint(std::string_view lab, std::string_view hint, int cost) {
  INFERLAB_TRY([[maybe_unused]] const auto rows,
               database_.run("INSERT OR IGNORE INTO hints(lab, hint, cost) VALUES(?, ?, ?)",
                             {own(lab), own(hint), std::int64_t{cost}}));
  return {};
}

Result<std::vector<std::string>> Progress::hints_used(std::string_view lab) {
  INFERLAB_TRY(const auto rows,
               database_.run("SELECT hint FROM hints WHERE lab = ? ORDER BY id", {own(lab)}));
  std::vector<std::string> out;
  for (const SqlRow& row : rows) out.push_back(text(row[0]));
  return out;
}

Result<LabProgress> Progress::lab(std::string_view lab) {
  LabProgress out;
  out.lab = lab;
  INFERLAB_TRY(const auto rows,
               database_.run("SELECT COUNT(*), MAX(earned), MAX(score), MAX(passed) FROM attempts "
                             "WHERE lab = ?",
                             {own(lab)}));
  out.attempts = number(rows.at(0)[0]);
  out.best_earned = static_cast<int>(number(rows[0][1]));
  out.best_score = static_cast<int>(number(rows[0][2]));
  out.passed = number(rows[0][3]) != 0;
  INFERLAB_TRY(out.hints, hints_used(lab));
  return out;
}

Result<void> Progress::reset(std::string_view lab) {
  INFERLAB_TRY([[maybe_unused]] const auto begun, database_.run("BEGIN IMMEDIATE"));
  for (const char* statement :
       {"DELETE FROM attempts WHERE lab = ?", "DELETE FROM hints WHERE lab = ?",
        "DELETE FROM sessions WHERE lab = ?"}) {
    INFERLAB_TRY([[maybe_unused]] const auto rows, database_.run(statement, {own(lab)}));
  }
  INFERLAB_TRY([[maybe_unused]] const auto committed, database_.run("COMMIT"));
  return {};
}

Result<std::int64_t> Progress::begin_session(std::string_view lab, std::string_view folder,
                                             std::uint64_t seed) {
  // SQLite's integers are signed; a seed is not.
  INFERLAB_TRY([[maybe_unused]] const auto rows,
               database_.run("INSERT INTO sessions(lab, folder, seed) VALUES(?, ?, ?)",
                             {own(lab), own(folder), std::to_string(seed)}));
  return database_.last_insert_id();
}

Result<void> Progress::end_session(std::int64_t session) {
  INFERLAB_TRY([[maybe_unused]] const auto rows,
               database_.run("UPDATE sessions SET ended = 1 WHERE id = ?", {session}));
  return {};
}

}  // namespace inferlab::labs
