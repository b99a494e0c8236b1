// What clusters begin with, by name: the command line, lab files, files for `cluster up --spec`.
#include "labs/spec/add_ons.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <utility>

#include "labs/spec/cluster_file.h"
#include "labs/spec/lab_kinds.h"
#include "sim/api/json.h"
#include "tests/labs/cli_run.h"
#include "tests/labs/temp_dir.h"

namespace inferlab::labs {
namespace {

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST_CASE("add-ons: they are listed as text and as JSON") {
  const Ran text = run({"cluster", "addons"});
  CHECK(text.status == 0);
  CHECK(contains(text.out, "ADD-ON"));
  CHECK(contains(text.out, "ScaledObject ScaledJob TriggerAuthentication"));
  const auto json = sim::parse_json(run({"cluster", "addons", "--format", "json"}).out);
  REQUIRE(json.has_value());
  const auto names = list_add_ons();
  REQUIRE(names.has_value());
  REQUIRE(json->size() == names->size());
  for (std::size_t i = 0; i < names->size(); ++i) {
    const sim::Value& row = (*json)[i];
    CHECK(row["name"].as_string() == (*names)[i]);
    CHECK_FALSE(row["version"].empty());
    CHECK(contains(row["source"].str(), row["version"].str()));
    CHECK(row["kinds"].size() > 0);
  }
}

TEST_CASE("add-ons: each is loaded once, in order of name") {
  const auto loaded = load_add_ons({"ray", "keda", "ray"});
  REQUIRE(loaded.has_value());
  REQUIRE(loaded->size() == 2);
  CHECK(loaded->front().name == "keda");
  CHECK(loaded->back().name == "ray");
}

TEST_CASE("add-ons: a name that is none is an error that says what there is") {
  const OwnDataHome home;
  const Ran wrong = run({"cluster", "up", "--bare", "--addon", "kedda"});
  CHECK(wrong.status == 2);
  CHECK(contains(wrong.err, "--addon: \"kedda\" is no add-on"));
  CHECK(contains(wrong.err, "did you mean \"keda\"? there are argo-rollouts, "));
  // No way out of the folder.
  CHECK(run({"cluster", "up", "--bare", "--addon", "../model/x"}).status == 2);
}

TEST_CASE("add-ons: a cluster's file names them, with a place when it is wrong") {
  const TempDir dir;
  const auto load = [&dir](const std::string& list) {
    return load_cluster_file(dir.write(
        "cluster.yaml",
        "cluster:\n  pools: [{name: cpu, count: 1, cpu: 4, memory: 16Gi}]\n  add_ons: " + list +
            "\n"));
  };
  const auto right = load("[keda, coscheduling]");
  REQUIRE(right.has_value());
  REQUIRE(right->add_ons.size() == 2);
  CHECK(right->add_ons.front().name == "coscheduling");
  const auto wrong = load("[keda, cosheduling]");
  REQUIRE_FALSE(wrong.has_value());
  CHECK(contains(wrong.error().message,
                 "cluster.yaml:3:19: cluster.add_ons[1]: \"cosheduling\" is no add-on"));
  CHECK(contains(wrong.error().hint, "did you mean \"coscheduling\"?"));
}

TEST_CASE("add-ons: a lab's kinds are the built-in ones and those that they define") {
  LabSpec lab;
  const std::size_t builtin = kinds_of_lab(lab).size();
  auto loaded = load_add_ons({"volume-snapshots"});
  REQUIRE(loaded.has_value());
  lab.cluster.add_ons = std::move(*loaded);
  const std::vector<LabKind> kinds = kinds_of_lab(lab);
  REQUIRE(kinds.size() == builtin + lab.cluster.add_ons.front().kinds().size());
  const auto found = std::find_if(kinds.begin(), kinds.end(), [](const LabKind& kind) {
    return kind.kind == "VolumeSnapshotContent";
  });
  REQUIRE(found != kinds.end());
  CHECK(found->api_version == "snapshot.storage.k8s.io/v1");
  CHECK(found->resource == "volumesnapshotcontents.snapshot.storage.k8s.io");
  CHECK_FALSE(found->namespaced);
}

}  // namespace
}  // namespace inferlab::labs
