#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/result.h"
#include "engine/structured/effort.h"
#include "engine/structured/number_language.h"
#include "engine/structured/schema_document.h"

namespace inferlab::structured {

/// Schemas that a value must satisfy all together; none: any value. References, allOf, anyOf and
/// oneOf may be in them.
using Conjunction = std::vector<SchemaRef>;

/// A type of JSON values, as bits. A number that is an integer is kInteger.
enum TypeBits : std::uint8_t {
  kNull = 1,
  kBoolean = 2,
  kInteger = 4,
  kFraction = 8,  ///< a number that is no integer
  kString = 16,
  kArray = 32,
  kObject = 64,
  kNumber = kInteger | kFraction,
  kAllTypes = 127,
};

struct PatternText {
  std::string text;
  std::string place;
};

struct ObjectRules {
  struct Property {
    std::string name;
    Conjunction schemas;
    bool required = false;
  };
  struct NamePattern {
    PatternText pattern;
    Conjunction schemas;
  };
  std::vector<Property> properties;  ///< in the order in which they are written
  std::vector<NamePattern> patterns;
  /// Of members that nothing else names; nothing: there are none.
  std::optional<Conjunction> additional;
  std::uint64_t min_members = 0;
  std::optional<std::uint64_t> max_members;
};

struct ArrayRules {
  std::vector<Conjunction> prefix;
  std::optional<Conjunction> items;  ///< behind the prefix; nothing: there are none
  std::uint64_t min_items = 0;
  std::optional<std::uint64_t> max_items;
};

struct StringRules {
  std::uint64_t min_length = 0;
  std::optional<std::uint64_t> max_length;
  std::vector<PatternText> patterns;  ///< found anywhere in the string
  std::vector<PatternText> formats;   ///< their regular expressions, for the whole string
};

/// One alternative of what a conjunction admits, with all that its schemas say put together.
struct MergedSchema {
  std::uint8_t types = kAllTypes;
  std::optional<std::vector<SchemaRef>> values;  ///< enum, const: these alone
  NumberRange numbers;
  StringRules strings;
  ArrayRules arrays;
  ObjectRules objects;
  bool limits_arrays = false;   ///< a keyword says something of arrays
  bool limits_objects = false;  ///< or of objects
  std::string place;
};

/// Resolves references and distributes alternatives over what must hold beside them.
///
/// Objects that name properties, and arrays that name a prefix, admit nothing else unless a
/// keyword says so: as XGrammar's strict mode, which vLLM uses. oneOf is carried where the
/// alternatives exclude each other for all to see (by type, by constants, by a required member that
/// differs) and refused elsewhere. kInvalid names the keyword and its place.
class SchemaMerger {
 public:
  SchemaMerger(SchemaDocument& document, Effort& effort) : document_(document), effort_(effort) {}

  Result<std::vector<MergedSchema>> alternatives(const Conjunction& schemas);

 private:
  using Flat = std::vector<SchemaRef>;  ///< what holds together, without references and the like

  Result<std::vector<Flat>> expand_all(const Conjunction& schemas);
  Result<std::vector<Flat>> expand(const SchemaRef& ref);
  Result<std::vector<Flat>> expand_keywords(const SchemaRef& ref);
  Result<std::vector<Flat>> expand_any(const SchemaRef& keyword, bool only_one);
  Result<std::vector<Flat>> cross(const std::vector<Flat>& left, const std::vector<Flat>& right,
                                  const std::string& place);
  Result<bool> exclude_each_other(const Flat& left, const Flat& right, int depth);
  Result<MergedSchema> merge(const Flat& schemas);

  SchemaDocument& document_;
  Effort& effort_;
  std::vector<const SchemaJson*> path_;  // being expanded
};

}  // namespace inferlab::structured
