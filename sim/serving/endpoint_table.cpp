#include "sim/serving/endpoint_table.h"

#include <fmt/format.h>

#include <utility>

namespace inferlab::sim {
namespace {

constexpr std::string_view kSlices = "endpointslices.discovery.k8s.io";

const Value* find_port(const Value& ports, int port) {
  for (const Value& one : ports.items()) {
    if (port == 0 || one["port"].as_int() == port) return &one;
  }
  return nullptr;
}

/// The number that the slice gives the Service's port of this name; 0: none.
int target_of(const Value& slice, std::string_view port_name) {
  for (const Value& port : slice["ports"].items()) {
    if (port["name"].as_string() == port_name) return static_cast<int>(port["port"].as_int());
  }
  return 0;
}

}  // namespace

EndpointTable::EndpointTable(Store& store) : store_(store) {
  store_.subscribe(
      [this](const Change& change) {
        const std::string& resource = change.object->key.resource;
        if (resource == kSlices || resource == "services") known_.clear();
      },
      Store::ignore);
}

Result<std::vector<Endpoint>> EndpointTable::read(std::string_view ns, std::string_view service,
                                                  int port) const {
  const ObjectPtr object = store_.get({"services", std::string(ns), std::string(service)});
  if (object == nullptr) {
    return Error{ErrorKind::kNotFound, fmt::format("service {}/{}: does not exist", ns, service),
                 "create the Service that clients call"};
  }
  const Value* const service_port = find_port(object->document["spec"]["ports"], port);
  if (service_port == nullptr) {
    return Error{ErrorKind::kNotFound,
                 fmt::format("service {}/{}: has no port {}", ns, service, port),
                 "look at spec.ports of the Service"};
  }
  std::vector<Endpoint> ready;
  std::vector<Endpoint> draining;
  for (const ObjectPtr& slice : store_.list(kSlices, ns)) {
    const Value& document = slice->document;
    if (document["metadata"]["labels"]["kubernetes.io/service-name"].as_string() != service)
      continue;
    const int target = target_of(document, (*service_port)["name"].as_string());
    if (target == 0) continue;
    for (const Value& endpoint : document["endpoints"].items()) {
      const Value& conditions = endpoint["conditions"];
      Endpoint one{endpoint["targetRef"]["name"].str(), std::string(ns), endpoint["nodeName"].str(),
                   endpoint["addresses"][std::size_t{0}].str(), target};
      if (conditions["ready"].as_bool(true)) {
        ready.push_back(std::move(one));
      } else if (conditions["terminating"].as_bool() && conditions["serving"].as_bool()) {
        draining.push_back(std::move(one));
      }
    }
  }
  return ready.empty() ? draining : ready;
}

Result<Endpoint> EndpointTable::pick(std::string_view ns, std::string_view service, int port) {
  const Key key{std::string(ns), {std::string(service), port}};
  auto found = known_.find(key);
  if (found == known_.end()) {
    INFERLAB_TRY(std::vector<Endpoint> endpoints, read(ns, service, port));
    found = known_.emplace(key, std::move(endpoints)).first;
  }
  const std::vector<Endpoint>& endpoints = found->second;
  if (endpoints.empty()) {
    return Error{ErrorKind::kUnavailable,
                 fmt::format("service {}/{}: no endpoints available", ns, service),
                 "no Pod behind the Service is Ready"};
  }
  return endpoints[turns_[key]++ % endpoints.size()];
}

}  // namespace inferlab::sim
