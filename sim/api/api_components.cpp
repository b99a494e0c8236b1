// GET of componentstatuses: the parts of the control plane live in one process, and who gets an
// answer finds them well.
// Source: Kubernetes 1.32, pkg/registry/core/componentstatus.
#include "sim/api/request.h"
#include "sim/api/status.h"

namespace inferlab::sim {
namespace {

constexpr std::string_view kComponents[] = {"controller-manager", "etcd-0", "scheduler"};

Value document_of(std::string_view name) {
  const Value healthy = Value::object({{"message", "ok"}, {"status", "True"}, {"type", "Healthy"}});
  return Value::object(
      {{"conditions", Value::array({healthy})},
       {"metadata", Value::object({{"creationTimestamp", Value()}, {"name", name}})}});
}

}  // namespace

ApiResponse handle_component_status(Call& call) {
  ApiResponse out;
  out.warnings = {"v1 ComponentStatus is deprecated in v1.19+"};
  if (call.request.verb == Verb::kGet) {
    for (const std::string_view name : kComponents) {
      if (name != call.request.name) continue;
      out.body = document_of(name)
                     .with("apiVersion", Value(call.kind.api_version()))
                     .with("kind", Value(call.kind.kind));
      return out;
    }
    return not_found(call.resource(), call.request.name);
  }
  if (call.request.verb != Verb::kList) return method_not_allowed();
  Value::Array items;
  for (const std::string_view name : kComponents) items.push_back(document_of(name));
  out.body = Value::object({{"apiVersion", Value(call.kind.api_version())},
                            {"items", Value::array(std::move(items))},
                            {"kind", Value(call.kind.list_name())},
                            {"metadata", Value::object()}});
  return out;
}

}  // namespace inferlab::sim
