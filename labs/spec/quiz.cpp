#include "labs/spec/quiz.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <set>

#include "labs/checks/measure.h"
#include "labs/spec/suggest.h"
#include "labs/spec/text_list.h"
#include "labs/spec/validate.h"
#include "sim/api/yaml.h"

namespace inferlab::labs {
namespace {

using sim::Value;
using enum SpecType;

constexpr std::string_view kTypes[] = {"single", "multiple", "order", "number", "cause"};
constexpr std::string_view kRuns[] = {"starter", "solution", "submission"};

constexpr SpecField kOptionFields[] = {
    {.name = "id", .type = kId, .description = "as an answer names it", .required = true},
    {.name = "text", .type = kMarkdown, .description = "what it says", .required = true},
};
constexpr SpecTable kOptionTable = {"option", "Something to choose.", kOptionFields};

constexpr SpecField kNumberFields[] = {
    {.name = "measure",
     .type = kObject,
     .description = "the number is measured: metric, labels, statistic, from, to",
     .object = &kMeasureTable},
    {.name = "run", .type = kWord, .description = "in which run it is measured", .words = kRuns},
    {.name = "tolerance",
     .type = kNumber,
     .description = "of the number: 0.05 is 5 %",
     .minimum = 0,
     .maximum = 1},
    {.name = "unit", .description = "GiB, s, USD …; none if left out"},
    {.name = "value", .type = kNumber, .description = "the number"},
    {.name = "within",
     .type = kNumber,
     .description = "of the number, in its unit: 30 is 30 more or less",
     .minimum = 0},
};
constexpr SpecTable kNumberTable = {"quiz_number", "The right number.", kNumberFields};

constexpr SpecField kQuestionFields[] = {
    {.name = "answer", .type = kIds, .description = "options: the right ones, or their order"},
    {.name = "explanation",
     .type = kMarkdown,
     .description = "why it is so, for those who are through with it",
     .required = true},
    {.name = "id", .type = kId, .description = "as answers.txt names it", .required = true},
    {.name = "number", .type = kObject, .description = "of type number", .object = &kNumberTable},
    {.name = "options", .type = kObjects, .description = "to choose from", .object = &kOptionTable},
    {.name = "text", .type = kMarkdown, .description = "what is asked", .required = true},
    {.name = "type",
     .type = kWord,
     .description = "how it is answered",
     .required = true,
     .words = kTypes},
};
constexpr SpecTable kQuestionTable = {"question", "A question.", kQuestionFields};

constexpr SpecField kQuizFields[] = {
    {.name = "questions",
     .type = kObjects,
     .description = "all of them",
     .required = true,
     .object = &kQuestionTable,
     .min_items = 1},
};

struct Unit {
  std::string_view name, family;
  double factor;
};
constexpr Unit kUnits[] = {
    {"B", "bytes", 1},        {"kB", "bytes", 1e3},     {"MB", "bytes", 1e6},
    {"GB", "bytes", 1e9},     {"TB", "bytes", 1e12},    {"KiB", "bytes", 1024},
    {"MiB", "bytes", 0x1p20}, {"GiB", "bytes", 0x1p30}, {"TiB", "bytes", 0x1p40},
    {"Mi", "bytes", 0x1p20},  {"Gi", "bytes", 0x1p30},  {"ms", "time", 1e-3},
    {"s", "time", 1},         {"min", "time", 60},      {"m", "time", 60},
    {"h", "time", 3600},      {"%", "share", 0.01},     {"USD", "money", 1},
    {"$", "money", 1},
};

const Unit* unit_of(std::string_view name) {
  for (const Unit& unit : kUnits) {
    if (unit.name == name) return &unit;
  }
  return nullptr;
}

Question question_from(const Value& value) {
  Question out;
  out.id = value["id"].str();
  out.text = value["text"].str();
  const auto type = std::find(std::begin(kTypes), std::end(kTypes), value["type"].as_string());
  out.type = static_cast<Question::Type>(type - std::begin(kTypes));
  const Value& options = value["options"];
  for (const Value& option : options.items()) {
    out.options.emplace_back(option["id"].str(), option["text"].str());
  }
  out.answer = text_list(value["answer"]);
  out.number = value["number"]["value"].as_double();
  out.unit = value["number"]["unit"].str();
  out.tolerance = value["number"]["tolerance"].as_double();
  out.within = value["number"]["within"].as_double();
  out.measure = value["number"]["measure"];
  out.measured_in = std::string(value["number"]["run"].as_string("solution"));
  out.explanation = value["explanation"].str();
  return out;
}

// What the tables cannot say of one question.
void check_question(const Question& question, bool has_number, const std::string& at,
                    const SpecValidator& places, std::vector<Error>& errors) {
  const auto fail = [&](const std::string& field, std::string_view why, std::string hint = {}) {
    errors.push_back(places.error(at + field, why, std::move(hint)));
  };
  if (question.type == Question::Type::kNumber) {
    if (!question.options.empty()) fail(".options", "a number has none");
    if (!question.answer.empty()) fail(".answer", "is for options; a number stands in number");
    return;
  }
  std::set<std::string> known;
  std::vector<std::string_view> names;
  for (const auto& [id, text] : question.options) {
    known.insert(id);
    names.push_back(id);
  }
  if (has_number) fail(".number", "is for questions of type number");
  if (known.size() < 2) fail("", "needs two options at least");
  if (known.size() < question.options.size()) fail(".options", "two options have the same id");
  for (std::size_t i = 0; i < question.answer.size(); ++i) {
    const auto same = question.answer.begin() + static_cast<std::ptrdiff_t>(i);
    if (std::find(question.answer.begin(), same, *same) != same) {
      fail(fmt::format(".answer[{}]", i), fmt::format("\"{}\" stands above", *same));
    }
    if (known.count(question.answer[i]) > 0) continue;
    fail(fmt::format(".answer[{}]", i),
         fmt::format("there is no option \"{}\"", question.answer[i]),
         suggestion(question.answer[i], names));
  }
  const std::size_t count = question.answer.size();
  const bool one =
      question.type == Question::Type::kSingle || question.type == Question::Type::kCause;
  if (one && count != 1) {
    fail(count == 0 ? "" : ".answer", fmt::format("needs one right option, not {}", count));
  }
  if (!one && count == 0) fail("", "needs the right options under answer");
  if (question.type == Question::Type::kOrder && count != question.options.size()) {
    fail(".answer", "must name every option once, in the right order");
  }
}

std::string text_of(const Value& value) {
  if (value.is_string()) return value.str();
  if (value.is_int()) return fmt::format("{}", value.as_int());
  return value.is_number() ? fmt::format("{}", value.as_double()) : std::string();
}

}  // namespace

constexpr SpecTable kQuizTable = {"quiz", "The questions of a lab.", kQuizFields};

std::optional<double> number_in(std::string_view text, std::string_view unit) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  double value = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || !std::isfinite(value)) return std::nullopt;
  std::string_view given(rest, static_cast<std::size_t>(end - rest));
  while (!given.empty() && given.front() == ' ') given.remove_prefix(1);
  if (given.empty() || given == unit) return value;
  const Unit* from = unit_of(given);
  const Unit* to = unit_of(unit);
  if (from == nullptr || to == nullptr || from->family != to->family) return std::nullopt;
  return value * from->factor / to->factor;
}

