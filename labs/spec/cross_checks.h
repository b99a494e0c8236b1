#pragma once

#include <string>
#include <vector>

#include "engine/base/error.h"
#include "labs/spec/lab_spec.h"
#include "labs/spec/validate.h"
#include "sim/api/value.h"

namespace inferlab::labs {

/// What the tables of a lab's file cannot say of it: names that refer to others, and sums. `root`
/// is the file's document, `folder` where it lies (empty: files are not looked at). What is wrong
/// goes to `errors`.
void cross_check(const LabSpec& lab, const sim::Value& root, const std::string& folder,
                 const SpecValidator& places, std::vector<Error>& errors);

}  // namespace inferlab::labs
