// What single checks make of answers that the lab's own mutants do not have.
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "labs/checks/requests.h"
#include "labs/checks/table.h"
#include "labs/grade/grade.h"
#include "labs/grade/runs.h"
#include "labs/grade/submission.h"
#include "labs/spec/catalog.h"
#include "sim/serving/gateway.h"

using namespace inferlab;        // NOLINT
using namespace inferlab::labs;  // NOLINT

namespace {

const LabSpec& first_lab() {
  static const LabSpec lab = [] {
    auto found = find_lab("vllm-inference");
    if (!found) FAIL(found.error().message);
    return *found;
  }();
  return lab;
}

using Change = std::pair<std::string, std::string>;

// The lab's solution with parts of its text replaced, each of which stands in it once.
sim::Journal solution_with(const std::vector<Change>& changes) {
  auto files = read_submission(first_lab().folder + "/solution");
  REQUIRE(files.has_value());
  for (const auto& [from, to] : changes) {
    int found = 0;
    for (SubmissionFile& file : *files) {
      const std::size_t at = file.text.find(from);
      if (at == std::string::npos) continue;
      ++found;
      file.text.replace(at, from.size(), to);
    }
    INFO(from);
    REQUIRE(found == 1);
  }
  auto journal = journal_from_files(*files, first_lab());
  if (!journal) FAIL(journal.error().message);
  return *journal;
}

CheckResult judged(const std::string& check, const std::vector<Change>& changes) {
  const auto report = grade_checks(first_lab(), solution_with(changes), {check});
  if (!report) FAIL(report.error().message);
  REQUIRE(report->checks.size() == 1);
  return report->checks[0];
}

}  // namespace

TEST_CASE("checks: arguments count as the container gets them, not as the manifest spells them") {
  const std::string revision = "7c1f4e2a9d6b83505e1f0c4a8d2b7369f5a0e1c4";
  const CheckResult pinned =
      judged("model-is-pinned",
             {{"            - " + revision, "            - $(REVISION)"},
              {"          ports:\n            - name: http",
               "          env:\n            - name: REVISION\n              value: " + revision +
                   "\n          ports:\n            - name: http"}});
  INFO(pinned.seen);
  CHECK(pinned.passed);
}

TEST_CASE("checks: a key that comes from a Secret is asked for all the same") {
  const CheckResult asks = judged(
      "streams-tokens",
      {{"          ports:\n            - name: http",
        "          env:\n            - name: VLLM_API_KEY\n              valueFrom:\n"
        "                secretKeyRef: {name: key, key: token}\n"
        "          ports:\n            - name: http"},
       {"apiVersion: v1\nkind: Service",
        "apiVersion: v1\nkind: Secret\nmetadata: {name: key}\nstringData: {token: s3cret}\n---\n"
        "apiVersion: v1\nkind: Service"}});
  INFO(asks.seen);
  CHECK_FALSE(asks.passed);
  CHECK(asks.seen.find("answers 401") != std::string::npos);
}

TEST_CASE("checks: a length of -1 is the model's own, for the engine that stands in too") {
  const CheckResult streams = judged("streams-tokens", {{"\"8192\"", "\"-1\""}});
  INFO(streams.seen);
  CHECK(streams.passed);
}

TEST_CASE("checks: what selects nodes does not make a toleration exact") {
  const Change all = {
      "        - key: accelerator.platform.example.com/gpu\n          operator: Equal\n"
      "          value: inference\n          effect: NoSchedule\n",
      "        - operator: Exists\n"};
  const std::string own = "accelerator.platform.example.com/type: nvidia-a100-80gb";
  for (const char* label :
       {"kubernetes.io/hostname: inference-a100-0", "nvidia.com/gpu.product: NVIDIA-A100-80GB-SXM",
        "platform.example.com/pool: inference"}) {
    const CheckResult exact = judged("tolerates-only-inference", {all, {own, label}});
    INFO(label << ": " << exact.seen);
    CHECK_FALSE(exact.passed);
    CHECK(judged("tolerates-only-inference", {{own, label}}).passed);
  }
}

TEST_CASE("checks: a toleration without an effect fits the pool's taint and no other") {
  CHECK(judged("tolerates-only-inference", {{"          effect: NoSchedule\n", ""}}).passed);
}

TEST_CASE("checks: looking takes no client's turn") {
  const Submission journal = solution_with({{"replicas: 1", "replicas: 2"}});
  Runs looked_at(first_lab(), journal), untouched(first_lab(), journal);
  for (const char* id : {"service-reaches-server", "streams-tokens"}) {
    const LabCheck* check = first_lab().check(id);
    REQUIRE(check != nullptr);
    const auto finding = find_check_row(check->kind)->run(looked_at, Params(check->params));
    REQUIRE(finding.has_value());
    INFO(finding->seen);
    CHECK(finding->passed());
  }
  const auto next = [](Runs& runs) {
    auto endpoint = (*runs.run({}))->gateway().pick("default", "vllm-llama", 80);
    REQUIRE(endpoint.has_value());
    return endpoint->pod;
  };
  CHECK(next(looked_at) == next(untouched));
}

TEST_CASE("checks: the gateway's scraped counters say what its records say") {
  const Submission journal = solution_with({});
  Runs runs(first_lab(), journal);
  const auto run = runs.run({});
  REQUIRE(run.has_value());
  std::int64_t answered = 0, failed = 0;
  for (const sim::RequestRecord& record : (*run)->gateway().records()) {
    ++(record.code == 200 ? answered : failed);
  }
  const RequestCount count = count_requests((*run)->telemetry(), "default", "vllm-llama", Time{},
                                            (*run)->simulation().now());
  CHECK(count.answered == answered);
  CHECK(count.ended == answered + failed);
  CHECK(count.unloaded == 0);
}
