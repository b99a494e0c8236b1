#pragma once

#include <memory>

#include "tests/support/golden.h"

namespace inferlab {

/// The vocabulary of tests/golden/workloads: an API server with controllers, without scheduler and
/// kubelets. Everything is in namespace "default"; random suffixes show as `*`.
///
///     create <<END                       each YAML document
///     patch KIND/NAME [sub=status] <<END  a merge patch
///     delete KIND/NAME
///     run 30s
///     bind N                             the oldest N Pods without a node get one
///     ready N                            … Pods that are not Ready become Ready
///     unready N                          … Ready ones are so no more
///     end N phase=Failed [code=3] [index=I]  … active Pods come to their end
///     finalize                           Pods that are being deleted are gone
///     evict N [dry_run=true]             asks for the eviction of … active Pods
///     job NAME · jobs · pods · budget NAME · quota NAME · cronjob NAME · autoscaler NAME ·
///     scale KIND/NAME · events NAME · deployment NAME · sets ·
///     relabel KIND LABEL=VALUE           the oldest of a kind gets labels
///     show KIND[/NAME] path=spec.ports   a part of one object, or of all of a kind
std::unique_ptr<testing::GoldenWorld> make_workloads_world();

}  // namespace inferlab
