#pragma once

#include <string_view>

namespace inferlab::sim {

/// Whether version `a` of a group comes before `b`, and would be the preferred one: v2, v1,
/// v11beta2, v3beta1, v3alpha1, and after all of that form the others by letter. Source: Kubernetes
/// documentation, "Versions in CustomResourceDefinitions", "Version priority".
bool version_comes_before(std::string_view a, std::string_view b);

}  // namespace inferlab::sim
