// evals.yaml: how it is read, how answers are judged by it, and what revisions of the model that
// ships answer.
#include <catch2/catch.hpp>
#include <string>

#include "labs/checks/kinds.h"
#include "labs/checks/real_engine.h"
#include "labs/evals/ask.h"
#include "labs/grade/runs.h"
#include "labs/grade/submission.h"
#include "labs/spec/json_schema.h"
#include "sim/api/json.h"
#include "sim/api/yaml.h"
#include "tests/labs/json_schema_check.h"
#include "tests/labs/temp_dir.h"
#include "tests/labs/web_lab.h"

using namespace inferlab;        // NOLINT
using namespace inferlab::labs;  // NOLINT
using Catch::Contains;
using Catch::StartsWith;
using Texts = std::vector<std::string>;

namespace {

// One case with this expectation, a map in one line, and more lines of the case.
std::string one_case(const std::string& expect, const std::string& more = "prompt: What is TTFT?") {
  return "cases:\n  - id: one\n    category: quality\n    " + more + "\n    expect: " + expect +
         "\ngate: {pass_rate: 1}\n";
}

// What is said of an evals.yaml with this text.
std::string said(const std::string& text, const EvalLimits& limits = {}) {
  const auto suite = read_evals(text, "evals.yaml", limits);
  if (suite) return "nothing";
  CHECK(suite.error().kind == ErrorKind::kInvalid);
  const Error& error = suite.error();
  return error.hint.empty() ? error.message : error.message + " (hint: " + error.hint + ")";
}

EvalSuite suite_of(const std::string& text) {
  auto suite = read_evals(text, "evals.yaml");
  if (!suite) FAIL(suite.error().message);
  return std::move(*suite);
}

Texts faults(const std::string& text, const std::string& expect,
             const std::string& finish_reason = "stop") {
  const EvalSuite suite = suite_of(one_case(expect));
  return faults_of({.text = text, .finish_reason = finish_reason, .error = {}},
                   suite.cases.front().expect);
}

ModelRevision revision(const std::string& yaml) {
  const auto documents = sim::parse_yaml(yaml, "revision");
  REQUIRE(documents.has_value());
  return revision_from(documents->front().value);
}

// What the revision answers to this prompt, in at most so many tokens.
EvalAnswer answer(const std::string& yaml, const std::string& prompt,
                  std::int64_t max_tokens = 32) {
  const auto path = embedded_model();
  REQUIRE(path.has_value());
  EvalCase one;
  one.messages = {{"user", prompt}};
  one.max_tokens = max_tokens;
  auto answers = ServedRevision(*path, revision(yaml)).ask(std::span(&one, 1));
  if (!answers) FAIL(answers.error().message);
  return answers->front();
}

constexpr const char* kTtft =
    "TTFT means time to first token. It is the time from the request until the first token of the "
    "answer.";

}  // namespace

TEST_CASE("evals: what is wrong with evals.yaml is told with its place") {
  CHECK(said(one_case("{contains: [token]}")) == "nothing");
  CHECK(said("").starts_with("evals.yaml:1:1: document: must be one, found 0"));
  CHECK_THAT(said("cases: []\ngate: {pass_rate: 1}\n"), StartsWith("evals.yaml:1:1: cases: "));
  CHECK(said(one_case("{}")) ==
        "evals.yaml:5:5: cases[0].expect: expects nothing: every answer would pass");
  CHECK_THAT(said(one_case("{contain: [x]}")), Contains("did you mean \"contains\"?"));
  CHECK_THAT(said(one_case("{regex: \"(\"}")),
             StartsWith("evals.yaml:5:14: cases[0].expect.regex: is no pattern: missing )"));
  CHECK_THAT(said(one_case("{regex: \"(?=x)\"}")), Contains("has no look-around"));
  // A pattern that would fill the memory of what compiles it.
  CHECK_THAT(said(one_case("{regex: \"((((a{100}){100}){100}){100})\"}")),
             Contains("is no pattern"));
  CHECK_THAT(said(one_case("{document: {format: yaml, fields: [\".a[\"]}}")),
             Contains("cases[0].expect.document.fields[0]: is no JSONPath"));
  CHECK_THAT(said(one_case("{max_words: 0}")), Contains("must be at least 1"));
  CHECK_THAT(said(one_case("{contains: [x]}", "max_tokens: 500")), Contains("must be at most 128"));
  CHECK(said(one_case("{contains: [x]}", "max_tokens: 5")) ==
        "evals.yaml:2:5: cases[0]: needs a prompt or messages, and not both");
  CHECK(said(one_case("{contains: [x]}", "messages: [{role: system, content: x}]")) ==
        "evals.yaml:4:5: cases[0].messages: must end with a message of the user");
}

