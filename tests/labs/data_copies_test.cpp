// Where somebody's data lies in a run, and what is said when it has been deleted, or not.
#include <catch2/catch.hpp>
#include <string>

#include "labs/checks/data_inventory.h"
#include "labs/checks/table.h"
#include "labs/grade/runs.h"
#include "labs/grade/submission.h"
#include "tests/labs/web_lab.h"

using namespace inferlab;        // NOLINT
using namespace inferlab::labs;  // NOLINT
using Catch::Contains;

namespace {

// A Pod that writes files and a log line, and a ConfigMap with a text.
constexpr const char* kGiven = R"(apiVersion: v1
kind: ConfigMap
metadata: {name: notes, namespace: default}
data: {text: "asked by jane@globex.example"}
---
apiVersion: v1
kind: Pod
metadata: {name: keeper, namespace: default}
spec:
  nodeName: b-0
  terminationGracePeriodSeconds: 1
  containers:
    - name: keeper
      image: web:v1
      command: [sh, -c]
      args:
        - |
          mkdir -p /data/globex /data/globex-labs /node/x
          touch /data/globex/1 /data/globex-labs/1
          echo of globex > /node/x/notes
          echo globex asks
          sleep infinity
      volumeMounts: [{name: data, mountPath: /data}, {name: node, mountPath: /node}]
  volumes:
    - {name: data, emptyDir: {}}
    - {name: node, hostPath: {path: /srv}}
)";

constexpr const char* kEraser = R"(apiVersion: v1
kind: Pod
metadata: {name: eraser, namespace: default}
spec:
  nodeName: b-0
  restartPolicy: Never
  containers:
    - name: eraser
      image: web:v1
      command: [rm, /node/notes]
      volumeMounts: [{name: node, mountPath: /node, subPath: x}]
  volumes: [{name: node, hostPath: {path: /srv}}]
)";

constexpr const char* kAllGone = R"(actions:
  - {at: 4m, delete: ConfigMap/default/*, where: {.metadata.name: notes}}
  - {at: 5m, apply: eraser.yaml}
  - {at: 6m, delete: Pod/default/keeper}
)";

Finding finding(const std::string& params, const std::string& actions,
                const std::string& record = {}) {
  const TempDir folder;
  const LabSpec lab = load_web_lab({.kind = "data-copies",
                                    .params = params,
                                    .run = "  given: given\n  actions: true\n",
                                    .files = {{"given/data.yaml", kGiven}}},
                                   folder);
  std::vector<SubmissionFile> files{
      {"actions.yaml", actions}, {"all.yaml", web_server()}, {"eraser.yaml", kEraser}};
  if (!record.empty()) files.push_back({"record.yaml", record});
  const auto submission = submission_from_files(files, lab);
  if (!submission) FAIL(submission.error().message);
  Runs runs(lab, *submission);
  auto found = find_check_row("data-copies")->run(runs, Params(lab.checks.front().params));
  if (!found) return Finding::fail("error: " + found.error().message, "");
  return std::move(*found);
}

std::string record_of(const char* time) {
  return std::string("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: done}\ndata: {gone: \"") +
         time + "\"}\n";
}

}  // namespace

TEST_CASE("check data-copies: a name is a whole word") {
  CHECK(has_word("/data/globex/1.pdf", "globex"));
  CHECK(has_word("jane@globex.example", "globex"));
  CHECK(has_word("globex", "globex"));
  CHECK(has_word("globex-labs and globex", "globex"));
  CHECK_FALSE(has_word("/data/globex-labs/1.pdf", "globex"));
  CHECK_FALSE(has_word("theglobex", "globex"));
  CHECK_FALSE(has_word("anything", ""));
}

TEST_CASE("check data-copies: says where copies are, and when the last one went") {
  // The eraser alone: the rest is told.
  const Finding left = finding("{data: globex}", "actions: [{at: 5m, apply: eraser.yaml}]\n");
  INFO(left.seen);
  CHECK_FALSE(left.passed());
  CHECK_THAT(left.seen, Contains("ConfigMap default/notes") &&
                            Contains("the disk of Pod default/keeper") &&
                            Contains("the log of Pod default/keeper"));
  CHECK_THAT(left.seen, !Contains("node"));

  const Finding node = finding("{data: globex, stores: [nodes], at: 8m}",
                               "actions: [{at: 9m, apply: eraser.yaml}]\n");
  CHECK_THAT(node.seen, Contains("the disk of node"));
  const Finding early = finding("{data: globex, at: 4m30s, stores: [objects, nodes]}", kAllGone);
  CHECK_THAT(early.seen, Contains("the disk of node") && !Contains("ConfigMap"));

  const Finding gone = finding("{data: globex}", kAllGone);
  INFO(gone.seen);
  CHECK(gone.passed());
  CHECK_THAT(gone.seen, Contains("the last one went at 6m"));
  CHECK_THAT(finding("{data: nobody}", kAllGone).seen, Contains("error: data: nothing in the run"));
}

TEST_CASE("check data-copies: what belongs to others stays") {
  const std::string params = "{data: globex, others_since: 3m, stores: [pods]}";
  CHECK_THAT(finding(params, "actions: []\n").seen, Contains("nothing was deleted"));
  CHECK_THAT(finding(params, kAllGone).seen, Contains("gone from the disk of Pod"));
  // A file with a line about him, and none of others.
  CHECK_THAT(finding("{data: globex, others_since: 3m, stores: [pods, nodes]}",
                     "actions: [{at: 5m, apply: eraser.yaml}]\n")
                 .seen,
             Contains("gone from the disk of node"));
}

TEST_CASE("check data-copies: an answer that empties a store leaves the check a verdict") {
  const std::string actions = "actions: [{at: 5m, delete: Pod/default/keeper}]\n";
  const Finding found = finding("{data: globex, stores: [claims]}", actions);
  INFO(found.seen);
  CHECK(found.passed());
}

TEST_CASE("check data-copies: a record is of the time, and of afterwards") {
  const std::string params = "{data: globex, record: {configmap: default/done, key: gone}}";
  const auto with = [&](const char* at, const char* time) {
    return finding(params, kAllGone + std::string("  - {at: ") + at + ", apply: record.yaml}\n",
                   record_of(time))
        .seen;
  };
  CHECK_THAT(with("7m", "2026-01-05T08:06:00Z"), Contains("and the last copy went at 6m"));
  CHECK_THAT(with("7m", "2026-01-05T08:02:00Z"),
             Contains("more than 1m0s off") || Contains("more than 1m off"));
  CHECK_THAT(with("7m", "yesterday"), Contains("no time"));
  CHECK_THAT(with("5m", "2026-01-05T08:06:00Z"), Contains("when there were copies"));
  CHECK_THAT(finding(params, kAllGone).seen, Contains("there is no ConfigMap"));
  CHECK_THAT(finding(params, "actions: []\n").seen, Contains("there are copies still"));
}
