#pragma once

#include "labs/spec/spec_table.h"

namespace inferlab::labs {

/// The form of lab.yaml.
extern const SpecTable kLabTable;
/// Of its cluster, and of a pool of nodes.
extern const SpecTable kClusterTable;
extern const SpecTable kPoolTable;
/// The forms of one row of assets/facts/gpus.yaml and models.yaml, and of what a lab writes inline.
extern const SpecTable kGpuTable;
extern const SpecTable kModelTable;
/// Of a row of `traffic`, and of cluster.profiles.
extern const SpecTable kTrafficTable;
extern const SpecTable kReplicaProfileTable;
/// The forms of those two files, and of assets/facts/cuda.yaml.
extern const SpecTable kGpuFileTable;
extern const SpecTable kModelFileTable;
extern const SpecTable kCudaFileTable;

}  // namespace inferlab::labs
