// The published JSON Schema says what the reader says: both are made from one table.
#include "labs/spec/json_schema.h"

#include <catch2/catch.hpp>

#include "labs/checks/table.h"
#include "labs/spec/catalog.h"
#include "labs/spec/lab_tables.h"
#include "labs/spec/load_lab.h"
#include "labs/spec/text_file.h"
#include "sim/api/json.h"
#include "sim/api/yaml.h"
#include "tests/labs/json_schema_check.h"
#include "tests/labs/small_lab.h"

using namespace inferlab;  // NOLINT

namespace {

sim::Value schema() {
  const auto value = sim::parse_json(labs::lab_json_schema());
  REQUIRE(value.has_value());
  return *value;
}

std::string fault_of(const std::string& text) {
  const auto documents = sim::parse_yaml(text, "lab.yaml");
  REQUIRE(documents.has_value());
  return schema_fault(schema(), documents->at(0).value);
}

}  // namespace

TEST_CASE("lab schema: is a draft-07 document with every field and every kind of check") {
  const sim::Value value = schema();
  CHECK(value["$schema"].as_string() == "http://json-schema.org/draft-07/schema#");
  for (const labs::SpecField& field : labs::kLabTable.fields) {
    INFO(field.name);
    CHECK(value["properties"].has(field.name));
  }
  CHECK(value["definitions"]["check"]["allOf"].size() == labs::check_table().size());
}

TEST_CASE("lab schema: the labs that ship and the small one satisfy it") {
  CHECK(fault_of(std::string(kSmallLab)) == "");
  const auto all = labs::list_labs();
  if (!all) FAIL(all.error().message);
  REQUIRE_FALSE(all->empty());
  for (const labs::LabSpec& lab : *all) {
    INFO(lab.id);
    const auto text = labs::read_text_file(lab.folder + "/lab.yaml", 1 << 20);
    REQUIRE(text.has_value());
    CHECK(fault_of(*text) == "");
  }
}

TEST_CASE("lab schema: a hint may name the causes that it is of use for") {
  const sim::Value causes = schema()["definitions"]["hint"]["properties"]["causes"];
  REQUIRE(causes["items"]["enum"].size() == std::size(labs::kCauseWords));
  for (const std::string_view word : labs::kCauseWords) {
    INFO(word);
    CHECK(causes["description"].as_string().find(word) != std::string_view::npos);
  }
  const auto lab = labs::parse_lab(
      small_lab_with("when: it is not there", "when: it is not there\n    causes: [pending]"),
      "lab.yaml");
  REQUIRE(lab.has_value());
  CHECK(lab->hints[0].fits(labs::Cause::kPending));
  CHECK_FALSE(lab->hints[0].fits(labs::Cause::kCrash));
  CHECK(labs::parse_lab(kSmallLab, "lab.yaml")->hints[0].fits(labs::Cause::kCrash));
}

TEST_CASE("lab schema: refuses what the reader refuses for its form, and takes what it takes") {
  const std::pair<const char*, const char*> kChanges[] = {
      {"minutes: 5", "minutse: 5"},
      {"minutes: 5", "minutes: five"},
      {"minutes: 5", "minutes: 0"},
      {"minutes: 5", "minutes: 601"},
      {"title: A small lab", "title: [A]"},
      {"tasks: [Apply it]", "tasks: []"},
      {"horizon: 10m", "horizon: 10 minutes"},
      {"horizon: 10m", "horizon: 1h2.5m"},
      {"memory: 16Gi", "memory: 16 GB"},
      {"memory: 16Gi", "memory: 17179869184"},
      {"memory: 16Gi", "memory: 1.5e10"},
      {"effect: NoSchedule", "effect: NoShedule"},
      {"id: small", "id: Small lab"},
      {"kind: deployment-available", "kind: deployment-avaliable"},
      {"replicas: 1, by: 5m", "replica: 1, by: 5m"},
      {"replicas: 1, by: 5m", "replicas: 0, by: 5m"},
      {"replicas: 1, by: 5m", "replicas: 2, by: 5m, namespace: default"},
      {"gpus: [L4]", "gpus: [{name: L4}]"},
      {"when: it is not there", "when: it is not there\n    causes: [pending, not-ready]"},
      {"when: it is not there", "when: it is not there\n    causes: [pendign]"},
      {"when: it is not there", "when: it is not there\n    causes: pending"},
      {"when: it is not there", "when: it is not there\n    causes: []"},
      {"gpus: [L4]", "gpus: [{name: L4, colour: red}]"},
  };
  for (const auto& [from, to] : kChanges) {
    INFO(to);
    const std::string text = small_lab_with(from, to);
    CHECK(fault_of(text).empty() == labs::parse_lab(text, "lab.yaml").has_value());
  }
}
