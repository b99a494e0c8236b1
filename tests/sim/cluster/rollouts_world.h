#pragma once

#include <memory>

#include "tests/support/golden.h"

namespace inferlab {

/// The vocabulary of tests/golden/rollouts: a cluster with Argo Rollouts, nodes, an image
/// registry.example.com/web with the tags v1, v2 and v3 that serve and `broken` that crashes, and
/// busybox. Everything is in namespace "default"; hashes show as <1>, <2> … in the order of their
/// ReplicaSets' creation, uids as <uid>.
///
///     create <<END                        each YAML document, with the warnings
///     patch KIND/NAME [sub=status] <<END  a merge patch
///     delete KIND/NAME
///     run 30s
///     rollout NAME                        status in a few lines, and the ReplicaSets' Pods
///     events NAME
///     table KIND                          as `kubectl get` shows it
///     show KIND[/NAME] path=status.phase
///     scale KIND/NAME replicas=N
///     sizes replicas=N weight=W surge=S unavailable=U canary=SIZE/AVAILABLE stable=… others=N
///                                         what canary_sizes() says
std::unique_ptr<testing::GoldenWorld> make_rollouts_world();

}  // namespace inferlab
