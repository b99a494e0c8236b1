// The commands that reports tell a learner to run: they work where they are pasted.
#include "labs/report/command_words.h"

#include <catch2/catch.hpp>
#include <string>

#include "labs/report/escape.h"
#include "labs/report/formats.h"
#include "tests/labs/report_sample.h"
#include "tests/support/process.h"

using namespace inferlab;        // NOLINT
using namespace inferlab::labs;  // NOLINT

TEST_CASE("command words: a shell reads each word as it was meant") {
  CHECK(shell_word("vllm-inference") == "vllm-inference");
  CHECK(shell_word("./labs/mine") == "./labs/mine");
  CHECK(learner_words("").empty());
  CHECK(learner_words("ann") == " --learner ann");
  CHECK(learner_words("-x") == " --learner='-x'");
  CHECK(session_words("lab", "ann") == " --session lab@ann");
  for (const char* shell : {"bash", "zsh", "fish"}) {
    if (!testing::find_program(shell)) continue;
    for (const std::string word : {"ann", "ann o'neil", "$HOME", "a\\b", "~", "=ls", "*", "a;b",
                                   "\"x\"", "a\\'b", "#1", "", "{a,b}", "!1", "é"}) {
      INFO(shell << ": " << word);
      const auto said = testing::run_process({shell, "-c", "printf %s " + shell_word(word)});
      CHECK(said.out == word);
    }
  }
}

TEST_CASE("report: in every format the command for a hint is the learner's own") {
  Report report = report_sample();
  report.learner = "ann o'neil";
  report.passed = true;
  report.next_lab = "does-it-fit";
  const std::string command =
      "inferlab lab hint vllm-inference what-moves --learner 'ann o'\\''neil'";
  for (const ReportFormat format : {ReportFormat::kText, ReportFormat::kGithub}) {
    CHECK(format_report(report, format, {}).find(command) != std::string::npos);
  }
  // Narrow as it may be, it stays one line.
  CHECK(report_text(report, Style(false), 40).find(command) != std::string::npos);
  for (const ReportFormat format : {ReportFormat::kSarif, ReportFormat::kGradescope}) {
    const std::string in_json =
        "inferlab lab hint vllm-inference what-moves --learner 'ann o'\\\\''neil'";
    CHECK(format_report(report, format, {}).find(in_json) != std::string::npos);
  }
  const std::string page = report_html(report);
  CHECK(page.find(for_xml(command)) != std::string::npos);
  CHECK(page.find(for_xml("--seed 18446744073709551615 --learner 'ann o'\\''neil'")) !=
        std::string::npos);
  const std::string next = "inferlab lab start does-it-fit --learner 'ann o'\\''neil'";
  CHECK(page.find(for_xml(next)) != std::string::npos);
  CHECK(report_text(report, Style(false)).find(next) != std::string::npos);
}
