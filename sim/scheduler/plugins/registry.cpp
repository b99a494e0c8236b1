// The default profile: which plugins run, in which order, with which weight in the sum of scores.
// Source: kube-scheduler 1.32, default plugins (scheduling configuration reference).
#include "sim/scheduler/plugins/plugins.h"

namespace inferlab::sim {
namespace {

constexpr PluginRow kPlugins[] = {
    {"SchedulingGates", 0, make_scheduling_gates},
    {"PrioritySort", 0, make_priority_sort},
    {"NodeUnschedulable", 0, make_node_unschedulable},
    {"NodeName", 0, make_node_name},
    {"TaintToleration", 3, make_taint_toleration},
    {"NodeAffinity", 2, make_node_affinity},
    {"NodeResourcesFit", 1, make_node_resources_fit},
    {"DefaultPreemption", 0, make_default_preemption},
    {"NodeResourcesBalancedAllocation", 1, make_node_resources_balanced_allocation},
    {"DefaultBinder", 0, make_default_binder},
};

}  // namespace

std::span<const PluginRow> plugin_registry() {
  return kPlugins;
}

}  // namespace inferlab::sim
