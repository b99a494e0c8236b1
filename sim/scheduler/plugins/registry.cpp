// The plugins: which run, in which order, with which weight in the sum of scores.
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
    {"NodePorts", 0, make_node_ports},
    {"NodeResourcesFit", 1, make_node_resources_fit},
    {"VolumeRestrictions", 0, make_volume_restrictions},
    {"NodeVolumeLimits", 0, make_node_volume_limits},
    {"VolumeBinding", 0, make_volume_binding},
    {"VolumeZone", 0, make_volume_zone},
    {"PodTopologySpread", 2, make_pod_topology_spread},
    {"InterPodAffinity", 2, make_inter_pod_affinity},
    {"DefaultPreemption", 0, make_default_preemption},
    {"NodeResourcesBalancedAllocation", 1, make_node_resources_balanced_allocation},
    {"ImageLocality", 1, make_image_locality},
    {"DefaultBinder", 0, make_default_binder},
    {"Coscheduling", 0, make_coscheduling, true},
};

}  // namespace

std::span<const PluginRow> plugin_registry() {
  return kPlugins;
}

}  // namespace inferlab::sim
