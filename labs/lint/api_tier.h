#pragma once

#include <deque>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "labs/lint/context.h"
#include "labs/lint/finding.h"
#include "labs/lint/manifests.h"
#include "labs/lint/object.h"

namespace inferlab::labs::lint {

/// Creates the objects in an API server of its own, with every add-on's definitions where an object
/// is of a group that is not Kubernetes' own, and says what is refused. What a manifest names and
/// does not bring (its namespace, its ServiceAccount, its PriorityClass) is taken to be in the
/// cluster. Of a StatefulSet a Pod and its claims are tried too. Fills in Object::value, ns and
/// served_as.
/// `notes` gets a line for each kind that nobody knows here: such objects are taken as they are.
/// Errors: an add-on's file that cannot be read.
Result<void> check_with_api(std::deque<Object>& objects, const Context& context, Report& report,
                            std::vector<std::string>& notes);

/// Files that are no YAML, documents that are no objects, keys that stand twice. What is no object
/// is taken out of `objects`.
void check_documents(const std::vector<ManifestFile>& files, std::deque<Object>& objects,
                     Report& report);

}  // namespace inferlab::labs::lint
