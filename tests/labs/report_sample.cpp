#include "tests/labs/report_sample.h"

#include <chrono>

using inferlab::labs::CheckResult;
using inferlab::labs::EvidenceMarker;
using inferlab::labs::EvidenceSeries;
using inferlab::labs::Report;

Report report_sample() {
  Report report;
  report.lab_id = "vllm-inference";
  report.lab_title = "Serve Llama with vLLM on a GPU pool";
  report.submission = "mine\x1b[2J";
  report.seed = 18446744073709551615ULL;
  report.horizon = "1h0m0s";
  report.apply_at = "30s";
  report.journal_hash = "00000000000000aa";
  report.run_hash = "00000000000000bb";
  report.checks = {
      {.id = "available",
       .kind = "deployment-available",
       .title = "The Deployment is available",
       .rows = {"K8S-02"},
       .points = 60,
       .earned = 60,
       .passed = true,
       .seen = "available after 3m0s",
       .expected = {},
       .hint = {},
       .blocked_by = {}},
      {.id = "image-is-pinned",
       .kind = "image-pinned",
       .title = "A tag that moves changes nothing",
       .rows = {"RT-01", "TRP-04"},
       .points = 40,
       .earned = 10,
       .passed = false,
       .seen = "container \"a\" & <b>: \x1b[31mred\x1b[0m \xe2\x80\xae"
               "gnp.exe \xff ]]> and so on until the line is long enough to be broken in two",
       .expected = "the same image",
       .hint = "what-moves",
       .blocked_by = {}},
  };
  report.points = 100;
  report.earned = 70;
  report.pass_points = 100;
  report.hints_used = {"what-moves", "why-pending"};
  report.hint_cost = 4;
  report.evidence = {
      .window = inferlab::Duration{std::chrono::seconds(15)},
      .series = {{"Time to first token", "p95", "s", {{}, 0.21, 0.3055, {}, 0.4}},
                 {"Requests to default/vllm", "answered", "requests", {0, 12, 14, 3, 0}},
                 {"Requests to default/vllm", "failed", "requests", {0, 0, 0, 9, 0}}},
      .markers = {{std::chrono::seconds(1), "submission applied"},
                  {std::chrono::seconds(40), "node-down of node <gpu-0>"}}};
  return report;
}

Report report_full_of(const std::string& text) {
  Report report = report_sample();
  report.lab_title = report.submission = text;
  for (CheckResult& check : report.checks) check.title = check.seen = check.expected = text;
  for (EvidenceSeries& series : report.evidence.series) series.plot = series.name = text;
  for (EvidenceMarker& marker : report.evidence.markers) marker.text = text;
  report.notes = {text};
  return report;
}
