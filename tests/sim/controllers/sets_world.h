#pragma once

#include <string>
#include <string_view>

#include "tests/sim/controllers/controllers_world.h"

namespace inferlab {

/// A ControllersWorld with a StatefulSet or DaemonSet "web". What kube-scheduler and kubelets would
/// do is done by bind_all(), make_ready() and finalize_pods().
class SetsWorld : public ControllersWorld {
 public:
  using ControllersWorld::ControllersWorld;

  /// Of one container with image v1; `extra` are further members of spec, each ending in a comma.
  void create_stateful_set(int replicas, std::string_view extra = "");
  void create_daemon_set(std::string_view extra = "", std::string_view pod_spec = "");
  /// A merge patch of the template's image.
  void set_image_of(std::string_view resource, std::string_view image);

  /// Puts every Pod on the node it is meant for, or on w1.
  void bind_all();
  /// All Pods get a node and become Ready, one look of the controllers after the other, until
  /// nothing changes.
  void bring_up();

  /// "web-0:v1 ready, web-1:v1 ending, web-2:v2": the Pods by name, image, and how they are.
  [[nodiscard]] std::string pods_line() const;
  /// "w1:v1 ready, w2:v2": the Pods by the node they are meant for.
  [[nodiscard]] std::string nodes_line() const;
  /// "3 ready 2 available 2 current 1 updated 2" of StatefulSet web.
  [[nodiscard]] std::string stateful_counts() const;
  /// "3 of 3 ready 2 available 2 updated 1 misplaced 0" of DaemonSet web.
  [[nodiscard]] std::string daemon_counts() const;
  /// "1:v1 2:v2": the revisions by number and image.
  [[nodiscard]] std::string revisions() const;
};

}  // namespace inferlab
