#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "sim/api/store.h"
#include "sim/api/value.h"

namespace inferlab::sim {

/// What the files under a path of a container lie on.
struct FilePlace {
  enum class Kind : std::uint8_t {
    kLayer,     // the container's own, gone with it
    kPodDisk,   // an emptyDir: the node's disk, gone with the Pod
    kNodeDisk,  // a hostPath: the node's disk, for all Pods there
    kVolume,    // a claim: a volume in the network, for all who mount it
  };
  Kind kind = Kind::kLayer;
  std::string key;  // equal: the same files
};

/// `pod` is the Pod's document, `container` the container's part of it. The volume behind a claim
/// is looked up in `store`.
FilePlace place_of(const Value& pod, const Value& container, std::string_view path,
                   const Store& store);

/// The entry of spec.volumes that is mounted at `path` or above it; nullptr: none.
const Value* volume_at(const Value& pod, const Value& container, std::string_view path);

}  // namespace inferlab::sim
