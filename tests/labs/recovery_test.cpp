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

TEST_CASE("submission: a file that comes later may bring its own Namespace") {
  const TempDir folder;
  const LabSpec lab = load_web_lab({.kind = "recovery",
                                    .params = in_time("1m"),
                                    .run = R"(  answer_kinds: [Namespace, PersistentVolumeClaim]
  events: [{at: 4m, apply_answer: back.yaml}]
)"},
                                   folder);
  const std::string space = "apiVersion: v1\nkind: Namespace\nmetadata: {name: away}\n---\n";
  std::string claim = kClaim;
  claim.replace(claim.find("{name: data}"), 12, "{name: data, namespace: away}");
  const auto held = submission_from_files({{"back.yaml", space + claim}}, lab);
  if (!held) FAIL(held.error().message);
  CHECK(held->journal.empty());
  const auto nowhere = submission_from_files({{"back.yaml", claim}}, lab);
  REQUIRE_FALSE(nowhere.has_value());
  CHECK_THAT(nowhere.error().message, Contains("namespaces \"away\" not found"));
}

TEST_CASE("submission: what is there today may come back in a form that no change could give it") {
  const TempDir folder;
  const LabSpec lab =
      load_web_lab({.kind = "recovery", .params = in_time("1m"), .run = kLoss}, folder);
  std::string larger = kClaim;
  larger.replace(larger.find("storageClassName: none"), 22, "storageClassName: other");
  const auto held = submission_from_files({{"all.yaml", kClaim}, {"back.yaml", larger}}, lab);
  if (!held) FAIL(held.error().message);
  CHECK(held->late_files.count("back.yaml") == 1);
}

TEST_CASE("check manifest: sees what is held back, beside what is applied at once") {
  const TempDir folder;
  const LabSpec lab = load_web_lab({.kind = "manifest",
                                    .params = "{lint: [cpu-request-missing], kinds: [Deployment]}",
                                    .run = kLoss},
                                   folder);
  const std::string modest =
      web_server({.container = "          resources: {requests: {cpu: 100m}}\n"});
  const auto found = [&](const std::string& before, const std::string& back) {
    const auto submission = submission_from_files({{"all.yaml", before}, {"back.yaml", back}}, lab);
    if (!submission) FAIL(submission.error().message);
    Runs runs(lab, *submission);
    auto finding = find_check_row("manifest")->run(runs, Params(lab.checks.front().params));
    if (!finding) FAIL(finding.error().message);
    return *finding;
  };
  CHECK(found(modest, modest).passed());
  CHECK_THAT(found(modest, web_server()).seen, Contains("cpu-request-missing: Deployment"));
  CHECK_THAT(found(web_server(), modest).seen, Contains("cpu-request-missing: Deployment"));
  CHECK(found("---\n", modest).passed());
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
  // Of a change to what is there, too.
  const auto changed = submission_from_files(
      {{"all.yaml", web_server()}, {"back.yaml", web_server({.spec = "  replica: 2\n"})}}, lab);
  REQUIRE_FALSE(changed.has_value());
  CHECK_THAT(changed.error().message, Contains("unknown field \"spec.replica\""));
  const auto held = submission_from_files({{"all.yaml", "---\n"}, {"back.yaml", kClaim}}, lab);
  REQUIRE(held.has_value());
  CHECK(held->journal.empty());
  CHECK(held->late_files.count("back.yaml") == 1);
}
