// What a live session hands over to the grader.
#include "labs/grade/settle.h"

#include <catch2/catch.hpp>
#include <chrono>

#include "labs/grade/grade.h"
#include "labs/grade/submission.h"
#include "labs/spec/load_lab.h"
#include "tests/labs/small_lab.h"

using namespace inferlab;        // NOLINT
using namespace inferlab::labs;  // NOLINT

namespace {

LabSpec small_lab() {
  auto lab = parse_lab(kSmallLab, "lab.yaml");
  REQUIRE(lab.has_value());
  return *lab;
}

// The session of a learner who applied kFrontDeployment and then sent `request` to it.
sim::Journal session_with(const LabSpec& lab, sim::ApiRequest request) {
  const auto manifests = journal_from_files({{"d.yaml", std::string(kFrontDeployment)}}, lab);
  REQUIRE(manifests.has_value());
  sim::Journal session = *manifests;
  sim::JournalEntry entry = session.front();
  entry.at += std::chrono::minutes(1);
  entry.request = std::move(request);
  session.push_back(std::move(entry));
  return session;
}

sim::ApiRequest to_front(sim::Verb verb, sim::Value body) {
  sim::ApiRequest request;
  request.verb = verb;
  request.resource = "deployments.apps";
  request.ns = "default";
  request.name = "front";
  request.body = std::move(body);
  return request;
}

sim::Value front_document() {
  const auto documents = sim::parse_yaml(kFrontDeployment, "d.yaml");
  REQUIRE(documents.has_value());
  return documents->at(0).value;
}

}  // namespace

TEST_CASE("settle: a session counts as what its writes add up to, at the apply time") {
  const LabSpec lab = small_lab();
  const auto manifests = journal_from_files({{"d.yaml", std::string(kFrontDeployment)}}, lab);
  REQUIRE(manifests.has_value());
  sim::Journal session = *manifests;
  session[0].at = Time{} + std::chrono::minutes(40);
  sim::JournalEntry scale = session[0];
  scale.at += std::chrono::minutes(5);
  scale.request.name = "front";
  scale.request.verb = sim::Verb::kPatch;
  scale.request.patch_type = sim::PatchType::kMerge;
  scale.request.body = sim::Value::object().with_path({"spec", "replicas"}, 3);
  session.push_back(scale);
  sim::JournalEntry gone = session[0];
  gone.request.body = gone.request.body.with_path({"metadata", "name"}, "other");
  gone.at = scale.at;
  session.push_back(gone);
  gone.request.verb = sim::Verb::kDelete;
  gone.request.name = "other";
  gone.request.body = {};
  session.push_back(gone);

  const sim::Journal settled = settled_journal(lab, session);
  REQUIRE(settled.size() == 1);
  CHECK(settled[0].at == Time{lab.apply_at});
  CHECK(settled[0].request.verb == sim::Verb::kCreate);
  CHECK(settled[0].request.body["spec"]["replicas"].as_int() == 3);
  CHECK_FALSE(settled[0].request.body.has("status"));
  CHECK_FALSE(settled[0].request.body["metadata"].has("uid"));
}

TEST_CASE("settle: a write that names the version it was based on is carried over all the same") {
  const LabSpec lab = small_lab();
  const sim::Value replaced = front_document()
                                  .with_path({"metadata", "resourceVersion"}, "4711")
                                  .with_path({"metadata", "uid"}, "of-the-session")
                                  .with_path({"spec", "replicas"}, 4);
  sim::ApiRequest put = to_front(sim::Verb::kUpdate, replaced);
  put.precondition_resource_version = "4711";
  put.precondition_uid = "of-the-session";
  sim::ApiRequest json = to_front(
      sim::Verb::kPatch,
      sim::Value::array(
          {sim::Value::object(
               {{"op", "test"}, {"path", "/metadata/resourceVersion"}, {"value", "4711"}}),
           sim::Value::object({{"op", "add"}, {"path", "/spec/replicas"}, {"value", 4}})}));
  json.patch_type = sim::PatchType::kJson;
  sim::ApiRequest merge =
      to_front(sim::Verb::kPatch, sim::Value::object()
                                      .with_path({"metadata", "resourceVersion"}, "4711")
                                      .with_path({"spec", "replicas"}, 4));
  merge.patch_type = sim::PatchType::kMerge;
  for (const sim::ApiRequest& request : {put, json, merge}) {
    std::vector<std::string> notes;
    const sim::Journal settled = settled_journal(lab, session_with(lab, request), &notes);
    REQUIRE(settled.size() == 1);
    CHECK(settled[0].request.body["spec"]["replicas"].as_int() == 4);
    CHECK(notes.empty());
  }
}

