#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "sim/api/value.h"

namespace inferlab::sim {

// What the snapshot controller, the snapshotter of a driver and its provisioner tell each other.
// Source: kubernetes-csi/external-snapshotter v8.2, pkg/utils; Kubernetes documentation, "Volume
// Snapshots".

inline constexpr std::string_view kSnapshots = "volumesnapshots.snapshot.storage.k8s.io";
inline constexpr std::string_view kSnapshotContents =
    "volumesnapshotcontents.snapshot.storage.k8s.io";
inline constexpr std::string_view kSnapshotClasses =
    "volumesnapshotclasses.snapshot.storage.k8s.io";

/// Held by a VolumeSnapshot while a claim is being made of it.
inline constexpr std::string_view kSnapshotAsSource =
    "snapshot.storage.kubernetes.io/volumesnapshot-as-source-protection";
/// Held by a content until its snapshot is gone, or is to stay.
inline constexpr std::string_view kContentFinalizer =
    "snapshot.storage.kubernetes.io/volumesnapshotcontent-bound-protection";
/// On a content: its VolumeSnapshot is being deleted.
inline constexpr std::string_view kSnapshotBeingDeleted =
    "snapshot.storage.kubernetes.io/volumesnapshot-being-deleted";

/// The VolumeSnapshot of its own namespace that the claim is to be made of; empty: of none.
std::string snapshot_of_claim(const Value& claim);

/// Bytes as a quantity in the largest binary unit: "40Gi".
std::string binary_size(std::int64_t bytes);

/// A merge patch of metadata.finalizers.
Value with_finalizer(const Value& object, std::string_view finalizer);
Value without_finalizer(const Value& object, std::string_view finalizer);

}  // namespace inferlab::sim
