#pragma once

#include <functional>
#include <set>
#include <string_view>
#include <utility>

#include "sim/api/store.h"

namespace inferlab::sim {

class Kubelet;

/// The kubelets' part in making a volume larger: when its driver has done so, the file system on it
/// is made to fill it, on the node where a Pod has it mounted.
/// Source: Kubernetes documentation, "Persistent Volumes", "Resizing a volume containing a file
/// system"; the Event is that of kubelet 1.32.
class FileSystemGrowth {
 public:
  /// `find` gives the kubelet of a node, or nullptr.
  explicit FileSystemGrowth(std::function<Kubelet*(std::string_view node)> find)
      : find_(std::move(find)) {}

  /// Of Pods and claims; others do not matter. In the midst of a write: writes nothing at once.
  void see(const Change& change, const Store& store);

 private:
  void see_pod(const StoredObject& pod, const Store& store);
  void begin(const ObjectKey& claim, const StoredObject& pod);
  void finish(const ObjectKey& claim, const ObjectKey& pod, Kubelet& kubelet);

  std::function<Kubelet*(std::string_view node)> find_;
  std::set<ObjectKey> growing_;
};

}  // namespace inferlab::sim
