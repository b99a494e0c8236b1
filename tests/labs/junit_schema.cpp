#include "tests/labs/junit_schema.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <iterator>
#include <string_view>

namespace {

/// What an element may be. Words are parted by spaces. Source: junit-10.xsd.
struct ElementRule {
  std::string_view name, parents, required, optional;
  bool has_text = false;
};

constexpr ElementRule kRules[] = {
    {"testsuites", "", "", "name time tests failures errors"},
    {"testsuite", "testsuites testsuite", "name tests failures errors",
     "group time skipped timestamp hostname id package file log url"},
    {"properties", "testsuite", "", ""},
    {"property", "properties", "name value", ""},
    {"testcase", "testsuite", "name", "time classname group"},
    {"failure", "testcase", "", "type message", true},
    {"error", "testcase", "", "type message", true},
    {"skipped", "testcase", "", "type message", true},
};

bool has_word(std::string_view words, std::string_view word) {
  return (" " + std::string(words) + " ").find(" " + std::string(word) + " ") != std::string::npos;
}

void check_against_schema(const std::vector<XmlElement>& elements) {
  for (const XmlElement& element : elements) {
    INFO(element.name << " in " << element.parent);
    const auto* rule =
        std::find_if(std::begin(kRules), std::end(kRules),
                     [&](const ElementRule& each) { return each.name == element.name; });
    REQUIRE(rule != std::end(kRules));
    if (rule->parents.empty()) CHECK(element.parent.empty());
    if (!rule->parents.empty()) CHECK(has_word(rule->parents, element.parent));
    for (const auto& [name, value] : element.attributes) {
      INFO(name);
      CHECK((has_word(rule->required, name) || has_word(rule->optional, name)));
    }
    const auto words = std::count(rule->required.begin(), rule->required.end(), ' ');
    const auto given =
        std::count_if(element.attributes.begin(), element.attributes.end(),
                      [&](const auto& each) { return has_word(rule->required, each.first); });
    CHECK(given == (rule->required.empty() ? 0 : words + 1));
    if (!rule->has_text) CHECK(element.text.find_first_not_of(" \n") == std::string::npos);
  }
}

void check_counts(const std::vector<XmlElement>& elements) {
  const auto count = [&](std::string_view name) {
    return std::to_string(
        std::count_if(elements.begin(), elements.end(),
                      [&](const XmlElement& element) { return element.name == name; }));
  };
  CHECK(elements.front().attributes.at("tests") == count("testcase"));
  CHECK(elements.front().attributes.at("failures") == count("failure"));
  int skipped = 0;
  for (const XmlElement& element : elements) {
    if (element.name == "testsuite") skipped += std::stoi(element.attributes.at("skipped"));
  }
  CHECK(std::to_string(skipped) == count("skipped"));
}

}  // namespace

std::vector<XmlElement> read_junit(const std::string& text) {
  const std::vector<XmlElement> elements = read_xml(text);
  check_against_schema(elements);
  check_counts(elements);
  return elements;
}
