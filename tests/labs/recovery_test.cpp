// A loss, and a file of the answer that is applied after it.
#include <catch2/catch.hpp>
#include <string>
#include <utility>
#include <vector>

#include "labs/checks/table.h"
#include "labs/grade/runs.h"
#include "labs/grade/submission.h"
#include "tests/labs/web_lab.h"

using namespace inferlab;        // NOLINT
using namespace inferlab::labs;  // NOLINT
using Catch::Contains;

namespace {

constexpr const char* kLoss = R"(  answer_kinds: [Deployment, Service, PersistentVolumeClaim]
  events:
    - {at: 3m, delete: Deployment, workload: default/front}
    - at: 4m
      apply_answer: back.yaml
      fill: [{word: ADDRESS, kind: Service, where: {.metadata.name: front}, path: .spec.type}]
)";

constexpr const char* kClaim = R"(apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: data}
spec: {storageClassName: none, accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
)";

struct Graded {
  Finding finding;
  sim::Value back;  // the Deployment at the end
};

Graded graded(const std::string& params, const std::string& back,
              const std::string& before = web_server()) {
  const TempDir folder;
  const LabSpec lab = load_web_lab({.kind = "recovery", .params = params, .run = kLoss}, folder);
  const auto submission = submission_from_files({{"all.yaml", before}, {"back.yaml", back}}, lab);
  if (!submission) FAIL(submission.error().message);
  Runs runs(lab, *submission);
  auto finding = find_check_row("recovery")->run(runs, Params(lab.checks.front().params));
  if (!finding) FAIL(finding.error().message);
  const auto run = runs.run({});
  REQUIRE(run.has_value());
  const sim::ObjectPtr left = (*run)->store().get({"deployments.apps", "default", "front"});
  return {std::move(*finding), left == nullptr ? sim::Value() : left->document};
}

std::string in_time(const char* rto) {
  return std::string("{deployment: front, lost_at: 3m, rto: ") + rto + "}";
}

}  // namespace

TEST_CASE("check recovery: a file that was held back is applied after the loss, in time or not") {
  const Graded back = graded(in_time("90s"), web_server());
  INFO(back.finding.seen);
  CHECK(back.finding.passed());
  const Graded late = graded(in_time("1m"), web_server());
  CHECK_FALSE(late.finding.passed());
  CHECK_THAT(late.finding.seen, Contains("available again after 1m"));
  CHECK_THAT(late.finding.expected, Contains("at most 1m0s after the loss at 3m0s"));
}

TEST_CASE("check recovery: a Deployment that does not come back, or was never there") {
  const Graded broken = graded(in_time("90s"), web_server({.image = "web:broken"}));
  CHECK_FALSE(broken.finding.passed());
  CHECK_THAT(broken.finding.seen, Contains("not available again"));
  const Graded never = graded(in_time("90s"), web_server(), "---\n");
  CHECK_THAT(never.finding.seen, Contains("nothing was lost"));
}

TEST_CASE("check recovery: a claim of after the loss that was made of nothing has no data") {
  const std::string params = "{deployment: front, claim: data, lost_at: 3m, rpo: 5m}";
  CHECK_THAT(graded(params, web_server()).finding.seen, Contains("there is no claim default/data"));
  CHECK_THAT(graded(params, kClaim).finding.seen, Contains("claim default/data is Pending"));
}

TEST_CASE("event player: what an operator looks up stands in the file that is applied") {
  const Graded back =
      graded(in_time("90s"),
             web_server({.container = "          env: [{name: AT, value: at ADDRESS}]\n"}));
  const sim::Value& container = back.back["spec"]["template"]["spec"]["containers"][std::size_t{0}];
  CHECK(container["env"][std::size_t{0}]["value"].as_string() == "at ClusterIP");
}

TEST_CASE("submission: a mistake in a file that comes later is told today") {
  const TempDir folder;
  const LabSpec lab =
      load_web_lab({.kind = "recovery", .params = in_time("1m"), .run = kLoss}, folder);
  const auto refused = submission_from_files(
      {{"all.yaml", web_server()}, {"back.yaml", std::string(kClaim) + "  accessmodes: []\n"}},
      lab);
  REQUIRE_FALSE(refused.has_value());
  CHECK_THAT(refused.error().message, Contains("back.yaml:"));
  const auto held = submission_from_files({{"all.yaml", "---\n"}, {"back.yaml", kClaim}}, lab);
  REQUIRE(held.has_value());
  CHECK(held->journal.empty());
  CHECK(held->late_files.count("back.yaml") == 1);
}
