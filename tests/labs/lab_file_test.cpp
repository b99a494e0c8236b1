// What is wrong with a lab file is said with its place, what, why and what to do.
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "labs/spec/load_lab.h"
#include "tests/labs/small_lab.h"

using inferlab::Error;
using inferlab::labs::parse_lab;

std::string small_lab_with(std::string_view from, std::string_view to) {
  std::string text(kSmallLab);
  const std::size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  REQUIRE(text.find(from, at + 1) == std::string::npos);
  return text.replace(at, from.size(), to);
}

namespace {

std::string said(std::string_view from, std::string_view to) {
  const auto lab = parse_lab(small_lab_with(from, to), "lab.yaml");
  if (lab) return "nothing is wrong";
  const Error& error = lab.error();
  CHECK(error.kind == inferlab::ErrorKind::kInvalid);
  return error.hint.empty() ? error.message : error.message + " (hint: " + error.hint + ")";
}

}  // namespace

TEST_CASE("lab file: the small lab is right") {
  const auto lab = parse_lab(kSmallLab, "lab.yaml");
  if (!lab) FAIL(lab.error().message << " " << lab.error().hint);
  CHECK(lab->id == "small");
  CHECK(lab->cluster.pools.size() == 2);
  CHECK(lab->cluster.pools[1].taints.at(0).value == "present");
  CHECK(lab->cluster.pools[0].cpu_milli == 4000);
  CHECK(lab->cluster.pools[0].memory_bytes == std::int64_t{16} << 30);
  CHECK(lab->cluster.gpus.at(0).memory_bytes > 0);
  CHECK(lab->cluster.images.at(0).digest.size() == 7 + 64);
  CHECK(lab->cluster.traffic.at(0).end == std::chrono::minutes(5));
  CHECK(lab->cluster.traffic.at(0).model.empty());
  CHECK(lab->pass_points == 100);
  CHECK(lab->horizon == std::chrono::minutes(10));
}

TEST_CASE("lab file: clients name a model and bear a key when the lab says so") {
  const auto lab = parse_lab(small_lab_with("requests_per_second: 1",
                                            "requests_per_second: 1\n    model: m\n    api_key: k"),
                             "lab.yaml");
  if (!lab) FAIL(lab.error().message);
  CHECK(lab->cluster.traffic.at(0).model == "m");
  CHECK(lab->cluster.traffic.at(0).api_key == "k");
}

TEST_CASE("lab file: the kinds that count as an answer are kinds of the cluster") {
  CHECK(said("apply_at: 10s", "apply_at: 10s\n  answer_kinds: [Deployment, Servise]") ==
        "lab.yaml:50:30: run.answer_kinds[1]: no \"Servise\" in this cluster "
        "(hint: did you mean \"Service\"?)");
}

TEST_CASE("lab file: mistakes of form name place, field and reason") {
  CHECK(said("minutes: 5", "minutse: 5") ==
        "lab.yaml:1:1: document: the field \"minutes\" is missing (hint: about how long it takes)");
  CHECK(said("minutes: 5", "minutes: 5\nminuts: 6") ==
        "lab.yaml:4:1: minuts: unknown field (hint: did you mean \"minutes\"?)");
  CHECK(said("minutes: 5", "minutes: five") ==
        "lab.yaml:3:1: minutes: must be an integer, not text");
  CHECK(said("minutes: 5", "minutes: 0") == "lab.yaml:3:1: minutes: must be at least 1");
  CHECK(said("title: A small lab", "title: [A, small lab]") ==
        "lab.yaml:2:1: title: must be text, not a list");
  CHECK(said("tasks: [Apply it]", "tasks: []") ==
        "lab.yaml:8:1: tasks: must have at least 1 items, has 0");
  CHECK(said("horizon: 10m", "horizon: 10 minutes") ==
        "lab.yaml:48:3: run.horizon: is no duration "
        "(hint: write a number and a unit: 90s, 5m, 1h30m, 800ms)");
  CHECK(said("memory: 16Gi", "memory: 16 GB") ==
        "lab.yaml:24:7: cluster.pools[0].memory: is no quantity "
        "(hint: write a number and a unit: 16Gi, 500M, 1024)");
  CHECK(
      said("effect: NoSchedule", "effect: NoShedule") ==
      "lab.yaml:34:11: cluster.pools[1].taints[0].effect: \"NoShedule\" is none of the words that "
      "may stand here (hint: did you mean \"NoSchedule\"?)");
  CHECK(said("id: small", "id: Small lab") ==
        "lab.yaml:1:1: id: \"Small lab\" is no id (hint: use lower-case letters, digits and '-' in "
        "between, at most 63 in all)");
  CHECK(said("run: kubectl get pods", "run: \"\"") ==
        "lab.yaml:10:5: commands[0].run: must not be empty");
}

