#include "tests/labs/web_lab.h"

#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <utility>
#include <vector>

#include "labs/checks/table.h"
#include "labs/grade/runs.h"
#include "labs/grade/submission.h"
#include "labs/spec/load_lab.h"

using namespace inferlab;        // NOLINT
using namespace inferlab::labs;  // NOLINT

namespace {

constexpr std::string_view kHead = R"(id: web
title: A web server
minutes: 5
rows: [K8S-02]
objective: Run it.
prerequisites: [A cluster]
story: There is one.
tasks: [Apply it]
commands: [{run: kubectl get pods, why: Shows the Pods.}]
validation_signals: [It runs]
failure_drills: [{title: Break it, steps: Delete it., expect: It is gone.}]
expected_signals: [Nothing is left]
cluster:
  pools:
    - {name: a, count: 2, zone: zone-a, cpu: 8, memory: 32Gi}
    - {name: b, count: 1, zone: zone-b, cpu: 8, memory: 32Gi}
  images:
    - {repository: web, tags: [v1, latest], size: 10M, behaviour: http-server}
    - {repository: web, tags: [v2], size: 10M, behaviour: http-server}
    - {repository: web, tags: [broken], size: 10M, behaviour: crasher}
traffic:
  - {name: chat, service: front, port: 80, start: 1m, end: 8m, requests_per_second: 2}
hints: [{id: look, when: it is not there, cost: 1, text: Look.}]
mutants: [{id: none, title: nothing is there, removes: [all.yaml], loses: [it]}]
review: {sources: [Kubernetes documentation], reviewed: "2026-11-21"}
)";

}  // namespace

LabSpec load_web_lab(const WebLab& lab, const TempDir& folder) {
  const std::string text = fmt::format(
      "{}{}run:\n  horizon: 10m\n  apply_at: 10s\n{}checks:\n  - id: it\n    kind: {}\n"
      "    title: It holds\n    points: 100\n    rows: [K8S-02]\n    params: {}\n",
      kHead, lab.parameters, lab.run, lab.kind, lab.params);
  folder.write("web/lab.yaml", text);
  for (const auto& [name, file] : lab.files) folder.write("web/" + name, file);
  auto loaded = load_lab(folder.path() + "/web");
  if (!loaded) FAIL(loaded.error().message << " " << loaded.error().hint);
  return std::move(*loaded);
}

std::string web_server(const WebServer& server) {
  return fmt::format(R"(apiVersion: apps/v1
kind: Deployment
metadata: {{name: front}}
spec:
  replicas: {}
  selector: {{matchLabels: {{app: front}}}}
{}  template:
    metadata: {{labels: {{app: front}}}}
    spec:
{}      containers:
        - name: main
          image: {}
          ports: [{{name: http, containerPort: 8000}}]
          readinessProbe: {{httpGet: {{path: /, port: http}}, periodSeconds: 1}}
          lifecycle: {{preStop: {{sleep: {{seconds: 5}}}}}}
{}---
apiVersion: v1
kind: Service
metadata: {{name: front}}
spec:
  selector: {{app: front}}
  ports: [{{port: 80, targetPort: http}}]
)",
                     server.replicas, server.spec, server.pod, server.image, server.container);
}

Finding web_finding(const WebLab& lab, const std::string& manifests, const std::string& answers) {
  const TempDir folder;
  const LabSpec spec = load_web_lab(lab, folder);
  std::vector<SubmissionFile> files = {{"all.yaml", manifests}};
  if (!answers.empty()) files.push_back({std::string(kAnswersFile), answers});
  const auto submission = submission_from_files(files, spec);
  if (!submission) FAIL(submission.error().message);
  Runs runs(spec, *submission);
  const LabCheck& check = spec.checks.front();
  auto finding = find_check_row(check.kind)->run(runs, Params(check.params));
  if (!finding) FAIL(finding.error().message);
  return std::move(*finding);
}
