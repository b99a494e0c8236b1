#pragma once

#include <string>
#include <vector>

#include "labs/lint/bundle.h"

namespace inferlab::labs::lint {

/// A claim for a volume: a PersistentVolumeClaim, or a template of a StatefulSet.
struct Claim {
  const Object* object = nullptr;
  std::string path;  // of its spec: "spec", "spec.volumeClaimTemplates[0].spec"
  sim::Value spec;

  /// Empty: the cluster's default one, or none.
  [[nodiscard]] std::string storage_class() const { return spec["storageClassName"].str(); }
};

/// Of a bundle, in order.
std::vector<Claim> claims_of(const Bundle& bundle);

}  // namespace inferlab::labs::lint
