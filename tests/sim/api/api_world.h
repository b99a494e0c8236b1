#pragma once

#include <memory>
#include <string>

#include "sim/api/api.h"
#include "tests/support/golden.h"

namespace inferlab::sim {

/// The vocabulary of tests/golden/api: an API server with an empty store and the namespaces
/// `default` (with its ServiceAccount) and nothing else. Bodies are YAML. Uids and generated
/// suffixes come from the run's streams and are the same in every run.
///
///     create [strict=true] [ns=N] [manager=M] <<END   POST each document
///     update KIND/NAME [sub=status] <<END              PUT
///     patch KIND/NAME [type=strategic|merge|json] [sub=S] [strict=true] [manager=M] <<END
///     apply KIND/NAME manager=M [force=true] <<END     server-side apply
///     delete KIND/NAME [grace=N] [propagation=Foreground|Orphan]
///     bind POD NODE · evict POD · scale KIND/NAME N
///     get KIND/NAME [path=spec.replicas]               prints YAML
///     … [version=v1]                                   through a version that is not stored
///     list KIND [label=S] [field=S] [limit=N]          prints names
///     table KIND [wide=true]
///     advance 30s
std::unique_ptr<testing::GoldenWorld> make_api_world();

}  // namespace inferlab::sim
