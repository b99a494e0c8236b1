#include "labs/spec/evals.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <set>

#include "labs/spec/suggest.h"
#include "labs/spec/text_list.h"
#include "labs/spec/validate.h"
#include "sim/api/custom/printer_path.h"
#include "sim/api/yaml.h"

namespace inferlab::labs {
namespace {

using sim::Value;
using enum SpecType;

constexpr std::string_view kCategories[] = {"quality", "safety", "format"};
constexpr std::string_view kRoles[] = {"system", "user", "assistant"};
constexpr std::string_view kFinishReasons[] = {"stop", "length"};
constexpr std::string_view kFormats[] = {"json", "yaml"};
constexpr std::int64_t kMaxTokens = 64;  // of an answer, where a case says nothing

constexpr SpecField kMessageFields[] = {
    {.name = "content", .type = kMarkdown, .description = "what is said", .required = true},
    {.name = "role",
     .type = kWord,
     .description = "who says it",
     .required = true,
     .words = kRoles},
};
constexpr SpecTable kMessageTable = {"eval_message", "A message.", kMessageFields};

constexpr SpecField kDocumentFields[] = {
    {.name = "fields",
     .type = kTexts,
     .description =
         "JSONPaths without braces that find something in it: .spec.containers[0].image"},
    {.name = "format",
     .type = kWord,
     .description = "how it is read",
     .required = true,
     .words = kFormats},
};
constexpr SpecTable kDocumentTable = {"eval_document", "What can be read in an answer.",
                                      kDocumentFields};

constexpr SpecField kExpectFields[] = {
    {.name = "contains", .type = kTexts, .description = "all of these; A is a"},
    {.name = "contains_any", .type = kTexts, .description = "one of these at least; A is a"},
    {.name = "document",
     .type = kObject,
     .description = "the first fenced block, or the whole answer, can be read",
     .object = &kDocumentTable},
    {.name = "exact", .type = kMarkdown, .description = "the answer, less space around it"},
    {.name = "finish_reason",
     .type = kWord,
     .description = "why it ended: stop, or length where max_tokens cut it",
     .words = kFinishReasons},
    {.name = "max_words",
     .type = kInteger,
     .description = "no more words than these",
     .minimum = 1,
     .maximum = 1000},
    {.name = "not_contains", .type = kTexts, .description = "none of these; A is a"},
    {.name = "regex", .description = "found in the answer; RE2's syntax"},
};
constexpr SpecTable kExpectTable = {"eval_expectation", "What an answer must be like.",
                                    kExpectFields};

constexpr SpecField kCaseFields[] = {
    {.name = "category",
     .type = kWord,
     .description = "what it is about",
     .required = true,
     .words = kCategories},
    {.name = "expect",
     .type = kObject,
     .description = "what the answer must be like; every part of it holds",
     .required = true,
     .object = &kExpectTable},
    {.name = "id", .type = kId, .description = "its name in reports", .required = true},
    {.name = "max_tokens",
     .type = kInteger,
     .description = "of the answer; 64 if left out",
     .minimum = 1,
     .maximum = 128},
    {.name = "messages",
     .type = kObjects,
     .description = "the conversation, in place of prompt",
     .object = &kMessageTable,
     .min_items = 1},
    {.name = "prompt", .type = kMarkdown, .description = "what the user asks"},
    {.name = "weight",
     .type = kNumber,
     .description = "beside the others; 1 if left out",
     .minimum = 0.1,
     .maximum = 100},
};
constexpr SpecTable kCaseTable = {"eval_case", "One question to the model.", kCaseFields};

constexpr SpecField kRateFields[] = {
    {.name = "format",
     .type = kNumber,
     .description = "of the cases of format",
     .minimum = 0,
     .maximum = 1},
    {.name = "quality",
     .type = kNumber,
     .description = "of the cases of quality",
     .minimum = 0,
     .maximum = 1},
    {.name = "safety",
     .type = kNumber,
     .description = "of the cases of safety",
     .minimum = 0,
     .maximum = 1},
};
constexpr SpecTable kRateTable = {"eval_rates", "Pass rates by category.", kRateFields};

constexpr SpecField kGateFields[] = {
    {.name = "categories",
     .type = kObject,
     .description = "pass rates of single categories",
     .object = &kRateTable},
    {.name = "must_pass", .type = kIds, .description = "cases without which nothing goes through"},
    {.name = "pass_rate",
     .type = kNumber,
     .description = "of all cases, by weight: 0.9 is 90 %",
     .required = true,
     .minimum = 0,
     .maximum = 1},
};
constexpr SpecTable kGateTable = {"eval_gate", "What must hold for a release.", kGateFields};

constexpr SpecField kFields[] = {
    {.name = "cases",
     .type = kObjects,
     .description = "what is asked",
     .required = true,
     .object = &kCaseTable,
     .min_items = 1},
    {.name = "gate",
     .type = kObject,
     .description = "when a model may be released",
     .required = true,
     .object = &kGateTable},
};

EvalExpectation expectation_from(const Value& value) {
  EvalExpectation out;
  out.contains = text_list(value["contains"]);
  out.contains_any = text_list(value["contains_any"]);
  out.not_contains = text_list(value["not_contains"]);
  out.exact = value["exact"].str();
  out.max_words = value["max_words"].as_int();
  out.finish_reason = value["finish_reason"].str();
  out.format = value["document"]["format"].str();
  out.fields = text_list(value["document"]["fields"]);
  return out;
}

EvalCase case_from(const Value& value) {
  EvalCase out;
  out.id = value["id"].str();
  out.category = value["category"].str();
  out.weight = value["weight"].as_double(1);
  out.max_tokens = value.has("max_tokens") ? value["max_tokens"].as_int() : kMaxTokens;
  const Value& messages = value["messages"];
  for (const Value& message : messages.items()) {
    out.messages.push_back({message["role"].str(), message["content"].str()});
  }
  if (value.has("prompt")) out.messages.push_back({"user", value["prompt"].str()});
  out.expect = expectation_from(value["expect"]);
  return out;
}

/// What the tables cannot say.
class Rules {
 public:
  Rules(const SpecValidator& places, const EvalLimits& limits) : places_(places), limits_(limits) {}

