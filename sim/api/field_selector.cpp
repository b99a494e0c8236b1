#include "sim/api/field_selector.h"

#include <algorithm>

namespace inferlab::sim {
namespace {

// Splits at commas that no backslash stands before.
std::vector<std::string_view> split(std::string_view text) {
  std::vector<std::string_view> out;
  std::size_t start = 0;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    if (i < text.size() && text[i] == '\\') {
      ++i;
      continue;
    }
    if (i >= text.size() || text[i] == ',') {
      out.push_back(text.substr(start, std::min(i, text.size()) - start));
      start = i + 1;
    }
  }
  return out;
}

std::string unescaped(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size()) ++i;
    out.push_back(text[i]);
  }
  return out;
}

}  // namespace

Result<FieldSelector> FieldSelector::parse(std::string_view text) {
  FieldSelector out;
  for (const std::string_view part : split(text)) {
    if (part.empty()) continue;
    const std::size_t at = part.find_first_of("!=");
    const std::string_view rest = at == std::string_view::npos ? "" : part.substr(at);
    const std::size_t length = rest.starts_with("!=") || rest.starts_with("==") ? 2
                               : rest.starts_with("=")                          ? 1
                                                                                : 0;
    if (length == 0) {
      return Error{ErrorKind::kInvalid, "invalid selector: '" + std::string(text) +
                                            "'; can't understand '" + std::string(part) + "'"};
    }
    out.terms_.push_back(
        {std::string(part.substr(0, at)), unescaped(rest.substr(length)), rest[0] != '!'});
  }
  return out;
}

Result<void> FieldSelector::check(const Kind& kind) const {
  static const Value kNothing;
  for (const Term& term : terms_) {
    if (term.field == "metadata.name" || term.field == "metadata.namespace") continue;
    if (kind.selectable_fields == nullptr) {
      return Error{ErrorKind::kInvalid, "\"" + term.field +
                                            "\" is not a known field selector: only "
                                            "\"metadata.name\", \"metadata.namespace\""};
    }
    const auto known = kind.selectable_fields(kNothing);
    if (std::none_of(known.begin(), known.end(),
                     [&](const auto& f) { return f.first == term.field; })) {
      return Error{ErrorKind::kInvalid, "field label not supported: " + term.field};
    }
  }
  return {};
}

bool FieldSelector::matches(const Kind& kind, const StoredObject& object) const {
  std::vector<std::pair<std::string, std::string>> known;
  for (const Term& term : terms_) {
    bool equal = false;
    if (term.field == "metadata.name") {
      equal = object.key.name == term.value;
    } else if (term.field == "metadata.namespace") {
      equal = object.key.ns == term.value;
    } else {
      if (known.empty()) known = kind.selectable_fields(object.document);
      equal = std::any_of(known.begin(), known.end(), [&](const auto& field) {
        return field.first == term.field && field.second == term.value;
      });
    }
    if (equal != term.equal) return false;
  }
  return true;
}

}  // namespace inferlab::sim
