// A session of a lab with incidents that is under way: what is still to come is told by nothing,
// and what is told is what the grade will say.
#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>
#include <string>
#include <vector>

#include "labs/checks/table.h"
#include "labs/grade/grade.h"
#include "labs/grade/shipped.h"
#include "labs/grade/submission.h"
#include "labs/progress/attempt.h"
#include "labs/report/formats.h"
#include "labs/spec/catalog.h"
#include "sim/api/json.h"
#include "tests/labs/temp_dir.h"

using namespace inferlab;        // NOLINT
using namespace inferlab::labs;  // NOLINT
using namespace std::chrono_literals;

namespace {

Submission answer_of(const LabSpec& lab, const std::string& name) {
  const auto files = answer_files(lab, name);
  if (!files) FAIL(files.error().message);
  auto out = submission_from_files(*files, lab);
  if (!out) FAIL(out.error().message);
  return *std::move(out);
}

Report graded(const LabSpec& lab, const Submission& work, std::optional<Duration> present) {
  GradeOptions options;
  options.submission = "session";
  options.present = present;
  auto out = grade(lab, work, options);
  if (!out) FAIL(out.error().message);
  return *std::move(out);
}

const CheckResult& check_of(const Report& report, const std::string& id) {
  const auto found = std::find_if(report.checks.begin(), report.checks.end(),
                                  [&](const CheckResult& check) { return check.id == id; });
  REQUIRE(found != report.checks.end());
  return *found;
}

}  // namespace

TEST_CASE("under way: what was judged stays so, and the rest waits without a loss") {
  const auto lab = find_lab("security-incident");
  REQUIRE(lab.has_value());
  const std::string slow = lab->mutants.front().id;
  for (const std::string& name : {std::string("solution"), std::string("starter"), slow}) {
    const Submission work = answer_of(*lab, name);
    const Report whole = graded(*lab, work, std::nullopt);
    REQUIRE(whole.whole());
    for (const Duration present :
         {Duration{0s}, Duration{4min}, Duration{16min}, Duration{29min}}) {
      INFO(name << " at " << format_duration(present));
      const Report so_far = graded(*lab, work, present);
      REQUIRE(so_far.checks.size() == whole.checks.size());
      CHECK_FALSE(so_far.whole());
      CHECK_FALSE(so_far.passed);
      CHECK(so_far.present == present);
      int judged = 0;
      for (const CheckResult& check : so_far.checks) {
        const CheckResult& later = check_of(whole, check.id);
        INFO(check.id);
        if (check.judged_by) {
          // Any other time would tell when something is to come.
          CHECK(*check.judged_by == lab->horizon);
          CHECK(judged_from(*lab, *lab->check(check.id)) > present);
          CHECK(check.earned == 0);
          CHECK_FALSE(check.passed);
          CHECK(check.hint.empty());
          continue;
        }
        CHECK(judged_from(*lab, *lab->check(check.id)) <= present);
        judged += check.points;
        CHECK(check.earned == later.earned);
        CHECK(check.passed == later.passed);
      }
      CHECK(so_far.points_judged() == judged);
      CHECK(so_far.points == whole.points);
      CHECK(so_far.earned <= judged);
      for (const EvidenceMarker& marker : so_far.evidence.markers) CHECK(marker.at <= present);
      for (const EvidenceSeries& series : so_far.evidence.series) {
        const auto windows = static_cast<std::int64_t>(series.values.size());
        CHECK(so_far.evidence.window * (windows - 1) <= present);
      }
    }
    CHECK(report_json(graded(*lab, work, lab->horizon)) == report_json(whole));
  }
}

TEST_CASE("under way: what an intruder will bring is named by no format") {
  const auto lab = find_lab("security-incident");
  REQUIRE(lab.has_value());
  const std::string mask =
      "app=" + lab->check("contain")->params["mitigated"].items()[1]["params"]["name"].str();
  const Submission work = answer_of(*lab, "starter");
  const Report early = graded(*lab, work, Duration{4min});
  const Report whole = graded(*lab, work, std::nullopt);
  const std::string named = mask.substr(4);
  REQUIRE(named.size() > 2);
  CHECK(report_json(whole).find(named) != std::string::npos);  // else this tests nothing
  for (const std::string& format : report_format_names()) {
    INFO(format);
    CHECK(format_report(early, *report_format(format), {}).find(named) == std::string::npos);
  }
}