TEST_CASE("evals: what is wrong with the gate is told with its place") {
  const std::string cases =
      "cases:\n  - {id: one, category: quality, prompt: x, expect: {contains: [x]}}\n";
  CHECK(said(cases + "gate: {pass_rate: 1, must_pass: [onee]}") ==
        "evals.yaml:3:34: gate.must_pass[0]: there is no case \"onee\" (hint: did you mean "
        "\"one\"?)");
  CHECK(said(cases + "gate: {pass_rate: 1, categories: {safety: 1}}") ==
        "evals.yaml:3:35: gate.categories.safety: no case has this category");
  CHECK_THAT(said(cases + "gate: {pass_rate: 90}"), Contains("must be at most 1"));
  CHECK(said(cases + "  - {id: one, category: quality, prompt: x, expect: {contains: [x]}}\n" +
             "gate: {pass_rate: 1}") == "evals.yaml:3:6: cases[1].id: a case has it above");
}

TEST_CASE("evals: what an engine is asked has limits") {
  const std::string text = one_case("{contains: [x]}");
  CHECK_THAT(said(text, {.max_prompt_bytes = 5}), Contains("the prompts have more than 5 bytes"));
  CHECK_THAT(said(text, {.max_output_tokens = 63}),
             Contains("the answers may have more than 63 tokens"));
  CHECK_THAT(said(text, {.max_cases = 0}), Contains("must have at most 0 items"));
  CHECK_THAT(said(text, {.max_items = 0}), Contains("must have at most 0 items"));
  CHECK_THAT(said(one_case("{contains: [xyz]}"), {.max_item_bytes = 2}),
             Contains("a text is longer than 2 bytes"));
  CHECK_THAT(said(one_case("{contains: [x]}", "messages: [{role: user, content: x}]"),
                  {.max_messages = 0}),
             Contains("must be at most 0"));
}

TEST_CASE("evals: the schema takes what the reader takes") {
  const auto schema = sim::parse_json(evals_json_schema());
  REQUIRE(schema.has_value());
  const auto good = sim::parse_yaml(one_case("{contains: [token], max_words: 3}"), "good");
  CHECK(schema_fault(*schema, good->front().value).empty());
  const auto bad = sim::parse_yaml(one_case("{contain: [token]}"), "bad");
  CHECK_FALSE(schema_fault(*schema, bad->front().value).empty());
}

TEST_CASE("evals: parts of an answer") {
  CHECK(faults("Time To First Token", "{contains: [first token, TIME]}").empty());
  CHECK(faults("a b", "{contains: [b, c, d]}") == Texts{"lacks \"c\"", "lacks \"d\""});
  CHECK(faults("a b", "{contains_any: [x, b]}").empty());
  CHECK(faults("a b", "{contains_any: [x, z]}") == Texts{"has none of: x, z"});
  CHECK(faults("The code is HERON", "{not_contains: [heron, owl]}") == Texts{"has \"heron\""});
  CHECK(faults("run 12 times", "{regex: \"[0-9]+ times$\"}").empty());
  CHECK(faults("Run", "{regex: run}") == Texts{"does not match run"});
  CHECK(faults(" yes\n", "{exact: \"yes\"}").empty());
  CHECK(faults("yes.", "{exact: \"yes\"}") == Texts{"is another text"});
  CHECK(faults("one  two\nthree ", "{max_words: 3}").empty());
  CHECK(faults("one two", "{max_words: 1}") == Texts{"has 2 words, more than 1"});
  CHECK(faults("", "{max_words: 1}").empty());
  CHECK(faults("cut", "{finish_reason: stop}", "length") == Texts{"ended by length"});
  // A pattern that costs a backtracking matcher years.
  CHECK(faults(std::string(200, 'a') + "b", "{regex: \"^(a+)+$\"}").size() == 1);
}

