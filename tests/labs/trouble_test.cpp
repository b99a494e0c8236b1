// What a report says of an answer that does not run: the cause, once, with the words of the
// cluster.
#include "labs/checks/trouble.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "labs/grade/grade.h"
#include "labs/grade/submission.h"
#include "labs/spec/catalog.h"

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

struct Change {
  std::string from, to;
};

// The report on the lab's solution with parts of its text replaced, each of which stands in it
// once.
Report report_on(const std::vector<Change>& changes, const std::vector<std::string>& checks) {
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
  const auto journal = journal_from_files(*files, first_lab());
  if (!journal) FAIL(journal.error().message);
  const auto report = grade_checks(first_lab(), *journal, checks);
  if (!report) FAIL(report.error().message);
  return *report;
}

CheckResult judged(const std::string& check, const std::vector<Change>& changes) {
  const Report report = report_on(changes, {check});
  REQUIRE(report.checks.size() == 1);
  CHECK_FALSE(report.checks[0].passed);
  return report.checks[0];
}

bool says(const CheckResult& result, const std::string& words) {
  UNSCOPED_INFO(result.id << ": " << result.seen);
  return result.seen.find(words) != std::string::npos;
}

const std::string kGpu = "nvidia.com/gpu: \"1\"";
const std::string kSelector = "  selector:\n    app: vllm-llama\n  ports:";

}  // namespace

TEST_CASE("trouble: a container that ends is told with its exit and its own last words") {
  const CheckResult length = judged("available", {{"\"8192\"", "\"1000000\""}});
  CHECK(says(length, "CrashLoopBackOff"));
  CHECK(says(length, "Error (exit code 1)"));
  CHECK(says(length, "max_model_len (1000000) is greater than"));
  CHECK(length.hint.empty());
  const CheckResult flag =
      judged("available", {{"            - --host\n", "            - --hots\n"}});
  CHECK(says(flag, "unrecognized arguments: --hots"));
  const CheckResult memory = judged("available", {{kGpu, kGpu + "\n              memory: 1Gi"}});
  CHECK(says(memory, "OOMKilled (exit code 137)"));
}

TEST_CASE("trouble: an image that cannot be pulled is named, with the kubelet's message") {
  const CheckResult image = judged("available", {{"ai/vllm:v0.11.0", "ai/vllm:v0.11"}});
  CHECK(says(image, "ImagePullBackOff"));
  CHECK(says(image, "registry.example.com/ai/vllm:v0.11"));
  CHECK(says(image, "not found"));
  CHECK(image.hint.empty());
}

TEST_CASE("trouble: a Pod that is not Ready is told with the last probe that failed") {
  const CheckResult probe =
      judged("available", {{"          readinessProbe:\n            httpGet:\n"
                            "              path: /health\n",
                            "          readinessProbe:\n            httpGet:\n"
                            "              path: /healthz\n"}});
  CHECK(says(probe, "is Running and not Ready: Readiness probe failed: "));
  CHECK(says(probe, "404"));
}

TEST_CASE("trouble: of a container that the kubelet stops for a probe the probe's words are told") {
  const std::string probe =
      "          startupProbe:\n            httpGet:\n              path: /health";
  const CheckResult killed = judged("available", {{probe, probe + "z"}});
  CHECK(says(killed, "Startup probe failed: "));
  CHECK(says(killed, "404"));
}

TEST_CASE("trouble: what is expected of many replicas is said, not what is expected of one") {
  const CheckResult six = judged("available", {{"replicas: 1", "replicas: 6"}});
  CHECK(says(six, "4 of 6 available"));
  CHECK(six.expected.find("all 6 that the Deployment asks for") != std::string::npos);
  CHECK(six.hint == "why-pending");
}

TEST_CASE("trouble: a Service whose Pods wait is not said to select none") {
  const CheckResult waits = judged("service-reaches-server", {{kGpu, "nvidia.com/gpus: \"1\""}});
  CHECK(says(waits, "Service default/vllm-llama selects a Pod that is no endpoint yet: Pod "));
  CHECK(says(waits, "Insufficient nvidia.com/gpus"));
  CHECK(waits.hint.empty());
  const CheckResult none =
      judged("service-reaches-server", {{kSelector, "  selector:\n    app: vllm\n  ports:"}});
  CHECK(says(none, "selects no Pod: none in its namespace has the labels app=vllm"));
  CHECK(none.hint == "three-ports");
}

TEST_CASE("trouble: of a Deployment that no request reaches it is said what is in front of it") {
  const CheckResult latency =
      judged("first-token-is-quick", {{kSelector, "  selector:\n    app: vllm\n  ports:"}});
  CHECK(says(latency,
             "Deployment default/vllm-llama is available, but the clients' requests do not "
             "reach it: Service default/vllm-llama selects no Pod"));
  CHECK_FALSE(says(latency, "is well"));
}

TEST_CASE("trouble: a node that is named past the scheduler is not called a matter of taints") {
  for (const char* check : {"placed-on-inference-pool", "tolerates-only-inference"}) {
    const CheckResult named = judged(
        check, {{"      containers:\n", "      nodeName: inference-a100-0\n      containers:\n"}});
    CHECK(says(named, "spec.nodeName inference-a100-0: that bypasses the scheduler"));
    CHECK_FALSE(says(named, "nothing but a taint"));
  }
}

TEST_CASE("grade: one mistake is told once, the checks that it blocks refer to it") {
  const std::vector<std::string> all = {"placed-on-inference-pool", "available",
                                        "service-reaches-server", "clients-are-answered",
                                        "first-token-is-quick"};
  const Report pending = report_on({{kGpu, "nvidia.com/gpus: \"1\""}}, all);
  for (const CheckResult& check : pending.checks) {
    CHECK_FALSE(check.passed);
    CHECK(check.earned == 0);
    if (check.id == "available") {
      CHECK(check.blocked_by.empty());
      CHECK(check.hint == "why-pending");
      CHECK(says(check, "Insufficient nvidia.com/gpus"));
    } else {
      CHECK(check.blocked_by == "available");
      CHECK(says(check, "blocked by `available`: "));
      CHECK(check.seen.size() < 140);
      CHECK(check.hint.empty());
    }
  }
  const Report service = report_on({{kSelector, "  selector:\n    app: vllm\n  ports:"}}, all);
  CHECK(service.checks[1].passed);
  CHECK(service.checks[2].blocked_by.empty());
  CHECK(service.checks[3].blocked_by == "service-reaches-server");
  CHECK(service.checks[4].blocked_by == "service-reaches-server");
}

TEST_CASE("trouble: what is shortened is no character cut in two") {
  CHECK(shortened("abc", 3) == "abc");
  CHECK(shortened("abcdef", 5) == "ab…");
  CHECK(shortened("aäöü", 6) == "aä…");
}