  /// Compiles its pattern on the way.
  Result<void> check_case(EvalCase& each, const Value& value, const std::string& at) {
    if (!ids_.insert(each.id).second) return fail(at + ".id", "a case has it above");
    if (value.has("prompt") == value.has("messages")) {
      return fail(at, "needs a prompt or messages, and not both");
    }
    if (each.messages.size() > limits_.max_messages) {
      return fail(at + ".messages", fmt::format("must be at most {}", limits_.max_messages));
    }
    if (each.messages.back().role != "user") {
      return fail(at + ".messages", "must end with a message of the user");
    }
    for (const ChatMessage& message : each.messages) prompt_bytes_ += message.content.size();
    if (prompt_bytes_ > limits_.max_prompt_bytes) {
      return fail(at, fmt::format("the prompts have more than {} bytes, all together",
                                  limits_.max_prompt_bytes));
    }
    output_tokens_ += each.max_tokens;
    if (output_tokens_ > limits_.max_output_tokens) {
      return fail(at + ".max_tokens", fmt::format("the answers may have more than {} tokens, all "
                                                  "together",
                                                  limits_.max_output_tokens));
    }
    return check_expectation(each.expect, value["expect"], at + ".expect");
  }

  Result<void> check_gate(const EvalGate& gate, const std::vector<EvalCase>& cases) {
    std::vector<std::string_view> names;
    for (const EvalCase& each : cases) names.push_back(each.id);
    for (std::size_t i = 0; i < gate.must_pass.size(); ++i) {
      if (ids_.count(gate.must_pass[i]) > 0) continue;
      return fail(fmt::format(".gate.must_pass[{}]", i),
                  fmt::format("there is no case \"{}\"", gate.must_pass[i]),
                  suggestion(gate.must_pass[i], names));
    }
    for (const auto& [category, rate] : gate.categories) {
      if (std::ranges::count(cases, category, &EvalCase::category) > 0) continue;
      return fail(".gate.categories." + category, "no case has this category");
    }
    return {};
  }

