// What counts as a right answer to a question, and what as none.
#include "labs/spec/quiz.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "labs/grade/submission.h"
#include "labs/spec/load_lab.h"
#include "sim/api/yaml.h"
#include "tests/labs/small_lab.h"
#include "tests/labs/temp_dir.h"

using namespace inferlab;        // NOLINT
using namespace inferlab::labs;  // NOLINT

namespace {

constexpr std::string_view kQuiz = R"(questions:
  - id: one
    type: single
    text: Which?
    options: [{id: taint, text: A}, {id: quota, text: B}, {id: "3", text: C}]
    answer: [taint]
    explanation: So.
  - id: some
    type: multiple
    text: Which ones?
    options: [{id: a, text: A}, {id: b, text: B}, {id: c, text: C}]
    answer: [c, a]
    explanation: So.
  - id: steps
    type: order
    text: In which order?
    options: [{id: a, text: A}, {id: b, text: B}, {id: c, text: C}]
    answer: [c, a, b]
    explanation: So.
  - id: why
    type: cause
    text: What brought it about?
    options: [{id: disk, text: A}, {id: driver, text: B}]
    answer: [driver]
    explanation: So.
  - id: size
    type: number
    text: How much?
    number: {value: 16, unit: GiB, tolerance: 0.05}
    explanation: So.
  - id: count
    type: number
    text: How many?
    number: {value: 3, tolerance: 0}
    explanation: So.
)";

LabSpec quiz_lab() {
  auto lab = parse_lab(kSmallLab, "lab.yaml");
  if (!lab) FAIL(lab.error().message);
  std::vector<Error> errors;
  lab->quiz = read_quiz(kQuiz, "quiz.yaml", errors);
  if (!errors.empty()) FAIL(errors.front().message);
  return std::move(*lab);
}

// "right", "wrong", or "none" for what is no answer to the question.
std::string judged(const std::string& id, const std::string& answer) {
  const LabSpec lab = quiz_lab();
  const Question* question = lab.question(id);
  REQUIRE(question != nullptr);
  const auto documents = sim::parse_yaml("x: " + answer, "answer");
  REQUIRE(documents.has_value());
  const auto right = is_right(*question, documents->front().value["x"], question->number);
  return !right ? "none" : *right ? "right" : "wrong";
}

// What is said of an answers.txt with this text.
std::string said(const std::string& text) {
  const LabSpec lab = quiz_lab();
  const auto submission = submission_from_files({{std::string(kAnswersFile), text}}, lab);
  if (submission) return submission->answers.is_null() ? "no answers" : "answers";
  const Error& error = submission.error();
  CHECK(error.kind == ErrorKind::kInvalid);
  return error.hint.empty() ? error.message : error.message + " (hint: " + error.hint + ")";
}

}  // namespace

TEST_CASE("quiz: a number is read in its unit, or in one of the same kind") {
  CHECK(number_in("16 GiB", "GiB") == 16);
  CHECK(number_in("16GiB", "GiB") == 16);
  CHECK(number_in("  16  ", "GiB") == 16);
  CHECK(number_in("16384 MiB", "GiB") == 16);
  CHECK(number_in("0.5 TiB", "GiB") == 512);
  CHECK(number_in("1024 KiB", "B") == 1048576);
  CHECK(number_in("2 GB", "MB") == 2000);
  CHECK(*number_in("16 GB", "GiB") == Approx(14.901).epsilon(1e-4));
  CHECK(number_in("16Gi", "GiB") == 16);
  CHECK(number_in("1.5 min", "s") == 90);
  CHECK(number_in("90 s", "min") == 1.5);
  CHECK(number_in("250 ms", "s") == 0.25);
  CHECK(number_in("2 h", "m") == 120);
  CHECK(number_in("12.5 %", "%") == 12.5);
  CHECK(number_in("3 USD", "$") == 3);
  CHECK(number_in("3", "") == 3);
  CHECK(number_in("-3", "") == -3);
  CHECK(number_in("1e3", "") == 1000);
  CHECK(number_in("7 tokens", "tokens") == 7);  // a unit that needs no conversion
  for (const char* none : {"", " ", "GiB", "many", "1,5", "3 s", "3 gib", "16 GiB or so", "nan",
                           "inf", "1e999", "0x10", "- 3", "3 4"}) {
    INFO(none);
    CHECK_FALSE(number_in(none, "GiB").has_value());
  }
  CHECK_FALSE(number_in("3 GiB", "").has_value());
  CHECK_FALSE(number_in("3 GiB", "tokens").has_value());
}

TEST_CASE("quiz: of one option, itself") {
  CHECK(judged("one", "taint") == "right");
  CHECK(judged("one", "[taint]") == "right");
  CHECK(judged("one", "quota") == "wrong");
  CHECK(judged("one", "3") == "wrong");  // an id, though YAML reads a number
  CHECK(judged("one", "[taint, quota]") == "wrong");
  CHECK(judged("one", "Taint") == "none");
  CHECK(judged("one", "{taint: true}") == "none");
  CHECK(judged("one", "true") == "none");
  CHECK(judged("why", "driver") == "right");
  CHECK(judged("why", "disk") == "wrong");
}

