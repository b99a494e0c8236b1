#pragma once

#include <string>

#include "sim/api/api.h"
#include "sim/controllers/application_spec.h"
#include "sim/controllers/application_state.h"

namespace inferlab::sim {

/// What a sync is made with.
struct ApplicationSync {
  Api& api;
  const std::string& user;      // who writes
  const ApplicationSpec& spec;  // with the operation's options
  const Value& operation;       // status.operationState.operation
};

/// Where a sync stands after a step.
struct SyncProgress {
  std::string phase;  // Running, Succeeded, Failed
  std::string message;
  Value results;  // status.operationState.syncResult.resources
  /// Running: the next wave may begin, after the pause between two.
  bool next_wave = false;
};

/// Takes one step: applies the next wave, or looks whether the one before is healthy. A sync of one
/// wave is over in a step, and does not wait for what it has started. `results` are those of the
/// steps before; null: none.
/// Source: Argo CD 3.5 documentation, "Sync Phases and Waves"; its gitops-engine/pkg/sync.
SyncProgress sync_step(const ApplicationSync& sync, const ApplicationState& state,
                       const Value& results);

}  // namespace inferlab::sim
