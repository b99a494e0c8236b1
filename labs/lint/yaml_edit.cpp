#include "labs/lint/yaml_edit.h"

#include <utility>

#include "labs/lint/yaml_draft.h"
#include "labs/lint/yaml_layout.h"
#include "sim/api/utf8.h"
#include "sim/api/yaml.h"

namespace inferlab::labs::lint {
namespace {

using sim::Value;

// Columns count the bytes of text that is UTF-8 and breaks its lines with "\n"; of other texts the
// reader makes such a one, whose places are not theirs.
bool places_are_bytes(const std::string& text) {
  for (std::size_t at = 0; (at = text.find('\r', at)) != std::string::npos; ++at) {
    if (at + 1 == text.size() || text[at + 1] != '\n') return false;
  }
  return text.find('\0') == std::string::npos && sim::valid_utf8(text) == text;
}

std::optional<std::size_t> root_of(std::string_view text, const sim::YamlDocument& document) {
  const auto found = document.places.find("");
  if (found == document.places.end() || found->second.line < 1) return std::nullopt;
  std::size_t at = 0;
  for (int line = 1; line < found->second.line; ++line) {
    at = text.find('\n', at);
    if (at == std::string_view::npos) return std::nullopt;
    ++at;
  }
  at = line_begin(text, at) + static_cast<std::size_t>(found->second.column - 1);
  return at < text.size() ? std::optional(at) : std::nullopt;
}

}  // namespace

std::optional<YamlEditor> YamlEditor::open(std::string text, std::size_t document) {
  if (!places_are_bytes(text)) return std::nullopt;
  const auto documents = sim::parse_yaml(text, "");
  if (!documents || document >= documents->size()) return std::nullopt;
  // Of a member that comes twice, its author must say which one is meant.
  if (!(*documents)[document].duplicates.empty()) return std::nullopt;
  const auto root = root_of(text, (*documents)[document]);
  if (!root) return std::nullopt;
  std::vector<Value> values;
  for (const sim::YamlDocument& read : *documents) values.push_back(read.value);
  return YamlEditor(std::move(text), std::move(values), document, *root);
}

bool YamlEditor::set(ValuePathView path, const Value& value) {
  const auto after = with_at(this->value(), path, value);
  if (path.empty() || !after) return false;
  if (find_at(this->value(), path) == value) return true;
  return take(text_with(text_, root_, path, *after), *after);
}

bool YamlEditor::remove(ValuePathView path) {
  const auto after = without_at(value(), path);
  return after && take(text_without(text_, root_, path), *after);
}

bool YamlEditor::check() const {
  const auto documents = sim::parse_yaml(text_, "");
  if (!documents || documents->size() != values_.size()) return false;
  for (std::size_t i = 0; i < values_.size(); ++i) {
    if (!((*documents)[i].value == values_[i])) return false;
  }
  return (*documents)[document_].duplicates.empty();
}

bool YamlEditor::take(std::optional<std::string> text, const Value& value) {
  if (!text) return false;
  std::swap(text_, *text);
  Value before = std::exchange(values_[document_], value);
  if (!reads_ || check()) return true;
  text_ = *std::move(text);
  values_[document_] = std::move(before);
  return false;
}

}  // namespace inferlab::labs::lint