std::vector<std::string> chosen_options(const Value& answer) {
  std::vector<std::string> out;
  const auto add = [&out](const Value& value) {
    const std::string text = text_of(value);
    for (std::size_t begin = 0; begin <= text.size();) {
      const std::size_t end = std::min(text.find(',', begin), text.size());
      const std::size_t from = text.find_first_not_of(' ', begin);
      if (from < end) {
        out.push_back(text.substr(from, text.find_last_not_of(' ', end - 1) - from + 1));
      }
      begin = end + 1;
    }
  };
  if (answer.is_array()) {
    for (const Value& item : answer.items()) add(item);
  } else {
    add(answer);
  }
  return out;
}

std::optional<bool> is_right(const Question& question, const Value& answer, double truth) {
  if (question.type == Question::Type::kNumber) {
    const auto number = number_in(text_of(answer), question.unit);
    if (!number) return std::nullopt;
    // A hair more than the tolerance, for what binary fractions make of decimal ones.
    const double allowed = std::max(std::abs(truth) * question.tolerance, question.within);
    return std::abs(*number - truth) <= allowed + 1e-9;
  }
  std::vector<std::string> given = chosen_options(answer);
  if (given.empty() && !answer.is_array()) return std::nullopt;
  for (const std::string& id : given) {
    const bool known = std::any_of(question.options.begin(), question.options.end(),
                                   [&](const auto& option) { return option.first == id; });
    if (!known) return std::nullopt;
  }
  std::vector<std::string> wanted = question.answer;
  if (question.type != Question::Type::kOrder) {
    std::sort(given.begin(), given.end());
    std::sort(wanted.begin(), wanted.end());
  }
  return given == wanted;
}

std::vector<Question> read_quiz(std::string_view text, const std::string& file,
                                std::vector<Error>& errors) {
  auto documents = sim::parse_yaml(text, file);
  if (!documents || documents->size() != 1) {
    errors.push_back(documents ? Error{ErrorKind::kInvalid,
                                       fmt::format("{}:1:1: document: must be one, found {}", file,
                                                   documents->size())}
                               : documents.error());
    return {};
  }
  SpecValidator validator(documents->front(), file, [](std::string_view) { return nullptr; });
  const std::vector<Error> found = validator.validate(kQuizTable);
  errors.insert(errors.end(), found.begin(), found.end());
  if (!found.empty()) return {};
  std::vector<Question> out;
  const Value& list = documents->front().value["questions"];
  for (std::size_t i = 0; i < list.size(); ++i) {
    const std::string at = fmt::format(".questions[{}]", i);
    out.push_back(question_from(list[i]));
    if (out.back().type == Question::Type::kNumber &&
        list[i]["number"].has("value") == list[i]["number"].has("measure")) {
      errors.push_back(validator.error(at + ".number", "needs a value or a measure, and not both"));
    }
    check_question(out.back(), list[i].has("number"), at, validator, errors);
    const auto same = std::count_if(out.begin(), out.end(), [&](const Question& question) {
      return question.id == out.back().id;
    });
    if (same > 1) errors.push_back(validator.error(at + ".id", "a question has it above"));
  }
  return out;
}

}  // namespace inferlab::labs
