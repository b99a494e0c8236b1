// A batch: one learner's submission costs no other learner's grade, and a batch that was ended goes
// on where it was.
#include "labs/grade/batch/batch.h"

#include <fcntl.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "labs/grade/batch/child.h"
#include "labs/grade/batch/journal.h"
#include "labs/grade/batch/report_folder.h"
#include "labs/grade/batch/results.h"
#include "labs/spec/catalog.h"
#include "tests/labs/batch_sample.h"

using namespace inferlab;               // NOLINT
using namespace inferlab::labs;         // NOLINT
using namespace inferlab::labs::batch;  // NOLINT
namespace fs = std::filesystem;

namespace {

// A YAML document of some bytes that stands for billions of nodes.
std::string alias_bomb() {
  std::string out = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 12; ++i) {
    const std::string before = "*a" + std::to_string(i - 1);
    out += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
    for (int j = 0; j < 9; ++j) out += before + (j < 8 ? ", " : "]\n");
  }
  return out;
}

std::size_t lines_of(const std::string& file) {
  const std::string text = contents(file);
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

// How many submissions a run has graded itself.
std::size_t graded_by(const BatchSample& sample, BatchOptions options) {
  std::size_t now = 0;
  options.progress = [&](const BatchProgress& progress) { now = progress.now; };
  REQUIRE(sample.run(options).complete());
  return now;
}

}  // namespace

