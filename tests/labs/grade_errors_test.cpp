// A submission that cannot be graded leaves a report all the same: CI looks for a file.
#include <catch2/catch.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "labs/cli/cli.h"
#include "labs/spec/text_file.h"
#include "sim/api/json.h"
#include "tests/labs/temp_dir.h"

using namespace inferlab::labs;  // NOLINT

namespace {

struct Ran {
  int status;
  std::string out, err;
};

Ran grade(std::vector<std::string> words) {
  const std::vector<std::string> head = {"inferlab", "grade", "--lab", "vllm-inference",
                                         "--submission"};
  words.insert(words.begin(), head.begin(), head.end());
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  std::ostringstream out, err;
  Terminal terminal{out, err, Style(false)};
  const int status = run_cli(static_cast<int>(argv.size()), argv.data(), {}, terminal);
  return {status, out.str(), err.str()};
}

}  // namespace

TEST_CASE("grade: what is wrong with a manifest stands in the report file too") {
  const TempDir bad, out;
  bad.write("d.yaml", "kind: Deployment\n");
  const std::string file = out.path() + "/report.xml";
  const Ran junit = grade({bad.path(), "--format", "junit", "-o", file});
  CHECK(junit.status == 2);
  CHECK(junit.err.find("inferlab: d.yaml:1:1: apiVersion: is missing") != std::string::npos);
  const auto xml = read_text_file(file, 1 << 20);
  REQUIRE(xml.has_value());
  CHECK(xml->find("<error message=\"d.yaml:1:1: apiVersion: is missing\"") != std::string::npos);
  const Ran json = grade({bad.path(), "--format", "json"});
  CHECK(json.status == 2);
  const auto report = inferlab::sim::parse_json(json.out);
  REQUIRE(report.has_value());
  CHECK((*report)["errors"][std::size_t{0}]["line"].as_int() == 1);
  CHECK(grade({bad.path()}).out.empty());
}

TEST_CASE("grade: a seed below zero is no seed") {
  const Ran ran = grade({".", "--seed", "-1"});
  CHECK(ran.status == 2);
  CHECK(ran.err.find("--seed") != std::string::npos);
}
