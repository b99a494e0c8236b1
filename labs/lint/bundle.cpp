#include "labs/lint/bundle.h"

#include <algorithm>
#include <utility>

#include "labs/lint/ingress_backends.h"
#include "sim/api/selector.h"

namespace inferlab::labs::lint {
namespace {

using sim::Value;

// Names of Services that an Ingress or HTTPRoute leads to.
std::vector<std::string> routed_to(const Object& object) {
  std::vector<std::string> out;
  const Value& spec = object.value["spec"];
  if (object.kind == "Ingress") {
    for (const IngressBackend& backend : backends_of(object)) out.push_back(backend.service);
  } else if (object.kind == "HTTPRoute" || object.kind == "GRPCRoute") {
    const Value& rules = spec["rules"];
    for (const Value& rule : rules.items()) {
      const Value& backends = rule["backendRefs"];
      for (const Value& backend : backends.items()) out.push_back(backend["name"].str());
    }
  }
  return out;
}

}  // namespace

Bundle::Bundle(std::deque<Object> objects) : objects_(std::move(objects)) {
  for (const Object& object : objects_) {
    if (auto workload = workload_of(object)) workloads_.push_back(std::move(*workload));
    if (auto scaler = lint::scaler_of(object)) scalers_.push_back(std::move(*scaler));
  }
}

std::vector<const Object*> Bundle::of_kind(std::string_view kind) const {
  std::vector<const Object*> out;
  for (const Object& object : objects_) {
    if (object.kind == kind) out.push_back(&object);
  }
  return out;
}

const Object* Bundle::find(std::string_view kind, std::string_view ns,
                           std::string_view name) const {
  for (const Object& object : objects_) {
    if (object.kind == kind && object.ns == ns && object.name == name) return &object;
  }
  return nullptr;
}

std::vector<const Workload*> Bundle::behind(const Object& service) const {
  std::vector<const Workload*> out;
  const Value& selector = service.value["spec"]["selector"];
  if (selector.empty()) return out;
  const sim::LabelSelector wanted = sim::LabelSelector::from_map(selector);
  for (const Workload& workload : workloads_) {
    if (workload.ns() == service.ns && wanted.matches(workload.labels)) out.push_back(&workload);
  }
  return out;
}

std::vector<const Object*> Bundle::services_of(const Workload& workload) const {
  std::vector<const Object*> out;
  for (const Object* service : of_kind("Service")) {
    const std::vector<const Workload*> selected = behind(*service);
    if (std::find(selected.begin(), selected.end(), &workload) != selected.end()) {
      out.push_back(service);
    }
  }
  return out;
}

bool Bundle::is_served(const Workload& workload) const {
  return workload.model_server() != nullptr || !services_of(workload).empty();
}

bool Bundle::is_behind_ingress(const Workload& workload) const {
  const std::vector<const Object*> services = services_of(workload);
  return std::any_of(objects_.begin(), objects_.end(), [&](const Object& object) {
    if (object.ns != workload.ns()) return false;
    const std::vector<std::string> backends = routed_to(object);
    return std::any_of(services.begin(), services.end(), [&](const Object* service) {
      return std::find(backends.begin(), backends.end(), service->name) != backends.end();
    });
  });
}

std::vector<const Workload*> Bundle::selected_by(const Value& label_selector,
                                                 std::string_view ns) const {
  std::vector<const Workload*> out;
  const sim::LabelSelector wanted = sim::LabelSelector::from_object(label_selector);
  for (const Workload& workload : workloads_) {
    if (workload.ns() == ns && wanted.matches(workload.labels)) out.push_back(&workload);
  }
  return out;
}

const Scaler* Bundle::scaler_of(const Workload& workload) const {
  for (const Scaler& scaler : scalers_) {
    if (target_of(scaler) == &workload) return &scaler;
  }
  return nullptr;
}

const Workload* Bundle::target_of(const Scaler& scaler) const {
  for (const Workload& workload : workloads_) {
    if (workload.is(scaler.target_kind) && workload.object->name == scaler.target_name &&
        workload.ns() == scaler.object->ns) {
      return &workload;
    }
  }
  return nullptr;
}

std::int64_t Bundle::floor_of(const Workload& workload) const {
  if (const Scaler* scaler = scaler_of(workload); scaler != nullptr) return scaler->floor;
  return workload.is_replicated() ? workload.object->value["spec"]["replicas"].as_int(1) : 1;
}

std::int64_t Bundle::ceiling_of(const Workload& workload) const {
  if (const Scaler* scaler = scaler_of(workload); scaler != nullptr) {
    return std::max(scaler->floor, scaler->ceiling);
  }
  return floor_of(workload);
}

}  // namespace inferlab::labs::lint
