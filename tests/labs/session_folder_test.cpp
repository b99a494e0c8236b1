// What lies in a session's folder: how it is handed in, and how it goes.
#include "labs/session/session_folder.h"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "labs/progress/learner_work.h"
#include "labs/session/journal_file.h"
#include "labs/session/record.h"
#include "labs/spec/load_lab.h"
#include "tests/labs/cli_run.h"
#include "tests/labs/small_lab.h"
#include "tests/labs/temp_dir.h"

using namespace inferlab;        // NOLINT
using namespace inferlab::labs;  // NOLINT

namespace {

constexpr const char* kPolicy =
    "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules: [{level: Metadata}]\n";

LabSpec small_lab() {
  auto lab = parse_lab(kSmallLab, "lab.yaml");
  REQUIRE(lab.has_value());
  return *lab;
}

std::vector<std::string> names_of(const std::vector<SubmissionFile>& files) {
  std::vector<std::string> out;
  for (const SubmissionFile& file : files) out.push_back(file.name);
  return out;
}

}  // namespace

TEST_CASE("session folder: what is forgotten is all that is handed in") {
  const TempDir folder;
  CHECK(forget_session(folder.path()).has_value());  // nothing is there
  for (const std::string_view name : kFilesBesideJournal) folder.write(std::string(name), "a: b\n");
  folder.write("journal.jsonl", "");
  folder.write("kubeconfig", "");
  const auto beside = files_beside_journal(folder.path());
  REQUIRE(beside.has_value());
  // The answers that an older program wrote are out of date where there are newer ones.
  CHECK(names_of(*beside) ==
        std::vector<std::string>{"answers.txt", "evals.yaml", "audit-policy.yaml"});
  for (const SubmissionFile& file : *beside) CHECK(is_no_manifest(file.name));
  CHECK(forget_session(folder.path()).has_value());
  std::vector<std::string> left;
  for (const auto& each : std::filesystem::directory_iterator(folder.path())) {
    left.push_back(each.path().filename().string());
  }
  CHECK(left == std::vector<std::string>{"kubeconfig"});
}

TEST_CASE("session folder: a file that cannot be removed is told") {
  const TempDir folder;
  folder.write("journal.jsonl/inside", "");
  const auto forgotten = forget_session(folder.path());
  REQUIRE_FALSE(forgotten.has_value());
  CHECK(forgotten.error().kind == ErrorKind::kUnavailable);
}

TEST_CASE("lab reset: answers and evaluations go with the journal") {
  const OwnDataHome home;
  const auto folder = session_folder("vllm-inference");
  REQUIRE(folder.has_value());
  std::ofstream(*folder + "/answers.txt") << "a: b\n";
  std::ofstream(*folder + "/evals.yaml") << "a: b\n";
  REQUIRE(run({"lab", "reset", "vllm-inference"}).status == 0);
  CHECK_FALSE(std::filesystem::exists(*folder + "/answers.txt"));
  CHECK_FALSE(std::filesystem::exists(*folder + "/evals.yaml"));
}

TEST_CASE("session folder: the audit policy is handed in with the session's writes") {
  const TempDir folder;
  LabSpec lab = small_lab();
  lab.checks.front().kind = "audit-policy";
  const auto writes = journal_from_files({{"d.yaml", std::string(kFrontDeployment)}}, lab);
  REQUIRE(writes.has_value());
  folder.write(std::string(kAuditPolicyFile), kPolicy);
  std::vector<std::string> notes;
  const auto submission = submission_of_session(lab, *writes, folder.path(), notes);
  if (!submission) FAIL(submission.error().message);
  CHECK(submission->audit.rules.size() == 1);
  REQUIRE(submission->journal.size() == 1);
  CHECK(submission->journal[0].request.resource == "deployments.apps");
}

TEST_CASE("session folder: a record holds evals.yaml as well") {
  const TempDir folder;
  folder.write(std::string(kEvalsFile), "a: b\n");
  std::vector<std::string> notes;
  const auto files = record_folder(small_lab(), folder.path(), notes);
  REQUIRE(files.has_value());
  CHECK(names_of(*files) == std::vector<std::string>{"actions.yaml", "evals.yaml"});
}
