// What a learner has done is kept, once and for good.
#include "labs/progress/progress.h"

#include <catch2/catch.hpp>

#include "labs/progress/streak.h"
#include "tests/labs/temp_dir.h"

using namespace inferlab::labs;  // NOLINT

namespace {

Report attempt(int earned, int hint_cost, bool passed) {
  Report report;
  report.lab_id = "small";
  report.points = 100;
  report.earned = earned;
  report.hint_cost = hint_cost;
  report.passed = passed;
  return report;
}

}  // namespace

TEST_CASE("progress: attempts, hints and sessions survive closing the file") {
  const TempDir dir;
  const std::string path = dir.path() + "/progress.db";
  {
    auto progress = Progress::open(path);
    REQUIRE(progress.has_value());
    REQUIRE(progress->record_attempt(attempt(40, 0, false)).has_value());
    REQUIRE(progress->record_attempt(attempt(90, 5, true)).has_value());
    REQUIRE(progress->record_attempt(attempt(70, 5, false)).has_value());
    REQUIRE(progress->use_hint("small", "b", 3).has_value());
    REQUIRE(progress->use_hint("small", "a", 2).has_value());
    REQUIRE(progress->use_hint("small", "b", 3).has_value());
    REQUIRE(progress->use_hint("other", "c", 1).has_value());
    const auto session = progress->begin_session("small", "/x", 18446744073709551615ULL);
    REQUIRE(session.has_value());
    REQUIRE(progress->end_session(*session).has_value());
  }
  auto progress = Progress::open(path);
  REQUIRE(progress.has_value());
  const auto lab = progress->lab("small");
  REQUIRE(lab.has_value());
  CHECK(lab->attempts == 3);
  CHECK(lab->best_earned == 90);
  CHECK(lab->best_score == 85);
  CHECK(lab->passed);
  CHECK(lab->hints == std::vector<std::string>{"b", "a"});
  auto database = SqliteDatabase::open(path);
  REQUIRE(database.has_value());
  const auto sessions = database->run("SELECT seed, ended FROM sessions");
  REQUIRE(sessions.has_value());
  REQUIRE(sessions->size() == 1);
  CHECK(std::get<std::string>(sessions->at(0)[0]) == "18446744073709551615");
  CHECK(std::get<std::int64_t>(sessions->at(0)[1]) == 1);
}

TEST_CASE("progress: a learner sees his own attempts, hints and sessions, and no other's") {
  const TempDir dir;
  const std::string path = dir.path() + "/progress.db";
  auto ada = Progress::open(path, "ada");
  auto grace = Progress::open(path, "grace");
  auto nobody = Progress::open(path);
  REQUIRE(ada.has_value());
  REQUIRE(grace.has_value());
  REQUIRE(nobody.has_value());
  REQUIRE(ada->record_attempt(attempt(90, 0, true)).has_value());
  REQUIRE(grace->record_attempt(attempt(30, 0, false)).has_value());
  REQUIRE(ada->use_hint("small", "a", 1).has_value());
  REQUIRE(grace->use_hint("small", "a", 1).has_value());
  CHECK(ada->lab("small")->best_score == 90);
  CHECK(grace->lab("small")->best_score == 30);
  CHECK(nobody->lab("small")->attempts == 0);
  CHECK(ada->days()->passed.size() == 1);
  CHECK(grace->days()->passed.empty());
  CHECK(grace->days()->worked == std::vector<std::int64_t>{*grace->today()});
  REQUIRE(ada->reset("small").has_value());
  CHECK(ada->lab("small")->attempts == 0);
  CHECK(grace->hints_used("small")->size() == 1);
}

