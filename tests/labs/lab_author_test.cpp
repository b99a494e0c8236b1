// What instructors and learners do with labs besides grading: a new lab keeps its promises, files
// are handed out in a learner's variant, pages show what learners may read, certificates hold.
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "labs/grade/coverage.h"
#include "labs/progress/certificate.h"
#include "labs/report/lab_page.h"
#include "labs/report/markdown_html.h"
#include "labs/spec/catalog.h"
#include "labs/spec/rows.h"
#include "sim/api/json.h"
#include "tests/labs/cli_run.h"
#include "tests/labs/temp_dir.h"
#include "tests/labs/xml_reader.h"

using namespace inferlab;        // NOLINT
using namespace inferlab::labs;  // NOLINT

namespace {

std::string read(const std::string& path) {
  std::ostringstream out;
  out << std::ifstream(path).rdbuf();
  return out.str();
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("lab new: what it writes keeps all its promises, for learners too") {
  const TempDir folder;
  const std::string lab = folder.path() + "/my-first-lab";
  const Ran made = run({"lab", "new", lab, "--title", "My first lab"});
  INFO(made.err);
  REQUIRE(made.status == 0);
  CHECK(contains(made.out, "lab.schema.json"));
  CHECK(run({"lab", "lint", lab}).status == 0);
  const Ran tested = run({"lab", "test", lab, "--seeds", "3", "--learners", "20"});
  INFO(tested.out);
  CHECK(tested.status == 0);
  CHECK(contains(tested.out, "20 different ones of 20"));
  CHECK(run({"lab", "watch", lab, "--once"}).status == 0);
  // A folder that is there is not written over.
  CHECK(run({"lab", "new", lab}).status == 2);
  CHECK(run({"lab", "new", folder.path() + "/No Id"}).status == 2);
}

TEST_CASE("lab watch and test: a broken lab is told, and why a check judged as it did") {
  const TempDir folder;
  const std::string lab = folder.path() + "/my-lab";
  REQUIRE(run({"lab", "new", lab}).status == 0);
  const std::string text = read(lab + "/lab.yaml");
  const auto rewrite = [&](const std::string& from, const std::string& to) {
    const std::size_t at = text.find(from);
    REQUIRE(at != std::string::npos);
    std::ofstream(lab + "/lab.yaml") << std::string(text).replace(at, from.size(), to);
  };
  rewrite("minutes:", "minutse:");
  const Ran broken = run({"lab", "watch", lab, "--once"});
  CHECK(broken.status == 2);
  CHECK(contains(broken.err, "did you mean \"minutes\"?"));
  rewrite("loses: [two-copies]", "loses: [knows-why]");
  const Ran wrong = run({"lab", "test", lab});
  CHECK(wrong.status == 1);
  CHECK(contains(wrong.out, "two-copies: never available"));
  CHECK(contains(run({"lab", "test", lab, "--format", "json"}).out, "\"reasons\": [\n"));
  CHECK(run({"lab", "watch", folder.path() + "/none", "--once"}).status == 2);
  // As data each look is one line.
  const auto line = sim::parse_json(run({"lab", "watch", lab, "--once", "--format", "json"}).out);
  REQUIRE(line);
  CHECK_FALSE((*line)["holds"].as_bool(true));
  CHECK((*line)["answers"].size() > 3);
  rewrite("minutes:", "minutse:");
  const Ran looked = run({"lab", "watch", lab, "--once", "--format", "json"});
  CHECK(looked.status == 2);
  CHECK(looked.err.empty());
  const auto errors = sim::parse_json(looked.out);
  REQUIRE(errors);
  REQUIRE((*errors)["errors"].size() > 0);
  CHECK(contains(looked.out, "minutse: unknown field"));
  // What chance may lose is no mistake, lost or not.
  rewrite("loses: [two-copies]", "loses: [two-copies]\n    may_lose: [knows-why]");
  CHECK(run({"lab", "test", lab}).status == 0);
}

TEST_CASE("lab watch: a learner's grade names the command for his hint, and is data as well") {
  const OwnDataHome home;
  const TempDir folder;
  const std::string ann = folder.path() + "/ann";
  REQUIRE(run({"lab", "files", "vllm-inference", ann, "--learner", "ann o'neil"}).status == 0);
  const std::vector<std::string> words = {"lab", "watch",     "vllm-inference", "--submission",
                                          ann,   "--learner", "ann o'neil",     "--once"};
  const Ran text = run(words);
  CHECK(text.status == 1);
  CHECK(contains(text.out, " --learner 'ann o'\\''neil'\n"));
  std::vector<std::string> as_json = words;
  as_json.insert(as_json.end(), {"--format", "json"});
  const Ran data = run(as_json);
  CHECK(data.status == 1);
  CHECK(data.out.find('\n') == data.out.size() - 1);
  const auto grade = sim::parse_json(data.out);
  REQUIRE(grade);
  CHECK((*grade)["learner"].as_string() == "ann o'neil");
  CHECK((*grade)["checks"].items().front().has("passed_before"));
}

TEST_CASE(
    "lab show: as data it has the questions and what an incident may come of, not the answers") {
  const auto lab =
      sim::parse_json(run({"lab", "show", "security-incident", "--format", "json"}).out);
  REQUIRE(lab);
  const sim::Value& incident = (*lab)["incidents"].items().front();
  CHECK(incident["id"].as_string() == "secrets-listed");
  CHECK(incident["causes"].size() > 2);
  CHECK_FALSE(incident.has("cause"));
  const auto quiz = sim::parse_json(run({"lab", "show", "does-it-fit", "--format", "json"}).out);
  REQUIRE(quiz);
  REQUIRE((*quiz)["questions"].size() > 0);
  CHECK_FALSE((*quiz)["questions"].items().front().has("answer"));
  const std::string text = run({"lab", "show", "security-incident"}).out;
  CHECK(contains(text, "leaked-token"));
  CHECK(contains(text, "lab diagnose security-incident CAUSE"));
}

TEST_CASE("lab files: what is held back is not among what kubectl applies") {
  const TempDir folder;
  const std::string path = folder.path() + "/work with spaces";
  const Ran made =
      run({"lab", "files", "security-incident", path, "--answer", "solution", "--learner", "ann"});
  REQUIRE(made.status == 0);
  const std::string command = made.out.substr(made.out.find("Apply them:"));
  CHECK(contains(command, "-f '" + path + "/policy.yaml'"));
  CHECK_FALSE(contains(command, "new-token.yaml"));
  CHECK(contains(command, "--submission '" + path + "' --learner ann\n"));
}

TEST_CASE("lab new: the kinds of checks are told with the forms that they take") {
  const Ran told = run({"lab", "new", "--kinds"});
  CHECK(contains(told.out, "\"event\"  Something that happens to the run"));
  const auto kinds = sim::parse_json(run({"lab", "new", "--kinds", "--format", "json"}).out);
  REQUIRE(kinds);
  bool found = false;
  for (const sim::Value& kind : kinds->items()) {
    for (const sim::Value& param : kind["params"].items()) {
      found = found || (param["name"].as_string() == "change" && param["fields"].size() > 5);
    }
  }
  CHECK(found);
}

TEST_CASE("lab files: the starter and what is handed out, with the learner's names in them") {
  const TempDir folder;
  const std::string ann = folder.path() + "/ann", nobody = folder.path() + "/nobody";
  REQUIRE(run({"lab", "files", "vllm-inference", ann, "--learner", "ann"}).status == 0);
  REQUIRE(run({"lab", "files", "vllm-inference", nobody}).status == 0);
  const std::string own = read(ann + "/deployment.yaml"), plain = read(nobody + "/deployment.yaml");
  CHECK(contains(plain, "name: vllm-llama"));
  CHECK_FALSE(contains(own, "vllm-llama"));
  // The solution of one's own variant solves it, that of nobody's does not.
  REQUIRE(run({"lab", "files", "vllm-inference", ann, "--learner", "ann", "--answer", "solution",
               "--force"})
              .status == 0);
  CHECK(run({"grade", "--lab", "vllm-inference", "--submission", ann, "--learner", "ann"}).status ==
        0);
  CHECK(run({"grade", "--lab", "vllm-inference", "--submission", ann}).status == 1);
  CHECK(run({"lab", "files", "vllm-inference", ann}).status == 2);  // there already
}

TEST_CASE("lab page: well-formed, with the cluster's picture, and without answers") {
  auto labs = list_labs();
  REQUIRE(labs);
  for (const LabSpec& lab : *labs) {
    INFO(lab.id);
    const std::string page = lab_page(lab);
    CHECK_FALSE(read_xml(page, "<!DOCTYPE html>\n").empty());
    CHECK(contains(page, "<svg class=\"cluster\""));
    for (const LabHint& hint : lab.hints) CHECK_FALSE(contains(page, hint.text));
    for (const Question& question : lab.quiz) CHECK_FALSE(contains(page, question.explanation));
    CHECK(contains(lab_markdown(lab), "# " + lab.title));
  }
}

TEST_CASE("markdown_html: HTML in a text is text, and links lead to the web alone") {
  CHECK(markdown_line("a <b> & `c`") == "a &lt;b&gt; &amp; <code>c</code>");
  CHECK_FALSE(contains(markdown_html("[x](javascript:alert(1))"), "javascript"));
  CHECK(contains(markdown_html("[x](https://example.com/a?b=1&c)"), "b=1&amp;c"));
}

TEST_CASE("coverage: every row is graded or says what it waits for") {
  auto labs = list_labs();
  REQUIRE(labs);
  const auto rows = coverage(*labs);
  REQUIRE(rows);
  CHECK(rows->size() == 151);
  std::size_t covered = 0;
  for (const CoverageRow& row : *rows) {
    INFO(row.id);
    CHECK(row.covered == row.why_not.empty());
    CHECK(row.covered == !row.check.empty());
    covered += row.covered ? 1 : 0;
  }
  CHECK(covered >= 60);
}

TEST_CASE("certificate: holds for what was signed, and for nothing else") {
  const auto pair = new_signing_key(), other = new_signing_key();
  REQUIRE(pair);
  REQUIRE(other);
  Report report;
  report.lab_id = "a-lab";
  report.passed = true;
  report.earned = 90;
  report.points = 100;
  const auto certificate = make_certificate(report, "ann", "Ann Example", pair->private_pem);
  REQUIRE(certificate);
  CHECK(verify_certificate(*certificate, pair->public_pem));
  CHECK_FALSE(verify_certificate(*certificate, other->public_pem));
  CHECK_FALSE(verify_certificate(certificate->with("points", 100), pair->public_pem));
  CHECK_FALSE(verify_certificate(certificate->without("signature"), pair->public_pem));
  CHECK_FALSE(verify_certificate(*certificate, pair->private_pem));
  // The same again, to the byte: there is no time in it.
  const auto again = make_certificate(report, "ann", "Ann Example", pair->private_pem);
  REQUIRE(again);
  CHECK(sim::to_json(*again) == sim::to_json(*certificate));
  report.passed = false;
  CHECK(make_certificate(report, "ann", "Ann", pair->private_pem).error().kind ==
        ErrorKind::kInvalid);
}
