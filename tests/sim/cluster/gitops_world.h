#pragma once

#include <memory>

#include "tests/support/golden.h"

namespace inferlab {

/// The vocabulary of tests/golden/gitops: a cluster without nodes, with Argo CD and one repository,
/// "platform", at https://git.example.com/platform.git. Ids of commits show as their messages in
/// angle brackets; Applications lie in argocd, all other objects in "team" unless they say.
///
///     commit MESSAGE path=apps/a.yaml <<END  a file added or changed; without text: removed
///     revert COMMIT                          its id, or last
///     create <<END                           each YAML document
///     patch KIND/NAME <<END                  a merge patch
///     delete KIND/NAME
///     run 30s
///     app NAME                               what its status says
///     show KIND[/NAME] path=spec.ports       a part of one object, or of all of a kind
///     events NAME                            about an Application
///     writers KIND/NAME                      metadata.managedFields: manager and operation
std::unique_ptr<testing::GoldenWorld> make_gitops_world();

}  // namespace inferlab
