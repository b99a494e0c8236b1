// What a batch writes: names of folders are written by strangers.
#include <catch2/catch.hpp>
#include <fstream>

#include "labs/grade/batch/csv.h"
#include "labs/grade/batch/results.h"
#include "labs/grade/batch/summary.h"
#include "labs/progress/sqlite.h"
#include "sim/api/json.h"
#include "tests/labs/batch_sample.h"
#include "tests/labs/junit_schema.h"
#include "tests/labs/temp_dir.h"

using namespace inferlab;               // NOLINT
using namespace inferlab::labs;         // NOLINT
using namespace inferlab::labs::batch;  // NOLINT

namespace {

Row graded(std::string name, int first, int second) {
  Row out;
  out.name = std::move(name);
  out.learner = out.name;
  out.outcome = Outcome::kGraded;
  out.earned = first + second;
  out.passed = out.earned >= 70;
  out.checks = {{"first", first}, {"second", second}};
  out.cpu_ms = 1500;
  return out;
}

Table sample_table() {
  Table out{
      "lab-1", "A <lab>", 100, 70, {{"first", "The <first>", 40}, {"second", "The second", 60}},
      {}};
  out.rows = {graded("=cmd()", 40, 60), graded("b", 40, 0)};
  Row refused;
  refused.name = "c\"<script>,";
  refused.outcome = Outcome::kRefused;
  refused.why = "a.yaml:1:2: \x1B[31m no";
  out.rows.push_back(refused);
  return out;
}

}  // namespace

TEST_CASE("batch results: JUnit has a suite a submission, an error where there is no grade") {
  const auto elements = read_junit(batch_junit(sample_table()));
  std::vector<std::string> seen;
  for (const XmlElement& element : elements) {
    if (element.name == "testsuite") seen.push_back(element.attributes.at("name"));
    if (element.name == "failure" || element.name == "error") {
      seen.push_back(element.name + " " + element.attributes.at("message"));
    }
  }
  CHECK(seen == std::vector<std::string>{"lab-1: =cmd()", "lab-1: b", "failure 0 of 60 points",
                                         "lab-1: c&quot;&lt;script&gt;,",
                                         "error a.yaml:1:2: &lt;U+001B&gt;[31m no"});
  CHECK(read_junit(batch_junit(Table{})).size() == 1);
}

TEST_CASE("batch results: CSV has a line each, and no formula") {
  const std::string text = batch_csv(sample_table(), false);
  const auto records = read_csv(text, "results.csv");
  REQUIRE(records.has_value());
  REQUIRE(records->size() == 4);
  CHECK(records->at(0) == std::vector<std::string>{"name", "learner", "status", "exit", "earned",
                                                   "points", "passed", "why", "first", "second"});
  CHECK(records->at(1) == std::vector<std::string>{"'=cmd()", "'=cmd()", "graded", "0", "100",
                                                   "100", "true", "", "40", "60"});
  CHECK(records->at(3).at(0) == "c\"<script>,");
  CHECK(records->at(3).at(2) == "refused");
  CHECK(records->at(3).at(9).empty());
  CHECK(text.find('\x1B') == std::string::npos);
  CHECK(batch_csv(sample_table(), true).find(",1.500,") != std::string::npos);
}

TEST_CASE("batch results: CSV that is none is refused with its line") {
  CHECK(read_csv("a,b\n\"c", "x").error().message == "x:2: a quote is not closed");
  CHECK(read_csv("\"a\"b\n", "x").error().kind == ErrorKind::kInvalid);
  CHECK(read_csv("\xEF\xBB\xBF\"a\"\"b\",\n\nc\r\n", "x")
            .value_or(std::vector<std::vector<std::string>>()) ==
        std::vector<std::vector<std::string>>{{"a\"b", ""}, {"c"}});
}

TEST_CASE("batch results: JSON says how many have lost each check") {
  const auto read = sim::parse_json(batch_json(sample_table(), false));
  REQUIRE(read.has_value());
  const sim::Value& root = *read;
  CHECK(root["schema"].as_string() == "inferlab.batch/v1");
  CHECK(root["summary"]["submissions"].as_int() == 3);
  CHECK(root["summary"]["graded"].as_int() == 2);
  CHECK(root["summary"]["mean"].as_double() == Approx(70));
  CHECK(root["checks"].items().at(1)["lost"].as_int() == 1);
  CHECK(root["submissions"].items().at(2)["status"].as_string() == "refused");
  CHECK_FALSE(root["submissions"].items().at(0).has("cpuSeconds"));
}

TEST_CASE("batch results: the page needs no script and carries none") {
  const std::string page = batch_html(sample_table(), false);
  CHECK(page.find("<script") == std::string::npos);
  CHECK(page.find("&lt;script&gt;") != std::string::npos);
  CHECK(page.find("http:") == std::string::npos);
  CHECK(page.find("https:") == std::string::npos);
  CHECK(page.find("default-src 'none'") != std::string::npos);
  // By points: the second row is the second, and the last one the first of the fewest.
  CHECK(page.find("--o1:0;--o2:2;") != std::string::npos);
  CHECK(page.find("--o1:2;--o2:0;") != std::string::npos);
}

TEST_CASE("batch results: SQLite has both tables, is made anew, and spares what is not ours") {
  const TempDir dir;
  const std::string file = dir.path() + "/results.db";
  for (int i = 0; i < 2; ++i) {
    const auto written = write_results(file, sample_table(), false);
    if (!written) FAIL(written.error().message);
  }
  {
    auto database = SqliteDatabase::open(file);
    REQUIRE(database.has_value());
    const auto count = [&](const std::string& table) {
      const auto rows = database->run("SELECT count(*) FROM " + table);
      REQUIRE(rows.has_value());
      return std::get<std::int64_t>(rows->at(0).at(0));
    };
    CHECK(count("submissions") == 3);
    CHECK(count("checks") == 4);
    CHECK(count("submissions JOIN checks ON submission = submissions.id WHERE checks.earned = 0") ==
          1);
  }
  const std::string other = dir.path() + "/other.db";
  {
    auto database = SqliteDatabase::open(other);
    REQUIRE(database.has_value());
    REQUIRE(database->run("CREATE TABLE submissions(mine)").has_value());
  }
  CHECK(check_results(other).error().kind == ErrorKind::kInvalid);
  CHECK(write_results(other, sample_table(), false).error().kind == ErrorKind::kInvalid);
  CHECK(check_results(dir.path() + "/results.xls").error().kind == ErrorKind::kInvalid);
  CHECK(check_results(dir.path() + "/no/results.csv").error().kind == ErrorKind::kInvalid);
}

TEST_CASE("batch results: the summary counts, and fits its width") {
  const std::string text = summary_text(sample_table(), Style(false), 60);
  CHECK(text.find("3 submissions, 2 graded, 1 passed") != std::string::npos);
  CHECK(text.find("70.0 points on average") != std::string::npos);
  CHECK(text.find("    1   50%  second") != std::string::npos);
  CHECK(text.find("1 without a grade:") != std::string::npos);
  CHECK(text.find('\x1B') == std::string::npos);
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) CHECK(line.size() <= 64);
}
