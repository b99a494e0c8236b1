#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string_view>

namespace inferlab::labs {

/// What a field of a lab file may hold. Durations and sizes are scalars with a unit ("90s",
/// "16Gi").
enum class SpecType : std::uint8_t {
  kText,      // one line
  kMarkdown,  // any number of lines
  kId,        // lower-case words joined by '-': names of checks, hints, mutants
  kInteger,
  kNumber,
  kBool,
  kDuration,  // Go's syntax: "1h30m"
  kBytes,     // a Kubernetes quantity
  kWord,      // one of `words`
  kWords,     // a list of `words`
  kTexts,     // a list of lines
  kIds,       // a list of ids
  kLabels,    // a map from text to text
  kObject,    // `object`
  kObjects,   // a list of `object`
  kFacts,     // a list of `object`, or of names that assets/facts explains
  kAny,       // whatever its reader makes of it
  kDocument,  // a configuration of Kubernetes, by its own rules
  kParams,    // what it may hold depends on the kind of check beside it
};

struct SpecTable;

/// One field. The tables of these are all there is to know about the form of a lab file: the reader
/// and the JSON Schema are both made from them.
struct SpecField {
  std::string_view name;
  SpecType type = SpecType::kText;
  std::string_view description;
  bool required = false;
  const SpecTable* object = nullptr;
  std::span<const std::string_view> words = {};
  double minimum = std::numeric_limits<double>::lowest();
  double maximum = std::numeric_limits<double>::max();
  std::size_t min_items = 0;  // of lists
  bool includes = false;      // of lists: items may be `include: FILE` (labs/spec/includes.h)
};

struct SpecTable {
  std::string_view name;  // the definition's name in the JSON Schema
  std::string_view description;
  std::span<const SpecField> fields;

  [[nodiscard]] const SpecField* find(std::string_view field) const {
    for (const SpecField& candidate : fields) {
      if (candidate.name == field) return &candidate;
    }
    return nullptr;
  }
};

}  // namespace inferlab::labs