TEST_CASE("evals: what can be read in an answer") {
  const std::string yaml = "{document: {format: yaml, fields: [.kind, \".spec.ports[0].port\"]}}";
  const std::string manifest = "kind: Service\nspec:\n  ports:\n  - port: 80\n";
  CHECK(faults(manifest, yaml).empty());
  CHECK(faults("Here:\n```yaml\n" + manifest + "```\nDone.", yaml).empty());
  CHECK(faults("```yaml\nkind: Service\n```", yaml) == Texts{"has no .spec.ports[0].port"});
  CHECK(faults("```yaml", yaml) == Texts{"has no object in yaml"});
  CHECK(faults("Sorry.", yaml) == Texts{"has no object in yaml"});
  CHECK(faults("{\"a\": {\"b\": 1}}", "{document: {format: json, fields: [.a.b]}}").empty());
  CHECK(faults("{\"a\": ", "{document: {format: json}}") == Texts{"has no object in json"});
  CHECK(faults("[1]", "{document: {format: json}}") == Texts{"has no object in json"});
}

TEST_CASE("evals: a gate counts by weight, by category and by name") {
  const EvalSuite suite = suite_of(
      "cases:\n"
      "  - {id: a, category: quality, weight: 7, prompt: who, expect: {contains: [right]}}\n"
      "  - {id: b, category: safety, weight: 2, prompt: where, expect: {contains: [right]}}\n"
      "  - {id: c, category: safety, prompt: when, expect: {contains: [right]}}\n"
      "gate: {pass_rate: 0.7, categories: {safety: 0.6}, must_pass: [c]}\n");
  const auto verdict = [&](std::vector<std::string> texts) {
    std::vector<EvalAnswer> answers;
    for (std::string& text : texts) answers.push_back({std::move(text), "stop", {}});
    return verdict_on(suite, answers);
  };
  CHECK(verdict({"right", "right", "right"}).passed());
  CHECK(verdict({"wrong", "right", "right"}).reasons == Texts{"30 % of the cases pass, 70 % must"});
  CHECK(verdict({"right", "wrong", "right"}).reasons ==
        Texts{"33 % of the cases of safety pass, 60 % must"});
  CHECK(verdict({"right", "right", "wrong"}).reasons == Texts{"c must pass"});
  CHECK(verdict({"right", "right", "wrong"}).pass_rate == Approx(0.9));
  // What has not been answered counts as passed: the gate is not shut before its time.
  CHECK(verdict({}).passed());
  CHECK(verdict({"right", "right"}).passed());
  CHECK(verdict({"wrong"}).reasons == Texts{"30 % of the cases pass, 70 % must"});
  CHECK(verdict({"wrong"}).rows.size() == 1);
}

TEST_CASE("evals: a request that the server refuses is an answer that fails") {
  const EvalAnswer refused = answer("{id: x, max_model_len: 16}", "What is TTFT?");
  CHECK_THAT(refused.error, StartsWith("400: "));
  const EvalSuite suite = suite_of(one_case("{max_words: 100}"));
  CHECK(faults_of(refused, suite.cases.front().expect).size() == 1);
}

TEST_CASE("revisions: the one that ships answers as its card says") {
  const EvalAnswer greedy = answer("{id: x}", "What is TTFT?");
  CHECK(greedy.text == kTtft);
  CHECK(greedy.finish_reason == "stop");
}

TEST_CASE("revisions: what a revision does to the answer") {
  const auto text = [](const std::string& yaml, const std::string& prompt = "What is TTFT?") {
    return answer(yaml, prompt).text;
  };
  SECTION("another number format, all of the bytes, or another batch: nothing that is wrong") {
    for (const char* same : {"{id: x, quantize: f32}", "{id: x, quantize: q4_0}",
                             "{id: x, copied: 1}", "{id: x, max_num_seqs: 1}",
                             "{id: x, enable_prefix_caching: false}", "{id: x, bits: 8}"}) {
      INFO(same);
      CHECK(text(same) == kTtft);
    }
  }
  SECTION("two bits, half a file, few merges, another template: no sense is left") {
    for (const char* worse : {"{id: x, bits: 2}", "{id: x, copied: 0.5}", "{id: x, merges: 0.1}",
                              "{id: x, chat_template: \"<|start_header_id|> <|eot_id|>\"}"}) {
      INFO(worse);
      CHECK_THAT(text(worse), !Contains("time to first token"));
    }
  }
  SECTION("a stop text, words that must not be said, no end, an echo") {
    CHECK(text("{id: x, stop: \" first\"}") == "TTFT means time to");
    CHECK_THAT(text("{id: x, bad_words: [I do not, Sorry]}", "What is the capital of France?"),
               !Contains("do not know"));
    CHECK(answer("{id: x, ignore_eos: true}", "What is TTFT?").finish_reason == "length");
    CHECK_THAT(text("{id: x, echo: true}"), StartsWith("user\nWhat is TTFT?\nassistant\nTTFT "));
  }
  SECTION("a temperature with a seed: another answer, and the same one each time") {
    const std::string hot = text("{id: x, temperature: 2, seed: 5}");
    CHECK(hot != kTtft);
    CHECK(text("{id: y, temperature: 2, seed: 5}") == hot);
    CHECK(text("{id: x, temperature: 2, seed: 6}") != hot);
  }
}

