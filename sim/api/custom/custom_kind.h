#pragma once

#include <memory>
#include <vector>

#include "sim/api/kind.h"
#include "sim/api/value.h"

namespace inferlab::sim {

/// The kinds that a CustomResourceDefinition describes, one for each version. `storage` is the one
/// its objects are kept as; `served` those that requests may name. Each pointer keeps alive all
/// that its Kind points to.
struct CustomKinds {
  std::shared_ptr<const Kind> storage;
  std::vector<std::shared_ptr<const Kind>> served;
};

/// Of a definition that was validated. An object kept in one version is shown in another with the
/// apiVersion changed and pruned by that version's schema, as the strategy "None" does; webhooks
/// are not called.
/// Source: Kubernetes documentation, "Extend the Kubernetes API with CustomResourceDefinitions" and
/// "Versions in CustomResourceDefinitions".
CustomKinds make_custom_kinds(const Value& definition);

/// Whether its condition Established is True: only then it is served.
bool is_established(const Value& definition);

}  // namespace inferlab::sim
