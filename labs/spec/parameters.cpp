#include "labs/spec/parameters.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "engine/base/hash.h"
#include "engine/base/rng.h"
#include "engine/base/time.h"
#include "labs/spec/suggest.h"
#include "labs/spec/validate.h"
#include "sim/api/yaml.h"

namespace inferlab::labs {
namespace {

using sim::Value;
using enum SpecType;

constexpr SpecField kFields[] = {
    {.name = "choices",
     .type = kAny,
     .description = "a list of values, or of maps whose members are chosen together"},
    {.name = "from", .type = kAny, .description = "the least: a whole number or a duration"},
    {.name = "name", .type = kId, .description = "as files write it: ${NAME}", .required = true},
    {.name = "replaces",
     .type = kBool,
     .description = "the first choice stands in the files as it is, and is replaced there"},
    {.name = "step", .type = kAny, .description = "between two values; 1 or 1s if left out"},
    {.name = "to", .type = kAny, .description = "the largest: a whole number or a duration"},
};

constexpr std::uint64_t kMaxChoices = 1'000'000;

// Numbers and durations alike, as whole numbers of the smaller unit.
struct Amount {
  std::int64_t value = 0;
  bool is_duration = false;
};

std::optional<Amount> amount_of(const Value& value) {
  if (value.is_int()) return Amount{value.as_int(), false};
  const auto duration = parse_duration(value.as_string());
  if (!duration) return std::nullopt;
  return Amount{duration->count(), true};
}

std::string text_of(const Value& value) {
  if (value.is_string()) return value.str();
  if (value.is_bool()) return value.as_bool() ? "true" : "false";
  return value.is_int() ? fmt::format("{}", value.as_int()) : fmt::format("{}", value.as_double());
}

bool is_scalar(const Value& value) {
  return value.is_string() || value.is_bool() || value.is_number();
}

bool is_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
}

// Line and column of a place in a text, for messages.
std::pair<int, int> place_of(std::string_view text, std::size_t at) {
  const std::string_view before = text.substr(0, at);
  const auto lines = std::count(before.begin(), before.end(), '\n');
  const std::size_t start = before.rfind('\n');
  return {static_cast<int>(lines) + 1,
          static_cast<int>(at - (start == std::string_view::npos ? 0 : start + 1)) + 1};
}

// A top-level member of a lab's file with everything below it, at the line where it stands there;
// the rest need not be YAML before the values are in it. Empty: there is none.
std::string block_of(std::string_view text, std::string_view key) {
  std::string out;
  bool inside = false;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view line = text.substr(at, end - at);
    const bool is_top = !line.empty() && line.front() != ' ' && line.front() != '#' &&
                        line.front() != '-' && line.front() != '\r';
    if (is_top) inside = line.starts_with(key) && line.substr(key.size()).starts_with(':');
    if (inside) out += line;
    out += '\n';
    at = end + 1;
  }
  return out.find_first_not_of('\n') == std::string::npos ? std::string() : out;
}

class Chooser {
 public:
  Chooser(const sim::YamlDocument& document, std::string_view lab, const std::string& file,
          std::string_view learner, std::vector<Error>& errors)
      : document_(document), file_(file), learner_(learner), lab_(lab), errors_(errors) {}

  Parameters run() {
    const Value& list = document_.value["parameters"];
    for (std::size_t i = 0; i < list.size(); ++i) {
      at_ = fmt::format(".parameters[{}]", i);
      const std::string name = list[i]["name"].str();
      if (out_.values.count(name) > 0)
        fail(".name", fmt::format("a parameter \"{}\" stands above", name));
      choose(name, list[i]);
      if (list[i]["replaces"].as_bool()) replace(name, list[i]["choices"][std::size_t{0}]);
    }
    return std::move(out_);
  }

 private:
  void fail(const std::string& field, std::string_view why, std::string hint = {}) {
    const sim::Place place = document_.place(at_ + field);
    errors_.push_back({ErrorKind::kInvalid,
                       fmt::format("{}:{}:{}: {}: {}", file_, place.line, place.column,
                                   (at_ + field).substr(1), why),
                       std::move(hint)});
  }

  void replace(const std::string& name, const Value& first) {
    const std::string word = is_scalar(first) ? text_of(first) : std::string();
    const auto chosen = out_.values.find(name);
    if (chosen == out_.values.end() || word.empty()) {
      return fail(".replaces", "is for a parameter with a list of values");
    }
    out_.words[word] = chosen->second;
  }

  // An index below `count`.
  std::size_t draw(const std::string& name, std::uint64_t count) {
    if (learner_.empty()) return 0;
    Rng rng(hash_of(lab_), name, learner_);
    return static_cast<std::size_t>(rng.below(count));
  }

  void choose(const std::string& name, const Value& parameter) {
    if (parameter.has("choices")) return choose_of_list(name, parameter["choices"]);
    const auto from = amount_of(parameter["from"]), to = amount_of(parameter["to"]);
    if (!from || !to || from->is_duration != to->is_duration) {
      return fail("", "needs choices, or from and to", "two whole numbers, or two durations");
    }
    const auto step = parameter.has("step")
                          ? amount_of(parameter["step"])
                          : Amount{from->is_duration ? Duration(1s).count() : 1, from->is_duration};
    if (!step || step->value <= 0 || step->is_duration != from->is_duration) {
      return fail(".step", "must be positive, and of the same kind as from and to");
    }
    if (to->value < from->value) return fail(".to", "is less than from");
    // Without a sign: the whole range of the type may lie between them.
    const std::uint64_t apart =
        static_cast<std::uint64_t>(to->value) - static_cast<std::uint64_t>(from->value);
    const std::uint64_t count = apart / static_cast<std::uint64_t>(step->value) + 1;
    if (count > kMaxChoices) return fail(".to", "is too far from from for this step");
    const std::int64_t value =
        from->value + static_cast<std::int64_t>(draw(name, count)) * step->value;
    out_.values[name] =
        from->is_duration ? format_duration(Duration(value)) : fmt::format("{}", value);
  }

