// `inferlab lint`: what it takes, where it prints, how it ends. What is wrong with manifests is
// other tests' business.
#include <catch2/catch.hpp>
#include <iostream>
#include <sstream>
#include <string>

#include "labs/lint/check.h"
#include "labs/spec/text_file.h"
#include "sim/api/json.h"
#include "tests/labs/cli_run.h"

using namespace inferlab::labs;  // NOLINT
using inferlab::sim::Value;

namespace {

constexpr const char* kGood =
    "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings, namespace: prod}\n"
    "data: {colour: blue}\n";
constexpr const char* kBad = "apiVersion: v1\nkind: [\n";

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

Value json_of(const std::string& text) {
  const auto out = inferlab::sim::parse_json(text);
  REQUIRE(out.has_value());
  return *out;
}

std::string content_of(const std::string& path) {
  const auto out = read_text_file(path, 1 << 20);
  REQUIRE(out.has_value());
  return *out;
}

/// The standard input of a test.
class Typed {
 public:
  explicit Typed(const std::string& text) : text_(text), before_(std::cin.rdbuf(text_.rdbuf())) {}
  ~Typed() {
    std::cin.rdbuf(before_);
    std::cin.clear();
  }
  Typed(const Typed&) = delete;
  Typed& operator=(const Typed&) = delete;

 private:
  std::istringstream text_;
  std::streambuf* before_;
};

}  // namespace

TEST_CASE("lint: what is good ends with 0, what is not with 1, what cannot be read with 2") {
  const TempDir dir;
  const std::string good = dir.write("good.yaml", kGood);
  const Ran passed = run({"lint", good});
  CHECK(passed.err.empty());
  CHECK(passed.status == 0);
  CHECK(contains(passed.out, "nothing found in 1 object; "));
  const Ran rejected = run({"lint", dir.write("bad.yaml", kBad), good});
  CHECK(rejected.status == 1);
  CHECK(contains(rejected.out, "/bad.yaml:"));
  CHECK(contains(rejected.out, ": error["));
  CHECK(contains(rejected.out, "\nrejected: "));
  const Ran missing = run({"lint", dir.path() + "/missing.yaml"});
  CHECK(missing.status == 2);
  CHECK(contains(missing.err, "/missing.yaml: no such file"));
  const Ran nothing = run({"lint"});
  CHECK(nothing.status == 2);
  CHECK(nothing.err == "inferlab: FILES: name what is to be linted (hint: inferlab lint --help)\n");
}

TEST_CASE("lint: a folder stands for the manifests in it, and - for the standard input") {
  const TempDir dir;
  dir.write("all/one.yaml", kGood);
  dir.write("all/two.yml",
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: other, namespace: prod}\n");
  dir.write("all/notes.txt", kBad);
  CHECK(contains(run({"lint", dir.path() + "/all"}).out, "in 2 objects; "));
  const Typed typed(kGood);
  const Ran ran = run({"lint", "-", dir.path() + "/all/two.yml"});
  CHECK(ran.status == 0);
  CHECK(contains(ran.out, "in 2 objects; "));
}

TEST_CASE("lint: --format chooses the form, -o the place, and the status stays") {
  const TempDir dir;
  const std::string bad = dir.write("bad.yaml", kBad);
  const Ran json = run({"lint", bad, "--format", "json"});
  CHECK(json.status == 1);
  CHECK(json_of(json.out)["verdict"].as_string() == "reject");
  CHECK(json_of(json.out)["findings"][std::size_t{0}]["line"].as_int() >= 2);
  CHECK(json_of(run({"lint", bad, "--format", "sarif"}).out)["version"].as_string() == "2.1.0");
  CHECK(contains(run({"lint", bad, "--format", "junit"}).out, "package=\"inferlab.lint\""));
  CHECK(run({"lint", bad, "--format", "github"}).out.starts_with("::error file="));
  const std::string file = dir.path() + "/report.json";
  const Ran written = run({"lint", bad, "--format", "json", "-o", file});
  CHECK(written.status == 1);
  CHECK(written.out.empty());
  CHECK(contains(written.err, "/report.json: rejected: "));
  CHECK(content_of(file) == json.out);
  CHECK(run({"lint", bad, "--format", "xml"}).status == 2);
  CHECK(run({"lint", bad, "-o", dir.path() + "/missing/report.json"}).status == 2);
}