TEST_CASE("batch: each submission has a row, and what is hostile costs its own grade") {
  const BatchSample sample;
  sample.hand_in("anna", right_answer());
  sample.hand_in("bert", wrong_answer());
  sample.hand_in("broken", "kind: [");
  sample.hand_in("bomb", alias_bomb());
  sample.hand_in("deep", std::string(100'000, '['));
  sample.hand_in("encoding", "kind: \xFF\xFE\xFA");
  sample.hand_in("huge", std::string((std::size_t{1} << 20) + 1, '#'));
  sample.hand_in("outside/inner", right_answer());  // a subfolder's manifests are not read
  fs::create_directories(sample.folder() + "/nothing");
  fs::create_directories(sample.folder() + "/linked");
  fs::create_symlink(sample.folder() + "/anna/a.yaml", sample.folder() + "/linked/a.yaml");
  fs::create_directory_symlink(sample.folder() + "/anna", sample.folder() + "/thief");
  fs::create_directories(sample.folder() + "/.hidden");
  std::ofstream(sample.folder() + "/marks.csv") << "not a submission\n";

  const BatchResult result = sample.run();
  CHECK(result.complete());
  const auto rows = by_name(result);
  REQUIRE(rows.size() == 11);
  CHECK(rows.at("anna").graded());
  CHECK(rows.at("anna").passed);
  CHECK(rows.at("anna").earned == 100);
  CHECK(rows.at("anna").exit_status() == 0);
  CHECK(rows.at("bert").graded());
  CHECK_FALSE(rows.at("bert").passed);
  CHECK(rows.at("bert").exit_status() == 1);
  for (const char* name :
       {"broken", "bomb", "deep", "encoding", "huge", "outside", "nothing", "linked", "thief"}) {
    INFO(name << ": " << word_of(rows.at(name).outcome) << ": " << rows.at(name).why);
    CHECK(rows.at(name).outcome == Outcome::kRefused);
    CHECK(rows.at(name).exit_status() == 2);
    CHECK_FALSE(rows.at(name).why.empty());
    // By its name alone: a row is the same wherever it is made.
    CHECK(rows.at(name).why.find(sample.folder()) == std::string::npos);
  }
  CHECK(result.table.graded() == 2);
  CHECK(result.table.passed() == 1);
  CHECK(result.table.mean() == Approx(50));
  CHECK(result.table.lost(result.table.checks.at(0)) == 1);
}

TEST_CASE("batch: a child that crashes, hogs memory or floods is told from the others") {
  const BatchSample sample;
  sample.hand_in("anna", right_answer());
  for (const char* name : {"crash", "flood", "hog"}) sample.hand_in(name, right_answer());
  const auto rows = by_name(sample.run());
  CHECK(rows.at("anna").passed);
  CHECK(rows.at("crash").outcome == Outcome::kCrashed);
  CHECK(rows.at("crash").exit_status() == 2);
  CHECK(rows.at("flood").outcome == Outcome::kCrashed);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  CHECK(rows.at("crash").why.find("SIGSEGV") != std::string::npos);
  CHECK(rows.at("hog").outcome == Outcome::kOutOfMemory);
  CHECK(rows.at("hog").why.starts_with("needs more than 1Gi; what costs most are many Pods"));
#endif
}

TEST_CASE("batch: what takes too long is ended, and graded again when it may take longer") {
  const BatchSample sample;
  sample.hand_in("slow", right_answer());
  BatchOptions options = sample.options();
  options.limits.wall = 200ms;
  const BatchResult first = sample.run(options);
  REQUIRE(first.table.rows.size() == 1);
  CHECK(first.table.rows[0].outcome == Outcome::kTimedOut);
  CHECK(first.table.rows[0].why.starts_with("took more than 200ms; what costs most are many Pods"));
  CHECK(graded_by(sample, options) == 0);
  CHECK(graded_by(sample, sample.options()) == 1);
  CHECK(sample.run().table.rows[0].passed);
}

TEST_CASE("batch: a loop is ended with the batch, and its submission stays to be graded") {
  const BatchSample sample;
  sample.hand_in("loop", right_answer());
  BatchOptions options = sample.options();
  int asked = 0;
  options.stopped = [&] { return ++asked > 3; };
  const BatchResult result = sample.run(options);
  CHECK_FALSE(result.complete());
  CHECK(result.table.rows.empty());
  CHECK(lines_of(sample.journal()) == 0);
}

TEST_CASE("batch: it goes on where it was ended, and grades nothing twice") {
  const BatchSample sample;
  for (const char* name : {"anna", "bert", "carl", "dora"}) sample.hand_in(name, right_answer());
  BatchOptions some = sample.options();
  some.at_most = 3;
  const BatchResult first = sample.run(some);
  CHECK_FALSE(first.complete());
  CHECK(first.table.rows.size() == 3);
  CHECK(lines_of(sample.journal()) == 3);
  CHECK(graded_by(sample, sample.options()) == 1);
  CHECK(graded_by(sample, sample.options()) == 0);
  CHECK(sample.run().taken_over == 4);
  CHECK(lines_of(sample.journal()) == 4);
}

TEST_CASE("batch: a torn last line of the journal is graded again, alone") {
  const BatchSample sample;
  for (const char* name : {"anna", "bert", "carl"}) sample.hand_in(name, right_answer());
  BatchOptions options = sample.options();
  options.jobs = 1;
  const std::string before = batch_json(sample.run(options).table, /*timings=*/false);
  fs::resize_file(sample.journal(), fs::file_size(sample.journal()) - 40);
  CHECK(graded_by(sample, options) == 1);
  CHECK(lines_of(sample.journal()) == 3);
  CHECK(batch_json(sample.run(options).table, /*timings=*/false) == before);
  // Lines that are none are passed over.
  std::ofstream(sample.journal(), std::ios::app) << "{\"key\": 1}\nnothing\n";
  CHECK(graded_by(sample, options) == 0);
}

TEST_CASE("batch: what a grade depends on has changed: it is graded again") {
  const BatchSample sample;
  sample.hand_in("anna", right_answer());
  sample.hand_in("bert", right_answer());
  CHECK(graded_by(sample, sample.options()) == 2);
  sample.hand_in("bert", wrong_answer());
  CHECK(graded_by(sample, sample.options()) == 1);
  CHECK_FALSE(by_name(sample.run()).at("bert").passed);
  BatchOptions newer = sample.options();
  newer.program_version = "2";
  CHECK(graded_by(sample, newer) == 2);
  newer.seed = 7;
  CHECK(graded_by(sample, newer) == 2);
  std::ofstream(sample.at("small/lab.yaml"), std::ios::app) << "# another lab\n";
  CHECK(graded_by(sample, sample.options()) == 2);
}

TEST_CASE("batch: its results are the same bytes with any number of children, and over resumes") {
  const BatchSample sample;
  for (const char* name : {"dora", "anna", "carl", "bert"}) sample.hand_in(name, right_answer());
  sample.hand_in("broken", "kind: [");
  BatchOptions one = sample.options();
  one.jobs = 1;
  one.state = sample.at("one.jsonl");
  one.report_folder = sample.at("one");
  BatchOptions two = sample.options();
  two.state = sample.at("two.jsonl");
  two.at_most = 2;
  (void)sample.run(two);
  two.at_most = 100;
  two.report_folder = sample.at("two");
  const Table of_one = sample.run(one).table, of_two = sample.run(two).table;
  CHECK(batch_csv(of_one, false) == batch_csv(of_two, false));
  CHECK(batch_json(of_one, false) == batch_json(of_two, false));
  CHECK(batch_html(of_one, false) == batch_html(of_two, false));
  CHECK(of_one.rows.front().name == "anna");
  // A report for each, by the runs before too.
  for (const char* file : {"anna.json", "anna.txt", "dora.json", "broken.json", "broken.txt"}) {
    INFO(file);
    CHECK_FALSE(contents(sample.at("one/") + file).empty());
    CHECK(contents(sample.at("one/") + file) == contents(sample.at("two/") + file));
  }
}

TEST_CASE("batch: two at once on one folder are refused, whatever their journals") {
  const BatchSample sample;
  sample.hand_in("anna", right_answer());
  {
    const Descriptor other(::open(sample.folder().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    REQUIRE(lock_whole(other, "folder").has_value());
    const auto refused = run_batch(sample.options());
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().kind == ErrorKind::kConflict);
  }
  CHECK(sample.run().complete());
  const auto journal = Journal::open(sample.journal());
  REQUIRE(journal.has_value());
  CHECK(run_batch(sample.options()).error().kind == ErrorKind::kConflict);
}

TEST_CASE("batch: learners come from a file, and the rest are called as their folders are") {
  const BatchSample sample;
  sample.hand_in("s-1", right_answer());
  sample.hand_in("s-2", right_answer());
  BatchOptions options = sample.options();
  options.learners = sample.at("class.csv");
  std::ofstream(options.learners) << "folder,learner\r\ns-1,\"Anna, the first\"\r\nabsent,Otto\r\n";
  const BatchResult result = sample.run(options);
  CHECK(result.without_learner == 1);
  CHECK(by_name(result).at("s-1").learner == "Anna, the first");
  CHECK(by_name(result).at("s-2").learner == "s-2");
  std::ofstream(options.learners) << "s-1,a\ns-1,b\n";
  CHECK(run_batch(options).error().kind == ErrorKind::kInvalid);
  std::ofstream(options.learners) << "s-1\n";
  CHECK(run_batch(options).error().kind == ErrorKind::kInvalid);
}

TEST_CASE("batch: each submission is graded as its learner's own variant of the lab") {
  const BatchSample sample;
  std::string text = contents(sample.at("small/lab.yaml"));
  const std::string minutes = "minutes: 5\n", named = "{deployment: front,";
  text.replace(text.find(named), named.size(), "{deployment: \"${app}\",");
  text.insert(text.find(minutes), "parameters:\n  - {name: app, choices: [front, door, gate]}\n");
  std::ofstream(sample.at("small/lab.yaml")) << text;
  const auto app_of = [&](const std::string& learner) {
    const auto lab = find_lab(sample.at("small"), learner);
    if (!lab) FAIL(lab.error().message);
    return lab->check("available")->params["deployment"].str();
  };
  const auto answer_of = [&](const std::string& learner) {
    std::string answer = right_answer();
    const std::string name = "  name: front\n";
    return answer.replace(answer.find(name), name.size(), "  name: " + app_of(learner) + "\n");
  };
  std::string other = "b";  // whose variant is not that of a
  while (app_of(other) == app_of("a")) other += "b";
  sample.hand_in("a", answer_of("a"));
  sample.hand_in("s-7", answer_of(other));
  sample.hand_in("thief", answer_of("a"));
  BatchOptions options = sample.options();
  options.learners = sample.at("class.csv");
  std::ofstream(options.learners) << "s-7," << other << "\nthief," << other << "\n";
  const auto rows = by_name(sample.run(options));
  CHECK(rows.at("a").passed);
  CHECK(rows.at("s-7").passed);
  CHECK_FALSE(rows.at("thief").passed);
}

TEST_CASE("batch: folders that are none, and a report folder that would be a submission") {
  const BatchSample sample;
  CHECK(run_batch(sample.options()).error().kind == ErrorKind::kInvalid);  // holds nothing
  sample.hand_in("anna", right_answer());
  BatchOptions options = sample.options();
  options.report_folder = sample.folder() + "/reports/";
  CHECK(run_batch(options).error().kind == ErrorKind::kInvalid);
  options = sample.options();
  options.folder = sample.at("nowhere");
  CHECK(run_batch(options).error().kind == ErrorKind::kNotFound);
  options = sample.options();
  options.child_program = {"/nonexistent"};
  const BatchResult result = sample.run(options);
  CHECK(result.table.rows.at(0).outcome == Outcome::kNotGraded);
  CHECK(graded_by(sample, sample.options()) == 1);  // nothing was noted of it
}

TEST_CASE("batch: a task and the name of a report survive any bytes") {
  const ChildTask task{"lab", "/a\n\xFF", "\xFF \"'", "l,\n", "7"};
  const auto read = read_task(write_task(task));
  REQUIRE(read.has_value());
  CHECK(read->folder == task.folder);
  CHECK(read->name == task.name);
  CHECK(read->seed == "7");
  CHECK_FALSE(read_task("lab").has_value());
  CHECK(file_name_for("anna-1") == "anna-1");
  CHECK(file_name_for("-rf /") == "%2Drf%20%2F");
  CHECK(file_name_for(std::string(255, '\xFF')).size() <= 200);
  CHECK(file_name_for(std::string(254, 'a')) != file_name_for(std::string(255, 'a')));
}
