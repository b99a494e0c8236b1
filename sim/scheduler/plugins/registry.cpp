// The table of plugins.inc.
#include "sim/scheduler/plugins/plugins.h"

namespace inferlab::sim {
namespace {

constexpr PluginRow kPlugins[] = {
#define INFERLAB_PLUGIN(name, weight, make) {name, weight, make},
#define INFERLAB_PLUGIN_ON_REQUEST(name, weight, make) {name, weight, make, true},
#include "sim/scheduler/plugins/plugins.inc"
#undef INFERLAB_PLUGIN
#undef INFERLAB_PLUGIN_ON_REQUEST
};

}  // namespace

std::span<const PluginRow> plugin_registry() {
  return kPlugins;
}

}  // namespace inferlab::sim
