// The command line: exit statuses, where things are printed, and that data comes as JSON too.
#include "labs/cli/cli.h"

#include <catch2/catch.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "labs/spec/text_file.h"
#include "sim/api/json.h"
#include "tests/labs/cli_run.h"
#include "tests/labs/temp_dir.h"

using namespace inferlab::labs;  // NOLINT

namespace {

class Extra final : public Command {
 public:
  void declare(Args& args) override { args.positional("WORD", word_, "a word"); }
  inferlab::Result<int> run(Terminal& terminal) override {
    terminal.out << word_;
    return 7;
  }

 private:
  std::string word_;
};

}  // namespace

TEST_CASE("cli: help and version are answers, wrong usage is an error with a hint") {
  CHECK(run({"--version"}).out.substr(0, 9) == "inferlab ");
  const Ran help = run({"--help"});
  CHECK(help.status == 0);
  for (const char* command : {"lab", "grade", "serve", "model", "doctor", "bench"}) {
    CHECK(help.out.find(command) != std::string::npos);
  }
  const Ran wrong = run({"lab", "shwo"});
  CHECK(wrong.status == 2);
  CHECK(wrong.out.empty());
  CHECK(wrong.err.substr(0, 10) == "inferlab: ");
  CHECK(wrong.err.find("(hint: inferlab lab --help)") != std::string::npos);
  CHECK(run({"grade", "--lab", "x"}).status == 2);
  CHECK(run({"grade", "--lab", "x", "--submission", "y", "--format", "html"}).status == 2);
  CHECK(run({"grade", "--lab", "x", "--submission", "y", "--seed", "-1"}).status == 2);
}

TEST_CASE("cli: every command has help") {
  for (const CommandRow& row : command_table()) {
    std::vector<std::string> words;
    std::istringstream path{std::string(row.path)};
    for (std::string word; path >> word;) words.push_back(word);
    words.emplace_back("--help");
    const Ran ran = run(words);
    INFO(row.path);
    CHECK(ran.status == 0);
    CHECK(ran.out.find(std::string(row.summary)) != std::string::npos);
  }
}

TEST_CASE("cli: main can add commands and a main job") {
  CliHooks hooks;
  hooks.commands = {{"lab extra", "more", make_command<Extra>},
                    {"ui", "window", make_command<Extra>}};
  hooks.no_arguments = [](Terminal& terminal) {
    terminal.out << "main job";
    return 5;
  };
  CHECK(run({}, hooks).status == 5);
  CHECK(run({"ui", "word"}, hooks).out == "word");
  CHECK(run({"lab", "extra", "x"}, hooks).status == 7);
  CHECK(run({}).out.find("Usage") != std::string::npos);
}

TEST_CASE("cli: labs are listed and shown as text and as JSON") {
  const OwnDataHome home;
  const Ran list = run({"lab", "list"});
  CHECK(list.status == 0);
  CHECK(list.out.find("vllm-inference") != std::string::npos);
  CHECK(inferlab::sim::parse_json(run({"lab", "list", "--format", "json"}).out).has_value());
  CHECK(run({"lab", "show", "vllm-inference"}).out.find("Objective") != std::string::npos);
  CHECK(inferlab::sim::parse_json(run({"lab", "show", "vllm-inference", "--format", "json"}).out)
            .has_value());
  const Ran unknown = run({"lab", "show", "vllm-inferense"});
  CHECK(unknown.status == 2);
  CHECK(
      unknown.err ==
      "inferlab: lab \"vllm-inferense\": there is none (hint: did you mean \"vllm-inference\"?)\n");
  CHECK(run({"lab", "schema"}).out.find("draft-07") != std::string::npos);
  CHECK(run({"lab", "lint", "vllm-inference"}).status == 0);
  CHECK(run({"lab", "lint", "/nowhere"}).status == 2);
}

