#pragma once

#include <string>

#include "sim/api/store.h"
#include "sim/node/files.h"
#include "sim/node/model_storage.h"

namespace inferlab::sim {

/// What lies on volumes and snapshots: a snapshot has the files that were whole on its volume when
/// it was taken, a volume that is made of it begins with them. What was still being written then
/// is not among them. They stay when an object goes that has nothing deleted in the storage.
class VolumeContents {
 public:
  /// All outlive it.
  VolumeContents(const Store& store, ModelNetwork& network, Files& files)
      : store_(store), network_(network), files_(files) {}

  /// Of volumes and snapshot contents; others do not matter. Writes nothing.
  void see(const Change& change);

 private:
  void see_snapshot(const Change& change);
  void see_deletion(const Change& change);
  void see_volume(const StoredObject& volume);
  void copy(const std::string& from, const std::string& to);

  const Store& store_;
  ModelNetwork& network_;
  Files& files_;
};

/// The files of a claim's volume, as FilePlace names them. They go with the volume, whatever claims
/// it was bound to; a claim without a volume has a name of its own.
std::string volume_key(const Store& store, const std::string& ns, const std::string& claim);

/// The places of Files behind a PersistentVolume and behind a VolumeSnapshotContent that was taken.
std::string place_of_volume(const StoredObject& volume);
std::string place_of_snapshot(const Value& content);

}  // namespace inferlab::sim
