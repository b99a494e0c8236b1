// What shells complete at Tab: their own functions, with the program behind them.
#include <catch2/catch.hpp>
#include <filesystem>
#include <string>

#include "tests/support/process.h"

using namespace inferlab::testing;
using namespace std::chrono_literals;

namespace {

// Where `inferlab` is found.
const std::string kBin = std::filesystem::path(INFERLAB_PROGRAM).parent_path().string();

ProcessOptions own_home(const TemporaryFolder& home) {
  ProcessOptions options;
  options.environment = {{"HOME", home.path()}};
  options.timeout = 60s;
  return options;
}

// What bash puts in the place of the word that it takes for the current one. `words`: how bash has
// split the line.
std::string in_bash(const std::string& line, const std::string& words) {
  const TemporaryFolder home;
  const auto script = run_process({INFERLAB_PROGRAM, "completion", "bash"}, own_home(home));
  REQUIRE(script.exit_code == 0);
  const auto done =
      run_process({"bash", "-c",
                   "PATH='" + kBin + "':$PATH\ncompopt() { echo \"compopt $*\"; }\n" + script.out +
                       "COMP_LINE=$1 COMP_POINT=${#1}\n" + "COMP_WORDS=(" + words +
                       ") COMP_CWORD=$((${#COMP_WORDS[@]} - 1))\n_inferlab\n" +
                       "(IFS=' '; echo \"${COMPREPLY[*]}\")",
                   "bash", line},
                  own_home(home));
  INFO(done.err);
  CHECK(done.err.empty());
  return done.out;
}

}  // namespace

TEST_CASE("completion: bash") {
  CHECK(in_bash("inferlab lab sch", "inferlab lab sch") == "schema\n");
  CHECK(in_bash("inferlab   lab  show vllm", "inferlab lab show vllm") == "vllm-inference\n");
  CHECK(in_bash("inferlab grade --format j", "inferlab grade --format j") == "json junit\n");
  // bash takes '=' and '@' for ends of words.
  CHECK(in_bash("inferlab grade --format=ju", "inferlab grade --format = ju") == "junit\n");
  CHECK(in_bash("inferlab lab show --format=", "inferlab lab show --format =") == "text json\n");
  CHECK(in_bash("inferlab lab hint vllm-inference --learner a@b what-m",
                "inferlab lab hint vllm-inference --learner a @ b what-m") == "what-moves\n");
  CHECK(in_bash("inferlab lab check x --submission ", "inferlab lab check x --submission ''") ==
        "compopt -o dirnames\n\n");
  CHECK(in_bash("inferlab lint ", "inferlab lint ''") == "compopt -o default\n\n");
  CHECK(in_bash("inferlab lab diagnose security-incident leaked",
                "inferlab lab diagnose security-incident leaked") == "leaked-token\n");
}

TEST_CASE("completion: fish") {
  if (!find_program("fish")) {
    WARN("skipped: fish is not installed");
    return;
  }
  const TemporaryFolder home;
  const auto complete = [&](const std::string& line) {
    const auto done =
        run_process({"fish", "--no-config", "-c",
                     "set -gx PATH '" + kBin +
                         "' $PATH; inferlab completion fish | source; complete -C $argv[1]",
                     line},
                    own_home(home));
    INFO(done.err);
    return done.out;
  };
  CHECK(complete("inferlab lab sch") == "schema\tprint the JSON Schema of lab.yaml\n");
  CHECK(complete("inferlab lab show vllm") == "vllm-inference\n");
  CHECK(complete("inferlab grade --format=ju") == "--format=junit\n");
  CHECK(complete("inferlab lab hint vllm-inference what-m").starts_with("what-moves"));
  std::filesystem::create_directory(home.path() + "/work");
  CHECK(complete("inferlab lab check x --submission " + home.path() + "/wo")
            .starts_with(home.path() + "/work/"));
}

TEST_CASE("completion: zsh") {
  if (!find_program("zsh")) {
    WARN("skipped: zsh is not installed");
    return;
  }
  const TemporaryFolder home;
  // What the script asks zsh's own functions for.
  const auto complete = [&](const std::string& words, const std::string& prefix) {
    const auto done = run_process(
        {"zsh", "-f", "-c",
         "path=('" + kBin +
             "' $path)\ncompdef() { : }\ncompset() { echo \"compset $*\" }\n"
             "_files() { echo \"files $*\" }\n_describe() { print -l -- \"${(@P)2}\" }\n"
             "source <(inferlab completion zsh)\nwords=(" +
             words + ")\nCURRENT=$#words\nPREFIX=$1\n_inferlab",
         "zsh", prefix},
        own_home(home));
    INFO(done.err);
    CHECK(done.err.empty());
    return done.out;
  };
  CHECK(complete("inferlab lab sch", "sch") == "schema:print the JSON Schema of lab.yaml\n");
  CHECK(complete("inferlab lab show vllm", "vllm") == "vllm-inference\n");
  CHECK(complete("inferlab grade --format=ju", "--format=ju") == "--format=junit\n");
  CHECK(complete("inferlab gra", "gra") == "grade:grade a folder of manifests\n");
  CHECK(complete("inferlab lint ''", "") == "files \n");
  CHECK(complete("inferlab grade --output=x", "--output=x") == "compset -P *=\nfiles \n");
}
