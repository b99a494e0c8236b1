#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "sim/api/api.h"
#include "sim/api/event_recorder.h"
#include "sim/controllers/object_index.h"
#include "sim/controllers/storage_driver.h"
#include "sim/controllers/work_queue.h"

namespace inferlab::sim {

class GitRepositories;

/// Settings of the controllers that a cluster may choose. The defaults are those of
/// kube-controller-manager 1.32.
struct ControllersConfig {
  /// PEM text of the cluster's own CA, for the ConfigMap kube-root-ca.crt of each namespace.
  std::string root_ca = {};
  Duration node_monitor_period = 5s;         // --node-monitor-period
  Duration node_monitor_grace_period = 50s;  // --node-monitor-grace-period; 40 s before 1.32
  /// Whose sidecars run in the cluster. A class of any other provisioner waits for ever, as it does
  /// where the driver was not installed.
  std::vector<StorageDriver> storage_drivers = {};
  /// What Applications take their manifests from; nullptr: none. Outlives the controllers.
  const GitRepositories* repositories = nullptr;
};

/// What every controller is given. All of it outlives the controllers.
struct ControllerContext {
  Api& api;
  const ObjectIndex& index;
  const ControllersConfig& config;
};

/// Success, or the API's answer as an error that says what was tried.
Result<void> accepted(const ApiResponse& response, std::string_view what);

/// One controller: a loop that compares what is with what should be, one key at a time.
///
/// Level-triggered: a change only names a key; reconcile() reads the store, takes one step towards
/// what should be, and may come twice or late without harm.
class Controller {
 public:
  /// `label` names its events in the trace, a string literal ("controller/deployment"); `user` and
  /// `component` are what it signs writes and Events with.
  Controller(const ControllerContext& context, const char* label, std::string component);
  Controller(const Controller&) = delete;
  Controller& operator=(const Controller&) = delete;
  virtual ~Controller() = default;

  /// The resources whose changes it wants to see; "*" for all.
  [[nodiscard]] virtual std::span<const std::string_view> watches() const = 0;
  /// A change of a watched resource, in the midst of a write: names keys with queue().add(), writes
  /// nothing.
  virtual void observe(const Change& change) = 0;
  /// A heartbeat of a watched resource (never called for "*"): by default nothing to see, as
  /// nothing but a time has changed.
  virtual void observe_renewal(const Renewal& /*renewal*/) {}
  /// One step for `key`. An error brings the key back, later each time.
  virtual Result<void> reconcile(const ObjectKey& key) = 0;
  /// Work that nobody's change sets off, such as a monitor's period.
  virtual void start() {}

 protected:
  [[nodiscard]] Api& api() const { return context_.api; }
  [[nodiscard]] Store& store() const { return context_.api.store(); }
  [[nodiscard]] Simulation& simulation() const { return context_.api.simulation(); }
  [[nodiscard]] Time now() const { return simulation().now(); }
  [[nodiscard]] const ObjectIndex& index() const { return context_.index; }
  [[nodiscard]] const ControllersConfig& config() const { return context_.config; }
  [[nodiscard]] EventRecorder& events() { return events_; }
  [[nodiscard]] WorkQueue& queue() { return queue_; }
  [[nodiscard]] const std::string& user() const { return user_; }

  static Result<void> check(const ApiResponse& response, std::string_view what) {
    return accepted(response, what);
  }

 private:
  void work(const ObjectKey& key);

  ControllerContext context_;
  std::string user_;
  EventRecorder events_;
  WorkQueue queue_;
};

/// The key of the controlling owner if it is of this kind and alive under the uid named.
ObjectPtr controlling_owner(const Store& store, const StoredObject& object, std::string_view kind,
                            std::string_view resource);

/// An ownerReferences entry with controller and blockOwnerDeletion set.
Value controller_reference(const StoredObject& owner);

/// One row of registry.cpp.
struct ControllerRow {
  std::string_view name;
  std::unique_ptr<Controller> (*make)(const ControllerContext& context);
};
std::span<const ControllerRow> controller_registry();

}  // namespace inferlab::sim
