// The linter's JUnit XML: its structure as the schema of Jenkins' xUnit plugin (junit-10.xsd) has
// it, and what it says of each object.
#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "labs/lint/output/formats.h"
#include "tests/labs/lint_sample.h"

using namespace inferlab::labs::lint;  // NOLINT

namespace {

struct Element {
  std::string name, parent;
  std::map<std::string, std::string> attributes;
  std::string text;  // right behind its start, as it is written
};

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

/// The elements of XML as our formats write it: no comments, no CDATA, double quotes. Fails the
/// test on anything else.
class XmlReader {
 public:
  explicit XmlReader(std::string_view text) : rest_(text) {}

  std::vector<Element> read() {
    expect("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    while (!rest_.empty()) {
      if (rest_.starts_with("</")) {
        expect("</");
        REQUIRE_FALSE(open_.empty());
        expect(open_.back() + ">");
        open_.pop_back();
      } else {
        element();
      }
      const std::string text = until('<');
      if (!out_.empty() && out_.back().text.empty()) out_.back().text = text;
    }
    CHECK(open_.empty());
    return out_;
  }

 private:
  void expect(std::string_view word) {
    INFO("at: " << rest_.substr(0, 60));
    REQUIRE(rest_.substr(0, word.size()) == word);
    rest_.remove_prefix(word.size());
  }

  std::string until(char end) {
    const std::string out(rest_.substr(0, rest_.find(end)));
    rest_.remove_prefix(out.size());
    CHECK(out.find('>') == std::string::npos);
    return out;
  }

  void element() {
    expect("<");
    Element out;
    out.name = std::string(rest_.substr(0, rest_.find_first_of(" />")));
    rest_.remove_prefix(out.name.size());
    out.parent = open_.empty() ? "" : open_.back();
    while (rest_.starts_with(" ")) {
      expect(" ");
      const std::string name = until('=');
      expect("=\"");
      CHECK(out.attributes.emplace(name, until('"')).second);
      CHECK(out.attributes[name].find('<') == std::string::npos);
      expect("\"");
    }
    if (rest_.starts_with("/")) {
      expect("/>");
    } else {
      expect(">");
      open_.push_back(out.name);
    }
    out_.push_back(out);
  }

  std::string_view rest_;
  std::vector<std::string> open_;
  std::vector<Element> out_;
};

void check_against_schema(const std::vector<Element>& elements) {
  for (const Element& element : elements) {
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

void check_counts(const std::vector<Element>& elements) {
  const auto count = [&](std::string_view name) {
    return std::to_string(
        std::count_if(elements.begin(), elements.end(),
                      [&](const Element& element) { return element.name == name; }));
  };
  CHECK(elements.front().attributes.at("tests") == count("testcase"));
  CHECK(elements.front().attributes.at("failures") == count("failure"));
  int skipped = 0;
  for (const Element& element : elements) {
    if (element.name == "testsuite") skipped += std::stoi(element.attributes.at("skipped"));
  }
  CHECK(std::to_string(skipped) == count("skipped"));
}

std::vector<Element> junit(const LintResult& result) {
  std::vector<Element> elements = XmlReader(lint_junit(result)).read();
  check_against_schema(elements);
  check_counts(elements);
  return elements;
}

std::vector<std::string> cases(const std::vector<Element>& elements) {
  std::vector<std::string> out;
  for (const Element& element : elements) {
    if (element.name == "testsuite") out.push_back(element.attributes.at("name"));
    if (element.name != "testcase") continue;
    out.push_back(element.attributes.at("classname") + " | " + element.attributes.at("name"));
  }
  return out;
}

}  // namespace

TEST_CASE("lint junit: a suite is a file, a class an object, a case a check or that none spoke") {
  const LintSample sample = lint_sample();
  CHECK(cases(junit(sample.result)) ==
        std::vector<std::string>{
            "web/llama.yaml", "prod.Deployment/llama-8b | image-tag: an image whose tag moves",
            "prod.Service/llama | nothing found",
            "cluster.ConfigMap/settings | config-secret: a ConfigMap that holds too much",
            "./a b/odd:,%.yaml",
            "./a b/odd:,%.yaml | unreadable: no YAML, or no Kubernetes object"});
}

TEST_CASE("lint junit: findings of one check at one object are one failure with all places") {
  const LintSample sample = lint_sample();
  const std::vector<Element> elements = junit(sample.result);
  const auto failure = std::find_if(elements.begin(), elements.end(), [](const Element& element) {
    return element.name == "failure";
  });
  REQUIRE(failure != elements.end());
  CHECK(failure->attributes.at("type") == "image-tag");
  CHECK(failure->attributes.at("message") ==
        "container &quot;vllm&quot; runs [latest](http://evil), {0} (and 1 more)");
  CHECK(failure->text ==
        "web/llama.yaml:9:11: warning: container &quot;vllm&quot; runs [latest](http://evil), "
        "{0}&#10;mend: Name the image by its digest.&#10;web/llama.yaml:10:31: warning: the model "
        "has no revision&#10;mend: Add --revision.&#10;why: A node that comes later pulls other "
        "code than the nodes before it, so that two replicas of one model give two "
        "answers.&#10;");
}

TEST_CASE("lint junit: where the API server refuses objects, others were not looked at") {
  LintSample sample = lint_sample();
  sample.result.verdict = Verdict::kReject;
  sample.result.findings.resize(1);
  const std::vector<Element> elements = junit(sample.result);
  CHECK(elements.front().attributes.at("tests") == "4");
  CHECK(std::count_if(elements.begin(), elements.end(),
                      [](const Element& each) { return each.name == "skipped"; }) == 3);
}

TEST_CASE("lint junit: notes are properties of the first suite, and nothing is still a document") {
  const LintSample sample = lint_sample();
  const std::vector<Element> elements = junit(sample.result);
  REQUIRE(elements.size() > 3);
  CHECK(elements[3].name == "property");
  CHECK(elements[3].attributes.at("value") ==
        "19 checks need a context&#10;::error::and &lt;b&gt; were not run");
  CHECK(junit(LintResult()).size() == 1);
}
