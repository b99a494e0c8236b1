#pragma once

#include <string>
#include <vector>

#include "engine/base/error.h"
#include "labs/spec/parameters.h"
#include "labs/spec/spec_table.h"
#include "labs/spec/validate.h"
#include "sim/api/yaml.h"

namespace inferlab::labs {

/// A document with what it includes in its place, and which file each of its parts is from.
struct IncludedDocument {
  sim::YamlDocument document;
  FilesByPath files;  // of included parts
};

/// Carries out the includes of a lab's document:
///   cluster:
///     include: ../common/two-pools.yaml     # its fields, under those that stand beside it
///     images:
///       - include: ../common/images.yaml    # its items, in the place of this one
/// where `table` allows it (SpecField::includes; objects with a field "include"). A file lies in
/// the lab's folder or in a folder beside the lab's, has the lab's parameters in it, and may
/// include others. Appends to `errors` what cannot be included, as places in `file`.
IncludedDocument with_includes(const sim::YamlDocument& document, const std::string& file,
                               const SpecTable& table, const Parameters& parameters,
                               std::vector<Error>& errors);

}  // namespace inferlab::labs