TEST_CASE("lab file: the params of a check follow its kind") {
  CHECK(said("kind: deployment-available", "kind: deployment-avaliable") ==
        "lab.yaml:52:5: checks[0].kind: there is no check \"deployment-avaliable\" "
        "(hint: did you mean \"deployment-available\"?)");
  CHECK(said("replicas: 1, by: 5m", "replica: 1, by: 5m") ==
        "lab.yaml:57:33: checks[0].params.replica: unknown field "
        "(hint: did you mean \"replicas\"?)");
  CHECK(said("replicas: 1, by: 5m", "by: 5m") ==
        "lab.yaml:57:5: checks[0].params: the field \"replicas\" is missing (hint: at least)");
  CHECK(said("replicas: 1, by: 5m", "replicas: one, by: 5m") ==
        "lab.yaml:57:33: checks[0].params.replicas: must be an integer, not text");
}

TEST_CASE("lab file: what does not fit together is named") {
  CHECK(said("gpu: L4\n", "gpu: L5\n") ==
        "lab.yaml:27:7: cluster.pools[1].gpu: \"L5\" is not in cluster.gpus "
        "(hint: did you mean \"L4\"?)");
  CHECK(
      said("gpus: [L4]", "gpus: [L44]") ==
      "lab.yaml:19:10: cluster.gpus[0]: \"L44\" is not in assets/facts, and not all of its figures "
      "are given (hint: did you mean \"L4\"?)");
  CHECK(said("points: 100", "points: 90") ==
        "lab.yaml:50:1: checks: have 90 points together (hint: share out 100 points)");
  CHECK(said("hint: look", "hint: lok") ==
        "lab.yaml:56:5: checks[0].hint: there is no hint \"lok\" (hint: did you mean \"look\"?)");
  CHECK(said("loses: [available]", "loses: [availble]") ==
        "lab.yaml:67:13: mutants[0].loses[0]: there is no check \"availble\" "
        "(hint: did you mean \"available\"?)");
  CHECK(said("apply_at: 10s", "apply_at: 10m") ==
        "lab.yaml:49:3: run.apply_at: is not before run.horizon");
  CHECK(said("end: 5m", "end: 1m") == "lab.yaml:45:5: traffic[0].end: is not after start");
  CHECK(said("rows: [K8S-02]\nobjective", "rows: [K8S-02, GPU-01]\nobjective") ==
        "lab.yaml:4:16: rows[1]: no check practises GPU-01 "
        "(hint: add it to the rows of a check, or take it out here)");
  CHECK(said("- name: gpu\n", "- name: cpu\n") ==
        "lab.yaml:25:7: cluster.pools[1].name: a pool \"cpu\" stands above "
        "(hint: give each pool a name of its own)");
}

TEST_CASE("lab file: broken YAML, two documents and a field that comes twice are refused") {
  CHECK(said("minutes: 5", "minutes: [5").substr(0, 9) == "lab.yaml:");
  CHECK(said("story: There is one.", "story: There is one.\n---") ==
        "lab.yaml:1:1: document: must be one, found 2");
  CHECK(said("minutes: 5", "minutes: 5\nminutes: 6").find("stands here twice") !=
        std::string::npos);
}

TEST_CASE("lab file: what requests have in common is read, and must fit together") {
  const auto lab = parse_lab(
      small_lab_with("requests_per_second: 1",
                     "requests_per_second: 1\n    system_prompts: 4\n    system_prompt_tokens: "
                     "1000\n    turns_min: 2\n    turns_max: 6\n    pause: 30s"),
      "lab.yaml");
  if (!lab) FAIL(lab.error().message);
  const auto& traffic = lab->cluster.traffic.at(0);
  CHECK(traffic.system_prompts == 4);
  CHECK(traffic.system_prompt_tokens == 1000);
  CHECK(traffic.turns_min == 2);
  CHECK(traffic.turns_max == 6);
  CHECK(traffic.pause == std::chrono::seconds(30));
  CHECK(said("requests_per_second: 1", "requests_per_second: 1\n    turns_min: 3\n    turns_max: 2")
            .ends_with("traffic[0].turns_max: is less than turns_min"));
  CHECK(said("requests_per_second: 1", "requests_per_second: 1\n    system_prompts: 3")
            .ends_with("traffic[0]: system_prompts and system_prompt_tokens go together (hint: "
                       "state both or neither)"));
}

TEST_CASE("lab file: a profile lies in the lab's folder and names GPUs and models of the cluster") {
  const auto with = [](std::string_view row) {
    return said("  pools:\n", "  profiles:\n    - " + std::string(row) + "\n  pools:\n");
  };
  CHECK(with("{file: ../p.json}") ==
        "lab.yaml:21:8: cluster.profiles[0].file: must be a file beside this one, or below (hint: "
        "a relative path without ..)");
  CHECK(with("{file: /etc/passwd}").find("must be a file beside this one") != std::string::npos);
  CHECK(with("{file: p.json, gpu: L5}") ==
        "lab.yaml:21:22: cluster.profiles[0].gpu: \"L5\" is not in cluster.gpus (hint: did you "
        "mean \"L4\"?)");
  CHECK(with("{file: p.json, model: x}").find("\"x\" is not in cluster.models") !=
        std::string::npos);
  CHECK(with("{gpu: L4}").find("the field \"file\" is missing") != std::string::npos);
  CHECK(with("{file: no-such-profile.json, gpu: L4}").find("no-such-profile.json") !=
        std::string::npos);
}