 private:
  [[nodiscard]] Error fail(const std::string& path, std::string_view why,
                           std::string hint = {}) const {
    return places_.error(path, why, std::move(hint));
  }

  Result<void> check_expectation(EvalExpectation& expect, const Value& value,
                                 const std::string& at) const {
    if (value.empty()) return fail(at, "expects nothing: every answer would pass");
    for (const Value::Member& part : value.members()) {
      INFERLAB_TRY_VOID(check_size(part.value, at + "." + part.key));
    }
    INFERLAB_TRY_VOID(check_size(value["document"]["fields"], at + ".document.fields"));
    for (std::size_t i = 0; i < expect.fields.size(); ++i) {
      if (sim::is_json_path(expect.fields[i])) continue;
      return fail(fmt::format("{}.document.fields[{}]", at, i), "is no JSONPath",
                  "as in .metadata.name");
    }
    if (!value.has("regex")) return {};
    re2::RE2::Options options;
    options.set_log_errors(false);
    options.set_max_mem(limits_.max_pattern_bytes);
    expect.regex = std::make_shared<const re2::RE2>(value["regex"].str(), options);
    if (expect.regex->ok()) return {};
    return fail(at + ".regex", fmt::format("is no pattern: {}", expect.regex->error()),
                "RE2's syntax has no look-around and no back references");
  }

  [[nodiscard]] Result<void> check_size(const Value& value, const std::string& at) const {
    if (value.size() > limits_.max_items && value.is_array()) {
      return fail(at, fmt::format("must have at most {} items", limits_.max_items));
    }
    const auto is_long = [&](const Value& text) {
      return text.is_string() && text.as_string().size() > limits_.max_item_bytes;
    };
    const bool any = value.is_array() && std::ranges::any_of(value.items(), is_long);
    if (!any && !is_long(value)) return {};
    return fail(at, fmt::format("a text is longer than {} bytes", limits_.max_item_bytes));
  }

  const SpecValidator& places_;
  const EvalLimits& limits_;
  std::set<std::string> ids_;
  std::size_t prompt_bytes_ = 0;
  std::int64_t output_tokens_ = 0;
};

}  // namespace

constexpr SpecTable kEvalsTable = {"evals", "An evaluation of a model, and its gate.", kFields};

Result<EvalSuite> read_evals(std::string_view text, const std::string& file,
                             const EvalLimits& limits) {
  INFERLAB_TRY(const auto documents, sim::parse_yaml(text, file, {.max_bytes = 1 << 20}));
  if (documents.size() != 1) {
    return Error{ErrorKind::kInvalid,
                 fmt::format("{}:1:1: document: must be one, found {}", file, documents.size()),
                 "as in: cases: […], gate: {pass_rate: 1}"};
  }
  const Value& root = documents.front().value;
  SpecValidator validator(documents.front(), file, [](std::string_view) { return nullptr; });
  const std::vector<Error> found = validator.validate(kEvalsTable);
  if (!found.empty()) return found.front();
  if (root["cases"].size() > limits.max_cases) {
    return validator.error(".cases", fmt::format("must have at most {} items", limits.max_cases));
  }
  EvalSuite out;
  out.document = root;
  Rules rules(validator, limits);
  for (std::size_t i = 0; i < root["cases"].size(); ++i) {
    const Value& value = root["cases"][i];
    out.cases.push_back(case_from(value));
    // Before its last message is looked at there must be one.
    if (out.cases.back().messages.empty()) {
      return validator.error(fmt::format(".cases[{}]", i),
                             "needs a prompt or messages, and not both");
    }
    INFERLAB_TRY_VOID(rules.check_case(out.cases.back(), value, fmt::format(".cases[{}]", i)));
  }
  const Value& gate = root["gate"];
  out.gate.pass_rate = gate["pass_rate"].as_double();
  out.gate.must_pass = text_list(gate["must_pass"]);
  for (const Value::Member& rate : gate["categories"].members()) {
    out.gate.categories.emplace_back(rate.key, rate.value.as_double());
  }
  INFERLAB_TRY_VOID(rules.check_gate(out.gate, out.cases));
  return out;
}

}  // namespace inferlab::labs
