#pragma once

#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"

namespace inferlab::structured {

using SchemaJson = nlohmann::ordered_json;  // members in the order of the text

/// Parses JSON text that a stranger sent: kInvalid for what is no JSON, nested deeper than 128
/// levels, longer than `max_bytes` or with thousands of members in one object. Of members with the
/// same name the last one counts.
Result<SchemaJson> parse_foreign_json(std::string_view text, std::string_view where,
                                      std::size_t max_bytes);

/// A schema within a document.
struct SchemaRef {
  const SchemaJson* node;
  std::string place;  ///< for messages: "structured_outputs.json: #/properties/a"
};

/// A JSON schema whose keywords were all looked at: those that are not carried are refused by name
/// and place, annotations and unknown words are passed over, as the specification has it.
/// Source: JSON Schema draft 2020-12, Core and Validation; `nullable` is OpenAPI 3.0's, arrays in
/// `items`, `additionalItems` and `definitions` are draft 7's.
class SchemaDocument {
 public:
  /// kInvalid names the keyword.
  static Result<SchemaDocument> load(std::string_view text, std::string_view where);

  [[nodiscard]] SchemaRef root() const { return {&root_, where_ + ": #"}; }
  /// What "$ref" at `from` names: "#", "#/…". kInvalid for what is not there or not in here.
  Result<SchemaRef> resolve(const SchemaRef& from);

  SchemaDocument(SchemaDocument&&) = default;
  SchemaDocument& operator=(SchemaDocument&&) = default;
  // References are pointers into `root_`.
  SchemaDocument(const SchemaDocument&) = delete;
  SchemaDocument& operator=(const SchemaDocument&) = delete;

 private:
  SchemaDocument(SchemaJson root, std::string where)
      : root_(std::move(root)), where_(std::move(where)) {}

  SchemaJson root_;
  std::string where_;
  std::set<const SchemaJson*> checked_;
};

/// `ref`'s member, as a schema or a part of one.
SchemaRef member_of(const SchemaRef& ref, std::string_view name);
SchemaRef element_of(const SchemaRef& ref, std::size_t index);
/// Null when there is none.
const SchemaJson* find_keyword(const SchemaJson& schema, const char* name);

}  // namespace inferlab::structured
