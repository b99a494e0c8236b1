#include "labs/spec/validate.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "engine/base/time.h"
#include "labs/spec/suggest.h"
#include "sim/api/quantity.h"

namespace inferlab::labs {
namespace {

using sim::Value;

std::string_view word_of(const Value& value) {
  switch (value.kind()) {
    case Value::Kind::kNull:
      return "nothing";
    case Value::Kind::kBool:
      return "true or false";
    case Value::Kind::kInt:
      return "an integer";
    case Value::Kind::kDouble:
      return "a number";
    case Value::Kind::kString:
      return "text";
    case Value::Kind::kArray:
      return "a list";
    case Value::Kind::kObject:
      return "a map";
  }
  return "something else";
}

std::string wanted(std::string_view what, const Value& value) {
  return fmt::format("must be {}, not {}", what, word_of(value));
}

std::string spelled(double bound) {
  return std::floor(bound) == bound && std::abs(bound) < 1e15
             ? fmt::format("{}", static_cast<std::int64_t>(bound))
             : fmt::format("{}", bound);
}

// Of a list of scalars.
std::optional<SpecType> type_of_items(SpecType list) {
  switch (list) {
    case SpecType::kTexts:
      return SpecType::kText;
    case SpecType::kIds:
      return SpecType::kId;
    case SpecType::kWords:
      return SpecType::kWord;
    default:
      return std::nullopt;
  }
}

}  // namespace

bool is_id(std::string_view text) {
  if (text.empty() || text.size() > 63 || text.front() == '-' || text.back() == '-') return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
}

Error SpecValidator::error(std::string_view path, std::string_view why, std::string hint) const {
  const sim::Place place = document_.place(path);
  const std::string_view shown = path.empty() ? "document" : path.substr(path[0] == '.' ? 1 : 0);
  return Error{ErrorKind::kInvalid,
               fmt::format("{}:{}:{}: {}: {}", file_of(path), place.line, place.column, shown, why),
               std::move(hint)};
}

std::string_view SpecValidator::file_of(std::string_view path) const {
  while (files_ != nullptr && !files_->empty()) {
    const auto it = files_->find(path);
    if (it != files_->end()) return it->second;
    // A part of the document's own below an included one there is not: fields are put in whole.
    if (document_.places.contains(path)) break;
    const std::size_t cut = path.find_last_of(".[");
    if (cut == std::string_view::npos) break;
    path = path.substr(0, cut);
  }
  return file_;
}

void SpecValidator::fail(std::string_view path, std::string_view why, std::string hint) {
  const std::string_view file = file_of(path);
  errors_.emplace_back(
      std::pair{file == file_ ? std::string() : std::string(file), document_.place(path).line},
      error(path, why, std::move(hint)));
}

std::vector<Error> SpecValidator::validate(const SpecTable& table) {
  errors_.clear();
  for (const std::string& path : document_.duplicates) {
    fail(path, "stands here twice", "keep one of them");
  }
  object(document_.value, table, "");
  // A reader mends a file from top to bottom.
  std::stable_sort(errors_.begin(), errors_.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<Error> out;
  for (auto& [place, found] : errors_) out.push_back(std::move(found));
  return out;
}

void SpecValidator::object(const Value& value, const SpecTable& table, const std::string& path) {
  if (!value.is_object()) return fail(path, wanted("a map", value));
  std::vector<std::string_view> names;
  for (const SpecField& candidate : table.fields) names.push_back(candidate.name);
  for (const auto& [key, member] : value.members()) {
    const std::string member_path = path + "." + key;
    const SpecField* known = table.find(key);
    if (known == nullptr) {
      fail(member_path, "unknown field", suggestion(key, names));
    } else {
      field(member, *known, value, member_path);
    }
  }
  for (const SpecField& needed : table.fields) {
    if (needed.required && !value.has(needed.name)) {
      fail(path, fmt::format("the field \"{}\" is missing", needed.name),
           std::string(needed.description));
    }
  }
}

void SpecValidator::field(const Value& value, const SpecField& field, const Value& parent,
                          const std::string& path) {
  switch (field.type) {
    case SpecType::kObject:
      return object(value, *field.object, path);
    case SpecType::kObjects:
    case SpecType::kFacts:
    case SpecType::kTexts:
    case SpecType::kIds:
    case SpecType::kWords:
      return list(value, field, path);
    case SpecType::kLabels:
      if (!value.is_object()) return fail(path, wanted("a map", value));
      for (const auto& [key, member] : value.members()) {
        if (!member.is_string()) {
          fail(path + "." + key, wanted("text", member), "put it in double quotes");
        }
      }
      return;
    case SpecType::kAny:
      return;
    case SpecType::kDocument:
      if (!value.is_object()) fail(path, wanted("a map", value));
      return;
    case SpecType::kParams: {
      const SpecTable* params = params_of_ ? params_of_(parent["kind"].as_string()) : nullptr;
      if (params != nullptr) object(value, *params, path);  // an unknown kind has its own error
      return;
    }
    default:
      return scalar(value, field, path);
  }
}

void SpecValidator::list(const Value& value, const SpecField& field, const std::string& path) {
  if (!value.is_array()) return fail(path, wanted("a list", value));
  if (value.size() < field.min_items) {
    fail(path, fmt::format("must have at least {} items, has {}", field.min_items, value.size()));
  }
  for (std::size_t i = 0; i < value.size(); ++i) {
    const std::string item_path = fmt::format("{}[{}]", path, i);
    const Value& item = value[i];
    if (const auto one = type_of_items(field.type)) {
      SpecField each = field;
      each.type = *one;
      scalar(item, each, item_path);
    } else if (field.type == SpecType::kFacts && item.is_string()) {
      continue;  // the loader looks the name up
    } else {
      object(item, *field.object, item_path);
    }
  }
}

void SpecValidator::number(double value, const SpecField& field, const std::string& path) {
  if (value < field.minimum) fail(path, fmt::format("must be at least {}", spelled(field.minimum)));
  if (value > field.maximum) fail(path, fmt::format("must be at most {}", spelled(field.maximum)));
}

void SpecValidator::scalar(const Value& value, const SpecField& field, const std::string& path) {
  switch (field.type) {
    case SpecType::kBool:
      if (!value.is_bool()) fail(path, wanted("true or false", value));
      return;
    case SpecType::kInteger:
      if (!value.is_int()) return fail(path, wanted("an integer", value));
      return number(static_cast<double>(value.as_int()), field, path);
    case SpecType::kNumber:
      if (!value.is_number() || !std::isfinite(value.as_double())) {
        return fail(path, wanted("a number", value));
      }
      return number(value.as_double(), field, path);
    case SpecType::kDuration: {
      const auto duration = parse_duration(value.as_string());
      if (!duration) {
        return fail(path, "is no duration", "write a number and a unit: 90s, 5m, 1h30m, 800ms");
      }
      if (*duration < Duration{}) return fail(path, "must not be negative");
      return;
    }
    case SpecType::kBytes: {
      const std::string text = value.is_int() ? fmt::format("{}", value.as_int()) : value.str();
      const auto quantity = sim::Quantity::parse(text);
      if (!quantity) {
        return fail(path, "is no quantity", "write a number and a unit: 16Gi, 500M, 1024");
      }
      if (quantity->milli() < 0) return fail(path, "must not be negative");
      return;
    }
    default:
      break;
  }
  if (!value.is_string()) return fail(path, wanted("text", value));
  const std::string_view text = value.as_string();
  if (text.empty()) return fail(path, "must not be empty");
  if (field.type == SpecType::kText && text.find('\n') != std::string_view::npos) {
    return fail(path, "must be one line");
  }
  if (field.type == SpecType::kId && !is_id(text)) {
    return fail(path, fmt::format("\"{}\" is no id", text),
                "use lower-case letters, digits and '-' in between, at most 63 in all");
  }
  if (field.type == SpecType::kWord &&
      std::find(field.words.begin(), field.words.end(), text) == field.words.end()) {
    fail(path, fmt::format("\"{}\" is none of the words that may stand here", text),
         suggestion(text, {field.words.begin(), field.words.end()}));
  }
}

}  // namespace inferlab::labs
