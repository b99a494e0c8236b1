#pragma once

#include <memory>

#include "tests/support/golden.h"

namespace inferlab {

/// The vocabulary of tests/golden/storage: a whole cluster of two nodes in two zones, with the
/// classes `fast` (default; a disk of one zone, waits for its Pod), `now` (the same, at once) and
/// `share` (a file share). Everything is in namespace "default"; uids show as <uid>.
///
///     create <<END                       each YAML document
///     patch KIND/NAME [sub=status] <<END  a merge patch
///     delete KIND/NAME [grace=0]
///     run 30s
///     fault node-down NODE
///     snapshots                          and their contents: state, size, finalizers
///     claims · volumes · pods · attachments · nodes
///     get KIND/NAME path=a.b
///     events NAME                        of the object with this name, oldest first
std::unique_ptr<testing::GoldenWorld> make_storage_world();

}  // namespace inferlab