TEST_CASE("settle: what cannot be carried over is told") {
  const LabSpec lab = small_lab();
  std::vector<std::string> notes;
  const sim::Value other = front_document().with_path({"spec", "replicas"}, -1);
  const sim::Journal settled =
      settled_journal(lab, session_with(lab, to_front(sim::Verb::kUpdate, other)), &notes);
  CHECK(settled.size() == 1);
  REQUIRE(notes.size() == 1);
  CHECK(
      notes[0].starts_with("Deployment front: a write of the session could not be carried over: "));
  GradeOptions options;
  options.notes = notes;
  const auto report = grade(lab, settled, options);
  REQUIRE(report.has_value());
  CHECK(report->notes == notes);
}

TEST_CASE("settle: a Node that was edited in the session stays as the lab has it") {
  const LabSpec lab = small_lab();
  sim::ApiRequest untaint =
      to_front(sim::Verb::kPatch, sim::Value::object().with_path({"spec", "taints"}, nullptr));
  untaint.patch_type = sim::PatchType::kMerge;
  untaint.resource = "nodes";
  untaint.ns = "";
  untaint.name = "gpu-0";
  std::vector<std::string> notes;
  const sim::Journal settled = settled_journal(lab, session_with(lab, untaint), &notes);
  REQUIRE(settled.size() == 1);
  CHECK(settled[0].request.resource == "deployments.apps");
  CHECK(notes ==
        std::vector<std::string>{
            "Node gpu-0 belongs to the lab's cluster: what is changed of it does not count"});
}

TEST_CASE("settle: a Pod made by hand counts while it is there, as one of a folder does") {
  const LabSpec lab = small_lab();
  const auto pod = journal_from_files(
      {{"p.yaml",
        "apiVersion: v1\nkind: Pod\nmetadata: {name: tmp}\nspec:\n  containers:\n    - "
        "{name: sh, image: registry.k8s.io/pause:3.10}\n"}},
      lab);
  REQUIRE(pod.has_value());
  sim::Journal session = session_with(lab, pod->front().request);
  std::vector<std::string> notes;
  const sim::Journal kept = settled_journal(lab, session, &notes);
  REQUIRE(kept.size() == 2);
  CHECK(kept[1].request.body == pod->front().request.body);
  sim::JournalEntry gone = session.back();
  gone.request.verb = sim::Verb::kDelete;
  gone.request.name = "tmp";
  gone.request.body = {};
  session.push_back(gone);
  CHECK(settled_journal(lab, session, &notes).size() == 1);
  // A Pod that the Deployment made: its name means nothing to the graded run.
  session.back().request.name = "front-5d4f8c7b9-abcde";
  CHECK(settled_journal(lab, session, &notes).size() == 2);
  CHECK(notes.empty());
}

TEST_CASE("settle: what the server added to a manifest is not part of it") {
  const LabSpec lab = small_lab();
  // Its defaults are among them: replicas, strategy, probes' periods.
  sim::Value body = front_document().without_path({"spec", "replicas"});
  sim::Journal session = session_with(lab, to_front(sim::Verb::kUpdate, body));
  CHECK(settled_journal(lab, session).front().request.body["spec"] == body["spec"]);
  // Until somebody says the same himself.
  sim::ApiRequest scale =
      to_front(sim::Verb::kPatch, sim::Value::object().with_path({"spec", "replicas"}, 1));
  scale.patch_type = sim::PatchType::kMerge;
  session.push_back(session.back());
  session.back().request = scale;
  CHECK(settled_journal(lab, session).front().request.body["spec"]["replicas"].as_int() == 1);
}

TEST_CASE("settle: faults do not count, and the report says so") {
  const LabSpec lab = small_lab();
  sim::Journal session = session_with(lab, to_front(sim::Verb::kUpdate, front_document()));
  sim::JournalEntry fault;
  fault.at = session.back().at;
  fault.kind = sim::JournalEntry::Kind::kFault;
  fault.fault = "node-down";
  fault.target = "gpu-0";
  session.push_back(fault);
  session.push_back(fault);
  std::vector<std::string> notes;
  CHECK(settled_journal(lab, session, &notes).size() == 1);
  CHECK(notes == std::vector<std::string>{
                     "faults that were injected do not count (node-down gpu-0): the manifests are "
                     "graded, on the lab's cluster as it is given"});
}

TEST_CASE("settle: a headless Service stays one, an address that the cluster gave is given anew") {
  const LabSpec lab = small_lab();
  const auto service = [&](const std::string& more) {
    const auto journal = journal_from_files(
        {{"s.yaml", "apiVersion: v1\nkind: Service\nmetadata: {name: front}\nspec:\n  selector: " +
                        std::string("{app: front}\n  ports: [{port: 80}]\n") + more}},
        lab);
    if (!journal) FAIL(journal.error().message);
    const sim::Journal settled = settled_journal(lab, *journal);
    REQUIRE(settled.size() == 1);
    return settled[0].request.body["spec"];
  };
  CHECK(service("  clusterIP: None\n")["clusterIP"].as_string() == "None");
  CHECK_FALSE(service("").has("clusterIP"));
}
