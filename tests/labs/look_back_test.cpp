// What a learner has of his sessions afterwards: his own progress, a replay, a comparison.
#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>
#include <map>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "labs/desk/desk.h"
#include "labs/grade/shipped.h"
#include "labs/grade/submission.h"
#include "labs/report/compare_html.h"
#include "labs/session/session_folder.h"
#include "labs/spec/catalog.h"
#include "labs/spec/text_file.h"
#include "sim/api/json.h"
#include "tests/labs/cli_run.h"

using namespace inferlab;        // NOLINT
using namespace inferlab::labs;  // NOLINT

namespace {

sim::Value json_of(const Ran& ran) {
  INFO(ran.err);
  REQUIRE(ran.status == 0);
  const auto out = sim::parse_json(ran.out);
  REQUIRE(out.has_value());
  return *out;
}

// A session of this learner in which the solution is applied, for at least ten virtual minutes.
void work_on(const std::string& lab_id, const std::string& learner) {
  const auto lab = find_lab(lab_id, learner);
  REQUIRE(lab.has_value());
  Desk::Options options;
  options.lab_id = lab_id;
  options.learner = learner;
  auto desk = Desk::open(std::move(options));
  if (!desk) FAIL(desk.error().message);
  const auto files = shipped_answer(*lab, "solution");
  REQUIRE(files.has_value());
  for (const SubmissionFile& file : *files) {
    if (!is_no_manifest(file.name)) (*desk)->commands().apply_manifest(file.text);
  }
  (*desk)->commands().inject_fault("container-crash", "no/such-pod");  // behind the last manifest
  (*desk)->commands().check();
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  const auto wait_for = [&](const auto& reached) {
    while (!reached(*(*desk)->view()) && std::chrono::steady_clock::now() < give_up) {
      std::this_thread::yield();
    }
    REQUIRE(reached(*(*desk)->view()));
  };
  wait_for([](const DeskView& view) { return view.score >= 0; });
  (*desk)->commands().set_speed(kMaxSpeed);
  wait_for([](const DeskView& view) {
    return view.run != nullptr && view.run->now >= Time{std::chrono::minutes(10)};
  });
}

std::string state_of(const sim::Value& list, const std::string& lab_id) {
  for (const sim::Value& lab : list["labs"].items()) {
    if (lab["id"].as_string() == lab_id) return lab["state"].str();
  }
  return "not there";
}

std::vector<std::string> kinds_about(const sim::Value& replayed, const std::string& part) {
  std::vector<std::string> out;
  for (const sim::Value& entry : replayed["timeline"].items()) {
    if (entry["about"].str().find(part) != std::string::npos) out.push_back(entry["kind"].str());
  }
  return out;
}

}  // namespace

TEST_CASE("learners: sessions, progress and answers of one are no other's") {
  const OwnDataHome home;
  work_on("vllm-inference", "ann");
  const auto own = session_folder("vllm-inference", "ann");
  const auto nobodys = session_folder("vllm-inference");
  REQUIRE(own.has_value());
  REQUIRE(nobodys.has_value());
  CHECK(own->ends_with("/vllm-inference@ann"));
  CHECK(nobodys->ends_with("/vllm-inference"));
  CHECK(state_of(json_of(run({"lab", "list", "--learner", "ann", "--format", "json"})),
                 "vllm-inference") == "passed");
  const sim::Value list = json_of(run({"lab", "list", "--format", "json"}));
  CHECK(state_of(list, "vllm-inference") == "new");
  CHECK(list["daysInARow"]["worked"].as_int() == 0);
  CHECK(run({"lab", "list", "--learner", "ann"})
            .out.find("\nDays in a row: 1 with work on a lab, 1 with a lab passed.\n") !=
        std::string::npos);
  CHECK(run({"lab", "check", "vllm-inference", "--learner", "ann"}).status == 0);
  CHECK(run({"lab", "check", "vllm-inference"}).status == 2);  // nothing has been done yet
  REQUIRE(run({"lab", "answer", "observe-a-replica", "--learner", "ann"}).status == 0);
}

TEST_CASE("lab replay: what was done in a session, and what came of it, in order of time") {
  const OwnDataHome home;
  work_on("vllm-inference", "");
  const sim::Value whole = json_of(run({"lab", "replay", "vllm-inference", "--format", "json"}));
  const std::vector<std::string> deployment =
      kinds_about(whole, "deployments.apps default/vllm-llama");
  INFO(sim::to_json(whole, 1));
  REQUIRE(deployment == std::vector<std::string>{"write"});
  const std::vector<std::string> pods = kinds_about(whole, "Pod default/vllm-llama");
  CHECK(std::count(pods.begin(), pods.end(), "ready") >= 1);
  double before = 0;
  for (const sim::Value& entry : whole["timeline"].items()) {
    CHECK(entry["seconds"].as_double() >= before);
    before = entry["seconds"].as_double();
  }
  // A part of it is its beginning.
  const sim::Value part =
      json_of(run({"lab", "replay", "vllm-inference", "--until", "1m", "--format", "json"}));
  CHECK(part["end"].as_string() == "1m0s");
  REQUIRE(part["timeline"].size() < whole["timeline"].size());
  for (std::size_t i = 0; i < part["timeline"].size(); ++i) {
    // Requests of a minute are counted up to the end.
    if (part["timeline"][i]["kind"].as_string() == "failed-requests") break;
    CHECK(part["timeline"][i] == whole["timeline"][i]);
  }
  const Ran text = run({"lab", "replay", "vllm-inference"});
  CHECK(text.status == 0);
  CHECK(text.out.find("Ready on ") != std::string::npos);
  CHECK(run({"lab", "replay", "vllm-inference", "--until", "later"}).status == 2);
  CHECK(run({"lab", "replay", "vllm-inference", "--speed", "pause"}).status == 2);
  CHECK(run({"lab", "replay", "node-failure"}).status == 2);  // nothing has been done yet
}

