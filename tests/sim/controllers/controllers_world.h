#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/api/api.h"
#include "sim/api/views.h"
#include "sim/controllers/controllers.h"
#include "sim/kernel/simulation.h"

namespace inferlab {

/// An API server with controllers, without scheduler and kubelets, for tests: what those would do
/// to Pods, the test does. Everything is in namespace "default".
class ControllersWorld {
 public:
  explicit ControllersWorld(std::uint64_t seed = 1);

  /// Creates from JSON; `resource` as in ObjectKey. Checks that the API takes it.
  void create(std::string_view resource, const std::string& json);
  /// A JSON merge patch, of the status when `subresource` says so.
  void patch(std::string_view resource, std::string_view name, const std::string& json,
             std::string_view subresource = "");
  void remove(std::string_view resource, const std::string& name,
              sim::Propagation propagation = sim::Propagation::kBackground);
  /// A Ready node. It stays healthy without a kubelet as long as its heartbeat lies in the future.
  void create_node(const std::string& name, std::string_view heartbeat = "2030-01-01T00:00:00Z");
  /// A Deployment "web" of one container; `extra` are further members of spec, each ending in a
  /// comma.
  void create_deployment(int replicas, std::string_view extra, std::string_view image = "v1");
  void set_image(std::string_view image);

  void run_for(Duration duration);
  /// Until no controller has anything to do for now.
  void settle() { run_for(200ms); }

  [[nodiscard]] sim::Value get(std::string_view resource, const std::string& name) const;
  [[nodiscard]] std::vector<sim::ObjectPtr> list(std::string_view resource) const;
  /// Live Pods, by name.
  [[nodiscard]] std::vector<std::string> pods(
      const std::function<bool(const sim::PodView&)>& which = [](const sim::PodView&) {
        return true;
      }) const;

  // The kubelet's part.
  void bind(const std::string& pod, const std::string& node);
  void make_ready(const std::string& pod, bool ready = true);
  /// The first `count` Pods that are neither Ready nor being deleted become Ready.
  void make_some_ready(int count);
  /// Pods that are being deleted end.
  void finalize_pods();

  /// "4 updated 2 ready 3 available 3 unavailable 2" of Deployment web.
  [[nodiscard]] std::string counts() const;
  /// "1:v1 3/3/3 2:v2 2/2/0": revision, image, spec.replicas/replicas/available of each ReplicaSet.
  [[nodiscard]] std::string sets() const;
  /// "True MinimumReplicasAvailable: …" of condition `type` of an object.
  [[nodiscard]] std::string condition(std::string_view resource, const std::string& name,
                                      std::string_view type) const;
  /// Messages of the events with this reason, in order of writing, hashes as "<hash>".
  [[nodiscard]] std::vector<std::string> events(std::string_view reason) const;

  sim::Simulation simulation;
  sim::Store store;
  sim::Api api;
  sim::Controllers controllers;

 private:
  int addresses_ = 0;
};

/// Names of ReplicaSets and Pods without what is made of a hash or at random: "web-<hash>".
std::string without_hashes(const std::string& text);

}  // namespace inferlab
