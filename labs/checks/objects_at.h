#pragma once

#include <string>
#include <vector>

#include "engine/base/time.h"
#include "sim/api/store.h"

namespace inferlab::labs {

/// The versions of a resource's objects that were the latest at `at`, by namespace and name.
std::vector<sim::ObjectPtr> objects_at(const sim::Store& store, const std::string& resource,
                                       Time at);

}  // namespace inferlab::labs
