// The linter's JUnit XML: its structure, and what it says of each object.
#include <algorithm>
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "labs/lint/output/formats.h"
#include "tests/labs/junit_schema.h"
#include "tests/labs/lint_sample.h"

using namespace inferlab::labs::lint;  // NOLINT

namespace {

using Element = XmlElement;

std::vector<Element> junit(const LintResult& result) {
  return read_junit(lint_junit(result));
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
  int tests = 0;
  for (const Element& element : elements) {
    if (element.name == "testsuite") tests += std::stoi(element.attributes.at("tests"));
  }
  CHECK(tests == 4);
  CHECK(std::count_if(elements.begin(), elements.end(),
                      [](const Element& each) { return each.name == "skipped"; }) == 3);
}

TEST_CASE("lint junit: notes are properties of the first suite, and nothing is still a document") {
  const LintSample sample = lint_sample();
  const std::vector<Element> elements = junit(sample.result);
  REQUIRE(elements.size() > 4);
  CHECK(elements[4].name == "property");
  CHECK(elements[4].attributes.at("value") ==
        "19 checks need a context&#10;::error::and &lt;b&gt; were not run");
  CHECK(junit(LintResult()).size() == 1);
}
