#pragma once

#include "engine/base/result.h"
#include "sim/api/value.h"
#include "sim/scheduler/plugin.h"
#include "sim/scheduler/profile.h"

namespace inferlab::sim {

/// Where a plugin runs in this profile; nowhere: it is left out.
ExtensionPoints points_of(const SchedulerProfile& profile, const PluginRow& row);

/// Reads `plugins` of a profile: what is enabled and disabled for all points ("multiPoint") and for
/// single ones, and the weights. kInvalid for an unknown plugin, a weight below zero, and a plugin
/// that would be asked at filter or score without what it notes at preFilter or preScore.
/// Source: kube-scheduler, mergePlugins, expandMultiPointPlugins, getScoreWeights.
Result<void> read_plugin_sets(SchedulerProfile& profile, const Value& plugins);

}  // namespace inferlab::sim
