#include "labs/cli/check_kinds.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "labs/checks/table.h"
#include "labs/report/wrap.h"
#include "labs/spec/spec_table.h"

namespace inferlab::labs {
namespace {

using sim::Value;

constexpr std::size_t kNameWidth = 22;
constexpr std::size_t kIndent = 4 + kNameWidth + 1;

std::string_view type_word(SpecType type) {
  using enum SpecType;
  switch (type) {
    case kText:
    case kMarkdown:
      return "text";
    case kId:
      return "id";
    case kInteger:
      return "integer";
    case kNumber:
      return "number";
    case kBool:
      return "true or false";
    case kDuration:
      return "duration";
    case kBytes:
      return "quantity";
    case kWord:
      return "word";
    case kWords:
      return "words";
    case kTexts:
      return "list of texts";
    case kIds:
      return "list of ids";
    case kLabels:
      return "map of texts";
    case kObject:
    case kParams:
    case kDocument:
      return "map";
    case kObjects:
    case kFacts:
      return "list of maps";
    case kAny:
      return "anything";
  }
  return "anything";
}

using Tables = std::vector<const SpecTable*>;

bool holds(const Tables& tables, const SpecTable* table) {
  return std::find(tables.begin(), tables.end(), table) != tables.end();
}

// `above` are the forms that we are in: one that holds itself is not written out again.
Value fields_of(const SpecTable& table, Tables above) {
  above.push_back(&table);
  Value::Array out;
  for (const SpecField& field : table.fields) {
    Value::Object row = {{"name", field.name},
                         {"type", type_word(field.type)},
                         {"required", field.required},
                         {"description", field.description}};
    if (!field.words.empty()) {
      Value::Array words(field.words.begin(), field.words.end());
      row.push_back({"words", Value::array(std::move(words))});
    }
    if (field.object != nullptr && !holds(above, field.object)) {
      row.push_back({"fields", fields_of(*field.object, above)});
    }
    out.push_back(Value::object(std::move(row)));
  }
  return Value::array(std::move(out));
}

// Notes in `forms` what the fields take that has fields itself.
void print_fields(Terminal& terminal, const SpecTable& table, Tables& forms) {
  for (const SpecField& field : table.fields) {
    std::string text = fmt::format("{}; {}", type_word(field.type), field.description);
    if (!field.words.empty()) text += fmt::format(": {}", fmt::join(field.words, ", "));
    if (field.object != nullptr) {
      text += fmt::format("; see \"{}\" below", field.object->name);
      if (!holds(forms, field.object)) forms.push_back(field.object);
    }
    if (field.required) text += " (required)";
    terminal.out << fmt::format("    {:<{}} {}\n", field.name, kNameWidth,
                                wrap(text, terminal.prose_width(), kIndent));
  }
}

}  // namespace

Value check_kinds() {
  Value::Array out;
  for (const CheckRow& row : check_table()) {
    out.push_back(Value::object(
        {{"kind", row.kind}, {"what", row.what}, {"params", fields_of(*row.params, {})}}));
  }
  return Value::array(std::move(out));
}

void print_check_kinds(Terminal& terminal) {
  Tables forms;
  for (const CheckRow& row : check_table()) {
    terminal.out << fmt::format("{}  {}\n", terminal.style.bold(row.kind), row.what);
    print_fields(terminal, *row.params, forms);
  }
  // The list grows while it is walked: forms hold forms.
  for (std::size_t i = 0; i < forms.size(); ++i) {
    terminal.out << fmt::format("\n\"{}\"  {}\n", terminal.style.bold(forms[i]->name),
                                forms[i]->description);
    print_fields(terminal, *forms[i], forms);
  }
}

}  // namespace inferlab::labs
