// The options of a batch: what is wrong with them is said before anything is graded.
#include <catch2/catch.hpp>
#include <filesystem>

#include "tests/labs/batch_sample.h"
#include "tests/labs/cli_run.h"

using namespace inferlab;        // NOLINT
using namespace inferlab::labs;  // NOLINT
using batch::BatchSample;

namespace {

Ran grade(const BatchSample& sample, const std::vector<std::string>& more) {
  std::vector<std::string> words = {"grade", "--lab", sample.at("small"), "--batch",
                                    sample.folder()};
  words.insert(words.end(), more.begin(), more.end());
  return run(words);
}

}  // namespace

TEST_CASE("batch cli: options that are wrong are exit status 2, and nothing is begun") {
  const BatchSample sample;
  sample.hand_in("anna", batch::right_answer());
  const std::vector<std::vector<std::string>> wrong = {
      {"--submission", sample.folder()},
      {"--format", "junit"},
      {"--time-limit", "soon"},
      {"--time-limit", "0s"},
      {"--memory-limit", "64Mi"},
      {"--jobs", "-1"},
      {"--results", sample.at("a.xls")},
      {"--results", sample.at("nowhere/a.csv")},
      {"--similarity", sample.at("a.html")},
      {"--learners", sample.at("nowhere.csv")},
      {"--state", sample.at("nowhere/state.jsonl")},
      {"--report-folder", sample.folder() + "/reports"},
  };
  for (const auto& words : wrong) {
    const Ran ran = grade(sample, words);
    INFO(words[0] << " " << words[1] << ": " << ran.err);
    CHECK(ran.status == 2);
    CHECK_FALSE(ran.err.empty());
    CHECK(ran.out.empty());
  }
  CHECK_FALSE(std::filesystem::exists(sample.journal()));
  CHECK(run({"grade", "--batch", sample.folder()}).status == 2);
  CHECK(run({"grade", "--lab", sample.at("small")}).status == 2);
  CHECK(run({"grade", "--lab", sample.at("small"), "--submission", sample.folder() + "/anna",
             "--timings"})
            .status == 2);
  CHECK(run({"grade", "--help"}).out.find("--child") == std::string::npos);
}
