#pragma once

#include <string>
#include <utility>
#include <vector>

#include "sim/api/store.h"

namespace inferlab::sim {

// What a VolumeSnapshot is made of, and the content that it gets.
// Source: kubernetes-csi/external-snapshotter v8.2, pkg/common-controller.

/// nullptr: it is not there, or the snapshot is none of a claim.
ObjectPtr claim_of_snapshot(const StoredObject& snapshot, const Store& store);

/// The volume behind the snapshot's claim; nullptr, and why there is none.
std::pair<ObjectPtr, std::string> volume_of_snapshot(const StoredObject& snapshot,
                                                     const Store& store);

/// The classes of this driver that are the default.
std::vector<ObjectPtr> default_snapshot_classes(const Store& store, const Value& driver);

/// Of the content that the controller makes for a snapshot of a claim.
std::string snapshot_content_name(const StoredObject& snapshot);
Value snapshot_content(const StoredObject& snapshot, const StoredObject& snapshot_class,
                       const StoredObject& volume);

}  // namespace inferlab::sim
