#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "sim/api/store.h"

namespace inferlab::sim {

/// What becomes of a volume whose claim is gone.
struct Reclaim {
  enum class Action : std::uint8_t {
    kKeep,    // it stays as it is, for somebody else to decide
    kRemove,  // the controller manager itself deletes it
    kFail,    // it should go, and cannot: `why`
  };
  Action action = Action::kKeep;
  std::string_view reason = {};  // of the Event
  std::string why = {};
};

/// By spec.persistentVolumeReclaimPolicy and where the volume lies. A volume of an external
/// provisioner is left to that one.
/// Source: Kubernetes documentation, "Persistent Volumes", "Reclaiming"; kube-controller-manager
/// 1.32, pkg/controller/volume/persistentvolume, and its plugins, of which only hostPath deletes.
Reclaim reclaim_of(const StoredObject& volume);

}  // namespace inferlab::sim
