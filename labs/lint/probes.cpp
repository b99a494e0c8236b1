#include "labs/lint/probes.h"

#include <algorithm>

namespace inferlab::labs::lint {
namespace {

using sim::Value;

bool has_target_port(const Container& container, const std::vector<const Object*>& services) {
  return std::any_of(services.begin(), services.end(), [&](const Object* service) {
    const Value& ports = service->value["spec"]["ports"];
    return std::any_of(ports.items().begin(), ports.items().end(), [&](const Value& port) {
      return container.has_port(port.has("targetPort") ? port["targetPort"] : port["port"]);
    });
  });
}

}  // namespace

std::int64_t probe_budget(const Value& probe) {
  return probe["initialDelaySeconds"].as_int(0) +
         probe["failureThreshold"].as_int(3) * probe["periodSeconds"].as_int(10);
}

double cold_load_seconds(const Container& container, const Context& context) {
  if (!container.model) return 0;
  const ContextModel* model = context.model(container.model->model);
  return model == nullptr ? 0 : model->cold_seconds;
}

bool receives_traffic(const Workload& workload, const Container& container,
                      const std::vector<const Object*>& services) {
  if (container.role != Container::Role::kMain || services.empty()) return false;
  if (has_target_port(container, services)) return true;
  const bool another =
      std::any_of(workload.containers.begin(), workload.containers.end(),
                  [&](const Container& other) { return has_target_port(other, services); });
  return !another && &container == &workload.containers.front();
}

}  // namespace inferlab::labs::lint
