#include <fmt/format.h>

#include <array>
#include <fstream>

#include "labs/grade/batch/results.h"
#include "labs/progress/sqlite.h"
#include "labs/report/escape.h"
#include "labs/spec/text_file.h"

namespace inferlab::labs::batch {
namespace {

// "ilab": what says that a database is one of ours.
constexpr std::int64_t kApplication = 0x696c6162;

constexpr const char* kTables[] = {
    "DROP TABLE IF EXISTS checks",
    "DROP TABLE IF EXISTS submissions",
    "CREATE TABLE submissions(name TEXT NOT NULL, learner TEXT NOT NULL, status TEXT NOT NULL, "
    "exit INTEGER NOT NULL, earned INTEGER NOT NULL, points INTEGER NOT NULL, "
    "passed INTEGER NOT NULL, cpu_ms INTEGER NOT NULL, why TEXT NOT NULL, id INTEGER PRIMARY KEY)",
    "CREATE TABLE checks(submission INTEGER NOT NULL REFERENCES submissions(id), "
    "id TEXT NOT NULL, points INTEGER NOT NULL, earned INTEGER NOT NULL, "
    "PRIMARY KEY(submission, id)) WITHOUT ROWID",
};

// Looked up in the file's header, as SQLite itself would begin by changing it. Source: SQLite,
// "Database File Format", section 1.3.
bool is_of_something_else(const std::string& file) {
  constexpr std::streamsize kHeaderBytes = 72;  // the application's id is its end
  std::array<char, kHeaderBytes> header{};
  std::ifstream in(file, std::ios::binary);
  if (!in || in.peek() == std::ifstream::traits_type::eof()) return false;
  if (!in.read(header.data(), kHeaderBytes)) return true;
  std::int64_t application = 0;
  for (std::size_t i = kHeaderBytes - 4; i < header.size(); ++i) {
    application = application << 8 | static_cast<unsigned char>(header[i]);
  }
  return application != kApplication;
}

Result<void> fill(SqliteDatabase& database, const Table& table) {
  for (const char* statement : kTables) {
    INFERLAB_TRY([[maybe_unused]] const auto done, database.run(statement));
  }
  for (const Row& row : table.rows) {
    INFERLAB_TRY([[maybe_unused]] const auto added,
                 database.run("INSERT INTO submissions(name, learner, status, exit, earned, "
                              "points, passed, cpu_ms, why) VALUES(?,?,?,?,?,?,?,?,?)",
                              {for_terminal(row.name), for_terminal(row.learner),
                               std::string(word_of(row.outcome)), std::int64_t{row.exit_status()},
                               std::int64_t{row.earned}, std::int64_t{table.points},
                               std::int64_t{row.passed ? 1 : 0}, row.cpu_ms,
                               for_terminal(row.why, /*multiline=*/true)}));
    const std::int64_t id = database.last_insert_id();
    for (const CheckColumn& check : table.checks) {
      const auto found = row.checks.find(check.id);
      if (found == row.checks.end()) continue;
      INFERLAB_TRY(
          [[maybe_unused]] const auto done,
          database.run("INSERT INTO checks(submission, id, points, earned) "
                       "VALUES(?,?,?,?)",
                       {id, check.id, std::int64_t{check.points}, std::int64_t{found->second}}));
    }
  }
  INFERLAB_TRY([[maybe_unused]] const auto done,
               database.run(fmt::format("PRAGMA application_id={}", kApplication)));
  return {};
}

}  // namespace

Result<void> check_batch_sqlite(const std::string& file) {
  if (!is_of_something_else(file)) return check_writable(file);
  return Error{ErrorKind::kInvalid, fmt::format("{}: is a file of something else", file),
               "name a file that is not there"};
}

Result<void> write_batch_sqlite(const std::string& file, const Table& table) {
  INFERLAB_TRY_VOID(check_batch_sqlite(file));
  INFERLAB_TRY(SqliteDatabase database, SqliteDatabase::open(file));
  INFERLAB_TRY([[maybe_unused]] const auto begun, database.run("BEGIN IMMEDIATE"));
  INFERLAB_TRY_VOID(fill(database, table));
  INFERLAB_TRY([[maybe_unused]] const auto ended, database.run("COMMIT"));
  // One file that can be sent to somebody, without a log beside it.
  INFERLAB_TRY([[maybe_unused]] const auto mode, database.run("PRAGMA journal_mode=DELETE"));
  return {};
}

}  // namespace inferlab::labs::batch
