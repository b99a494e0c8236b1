#pragma once

#include <cstdint>
#include <string_view>

#include "engine/base/time.h"
#include "sim/api/kind.h"
#include "sim/api/value.h"

namespace inferlab::sim {

/// What a row of a Table carries besides its cells (query parameter includeObject).
enum class IncludeObject : std::uint8_t { kMetadata, kObject, kNone };

struct TableOptions {
  std::string_view meta_version = "v1";  // "v1" or "v1beta1"
  IncludeObject include = IncludeObject::kMetadata;
  bool with_columns = true;  // the events of a watch after the first have none
};

/// The Table that kubectl get prints, of one object or of a list. `now` is the virtual time that
/// ages are counted to. Kinds without columns of their own show name and creation time.
/// Source: Kubernetes documentation, "API Concepts", "Receiving resources as Tables".
Value to_table(const Kind& kind, const Value& object_or_list, Time now,
               const TableOptions& options);

/// PartialObjectMetadata, or its list.
Value to_partial_metadata(const Value& object_or_list, std::string_view meta_version);

/// True for a list of objects: its kind ends in "List" and it has items.
bool is_list(const Value& document);

}  // namespace inferlab::sim
