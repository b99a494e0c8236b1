#pragma once

#include <string>
#include <vector>

#include "engine/base/result.h"
#include "labs/spec/lab_spec.h"

namespace inferlab::labs {

/// All labs under scenarios/, in the order of scenarios/tracks.yaml; what stands in no track comes
/// last, by id. A lab that cannot be read is an error: the ones that ship can.
Result<std::vector<LabSpec>> list_labs();

/// The ids of the labs under scenarios/, by name; none of them is read.
Result<std::vector<std::string>> lab_names();

/// The folder of a lab, whether or not it can be read: what find_lab() reads.
Result<std::string> find_lab_folder(const std::string& id_or_path);

/// A lab by its id, or by the path of its folder (when it holds a '/' or is "."). kNotFound
/// suggests the nearest id.
/// `learner` is whose variant it shall be (see parameters.h).
Result<LabSpec> find_lab(const std::string& id_or_path, const std::string& learner = {});

}  // namespace inferlab::labs
