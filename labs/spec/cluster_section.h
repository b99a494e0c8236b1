#pragma once

#include <string_view>
#include <vector>

#include "labs/spec/lab_spec.h"
#include "labs/spec/validate.h"

namespace inferlab::labs {

/// Reads the sections `cluster` and `traffic` of a document that the tables were checked against;
/// what does not fit together (a pool of an unknown GPU, two images with one tag) goes to `errors`.
/// Files that it names lie in `folder` or below.
void read_cluster(const sim::Value& document, const SpecValidator& places, std::string_view folder,
                  LabSpec& lab, std::vector<Error>& errors);

}  // namespace inferlab::labs