TEST_CASE("lab compare: the solution beside itself is the same, the starter is not") {
  const OwnDataHome home;
  const TempDir dir;
  for (const char* answer : {"solution", "starter"}) {
    REQUIRE(run({"lab", "files", "vllm-inference", dir.path() + "/" + answer, "--answer", answer})
                .status == 0);
  }
  const auto compared = [&](const std::string& answer) {
    return json_of(run({"lab", "compare", "vllm-inference", "--submission",
                        dir.path() + "/" + answer, "--format", "json"}));
  };
  const sim::Value same = compared("solution");
  REQUIRE(same["figures"].size() >= 7);
  std::size_t seen = 0;
  for (const sim::Value& figure : same["figures"].items()) {
    INFO(figure["id"].as_string());
    CHECK(figure["yours"] == figure["reference"]);
    seen += figure["yours"].is_null() ? 0 : 1;
  }
  CHECK(seen >= 7);
  const sim::Value other = compared("starter");
  std::size_t different = 0;
  for (const sim::Value& figure : other["figures"].items()) {
    different += figure["yours"] == figure["reference"] ? 0 : 1;
  }
  CHECK(different >= 3);
  // Numbers alone: no name of an object of the solution, no field of it.
  const Ran text =
      run({"lab", "compare", "vllm-inference", "--submission", dir.path() + "/starter"});
  CHECK(text.out.find("REFERENCE") != std::string::npos);
  CHECK(text.out.find("sha256") == std::string::npos);
}

namespace {

// By id: yours and the reference's.
std::map<std::string, std::pair<sim::Value, sim::Value>> figures_of(const std::string& lab,
                                                                    const std::string& answer) {
  const TempDir dir;
  const auto files = answer_files(*find_lab(lab), answer);
  REQUIRE(files.has_value());
  for (const SubmissionFile& file : *files) dir.write("work/" + file.name, file.text);
  const sim::Value compared = json_of(
      run({"lab", "compare", lab, "--submission", dir.path() + "/work", "--format", "json"}));
  std::map<std::string, std::pair<sim::Value, sim::Value>> out;
  for (const sim::Value& figure : compared["figures"].items()) {
    out[figure["id"].str()] = {figure["yours"], figure["reference"]};
  }
  return out;
}

}  // namespace

TEST_CASE("lab compare: of an incident it tells the times, the wrong guesses and the cost") {
  const OwnDataHome home;
  auto same = figures_of("security-incident", "solution");
  for (const char* id :
       {"secrets-listed_acknowledged", "secrets-listed_diagnosed", "secrets-listed_wrong_diagnoses",
        "secrets-listed_ended_contain", "secrets-listed_harm_1", "secrets-listed_harm_2"}) {
    INFO(id);
    REQUIRE(same.count(id) == 1);
    CHECK(same[id].first.is_number());
    CHECK(same[id].first == same[id].second);
  }
  auto begun = figures_of("security-incident", "starter");
  CHECK(begun["secrets-listed_ended_contain"].first.is_null());
  CHECK(begun["secrets-listed_ended_contain"].second == same["secrets-listed_ended_contain"].first);
  CHECK(begun["secrets-listed_harm_1"].first.as_double() >
        begun["secrets-listed_harm_1"].second.as_double());
}

TEST_CASE("lab compare: of a gate it tells what is stopped and what goes through, by category") {
  const OwnDataHome home;
  const auto same = figures_of("quality-gate", "solution");
  const auto begun = figures_of("quality-gate", "starter");
  std::size_t gates = 0;
  double missed = 0;
  for (const auto& [id, values] : same) {
    if (id.find("_missed_") == std::string::npos && !id.ends_with("_good_stopped")) continue;
    INFO(id);
    ++gates;
    CHECK(values.first.as_double(-1) == 0);
    CHECK(values.second.as_double(-1) == 0);
    const sim::Value& before = begun.at(id).first;
    missed += before.is_null() ? 1 : before.as_double();
  }
  CHECK(gates >= 3);
  CHECK(missed > 0);
}

TEST_CASE(
    "lab compare: a page has the plots of both runs, and nothing of the reference's objects") {
  const OwnDataHome home;
  const TempDir dir;
  REQUIRE(run({"lab", "files", "vllm-inference", dir.path() + "/work"}).status == 0);
  const std::string page = dir.path() + "/compare.html";
  REQUIRE(run({"lab", "compare", "vllm-inference", "--submission", dir.path() + "/work", "--format",
               "html", "--output", page})
              .status == 0);
  const auto html = read_text_file(page, 8 << 20);
  REQUIRE(html.has_value());
  CHECK(html->find("reference, p95") != std::string::npos);
  CHECK(html->find("<svg class=\"plot\"") != std::string::npos);
  CHECK(html->find("<script") == std::string::npos);
  const Evidence yours{Duration{std::chrono::seconds(15)},
                       {{"Available replicas", "default/mine", "Pods", {1.0}}},
                       {}};
  const Evidence theirs{Duration{std::chrono::seconds(15)},
                        {{"Available replicas", "default/secret-name", "Pods", {2.0}},
                         {"Time to first token", "p95", "s", {0.5}}},
                        {}};
  const Evidence both = overlaid(yours, theirs);
  REQUIRE(both.series.size() == 2);
  CHECK(both.series[0].name == "yours, default/mine");
  CHECK(both.series[1].name == "reference, p95");
}
