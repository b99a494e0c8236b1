#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "labs/lint/value_path.h"
#include "sim/api/value.h"

namespace inferlab::labs::lint {

/// Changes one document of a YAML text and leaves every byte alone that need not change: comments,
/// order, quotes, indentation, line ends. JSON is YAML in flow style.
///
/// After each edit the new text is read again, and must say exactly what was asked: the document
/// with this one change, all other documents as before. Where it does not (anchors and what stands
/// for them elsewhere, merged maps, layouts that yaml_layout() does not know) the edit is refused
/// and nothing has changed.
class YamlEditor {
 public:
  /// `document` counts as sim::parse_yaml() gives them. nullopt: there is none such, the text is no
  /// YAML in UTF-8, or a member of the document comes twice.
  static std::optional<YamlEditor> open(std::string text, std::size_t document);

  [[nodiscard]] const std::string& text() const { return text_; }
  /// What the document says now.
  [[nodiscard]] const sim::Value& value() const { return values_[document_]; }

  /// Puts a value there, whatever stands there now; what is missing on the way is made, and an item
  /// behind the last one is added. false: refused.
  [[nodiscard]] bool set(ValuePathView path, const sim::Value& value);
  /// Takes a member or an item away, its lines and those comments that are indented below it.
  /// Comments above it stay. What has lost its last one becomes {} or []. false: refused.
  [[nodiscard]] bool remove(ValuePathView path);

  /// From now on the text is not read again: of many edits of a long text that takes nearly all the
  /// time. It means nothing until check() has said that it says what value() does.
  void read_later() { reads_ = false; }
  [[nodiscard]] bool check() const;

 private:
  YamlEditor(std::string text, std::vector<sim::Value> values, std::size_t document,
             std::size_t root)
      : text_(std::move(text)), values_(std::move(values)), document_(document), root_(root) {}

  bool take(std::optional<std::string> text, const sim::Value& value);

  std::string text_;
  std::vector<sim::Value> values_;  // of all documents
  std::size_t document_ = 0;
  std::size_t root_ = 0;  // byte where the document's root stands, or a comment before it
  bool reads_ = true;
};

}  // namespace inferlab::labs::lint
