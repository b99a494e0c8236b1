#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "sim/cluster/add_on.h"

namespace inferlab::labs {

/// The names of the files of assets/addons, in order: what a cluster may begin with.
Result<std::vector<std::string>> list_add_ons();

/// kNotFound: "NAME" is no add-on; the hint holds the names that there are.
Result<void> check_add_on_name(std::string_view name);

/// Reads these, each once and in order of name, and checks that an API server takes what they bring
/// together. Errors name the file and the place.
Result<std::vector<sim::AddOnSpec>> load_add_ons(std::vector<std::string> names);

}  // namespace inferlab::labs