// The tables as the first version of the file had them.
TEST_CASE("progress: what was noted before there were learners is nobody's") {
  const TempDir dir;
  const std::string path = dir.path() + "/progress.db";
  {
    auto database = SqliteDatabase::open(path);
    REQUIRE(database.has_value());
    for (const char* statement :
         {"CREATE TABLE attempts(id INTEGER PRIMARY KEY, at TEXT NOT NULL DEFAULT "
          "CURRENT_TIMESTAMP, lab TEXT NOT NULL, earned INTEGER NOT NULL, score INTEGER NOT NULL, "
          "points INTEGER NOT NULL, passed INTEGER NOT NULL, run_hash TEXT NOT NULL, report TEXT "
          "NOT NULL)",
          "CREATE TABLE hints(id INTEGER PRIMARY KEY, at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP, "
          "lab TEXT NOT NULL, hint TEXT NOT NULL, cost INTEGER NOT NULL, UNIQUE(lab, hint))",
          "CREATE TABLE sessions(id INTEGER PRIMARY KEY, at TEXT NOT NULL DEFAULT "
          "CURRENT_TIMESTAMP, lab TEXT NOT NULL, folder TEXT NOT NULL, seed TEXT NOT NULL, ended "
          "INTEGER NOT NULL DEFAULT 0)",
          "CREATE INDEX attempts_by_lab ON attempts(lab)",
          "INSERT INTO attempts(at, lab, earned, score, points, passed, run_hash, report) VALUES("
          "'2026-01-05 12:00:00', 'small', 80, 78, 100, 1, 'h', '{}')",
          "INSERT INTO hints(lab, hint, cost) VALUES('small', 'b', 2), ('small', 'a', 1)",
          "INSERT INTO sessions(lab, folder, seed) VALUES('small', '/x', '7')",
          "PRAGMA user_version=1"}) {
      REQUIRE(database->run(statement).has_value());
    }
  }
  for (int i = 0; i < 2; ++i) {  // brought up to date once
    auto nobody = Progress::open(path);
    REQUIRE(nobody.has_value());
    CHECK(nobody->lab("small")->best_score == 78);
    CHECK(nobody->hints_used("small").value() == std::vector<std::string>{"b", "a"});
    CHECK(nobody->days()->passed.size() == 1);
  }
  CHECK(Progress::open(path, "ada")->lab("small")->attempts == 0);
}

TEST_CASE("progress: days in a row end today, or yesterday while today has nothing") {
  CHECK(days_in_a_row({}, 10) == 0);
  CHECK(days_in_a_row({10}, 10) == 1);
  CHECK(days_in_a_row({8, 9}, 10) == 2);
  CHECK(days_in_a_row({7, 8}, 10) == 0);
  CHECK(days_in_a_row({5, 6, 8, 9, 10}, 10) == 3);
  CHECK(days_in_a_row({9, 10, 12}, 10) == 2);
}

TEST_CASE("progress: reset forgets one lab and no other") {
  const TempDir dir;
  auto progress = Progress::open(dir.path() + "/progress.db");
  REQUIRE(progress.has_value());
  REQUIRE(progress->record_attempt(attempt(40, 0, false)).has_value());
  REQUIRE(progress->use_hint("small", "a", 1).has_value());
  REQUIRE(progress->use_hint("other", "a", 1).has_value());
  REQUIRE(progress->reset("small").has_value());
  CHECK(progress->lab("small")->attempts == 0);
  CHECK(progress->hints_used("small")->empty());
  CHECK(progress->hints_used("other")->size() == 1);
}

TEST_CASE("progress: names are data, whatever is in them") {
  const TempDir dir;
  auto progress = Progress::open(dir.path() + "/progress.db");
  REQUIRE(progress.has_value());
  const std::string nasty = "x'); DROP TABLE hints; --\n\"";
  REQUIRE(progress->use_hint(nasty, nasty, 1).has_value());
  CHECK(progress->hints_used(nasty)->at(0) == nasty);
}

TEST_CASE("progress: two programs share one file") {
  const TempDir dir;
  auto one = Progress::open(dir.path() + "/progress.db");
  auto two = Progress::open(dir.path() + "/progress.db");
  REQUIRE(one.has_value());
  REQUIRE(two.has_value());
  REQUIRE(one->use_hint("small", "a", 1).has_value());
  REQUIRE(two->use_hint("small", "b", 1).has_value());
  CHECK(one->hints_used("small")->size() == 2);
}

TEST_CASE("progress: who only looks is not kept waiting by somebody who writes") {
  const TempDir dir;
  const std::string path = dir.path() + "/progress.db";
  REQUIRE(Progress::open(path).has_value());
  auto writer = SqliteDatabase::open(path);
  REQUIRE(writer.has_value());
  REQUIRE(writer->run("BEGIN IMMEDIATE").has_value());
  auto reader = Progress::open(path);
  if (!reader) FAIL(reader.error().message);
  CHECK(reader->lab("small")->attempts == 0);
}

TEST_CASE("progress: a file of another kind or of a newer version is refused, and left alone") {
  const TempDir dir;
  const std::string path = dir.write("text.db", std::string(5000, 'x'));
  const auto broken = Progress::open(path);
  REQUIRE_FALSE(broken.has_value());
  CHECK(broken.error().message.find("text.db") != std::string::npos);

  const std::string newer = dir.path() + "/newer.db";
  {
    auto database = SqliteDatabase::open(newer);
    REQUIRE(database.has_value());
    REQUIRE(database->run("PRAGMA user_version=99").has_value());
  }
  const auto refused = Progress::open(newer);
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().kind == inferlab::ErrorKind::kInvalid);
  CHECK(refused.error().message == newer + ": has version 99, this program knows 2");
}