TEST_CASE("under way: each kind of check says from when on it is judged") {
  const auto lab = find_lab("security-incident");
  REQUIRE(lab.has_value());
  const Report start = graded(*lab, answer_of(*lab, "solution"), Duration{0s});
  const Duration begin = lab->incidents.front().at;
  CHECK(judged_from(*lab, *lab->check("respond")) == begin + 10min);
  CHECK(judged_from(*lab, *lab->check("contain")) == lab->horizon);
  CHECK(judged_from(*lab, *lab->check("least-privilege")) == lab->horizon);
  // Before anything is applied there is nothing to say of the present; afterwards there is.
  CHECK(check_of(start, "least-privilege").seen.empty());
  const Report later = graded(*lab, answer_of(*lab, "solution"), Duration{4min});
  CHECK(check_of(later, "least-privilege").seen == "it holds now");
  CHECK(check_of(later, "contain").seen.empty());
  const Report begun = graded(*lab, answer_of(*lab, "starter"), Duration{4min});
  CHECK(check_of(begun, "least-privilege").seen.rfind("it does not hold now: ", 0) == 0);
}

TEST_CASE("under way: a lab without incidents is judged whole, whatever its clock says") {
  const auto lab = find_lab("vllm-inference");
  REQUIRE(lab.has_value());
  const Submission work = answer_of(*lab, "starter");
  CHECK(report_json(graded(*lab, work, Duration{0s})) ==
        report_json(graded(*lab, work, std::nullopt)));
}

TEST_CASE("under way: what is no grade yet is no attempt") {
  const TempDir dir;
  const auto lab = find_lab("security-incident");
  REQUIRE(lab.has_value());
  auto progress = Progress::open(dir.path() + "/progress.db");
  REQUIRE(progress.has_value());
  const Submission work = answer_of(*lab, "solution");
  AttemptOptions options;
  options.present = Duration{20min};
  const auto early = grade_attempt(*lab, work, *progress, options);
  REQUIRE(early.has_value());
  CHECK_FALSE(early->passed);
  CHECK(early->next_lab.empty());
  CHECK(progress->lab(lab->id)->attempts == 0);
  options.present = lab->horizon;
  const auto late = grade_attempt(*lab, work, *progress, options);
  REQUIRE(late.has_value());
  CHECK(late->passed);
  CHECK(progress->lab(lab->id)->attempts == 1);
}

TEST_CASE("under way: every format says that there is more to come") {
  const auto lab = find_lab("security-incident");
  REQUIRE(lab.has_value());
  const Report report = graded(*lab, answer_of(*lab, "solution"), Duration{4min});
  const std::string text = report_text(report, Style(false));
  CHECK(text.find("0 of 0 points so far; 100 more to come, 84 needed to pass") !=
        std::string::npos);
  CHECK(text.find("FAIL") == std::string::npos);
  CHECK(text.find("not yet: judged later in the session, at 30m0s at the latest; it holds now") !=
        std::string::npos);
  const auto json = sim::parse_json(report_json(report));
  REQUIRE(json.has_value());
  CHECK((*json)["present"].as_string() == "4m0s");
  CHECK_FALSE((*json)["whole"].as_bool(true));
  CHECK((*json)["checks"].items()[0]["passed"].is_null());
  CHECK((*json)["checks"].items()[0]["judgedBy"].as_string() == "30m0s");
  CHECK(report_html(report).find("… not yet") != std::string::npos);
  CHECK(report_html(report).find("✘") == std::string::npos);
  CHECK(report_junit(report).find("<skipped") != std::string::npos);
  CHECK(report_junit(report).find("<failure") == std::string::npos);
  CHECK(report_github(report).find("::error") == std::string::npos);
  CHECK(report_gradescope(report).find("\"failed\"") == std::string::npos);
  CHECK(report_badge(report).find("so far") != std::string::npos);
}
