#pragma once

#include <optional>
#include <vector>

#include "sim/api/views.h"

namespace inferlab::sim {

// What schedulers, controllers and kubelets read of volumes and their claims.

struct PersistentVolumeView {
  explicit PersistentVolumeView(const StoredObject& object);
  MetaView meta;
  std::string phase;  // "Pending", "Available", "Bound", "Released", "Failed"
  std::string storage_class, reclaim_policy, volume_mode, csi_driver, csi_handle;
  std::vector<std::string> access_modes;  // "ReadWriteOnce" …
  Quantity capacity;
  std::string claim_namespace, claim_name, claim_uid;  // spec.claimRef; empty: bound to nothing
  /// spec.nodeAffinity.required; terms are alternatives. nullopt: reached from every node.
  std::optional<std::vector<NodeSelectorTerm>> node_affinity;
};

struct PersistentVolumeClaimView {
  explicit PersistentVolumeClaimView(const StoredObject& object);
  MetaView meta;
  std::string phase;  // "Pending", "Bound", "Lost"
  /// Empty: volumes without a class; nullopt: not stated, and there is no default.
  std::optional<std::string> storage_class;
  std::string volume_name, volume_mode;
  std::vector<std::string> access_modes;
  Quantity request, capacity;
  std::optional<LabelSelector> selector;  // over volumes
  /// Whether the controller has finished binding it to its volume.
  bool fully_bound = false;
};

struct StorageClassView {
  explicit StorageClassView(const StoredObject& object);
  std::string name, provisioner, reclaim_policy;
  bool waits_for_first_consumer = false, allows_expansion = false, is_default = false;
};

}  // namespace inferlab::sim