TEST_CASE("lint: --checks is the catalogue, with all that is known of a check for programs") {
  const Ran text = run({"lint", "--checks"});
  CHECK(text.status == 0);
  const Value list = json_of(run({"lint", "--checks", "--format", "json"}).out);
  REQUIRE(list.size() == lint::check_table().size());
  std::size_t at = 0;
  for (const lint::Check* check : lint::check_table()) {
    INFO(check->id);
    CHECK(contains(text.out, "\n" + std::string(check->id) + " "));
    const Value& row = list[at++];
    CHECK(row["id"].as_string() == check->id);
    CHECK(row["tier"].as_string() == to_string(check->tier));
    CHECK(row["severity"].as_string() == to_string(check->severity));
    CHECK(row["title"].as_string() == check->title);
    CHECK(row["why"].as_string() == check->why);
    CHECK(row["mend"].as_string() == check->mend);
    CHECK(row["rows"].is_array());
  }
  CHECK(run({"lint", "--checks", "--format", "sarif"}).status == 2);
}

TEST_CASE("lint: --ignore takes ids of checks, and says what may be meant") {
  const TempDir dir;
  const std::string good = dir.write("good.yaml", kGood);
  const std::string known(lint::check_table().back()->id);
  const Ran all = run({"lint", good, "--format", "json"});
  const Ran fewer = run({"lint", good, "--format", "json", "--ignore", known});
  CHECK(fewer.status == 0);
  CHECK(json_of(fewer.out)["checks"].as_int() <= json_of(all.out)["checks"].as_int());
  const Ran wrong = run({"lint", good, "--ignore", known + "x"});
  CHECK(wrong.status == 2);
  CHECK(wrong.err == "inferlab: --ignore " + known +
                         "x: there is no such check (hint: did you mean " + known + "?)\n");
  CHECK(
      contains(run({"lint", good, "--ignore", "zzzzzzzzzzzzzzzz"}).err, "inferlab lint --checks"));
  CHECK(run({"lint", "--ignore", known, good, "--ignore", known}).status == 0);
}

TEST_CASE("lint: a context that cannot be read is the caller's to mend") {
  const TempDir dir;
  const std::string good = dir.write("good.yaml", kGood);
  CHECK(run({"lint", good, "--context", dir.write("context.yaml", "kubernetes: \"1.32\"\n")})
            .status == 0);
  const Ran wrong = run({"lint", good, "--context", dir.write("wrong.yaml", "kubernets: \"1\"\n")});
  CHECK(wrong.status == 2);
  CHECK(contains(wrong.err, "wrong.yaml:1:1: kubernets: "));
  CHECK(run({"lint", good, "--context", dir.path() + "/missing.yaml"}).status == 2);
}

TEST_CASE("lint: --fix writes what it mends, says how much, and prints what is left") {
  const TempDir dir;
  // A Pod that gets a token nobody asked for: whatever else is wrong with it stays.
  const std::string text =
      "apiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: prod}\nspec:\n  containers:\n"
      "    - name: web  # the only one\n      image: web\n";
  const std::string file = dir.write("pod.yaml", text);
  const Value before = json_of(run({"lint", file, "--format", "json"}).out);
  std::size_t fixable = 0;
  for (const Value& finding : before["findings"].items()) fixable += finding["fixable"].as_bool();
  REQUIRE(fixable > 0);

  const Ran fixed = run({"lint", file, "--fix", "--format", "json"});
  CHECK(fixed.status == 1);
  CHECK(contains(fixed.err, "/pod.yaml: " + std::to_string(fixable) + " finding"));
  CHECK(contains(fixed.err, " fixed\n"));
  CHECK(json_of(fixed.out)["findings"].size() + fixable == before["findings"].size());
  CHECK(content_of(file) != text);
  CHECK(contains(content_of(file), "# the only one"));
  CHECK(fixed.out == run({"lint", file, "--format", "json"}).out);

  const Typed typed(text);
  const Ran filtered = run({"lint", "-", "--fix"});
  CHECK(filtered.out == content_of(file));
  CHECK(contains(filtered.err, "-: " + std::to_string(fixable) + " finding"));
  CHECK(contains(filtered.err, "checks run\n"));
}

TEST_CASE("lint: --fix leaves alone what is good") {
  const TempDir dir;
  const std::string good = dir.write("good.yaml", kGood);
  const Ran ran = run({"lint", good, "--fix"});
  CHECK(ran.status == 0);
  CHECK(ran.err.empty());
  CHECK(content_of(good) == kGood);
  const Typed typed(kGood);
  CHECK(run({"lint", "-", "--fix"}).out == kGood);
}
