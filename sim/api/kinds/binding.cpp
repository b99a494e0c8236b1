// Binding: what the scheduler posts to give a Pod its node. It is never stored.
#include "sim/api/kinds/kinds.h"
#include "sim/api/types/types.h"

namespace inferlab::sim::kinds {

const Kind kBinding = {.group = "",
                       .version = "v1",
                       .kind = "Binding",
                       .plural = "bindings",
                       .singular = "binding",
                       .short_names = {},
                       .categories = {},
                       .verbs = {"create"},
                       .subresources = {},
                       .schema = &types::kBinding,
                       .columns = {}};

}  // namespace inferlab::sim::kinds
