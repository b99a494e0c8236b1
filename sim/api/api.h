#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/api/kind.h"
#include "sim/api/kind_registry.h"
#include "sim/api/selector.h"
#include "sim/api/store.h"
#include "sim/api/value.h"
#include "sim/kernel/simulation.h"

namespace inferlab::sim {

class AdmissionPolicies;
class MetricsSource;

enum class Verb : std::uint8_t {
  kGet,
  kList,
  kCreate,
  kUpdate,
  kPatch,
  kDelete,
  kDeleteCollection
};
enum class PatchType : std::uint8_t { kJson, kMerge, kStrategic, kApply };
enum class FieldValidation : std::uint8_t { kIgnore, kWarn, kStrict };
enum class Propagation : std::uint8_t { kDefault, kOrphan, kBackground, kForeground };

/// One request to the API, the same for HTTP, controllers and the journal. What a watch is, is the
/// HTTP face's affair: it reads Store::changes_since().
struct ApiRequest {
  Verb verb = Verb::kGet;
  std::string resource;  // "pods", "deployments.apps"
  std::string version;   // "v1"; empty: the version that is stored
  std::string ns;        // empty: cluster-scoped, or all namespaces for kList
  std::string name;
  std::string subresource;  // "", "status", "scale", "binding", "eviction"
  Value body;
  PatchType patch_type = PatchType::kMerge;
  FieldValidation field_validation = FieldValidation::kIgnore;
  /// Paths of members that came twice in the body as it was sent (see parse_json).
  std::vector<std::string> duplicate_fields;
  bool dry_run = false;
  bool force = false;
  /// Who writes, for metadata.managedFields; over HTTP fieldManager, or else the first word of
  /// User-Agent.
  std::string field_manager;
  /// Components leave it false: nobody applies to what they make, and the bookkeeping costs more
  /// than the write. An object that is tracked already is kept up to date all the same.
  bool track_fields = true;
  std::string user = "system:admin";
  /// All that the user is in. Empty: a component of the cluster, whose rights nobody looks at.
  std::vector<std::string> groups;
  /// From where a client asks, and with what program: for the audit log. Empty of components.
  std::string source_ip = {}, user_agent = {};
  // kList, kDeleteCollection
  std::string label_selector, field_selector, continue_token;
  std::int64_t limit = 0;                    // 0: no limit
  std::optional<std::uint64_t> at_revision;  // exact
  // kDelete
  Propagation propagation = Propagation::kDefault;
  std::optional<std::int64_t> grace_period_seconds;
  std::string precondition_uid, precondition_resource_version;
};

/// `body` is the object, the list, or a metav1.Status when `code` is not 2xx.
struct ApiResponse {
  int code = 200;
  Value body;
  std::vector<std::string> warnings;  // Warning headers, without the 299
  ObjectPtr object;  // the version written or read; nullptr for lists, dry runs, errors
  /// Which field of the body a refusal is about, "spec.replicas", where its text, which is the real
  /// server's, does not say; with it a manifest's line and column are found.
  std::string field = {};
  /// What admission wants the audit log to say of the request: key and value.
  std::vector<std::pair<std::string, std::string>> audit = {};
  [[nodiscard]] bool ok() const { return code >= 200 && code < 300; }
  [[nodiscard]] std::string_view reason() const { return body["reason"].as_string(); }
  [[nodiscard]] std::string_view message() const { return body["message"].as_string(); }
};

/// The rules of the API server: decoding against the kind's schema, defaulting, validation,
/// patches, preconditions, deletion, with the real server's Status texts.
///
/// Not thread-safe: lives on the run's thread. Never touches the network. Errors are ApiResponses.
/// Source: Kubernetes API conventions and API reference, version 1.32.
class Api {
 public:
  Api(Simulation& simulation, Store& store, std::size_t max_objects = kDefaultMaxObjects);

  ~Api();
  Api(const Api&) = delete;
  Api& operator=(const Api&) = delete;

  /// How many objects the store takes before a creation is refused as etcd refuses it when its
  /// space is used up, so that `replicas: 2147483647` cannot fill this machine's memory.
  static constexpr std::size_t kDefaultMaxObjects = 200'000;

  /// A request that wrote nothing (refused, dry run, nothing to change) leaves no trace: the random
  /// streams stand where they stood, so that a replay of what was written gives the same run.
  ApiResponse handle(const ApiRequest& request);
  /// Called with every request and its answer, whoever made it. Once; it must not call back.
  using Observer = std::function<void(const ApiRequest& request, const ApiResponse& response)>;
  void observe(Observer observer) { observer_ = std::move(observer); }

  // What controllers and kubelets need, in their words. `user` is the writer's name.
  ApiResponse create(std::string_view resource, std::string_view ns, Value body,
                     std::string_view user);
  ApiResponse update(std::string_view resource, Value body, std::string_view user);
  ApiResponse update_status(std::string_view resource, Value body, std::string_view user);
  /// A JSON merge patch, of the status when `subresource` is "status".
  ApiResponse merge_patch(const ObjectKey& key, std::string_view subresource, Value patch,
                          std::string_view user);
  ApiResponse remove(const ObjectKey& key, std::string_view user,
                     std::optional<std::int64_t> grace_period_seconds = std::nullopt,
                     std::string_view precondition_uid = {});
  /// Sets spec.nodeName and condition PodScheduled, once.
  ApiResponse bind(std::string_view ns, std::string_view pod, std::string_view node,
                   std::string_view user);

  /// A new random suffix as the API server's generateName makes them ("x7k2p"), from the run's
  /// stream "names".
  std::string name_suffix();
  /// A new uid (RFC 4122 form), from the run's stream "uids".
  std::string new_uid();

  /// The kinds served now. Valid until the next write; who needs it for longer keeps kind_table().
  [[nodiscard]] const KindTable& kinds() const { return *registry_.table(); }
  [[nodiscard]] const std::shared_ptr<const KindTable>& kind_table() const {
    return registry_.table();
  }
  /// Serves metrics.k8s.io, custom.metrics.k8s.io and external.metrics.k8s.io from `source`, which
  /// must live as long as this. Once, before anybody asks.
  void serve_metrics(const MetricsSource& source);
  /// nullptr: a cluster without metrics-server.
  [[nodiscard]] const MetricsSource* metrics() const { return metrics_; }
  /// From now on nodes, and what runs on them, are the clients' own: nobody is told that a field of
  /// theirs is not simulated.
  void leave_nodes_to_clients() { simulates_nodes_ = false; }
  [[nodiscard]] bool simulates_nodes() const { return simulates_nodes_; }
  /// The ValidatingAdmissionPolicies that are bound, compiled.
  [[nodiscard]] AdmissionPolicies& policies() { return *policies_; }
  [[nodiscard]] Store& store() { return store_; }
  [[nodiscard]] Simulation& simulation() { return simulation_; }
  [[nodiscard]] std::size_t max_objects() const { return max_objects_; }
  /// The stream that addresses and ports of Services are drawn from.
  [[nodiscard]] Rng& service_stream() { return services_; }

 private:
  Simulation& simulation_;
  Store& store_;
  KindRegistry registry_;
  std::unique_ptr<AdmissionPolicies> policies_;
  Observer observer_;
  const MetricsSource* metrics_ = nullptr;
  bool simulates_nodes_ = true;
  std::size_t max_objects_;
  Rng& names_;
  Rng& uids_;
  Rng& services_;
};

}  // namespace inferlab::sim
