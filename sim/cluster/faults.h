#pragma once

#include <string_view>
#include <vector>

#include "engine/base/result.h"

namespace inferlab::sim {

class Kubelets;

/// Carries out a fault of a simulated node, Pod or GPU; the table of them is in the .cpp.
/// kInvalid: no such fault, or a target that is not of its form; kNotFound: no such target.
Result<void> carry_out_node_fault(Kubelets& kubelets, std::string_view fault,
                                  std::string_view target);

/// Their names, in the order of the table.
std::vector<std::string_view> fault_names();

}  // namespace inferlab::sim
