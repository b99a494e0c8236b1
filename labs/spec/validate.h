#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/error.h"
#include "labs/spec/spec_table.h"
#include "sim/api/yaml.h"

namespace inferlab::labs {

/// Whose text the parts of a document are from, by path; what is named stands for what is below it.
using FilesByPath = std::map<std::string, std::string, std::less<>>;

/// Finds what a YAML document does wrong by its table: unknown and missing fields, wrong types,
/// values out of range, words that are none. Errors are "FILE:LINE:COLUMN: FIELD: WHY", in the
/// order of the document. What several fields must agree on is the loader's business.
class SpecValidator {
 public:
  /// The table for the `params` of a check of this kind; nullptr when there is no such kind.
  using ParamsOf = std::function<const SpecTable*(std::string_view kind)>;

  /// `document` must outlive the validator, and so must `files`, if there are some: those that
  /// parts of the document are from. `file` stands in messages for the rest.
  SpecValidator(const sim::YamlDocument& document, std::string_view file, ParamsOf params_of,
                const FilesByPath* files = nullptr)
      : document_(document), file_(file), params_of_(std::move(params_of)), files_(files) {}

  std::vector<Error> validate(const SpecTable& table);

  /// An error about the field at `path` (".checks[0].points").
  [[nodiscard]] Error error(std::string_view path, std::string_view why,
                            std::string hint = {}) const;

 private:
  void object(const sim::Value& value, const SpecTable& table, const std::string& path);
  void field(const sim::Value& value, const SpecField& field, const sim::Value& parent,
             const std::string& path);
  void scalar(const sim::Value& value, const SpecField& field, const std::string& path);
  void list(const sim::Value& value, const SpecField& field, const std::string& path);
  void number(double value, const SpecField& field, const std::string& path);
  void fail(std::string_view path, std::string_view why, std::string hint = {});
  [[nodiscard]] std::string_view file_of(std::string_view path) const;

  const sim::YamlDocument& document_;
  std::string file_;
  ParamsOf params_of_;
  const FilesByPath* files_;
  /// With file (the document's own first) and line, for the order.
  std::vector<std::pair<std::pair<std::string, int>, Error>> errors_;
};

/// Lower-case letters, digits and single '-' in between, at most 63: what names checks and folders.
bool is_id(std::string_view text);

}  // namespace inferlab::labs
