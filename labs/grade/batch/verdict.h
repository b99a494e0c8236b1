#pragma once

#include "labs/grade/batch/child.h"
#include "labs/grade/batch/child_process.h"

namespace inferlab::labs::batch {

/// What a child that has ended has to say, or what its end says of its submission. The row has no
/// name and no learner yet.
ChildReport verdict_of(const ChildEnd& end, const ChildLimits& limits);

}  // namespace inferlab::labs::batch