  void choose_of_list(const std::string& name, const Value& choices) {
    if (!choices.is_array() || choices.size() == 0) {
      return fail(".choices", "must be a list with something in it");
    }
    // All of them are looked at, whichever is drawn: a lab is right for every learner, or for none.
    const Value& first = choices[std::size_t{0}];
    for (std::size_t i = 0; i < choices.size(); ++i) {
      const bool alike =
          is_scalar(first)
              ? is_scalar(choices[i])
              : choices[i].is_object() && choices[i].size() == first.size() &&
                    std::equal(choices[i].members().begin(), choices[i].members().end(),
                               first.members().begin(), [](const auto& a, const auto& b) {
                                 return a.key == b.key && is_scalar(a.value);
                               });
      if (!alike || (first.is_object() && first.size() == 0)) {
        return fail(fmt::format(".choices[{}]", i),
                    "must be a value, or a map with the same keys "
                    "as the others and nothing but values");
      }
    }
    const Value& chosen = choices[draw(name, choices.size())];
    if (is_scalar(chosen)) {
      out_.values[name] = text_of(chosen);
      return;
    }
    for (const Value::Member& member : chosen.members()) {
      out_.values[name + "." + member.key] = text_of(member.value);
    }
  }

  const sim::YamlDocument& document_;
  const std::string& file_;
  std::string learner_, lab_;
  std::vector<Error>& errors_;
  std::string at_;
  Parameters out_;
};

}  // namespace

constexpr SpecTable kParameterTable = {"parameter", "What differs between learners.", kFields};

namespace {

constexpr SpecField kBlockFields[] = {
    {.name = "parameters",
     .type = kObjects,
     .description = "what differs between learners",
     .object = &kParameterTable},
};
constexpr SpecTable kBlockTable = {"parameters", "A lab's parameters.", kBlockFields};

}  // namespace

Parameters choose_parameters(std::string_view lab_text, const std::string& file,
                             std::string_view learner, std::vector<Error>& errors) {
  const std::string block = block_of(lab_text, "parameters");
  if (block.empty()) return {};
  const auto documents = sim::parse_yaml(block, file);
  const auto head = sim::parse_yaml(block_of(lab_text, "id"), file);
  if (!documents) {
    errors.push_back(documents.error());
    return {};
  }
  if (documents->empty()) return {};
  SpecValidator validator(documents->front(), file, {});
  const std::vector<Error> found = validator.validate(kBlockTable);
  errors.insert(errors.end(), found.begin(), found.end());
  if (!found.empty()) return {};
  const std::string lab = head && head->size() == 1 ? head->front().value["id"].str() : "";
  return Chooser(documents->front(), lab, file, learner, errors).run();
}

namespace {

bool is_of_word(char c) {
  return is_name(c) || (c >= 'A' && c <= 'Z');
}

std::string with_words(std::string_view text, const Parameters& parameters) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    std::size_t end = i;
    while (end < text.size() && is_of_word(text[end])) ++end;
    // A sentence's full stop is no part of its last word.
    std::size_t word_end = end;
    while (word_end > i && text[word_end - 1] == '.') --word_end;
    // ${name} is a parameter's name, whatever the word is elsewhere.
    const bool is_parameter =
        i >= 2 && text.substr(i - 2, 2) == "${" && end < text.size() && text[end] == '}';
    const auto found = parameters.words.find(text.substr(i, word_end - i));
    if (found != parameters.words.end() && !is_parameter) {
      out += found->second;
    } else {
      out += text.substr(i, word_end - i);
    }
    out += text.substr(word_end, end - word_end);
    if (end < text.size()) out += text[end];
    i = end + 1;
  }
  return out;
}

}  // namespace

Result<std::string> with_parameters(std::string_view given, const Parameters& parameters,
                                    const std::string& file) {
  const std::string replaced = with_words(given, parameters);
  const std::string_view text = replaced;
  const auto& values = parameters.values;
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text.substr(i, 3) == "$${") {
      out += "${";
      i += 2;
      continue;
    }
    if (text.substr(i, 2) != "${") {
      out += text[i];
      continue;
    }
    std::size_t end = i + 2;
    while (end < text.size() && is_name(text[end])) ++end;
    const std::string_view name = text.substr(i + 2, end - i - 2);
    const bool is_ours = end < text.size() && text[end] == '}' && !name.empty() &&
                         name.front() >= 'a' && name.front() <= 'z';
    if (!is_ours) {
      out += text[i];
      continue;
    }
    const auto found = values.find(name);
    if (found == values.end()) {
      const auto [line, column] = place_of(text, i);
      std::vector<std::string_view> known;
      for (const auto& [each, value] : values) known.push_back(each);
      return Error{
          ErrorKind::kInvalid,
          fmt::format("{}:{}:{}: ${{{}}}: is no parameter of the lab", file, line, column, name),
          known.empty() ? "the lab has no parameters; write $${...} for the text itself"
                        : suggestion(name, known)};
    }
    out += found->second;
    i = end;
  }
  return out;
}

}  // namespace inferlab::labs
