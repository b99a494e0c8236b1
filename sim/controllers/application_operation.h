#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "sim/api/api.h"
#include "sim/controllers/application_spec.h"
#include "sim/controllers/application_state.h"

namespace inferlab::sim {

/// Whether the controller begins a sync by itself.
struct AutomatedSync {
  std::optional<Value> operation;  // the Application's new field `operation`
  std::string fault;               // of a SyncError; empty: none
  Duration again{};                // self-healing has to wait so long; 0: it has not
};
/// One sync for each commit, whether it succeeds or not; after a good one, more for what has been
/// changed by hand, if the policy says selfHeal: at once, then after 2, 6, 18 … 300 s.
/// Source: Argo CD 3.5, autoSync() in controller/appcontroller.go. Its documentation still has the
/// fixed 5 s of --self-heal-timeout-seconds, which is 0 by default since the backoff is there.
AutomatedSync automated_sync(const Value& application, const ApplicationSpec& spec,
                             const ApplicationState& state, Time now);

struct OperationContext {
  Api& api;
  const std::string& user;
  const GitRepositories* repositories;
  const std::set<ObjectKey>& tracked;
};
/// What a step of an operation makes of the Application.
struct OperationStep {
  Value patch = Value::object();  // a JSON merge patch; empty: nothing
  Value state;                    // status.operationState after it
  bool is_over = false;
  Duration again{};  // when to look again; 0: when something changes
};
/// Begins the Application's operation, goes on with it, or tries it again after a failure.
OperationStep operation_step(const OperationContext& context, const StoredObject& application,
                             ApplicationSpec spec, const std::vector<ApplicationFault>& faults);

}  // namespace inferlab::sim