TEST_CASE("quiz: of several options, all of them in any order and no other") {
  CHECK(judged("some", "[a, c]") == "right");
  CHECK(judged("some", "[c, a]") == "right");
  CHECK(judged("some", "[a]") == "wrong");
  CHECK(judged("some", "[a, b, c]") == "wrong");
  CHECK(judged("some", "[a, a, c]") == "wrong");
  CHECK(judged("some", "a") == "wrong");
  CHECK(judged("some", "[]") == "wrong");
  CHECK(judged("some", "[a, d]") == "none");
  // As people write lists who do not write YAML.
  CHECK(judged("some", "a, c") == "right");
  CHECK(judged("some", "c,a,") == "right");
  CHECK(judged("some", "a, d") == "none");
  CHECK(judged("some", "\", \"") == "none");
}

TEST_CASE("quiz: of an order, that one") {
  CHECK(judged("steps", "[c, a, b]") == "right");
  CHECK(judged("steps", "[a, b, c]") == "wrong");
  CHECK(judged("steps", "[c, a]") == "wrong");
  CHECK(judged("steps", "[c, a, x]") == "none");
  CHECK(judged("steps", "c, a, b") == "right");
}

TEST_CASE("quiz: of a number, what lies within its tolerance") {
  CHECK(judged("size", "16 GiB") == "right");
  CHECK(judged("size", "16.8") == "right");
  CHECK(judged("size", "15.2 GiB") == "right");
  CHECK(judged("size", "16.81") == "wrong");
  CHECK(judged("size", "15.19") == "wrong");
  CHECK(judged("size", "16384 MiB") == "right");
  CHECK(judged("size", "16 GB") == "wrong");
  CHECK(judged("size", "16 s") == "none");
  CHECK(judged("size", "[16]") == "none");
  CHECK(judged("size", "~") == "none");
  CHECK(judged("count", "3") == "right");
  CHECK(judged("count", "3.0") == "right");
  CHECK(judged("count", "\"3\"") == "right");
  CHECK(judged("count", "4") == "wrong");
}

TEST_CASE("quiz: a measured number is judged by what was measured") {
  Question question;
  question.type = Question::Type::kNumber;
  question.tolerance = 0.1;
  CHECK(is_right(question, sim::Value(11.0), 10) == true);
  CHECK(is_right(question, sim::Value(8.9), 10) == false);
  CHECK(is_right(question, sim::Value(-11.0), -10) == true);
  CHECK(is_right(question, sim::Value(0), 0) == true);
  CHECK(is_right(question, sim::Value(1), 0) == false);
}

// kubectl apply -f FOLDER takes every .yaml file for a manifest, and stops at one that is none.
TEST_CASE("quiz: the answers of a folder are in a file that kubectl passes over, or as of old") {
  const LabSpec lab = quiz_lab();
  for (const char* name : {"answers.txt", "answers.yaml"}) {
    const TempDir dir;
    dir.write(name, "one: taint\n");
    const auto submission = submission_from_folder(dir.path(), lab);
    REQUIRE(submission.has_value());
    CHECK(submission->journal.empty());
    CHECK(submission->answers["one"].as_string() == "taint");
    CHECK((*answers_in(dir.path(), lab))["one"].as_string() == "taint");
    dir.write("notes.txt", "mine");
    CHECK(read_submission(dir.path())->size() == 1);
  }
  const TempDir dir;
  dir.write("answers.txt", "one: taint\n");
  dir.write("answers.yaml", "one: quota\n");
  const auto both = submission_from_folder(dir.path(), lab);
  REQUIRE_FALSE(both.has_value());
  CHECK(both.error().message == "answers.yaml: there is answers.txt, too");
}

TEST_CASE("quiz: what is wrong with answers.txt is told with its place") {
  CHECK(said("one: taint\nsize: 16 GiB\n") == "answers");
  CHECK(said("# later\n") == "no answers");
  CHECK(said("one: taint\nsoem: [a]\n") ==
        "answers.txt:2:1: soem: is no question of this lab (hint: known: one, some, steps, why, "
        "size, count)");
  CHECK(said("one: taint\nstep: [a]\n") ==
        "answers.txt:2:1: step: is no question of this lab (hint: did you mean \"steps\"?)");
  CHECK(said("- one: taint\n") ==
        "answers.txt:1:1: must be one map, from questions to answers (hint: as in: why-pending: "
        "taint)");
  CHECK(said("one: taint\n---\none: quota\n").starts_with("answers.txt:1:1: must be one map"));
  CHECK(said("one: taint\none: quota\n") ==
        "answers.txt:1:1: one: stands here twice (hint: keep one of them)");
  CHECK(said("one: [taint\n").starts_with("answers.txt:2:1: not valid YAML"));
}

TEST_CASE("quiz: a lab that asks nothing takes no answers") {
  const auto lab = parse_lab(kSmallLab, "lab.yaml");
  REQUIRE(lab.has_value());
  const auto submission = submission_from_files({{std::string(kAnswersFile), "one: taint"}}, *lab);
  REQUIRE_FALSE(submission.has_value());
  CHECK(submission.error().message == "answers.txt:1:1: one: is no question of this lab");
  CHECK(submission.error().hint == "the lab asks no questions");
}
