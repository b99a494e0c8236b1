// Edits of a YAML text: one that is made says what was asked for and nothing else, one that is
// refused has changed nothing. Parts: a path, a value, the text.
#include <string>

#include "engine/base/check.h"
#include "labs/lint/yaml_edit.h"
#include "sim/api/json.h"
#include "sim/api/yaml.h"
#include "tests/fuzz/targets.h"

namespace inferlab::fuzz {
namespace {

using labs::lint::YamlEditor;

// The text says what the editor says it does, and other documents what they said before.
void check_text(const YamlEditor& editor, std::string_view before) {
  const auto documents = sim::parse_yaml(editor.text(), "text");
  const auto old = sim::parse_yaml(before, "text");
  INFERLAB_CHECK(documents.has_value() && old.has_value());
  INFERLAB_CHECK(documents->size() == old->size());
  INFERLAB_CHECK(documents->front().value == editor.value());
  for (std::size_t i = 1; i < documents->size(); ++i) {
    INFERLAB_CHECK((*documents)[i].value == (*old)[i].value);
  }
}

}  // namespace

void fuzz_yaml_edit(std::string_view bytes) {
  std::string_view path_text = next_part(bytes);
  if (path_text.ends_with('\n')) path_text.remove_suffix(1);
  const auto values = sim::parse_yaml(next_part(bytes), "value");
  if (!values || values->empty()) return;
  const sim::Value& value = values->front().value;
  auto editor = YamlEditor::open(std::string(bytes), 0);
  if (!editor) return;
  const auto path = labs::lint::path_in(editor->value(), path_text);
  const auto wanted = labs::lint::with_at(editor->value(), path, value);
  if (editor->set(path, value)) {
    INFERLAB_CHECK(wanted && editor->value() == *wanted);
    check_text(*editor, bytes);
  } else {
    INFERLAB_CHECK(editor->text() == bytes);
  }
  const std::string before = editor->text();
  const auto less = labs::lint::without_at(editor->value(), path);
  if (editor->remove(path)) {
    INFERLAB_CHECK(less && editor->value() == *less);
    check_text(*editor, before);
  } else {
    INFERLAB_CHECK(editor->text() == before);
  }
}

}  // namespace inferlab::fuzz