TEST_CASE("cli: a hint is listed for nothing, costs once, and is forgotten by reset") {
  const OwnDataHome home;
  CHECK(run({"lab", "hint", "vllm-inference"}).out.find("why-pending") != std::string::npos);
  CHECK(run({"lab", "hint", "vllm-inference", "why-pending"}).out.find("(costs 2 points)") !=
        std::string::npos);
  CHECK(run({"lab", "hint", "vllm-inference", "why-pending"}).out.find("(paid for already)") !=
        std::string::npos);
  const Ran unknown = run({"lab", "hint", "vllm-inference", "why-pendin"});
  CHECK(unknown.status == 2);
  CHECK(unknown.err.find("did you mean \"why-pending\"?") != std::string::npos);
  CHECK(run({"lab", "reset", "vllm-inference"}).status == 0);
  CHECK(run({"lab", "hint", "vllm-inference", "why-pending"}).out.find("(costs 2 points)") !=
        std::string::npos);
  CHECK(run({"lab", "check", "vllm-inference"}).status == 2);  // nothing has been done
}

TEST_CASE("cli: grading says 0 for passed, 1 for failed, 2 for bad input") {
  const OwnDataHome home;
  const std::string root = std::string(INFERLAB_SOURCE_DIR) + "/scenarios/vllm-inference/";
  const std::string file = home.dir_.path() + "/report.xml";
  const Ran solved = run({"grade", "--lab", "vllm-inference", "--submission", root + "solution",
                          "--format", "junit", "-o", file});
  CHECK(solved.status == 0);
  CHECK(solved.out.empty());
  CHECK(read_text_file(file, 1 << 20)->find("failures=\"0\"") != std::string::npos);

  const Ran starter = run(
      {"grade", "--lab", "vllm-inference", "--submission", root + "starter", "--format", "json"});
  CHECK(starter.status == 1);
  const auto report = inferlab::sim::parse_json(starter.out);
  REQUIRE(report.has_value());
  CHECK((*report)["schema"].as_string() == "inferlab.report/v1");
  CHECK_FALSE((*report)["passed"].as_bool(true));

  const TempDir bad;
  bad.write("d.yaml", "kind: Deployment\n");
  const Ran broken = run({"grade", "--lab", "vllm-inference", "--submission", bad.path()});
  CHECK(broken.status == 2);
  CHECK(broken.err.substr(0, 46) == "inferlab: d.yaml:1:1: apiVersion: is missing (");
  CHECK(run({"grade", "--lab", "nolab", "--submission", bad.path()}).status == 2);
  CHECK(run({"grade", "--lab", "vllm-inference", "--submission", root + "solution", "-o",
             "/nowhere/report"})
            .status == 2);
}

TEST_CASE("cli: an attempt is recorded with the hints that were used") {
  const OwnDataHome home;
  const std::string root = std::string(INFERLAB_SOURCE_DIR) + "/scenarios/vllm-inference/";
  REQUIRE(run({"lab", "hint", "vllm-inference", "how-long"}).status == 0);
  const Ran checked = run({"lab", "check", "vllm-inference", "--submission", root + "starter"});
  CHECK(checked.status == 1);
  CHECK(checked.out.find("Hints used: how-long (-3 points)") != std::string::npos);
  CHECK(run({"lab", "list"}).out.find("tried") != std::string::npos);
}

TEST_CASE("cli: doctor and model say what they found") {
  const OwnDataHome home;
  const Ran doctor = run({"doctor", "--format", "json"});
  const auto found = inferlab::sim::parse_json(doctor.out);
  REQUIRE(found.has_value());
  CHECK(found->size() >= 8);
  const Ran info = run({"model", "info", "--format", "json"});
  CHECK(info.status == 0);
  const auto model = inferlab::sim::parse_json(info.out);
  REQUIRE(model.has_value());
  CHECK((*model)["parameters"].as_int() > 1'000'000);
  CHECK(run({"model", "info", "/nowhere.gguf"}).status == 2);
  CHECK(run({"model", "list"}).out.find("inferlab-tiny.gguf") != std::string::npos);
}
