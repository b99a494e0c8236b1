// The evidence of a graded run: by scraped series, bounded, and the same each time.
#include "labs/grade/evidence.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <string>

#include "labs/grade/grade.h"
#include "labs/grade/submission.h"
#include "labs/report/formats.h"
#include "labs/spec/catalog.h"

using namespace inferlab;        // NOLINT
using namespace inferlab::labs;  // NOLINT

namespace {

LabSpec first_lab() {
  auto lab = find_lab("vllm-inference");
  if (!lab) FAIL(lab.error().message);
  return *lab;
}

Submission solution_of(const LabSpec& lab) {
  const auto files = shipped_answer(lab, "solution");
  if (!files) FAIL(files.error().message);
  auto submission = submission_from_files(*files, lab);
  if (!submission) FAIL(submission.error().message);
  return *submission;
}

Report graded(const LabSpec& lab, const Submission& submission,
              const std::vector<std::string>& checks = {}) {
  auto report = grade_checks(lab, submission, checks);
  if (!report) FAIL(report.error().message);
  return *report;
}

const EvidenceSeries* find(const Evidence& evidence, std::string_view plot, std::string_view name) {
  for (const EvidenceSeries& series : evidence.series) {
    if (series.plot.starts_with(plot) && series.name == name) return &series;
  }
  return nullptr;
}

double sum_of(const EvidenceSeries& series) {
  double out = 0;
  for (const std::optional<double>& value : series.values) out += value.value_or(0);
  return out;
}

}  // namespace

TEST_CASE("evidence: shows latencies, requests, replicas and GPUs of the graded run") {
  const LabSpec lab = first_lab();
  const Evidence evidence = graded(lab, solution_of(lab)).evidence;
  CHECK(evidence.window == Duration{15s});
  for (const EvidenceSeries& series : evidence.series) CHECK(series.values.size() == 240);
  const EvidenceSeries* ttft = find(evidence, "Time to first token", "p95");
  REQUIRE(ttft != nullptr);
  CHECK_FALSE(ttft->values.front().has_value());  // nothing was answered yet
  const EvidenceSeries* answered = find(evidence, "Requests to ", "answered");
  REQUIRE(answered != nullptr);
  CHECK(sum_of(*answered) > 900);
  const EvidenceSeries* failed = find(evidence, "Requests to ", "failed");
  REQUIRE(failed != nullptr);
  CHECK(sum_of(*failed) > 0);  // before the model had loaded
  CHECK(failed->values.back() == 0);
  const EvidenceSeries* gpus = find(evidence, "GPUs in use", "by memory");
  REQUIRE(gpus != nullptr);
  CHECK(gpus->values.back() == 1);
  const auto replicas =
      std::find_if(evidence.series.begin(), evidence.series.end(),
                   [](const EvidenceSeries& each) { return each.plot == "Available replicas"; });
  REQUIRE(replicas != evidence.series.end());
  CHECK_FALSE(replicas->values.front().has_value());  // there was no Deployment
  CHECK(replicas->values[4] == 0);
  CHECK(replicas->values.back() == 1);
  REQUIRE(evidence.markers.size() == 1);
  CHECK(evidence.markers[0].text == "submission applied");
  CHECK(evidence.markers[0].at == lab.apply_at);
}

TEST_CASE("evidence: the lab's events are markers, in order of time") {
  LabSpec lab = first_lab();
  lab.events = {{.at = 9min, .fault = "node-down", .node = "no-such-node"}};
  const Evidence evidence = graded(lab, solution_of(lab)).evidence;
  REQUIRE(evidence.markers.size() == 2);
  CHECK(evidence.markers[1].at == Duration{9min});
  CHECK(evidence.markers[1].text == "node-down of node no-such-node");
}

TEST_CASE("evidence: a longer run has longer windows, not more of them") {
  LabSpec lab = first_lab();
  lab.horizon = 3h + 7min;
  const Evidence evidence = graded(lab, solution_of(lab)).evidence;
  CHECK(evidence.window == Duration{60s});
  CHECK(evidence.series.size() <= kMostEvidenceSeries);
  for (const EvidenceSeries& series : evidence.series) CHECK(series.values.size() == 187);
  // No request is lost between windows, however long they are.
  const Evidence fine = graded(first_lab(), solution_of(lab)).evidence;
  CHECK(sum_of(*find(evidence, "Requests to ", "answered")) ==
        sum_of(*find(fine, "Requests to ", "answered")));
}

TEST_CASE("evidence: where nothing is submitted nothing is drawn of it") {
  const LabSpec lab = first_lab();
  const Evidence evidence = graded(lab, Submission(sim::Journal())).evidence;
  CHECK(evidence.markers.empty());
  CHECK(find(evidence, "Time to first token", "p95") == nullptr);
  CHECK(find(evidence, "Available replicas", "default/vllm-llama") == nullptr);
  CHECK(find(evidence, "GPUs in use", "by memory") == nullptr);  // none ever is
}

TEST_CASE("evidence: twenty gradings of one submission are the same bytes in every format") {
  const LabSpec lab = first_lab();
  std::vector<std::string> first;
  for (int i = 0; i < 20; ++i) {
    const Report report = graded(lab, solution_of(lab), {"available", "clients-are-answered"});
    std::vector<std::string> all;
    for (const std::string& name : report_format_names()) {
      all.push_back(format_report(report, *report_format(name), {}));
    }
    if (i == 0) first = all;
    CHECK(all == first);
  }
}
