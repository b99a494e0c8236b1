#include "sim/api/admission.h"

#include "sim/api/admission/rules.h"
#include "sim/api/service_addresses.h"

namespace inferlab::sim {

std::optional<ApiResponse> admit(Call& call, Value& object, const Value& old) {
  Admission admission{call, old, std::move(object), false};
  for (const AdmissionRule& rule : admission_rules()) {
    if (rule.change == nullptr) continue;
    if (auto refused = rule.change(admission)) return refused;
  }
  object = std::move(admission.object);
  if (call.kind.kind == "Service") return allocate_service(call, object, old);
  return std::nullopt;
}

std::optional<ApiResponse> admit_valid(Call& call, const Value& object, const Value& old) {
  Admission admission{call, old, object, true};
  for (const AdmissionRule& rule : admission_rules()) {
    if (rule.check == nullptr) continue;
    if (auto refused = rule.check(admission)) return refused;
  }
  return std::nullopt;
}

std::optional<ApiResponse> admit_part(Call& call, const PartWrite& write) {
  for (const AdmissionRule& rule : admission_rules()) {
    if (rule.part == nullptr) continue;
    if (auto refused = rule.part(call, write)) return refused;
  }
  return std::nullopt;
}

}  // namespace inferlab::sim
