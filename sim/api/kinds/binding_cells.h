#pragma once

#include <vector>

#include "sim/api/kind.h"

namespace inferlab::sim::kinds {

/// What kubectl shows of RoleBindings and ClusterRoleBindings.
inline constexpr PrintColumn kBindingColumns[] = {
    {"Name", "string", "name"}, {"Role", "string", ""},      {"Age", "string", ""},
    {"Users", "string", "", 1}, {"Groups", "string", "", 1}, {"ServiceAccounts", "string", "", 1}};
std::vector<Value> binding_cells(const Value& object, Time now);

/// The API groups that go without saying.
Value default_role_binding(Value object);

}  // namespace inferlab::sim::kinds
