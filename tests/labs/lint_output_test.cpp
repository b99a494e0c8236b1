// What the linter prints for people, for programs and for GitHub, to the last byte.
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "labs/lint/output/formats.h"
#include "labs/report/wrap.h"
#include "sim/api/json.h"
#include "tests/labs/lint_sample.h"

using namespace inferlab::labs::lint;  // NOLINT
using inferlab::labs::display_width;
using inferlab::labs::Style;
using inferlab::sim::Value;

namespace {

std::string text_of(const LintSample& sample, std::size_t width = 100) {
  return lint_text(sample.result, sample.files, Style(false), width);
}

std::string nothing_found() {
  LintResult result;
  result.objects = 1;
  result.checks = 78;
  return lint_text(result, {}, Style(false));
}

}  // namespace

TEST_CASE("lint text: each finding with its line, and once what is true of its check") {
  CHECK(
      text_of(lint_sample()) ==
      R"(./a b/odd:,%.yaml:1:7: error[unreadable] a quote is <U+001B>[31mnever<U+001B>[0m closed ::warning::pwned, 100% <FF>]]>
  1 | kind: [<FF>
    |       ^~~~~
  why:  kubectl apply stops here.
  mend: Write a document that begins with {apiVersion: …}.

web/llama.yaml:9:11: warning[image-tag] Deployment/llama-8b: container "vllm" runs [latest](http://evil), {0}
  9 |           image: vllm/vllm-openai:latest  # moves
    |           ^~~~~
  why:  A node that comes later pulls other code than the nodes before it, so that two replicas of
        one model give two answers.
  mend: Name the image by its digest.

web/llama.yaml:10:31: warning[image-tag] Deployment/llama-8b: the model has no revision
  10 |           args: ["--grüße", --model=llama]
     |                             ^~~~~~~~~~~~~
  mend: Add --revision.

web/llama.yaml:21:75: note[config-secret] ConfigMap/settings: terminal is 1
  21 | …apping: {which: {is: {so: {long: {that: {it: {fits: {no: {terminal: 1}}}}}}}}}}}}
     |                                                ^~~~
  why:  Everybody who may list ConfigMaps reads it.
  mend: Move it into a Secret. (--fix does it)

1 error, 2 warnings, 1 note in 3 objects; 78 checks run
--fix can mend 1 of them
Note: 19 checks need a context ::error::and <b> were not run
)");
}

TEST_CASE("lint text: what is explained is broken to the width, the line of a finding is not") {
  const std::string text = text_of(lint_sample(), 60);
  std::string_view rest = text;
  while (!rest.empty()) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    const bool is_finding = line.find(": warning[") != std::string_view::npos ||
                            line.find(": error[") != std::string_view::npos ||
                            line.find(": note[") != std::string_view::npos;
    INFO(line);
    CHECK((is_finding || display_width(line) <= 60));
    rest.remove_prefix(line.size() + 1);
  }
}

TEST_CASE("lint text: colour is added around the same words") {
  const LintSample sample = lint_sample();
  std::string text = lint_text(sample.result, sample.files, Style(true));
  CHECK(text.find("\x1b[31merror[unreadable]\x1b[0m") != std::string::npos);
  for (std::size_t at = text.find("\x1b["); at != std::string::npos; at = text.find("\x1b[")) {
    text.erase(at, text.find('m', at) - at + 1);
  }
  CHECK(text == text_of(sample));
}

TEST_CASE("lint text: without findings it is one line, and it says when nothing was looked at") {
  CHECK(nothing_found() == "nothing found in 1 object; 78 checks run\n");
  LintSample sample = lint_sample();
  sample.result.verdict = Verdict::kReject;
  sample.result.findings.resize(1);
  CHECK(lint_summary(sample.result) ==
        "rejected: 1 error in 3 objects; the API server refuses them, nothing else was looked at");
}

TEST_CASE("lint text: a place that is not in the file, and a file that is not there, do no harm") {
  LintSample sample = lint_sample();
  sample.result.findings[1].place = {9, 1000};
  sample.result.findings[2].place = {1000, 1};
  sample.result.findings[3].place = {0, 0};
  CHECK(text_of(sample).find("web/llama.yaml: note[config-secret]") != std::string::npos);
  sample.files.clear();
  CHECK(text_of(sample).find(" | ") == std::string::npos);
}