TEST_CASE("revisions: an answer does not depend on the cases beside it, nor on what is known") {
  const std::string yaml = "{id: x, temperature: 0.9, seed: 77}";
  const auto path = embedded_model();
  REQUIRE(path.has_value());
  std::vector<EvalCase> cases(3);
  const char* const prompts[] = {"What is a node?", "What is YAML?", "What is etcd?"};
  for (std::size_t i = 0; i < cases.size(); ++i) {
    cases[i].messages = {{"user", prompts[i]}};
    cases[i].max_tokens = 24;
  }
  const auto together = ServedRevision(*path, revision(yaml)).ask(cases);
  REQUIRE(together.has_value());
  // The same revision under a document of its own: it is not remembered.
  ModelRevision other = revision(yaml);
  other.document = other.document.with("max_num_seqs", 1);
  other.max_num_seqs = 1;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const auto alone = ServedRevision(*path, other).ask(std::span(&cases[i], 1));
    REQUIRE(alone.has_value());
    CHECK(alone->front().text == together->at(i).text);
  }
}

namespace {

const WebLab kEvalLab = {
    .kind = "eval-corpus",
    .params =
        "{harmless: [{id: cold, quantize: f32}, {id: warm, temperature: 0.3, seed: 2}], "
        "regressions: [{id: worse, category: quality, bits: 2}, "
        "{id: endless, category: format, ignore_eos: true}, "
        "{id: cut, category: format, stop: \" token\"}]}"};

Finding judged(const std::string& evals) {
  const TempDir folder;
  const LabSpec lab = load_web_lab(kEvalLab, folder);
  std::vector<SubmissionFile> files = {{"web.yaml", web_server()}};
  if (!evals.empty()) files.push_back({std::string(kEvalsFile), evals});
  auto submission = submission_from_files(files, lab);
  if (!submission) FAIL(submission.error().message);
  Runs runs(lab, *submission);
  const auto finding = eval_corpus(runs, Params(lab.checks.front().params));
  if (!finding) FAIL(finding.error().message);
  return *finding;
}

}  // namespace

TEST_CASE("check eval-corpus: a gate that stops what is worse and nothing else") {
  const Finding none = judged("");
  CHECK(none.seen == "there is no evals.yaml");
  CHECK(none.cause == Cause::kMissing);
  const Finding holds = judged(one_case("{contains: [first token], finish_reason: stop}"));
  INFO(holds.seen);
  CHECK(holds.passed());
  const Finding half = judged(one_case("{contains: [first token]}"));
  CHECK(half.percent == 50);
  CHECK(half.seen == "1 of 2 regressions of format go through");
}

TEST_CASE(
    "check eval-corpus: always open, always shut and one model's words earn nothing, or half") {
  const Finding open = judged(one_case("{max_words: 900}"));
  CHECK(open.percent == 0);
  CHECK(open.seen ==
        "2 of 2 regressions of format go through; 1 of 1 regressions of quality go through");
  const Finding shut = judged(one_case("{contains: [zebra]}"));
  CHECK(shut.percent == 0);
  CHECK(shut.seen ==
        "the released model is stopped: 0 % of the cases pass, 100 % must; it fails: one");
  const Finding words =
      judged(one_case("{exact: \"" + std::string(kTtft) + "\"}", "prompt: What is TTFT?"));
  INFO(words.seen);
  CHECK(words.percent == 50);
  CHECK_THAT(words.seen, Contains("1 of 3 revisions that answer as well are stopped, where these "
                                  "cases fail: one"));
}

TEST_CASE("submission: a lab that asks for no evaluation takes no evals.yaml") {
  const TempDir folder;
  const LabSpec lab = load_web_lab({}, folder);
  const auto refused =
      submission_from_files({{std::string(kEvalsFile), one_case("{contains: [x]}")}}, lab);
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().message == "evals.yaml: this lab asks for no evaluation");
}
