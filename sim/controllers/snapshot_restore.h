#pragma once

#include <string>

#include "sim/api/store.h"

namespace inferlab::sim {

/// Why no volume can be made for this claim of what its dataSource names, in the provisioner's
/// words; empty: it can be, or the claim names nothing.
/// Source: kubernetes-csi/external-provisioner v5, pkg/controller, getSnapshotSource.
std::string why_no_source(const StoredObject& claim, const StoredObject& storage_class,
                          const Store& store);

}  // namespace inferlab::sim
