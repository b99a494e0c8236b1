#pragma once

#include <string>

#include "sim/api/store.h"
#include "sim/node/model_storage.h"

namespace inferlab::sim {

/// What lies on volumes and snapshots: a snapshot has the files that were whole on its volume when
/// it was taken, a volume that is made of it begins with them. What was still being written then
/// is not among them.
class VolumeContents {
 public:
  /// Both outlive it.
  VolumeContents(const Store& store, ModelNetwork& network) : store_(store), network_(network) {}

  /// Of volumes and snapshot contents; others do not matter. Writes nothing.
  void see(const Change& change);

 private:
  void see_snapshot(const Change& change);
  void see_volume(const StoredObject& volume);
  void copy(const std::string& from, const std::string& to);

  const Store& store_;
  ModelNetwork& network_;
};

/// The files of a claim's volume, as FilePlace names them. They go with the volume, whatever claims
/// it was bound to; a claim without a volume has a name of its own.
std::string volume_key(const Store& store, const std::string& ns, const std::string& claim);

}  // namespace inferlab::sim
