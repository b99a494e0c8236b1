// The faces of a grade at the command line.
#include <catch2/catch.hpp>
#include <string>

#include "labs/grade/submission.h"
#include "labs/report/formats.h"
#include "labs/spec/catalog.h"
#include "labs/spec/text_file.h"
#include "tests/labs/cli_run.h"

using namespace inferlab::labs;  // NOLINT

namespace {

// An answer of the first lab as a learner would hand it in.
void write_answer(const TempDir& folder, const std::string& answer) {
  const auto lab = find_lab("vllm-inference");
  REQUIRE(lab.has_value());
  const auto files = shipped_answer(*lab, answer);
  REQUIRE(files.has_value());
  for (const SubmissionFile& file : *files) folder.write(file.name, file.text);
}

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("report cli: every format is printed, or written, and changes no exit status") {
  const OwnDataHome home;
  const TempDir starter;
  write_answer(starter, "starter");
  for (const std::string& format : report_format_names()) {
    INFO(format);
    const std::string file = home.dir_.path() + "/report." + format;
    const Ran printed = run(
        {"grade", "--lab", "vllm-inference", "--submission", starter.path(), "--format", format});
    CHECK(printed.status == 1);
    const Ran written = run({"grade", "--lab", "vllm-inference", "--submission", starter.path(),
                             "--format", format, "-o", file});
    CHECK(written.status == 1);
    CHECK(written.out.empty());
    const auto bytes = read_text_file(file, 1 << 22);
    REQUIRE(bytes.has_value());
    CHECK(*bytes == printed.out);
    const TempDir empty;
    const Ran refused =
        run({"grade", "--lab", "vllm-inference", "--submission", empty.path(), "--format", format});
    CHECK(refused.status == 2);
    CHECK(refused.out.empty() == (format == "text"));
  }
  CHECK(contains(run({"grade", "--help"}).out, "gradescope"));
  CHECK(run({"grade", "--lab", "x", "--submission", "y", "--format", "pdf"}).status == 2);
}

TEST_CASE("report cli: a lab that is passed names the next one that is not") {
  const OwnDataHome home;
  const TempDir solution, starter;
  write_answer(solution, "solution");
  write_answer(starter, "starter");
  const Ran passed = run({"lab", "check", "vllm-inference", "--submission", solution.path()});
  CHECK(passed.status == 0);
  const auto labs = list_labs();
  REQUIRE(labs.has_value());
  // The catalogue goes round: the first lab follows the last.
  std::string next;
  for (std::size_t i = 0; i < labs->size(); ++i) {
    if ((*labs)[i].id == "vllm-inference") next = (*labs)[(i + 1) % labs->size()].id;
  }
  if (labs->size() > 1) CHECK(contains(passed.out, "Next: inferlab lab start " + next + "\n"));
  const Ran failed = run({"lab", "check", "vllm-inference", "--submission", starter.path()});
  CHECK_FALSE(contains(failed.out, "Next: "));
}
