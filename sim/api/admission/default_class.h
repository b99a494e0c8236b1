#pragma once

#include <initializer_list>
#include <string_view>
#include <vector>

#include "sim/api/store.h"

namespace inferlab::sim::admission {

/// The class that carries one of these annotations as "true"; of several the newest, then the first
/// by name; nullptr: none. Source: Kubernetes documentation, "Storage Classes", "Default
/// StorageClass".
const StoredObject* default_class(const std::vector<ObjectPtr>& classes,
                                  std::initializer_list<std::string_view> annotations);

}  // namespace inferlab::sim::admission