TEST_CASE("lint json: the shape that programs depend on") {
  const LintSample sample = lint_sample();
  const auto parsed = inferlab::sim::parse_json(lint_json(sample.result));
  REQUIRE(parsed.has_value());
  std::vector<std::string> keys;
  for (const Value::Member& member : parsed->members()) keys.push_back(member.key);
  CHECK(keys ==
        std::vector<std::string>{"checks", "findings", "notes", "objects", "schema", "verdict"});
  CHECK((*parsed)["schema"].as_string() == "inferlab.lint/v1");
  CHECK((*parsed)["verdict"].as_string() == "fail");
  CHECK((*parsed)["objects"].as_int() == 3);
  CHECK((*parsed)["checks"].as_int() == 78);
  CHECK((*parsed)["notes"].size() == 1);
  const Value& findings = (*parsed)["findings"];
  REQUIRE(findings.size() == 4);
  CHECK(findings[std::size_t{2}] ==
        Value::object({{"check", "image-tag"},
                       {"severity", "warning"},
                       {"tier", "static"},
                       {"object", "Deployment/llama-8b"},
                       {"namespace", "prod"},
                       {"file", "web/llama.yaml"},
                       {"line", 10},
                       {"column", 31},
                       {"path", "spec.template.spec.containers[0].args[1]"},
                       {"message", "the model has no revision"},
                       {"mend", "Add --revision."},
                       {"why",
                        "A node that comes later pulls other code than the nodes before it, "
                        "so that two replicas of one model give two answers."},
                       {"rows", Value::array({"RT-01", "TRP-04"})},
                       {"fixable", false}}));
  const Value& unreadable = findings[std::size_t{0}];
  CHECK(unreadable["object"].as_string() == "File/./a b/odd:,%.yaml");
  CHECK(unreadable["rows"] == Value::array({}));
  CHECK(unreadable["message"].as_string() ==
        "a quote is <U+001B>[31mnever<U+001B>[0m closed\n::warning::pwned, 100% <FF>]]>");
  CHECK(findings[std::size_t{3}]["fixable"].as_bool());
}

TEST_CASE("lint github: a command for each finding, in which strangers' text begins no other") {
  const LintSample sample = lint_sample();
  constexpr const char* kWhy =
      "%0Awhy: A node that comes later pulls other code than the nodes before it, so that two "
      "replicas of one model give two answers.%0Amend: ";
  CHECK(lint_github(sample.result, sample.files) ==
        "::error file=a b/odd%3A%2C%25.yaml,line=1,col=7,title=unreadable::a quote is "
        "<U+001B>[31mnever<U+001B>[0m closed%0A::warning::pwned, 100%25 <FF>]]>%0Awhy: kubectl "
        "apply stops here.%0Amend: Write a document that begins with {apiVersion: …}.\n"
        "::warning file=web/llama.yaml,line=9,col=11,title=image-tag::Deployment/llama-8b: "
        "container \"vllm\" runs [latest](http://evil), {0}" +
            std::string(kWhy) +
            "Name the image by its digest.\n"
            "::warning file=web/llama.yaml,line=10,col=29,title=image-tag::Deployment/llama-8b: "
            "the model has no revision" +
            kWhy +
            "Add --revision.\n"
            "::notice file=web/llama.yaml,line=21,col=75,title=config-secret::ConfigMap/settings: "
            "terminal is 1%0Awhy: Everybody who may list ConfigMaps reads it.%0Amend: Move it "
            "into a Secret.\n"
            "::notice title=inferlab lint::1 error, 2 warnings, 1 note in 3 objects; 78 checks "
            "run%0A19 checks need a context%0A::error::and <b> were not run\n");
}

TEST_CASE("lint github: the standard input is no file of the repository") {
  LintSample sample = lint_sample();
  sample.result.findings.resize(1);
  sample.result.findings[0].file = "-";
  sample.result.findings[0].object = "File/-";
  CHECK(lint_github(sample.result, sample.files).starts_with("::error title=unreadable::"));
  CHECK(lint_github(LintResult(), {}).empty());
}
