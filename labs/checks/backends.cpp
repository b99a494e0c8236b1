#include "labs/checks/backends.h"

#include <fmt/format.h>

#include <map>

namespace inferlab::labs {

using sim::Value;

Backends ready_backends(const sim::Store& store, std::string_view ns, std::string_view service) {
  Backends out;
  if (store.get({"services", std::string(ns), std::string(service)}) == nullptr) {
    out.trouble = fmt::format("there is no Service {}/{}", ns, service);
    return out;
  }
  std::map<std::string, sim::ObjectPtr> pods;
  std::size_t endpoints = 0;
  for (const sim::ObjectPtr& slice : store.list("endpointslices.discovery.k8s.io", ns)) {
    const Value& document = slice->document;
    if (document["metadata"]["labels"]["kubernetes.io/service-name"].as_string() != service) {
      continue;
    }
    for (const Value& endpoint : document["endpoints"].items()) {
      ++endpoints;
      // A missing condition means ready: Kubernetes documentation, "EndpointSlices".
      if (!endpoint["conditions"]["ready"].as_bool(true)) continue;
      const std::string pod = endpoint["targetRef"]["name"].str();
      if (sim::ObjectPtr object = store.get({"pods", std::string(ns), pod})) {
        pods[pod] = std::move(object);
      }
    }
  }
  for (auto& [name, pod] : pods) out.pods.push_back(std::move(pod));
  if (!out.pods.empty()) return out;
  out.trouble = endpoints == 0 ? fmt::format("Service {}/{} selects no Pod", ns, service)
                               : fmt::format("Service {}/{} has {} endpoint(s), none ready", ns,
                                             service, endpoints);
  return out;
}

}  // namespace inferlab::labs
