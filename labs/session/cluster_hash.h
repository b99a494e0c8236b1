#pragma once

#include <string>

#include "engine/base/result.h"
#include "labs/spec/lab_spec.h"

namespace inferlab::labs {

/// What the lab says of the cluster, its traffic and what is given, as 16 hexadecimal digits: a
/// journal can be played again only in a cluster of the same hash. The lab's texts, checks and
/// hints do not count. Empty for a cluster that no file describes.
Result<std::string> cluster_hash(const LabSpec& lab);

}  // namespace inferlab::labs
