#pragma once

#include <memory>

#include "sim/scheduler/plugin.h"

namespace inferlab::sim {

// One function for each plugin: in the file named after it, and a row of plugins.inc.
#define INFERLAB_PLUGIN(name, weight, make) \
  std::unique_ptr<Plugin> make(const SchedulerProfile& profile);
#define INFERLAB_PLUGIN_ON_REQUEST(name, weight, make) INFERLAB_PLUGIN(name, weight, make)
#include "sim/scheduler/plugins/plugins.inc"
#undef INFERLAB_PLUGIN
#undef INFERLAB_PLUGIN_ON_REQUEST

}  // namespace inferlab::sim
