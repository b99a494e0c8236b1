#include "tests/labs/junit_schema.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <string_view>

#include "tests/labs/published_schemas.h"

namespace {

using Elements = std::vector<XmlElement>;

// Elements come in the order of their starts: those of a suite stand before the next one.
void check_counts(Elements::const_iterator suite, Elements::const_iterator end) {
  const auto count = [&](std::string_view name) {
    return std::to_string(
        std::count_if(suite, end, [&](const XmlElement& element) { return element.name == name; }));
  };
  INFO(suite->attributes.at("name"));
  CHECK(suite->attributes.at("tests") == count("testcase"));
  CHECK(suite->attributes.at("failures") == count("failure"));
  CHECK(suite->attributes.at("errors") == count("error"));
  CHECK(suite->attributes.at("skipped") == count("skipped"));
}

}  // namespace

std::vector<XmlElement> read_junit(const std::string& text) {
  PublishedSchemas schemas;
  schemas.add_junit("report", text);
  CHECK(schemas.faults() == "");
  const Elements elements = read_xml(text);
  const auto is_suite = [](const XmlElement& element) { return element.name == "testsuite"; };
  auto suite = std::find_if(elements.begin(), elements.end(), is_suite);
  while (suite != elements.end()) {
    const auto next = std::find_if(suite + 1, elements.end(), is_suite);
    check_counts(suite, next);
    suite = next;
  }
  return elements;
}
