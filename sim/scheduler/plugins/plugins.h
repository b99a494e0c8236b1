#pragma once

#include <memory>

#include "sim/scheduler/plugin.h"

namespace inferlab::sim {

// One function for each plugin, defined in the file named after it; registry.cpp has the rows.
std::unique_ptr<Plugin> make_scheduling_gates();
std::unique_ptr<Plugin> make_priority_sort();
std::unique_ptr<Plugin> make_node_unschedulable();
std::unique_ptr<Plugin> make_node_name();
std::unique_ptr<Plugin> make_taint_toleration();
std::unique_ptr<Plugin> make_node_affinity();
std::unique_ptr<Plugin> make_node_resources_fit();
std::unique_ptr<Plugin> make_default_preemption();
std::unique_ptr<Plugin> make_node_resources_balanced_allocation();
std::unique_ptr<Plugin> make_default_binder();

}  // namespace inferlab::sim
