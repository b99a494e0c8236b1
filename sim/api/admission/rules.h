#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "sim/api/admission.h"
#include "sim/api/request.h"

namespace inferlab::sim {

/// One creation or update as the admission plugins see it.
struct Admission {
  Call& call;
  const Value& old;    // null: a creation
  Value object;        // with defaults; a rule's first step may change it
  bool named = false;  // validation has passed: a generated name shows

  [[nodiscard]] bool creates() const { return old.is_null(); }
  /// Of this kind, in this group.
  [[nodiscard]] bool is(std::string_view group, std::string_view kind) const {
    return call.kind.group == group && call.kind.kind == kind;
  }
  [[nodiscard]] bool creates_pod() const { return creates() && is("", "Pod"); }
  /// 403 that names the object, or its generateName before it has a name of its own.
  [[nodiscard]] ApiResponse refuse(std::string_view why) const;
};

/// One admission plugin of the API server, under its own name. An answer means: refused.
struct AdmissionRule {
  using Step = std::optional<ApiResponse> (*)(Admission& admission);
  using PartStep = std::optional<ApiResponse> (*)(Call& call, const PartWrite& write);
  std::string_view name;
  Step change = nullptr;    // before validation: fills in, refuses
  Step check = nullptr;     // after it: refuses, and notes what the write will cost
  PartStep part = nullptr;  // of a status, a subresource or a deletion: refuses
};

/// In the order in which they are asked: one file and one row in table.cpp each.
std::span<const AdmissionRule> admission_rules();

namespace admission {

std::optional<ApiResponse> check_namespace(Admission& admission);
std::optional<ApiResponse> fill_limits(Admission& admission);
std::optional<ApiResponse> check_limits(Admission& admission);
std::optional<ApiResponse> set_service_account(Admission& admission);
std::optional<ApiResponse> taint_new_node(Admission& admission);
std::optional<ApiResponse> check_pod_security(Admission& admission);
std::optional<ApiResponse> set_priority(Admission& admission);
std::optional<ApiResponse> add_default_tolerations(Admission& admission);
std::optional<ApiResponse> set_storage_class(Admission& admission);
std::optional<ApiResponse> protect_storage(Admission& admission);
std::optional<ApiResponse> check_resize(Admission& admission);
std::optional<ApiResponse> set_runtime_class(Admission& admission);
std::optional<ApiResponse> set_ingress_class(Admission& admission);
std::optional<ApiResponse> check_escalation(Admission& admission);
std::optional<ApiResponse> check_policies(Admission& admission);
std::optional<ApiResponse> check_policies_of_part(Call& call, const PartWrite& write);
std::optional<ApiResponse> check_quota(Admission& admission);

}  // namespace admission

}  // namespace inferlab::sim
