#pragma once

#include <memory>
#include <string>
#include <vector>

#include "sim/cluster/add_on.h"
#include "tests/support/golden.h"

namespace inferlab {

/// The names of the files of assets/addons, in order.
std::vector<std::string> add_on_names();

/// One of assets/addons; checks that it can be read.
sim::AddOnSpec shipped_add_on(const std::string& name);

/// The vocabulary of tests/golden/addons: a cluster without nodes that begins with add-ons, asked
/// as kubectl asks: unknown fields are refused.
///
///     add_ons NAME…                      begins the cluster; first
///     definitions                        names, versions, scope and conditions of each definition
///     create <<END                       each YAML document, with the warnings
///     status KIND/NAME <<END             a merge patch of the status
///     table KIND [wide=true]
///     get KIND/NAME path=a.b
///     scale KIND/NAME replicas=N
std::unique_ptr<testing::GoldenWorld> make_add_on_world();

}  // namespace inferlab
