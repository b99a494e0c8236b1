#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "labs/spec/lab_spec.h"
#include "labs/spec/validate.h"

namespace inferlab::labs {

/// The form of a row of cluster.repositories.
extern const SpecTable kRepositoryTable;

/// Reads cluster.repositories, whose commits are folders below `folder`; what does not fit together
/// goes to `errors`.
void read_repositories(const sim::Value& list, const SpecValidator& places, std::string_view folder,
                       LabSpec& lab, std::vector<Error>& errors);

/// The files of a folder of the lab with its parameters in them, by path in that folder.
Result<std::map<std::string, std::string>> lab_tree(const std::string& lab_folder,
                                                    const Parameters& parameters,
                                                    const std::string& name);

}  // namespace inferlab::labs
