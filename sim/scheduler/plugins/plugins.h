#pragma once

#include <memory>

#include "sim/scheduler/plugin.h"

namespace inferlab::sim {

// One function for each plugin, defined in the file named after it; registry.cpp has the rows.
std::unique_ptr<Plugin> make_scheduling_gates(const SchedulerProfile& profile);
std::unique_ptr<Plugin> make_priority_sort(const SchedulerProfile& profile);
std::unique_ptr<Plugin> make_node_unschedulable(const SchedulerProfile& profile);
std::unique_ptr<Plugin> make_node_name(const SchedulerProfile& profile);
std::unique_ptr<Plugin> make_taint_toleration(const SchedulerProfile& profile);
std::unique_ptr<Plugin> make_node_affinity(const SchedulerProfile& profile);
std::unique_ptr<Plugin> make_node_ports(const SchedulerProfile& profile);
std::unique_ptr<Plugin> make_node_resources_fit(const SchedulerProfile& profile);
std::unique_ptr<Plugin> make_volume_restrictions(const SchedulerProfile& profile);
std::unique_ptr<Plugin> make_node_volume_limits(const SchedulerProfile& profile);
std::unique_ptr<Plugin> make_volume_binding(const SchedulerProfile& profile);
std::unique_ptr<Plugin> make_volume_zone(const SchedulerProfile& profile);
std::unique_ptr<Plugin> make_pod_topology_spread(const SchedulerProfile& profile);
std::unique_ptr<Plugin> make_inter_pod_affinity(const SchedulerProfile& profile);
std::unique_ptr<Plugin> make_default_preemption(const SchedulerProfile& profile);
std::unique_ptr<Plugin> make_node_resources_balanced_allocation(const SchedulerProfile& profile);
std::unique_ptr<Plugin> make_image_locality(const SchedulerProfile& profile);
std::unique_ptr<Plugin> make_default_binder(const SchedulerProfile& profile);
std::unique_ptr<Plugin> make_coscheduling(const SchedulerProfile& profile);

}  // namespace inferlab::sim
