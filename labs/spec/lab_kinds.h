#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "labs/spec/lab_spec.h"

namespace inferlab::labs {

/// A kind of object that the API of a lab's cluster has, before anything runs.
struct LabKind {
  std::string kind;         // "VolumeSnapshot"
  std::string api_version;  // "snapshot.storage.k8s.io/v1", the one that is stored
  std::string resource;     // "volumesnapshots.snapshot.storage.k8s.io"
  bool namespaced = true;
};

/// The built-in ones, and after them those that its add-ons define.
std::vector<LabKind> kinds_of_lab(const LabSpec& lab);

}  // namespace inferlab::labs
