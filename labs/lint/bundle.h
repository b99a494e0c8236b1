#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "labs/lint/object.h"
#include "labs/lint/scaler.h"
#include "labs/lint/workload.h"

namespace inferlab::labs::lint {

/// All objects that are linted together, and how they hang together. What is not in the bundle may
/// be in the cluster: a check says so where it matters. Immutable once it is made; what it hands
/// out points into it.
class Bundle {
 public:
  explicit Bundle(std::deque<Object> objects);
  Bundle(const Bundle&) = delete;
  Bundle& operator=(const Bundle&) = delete;

  [[nodiscard]] const std::deque<Object>& objects() const { return objects_; }
  [[nodiscard]] const std::deque<Workload>& workloads() const { return workloads_; }
  [[nodiscard]] const std::deque<Scaler>& scalers() const { return scalers_; }
  /// Those of a kind, whatever its version.
  [[nodiscard]] std::vector<const Object*> of_kind(std::string_view kind) const;
  /// nullptr when the bundle has none such.
  [[nodiscard]] const Object* find(std::string_view kind, std::string_view ns,
                                   std::string_view name) const;

  /// Workloads whose Pods a Service's spec.selector selects.
  [[nodiscard]] std::vector<const Workload*> behind(const Object& service) const;
  /// Services that select the workload's Pods.
  [[nodiscard]] std::vector<const Object*> services_of(const Workload& workload) const;
  /// Somebody sends it requests: a Service of the bundle leads to it, or it is a model server,
  /// whose Service may be elsewhere.
  [[nodiscard]] bool is_served(const Workload& workload) const;
  /// An Ingress or HTTPRoute leads to a Service that selects it.
  [[nodiscard]] bool is_behind_ingress(const Workload& workload) const;
  /// Workloads of the namespace whose Pods a metav1.LabelSelector selects.
  [[nodiscard]] std::vector<const Workload*> selected_by(const sim::Value& label_selector,
                                                         std::string_view ns) const;
  /// nullptr: nothing scales it.
  [[nodiscard]] const Scaler* scaler_of(const Workload& workload) const;
  /// nullptr: what it scales is not in the bundle, or makes no Pods that can be seen.
  [[nodiscard]] const Workload* target_of(const Scaler& scaler) const;

  /// How many replicas there are when it is quiet: the scaler's floor, else spec.replicas. 1 of
  /// what is not replicated.
  [[nodiscard]] std::int64_t floor_of(const Workload& workload) const;
  /// How many there may be.
  [[nodiscard]] std::int64_t ceiling_of(const Workload& workload) const;

 private:
  std::deque<Object> objects_;
  std::deque<Workload> workloads_;
  std::deque<Scaler> scalers_;
};

}  // namespace inferlab::labs::lint
