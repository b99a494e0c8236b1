#pragma once

#include <string>
#include <vector>

#include "labs/lint/bundle.h"

namespace inferlab::labs::lint {

/// A Service that an Ingress leads to.
struct IngressBackend {
  const Object* ingress = nullptr;
  std::string path;  // "spec.rules[0].http.paths[0].backend"
  std::string service;
  sim::Value port;  // with `name` or `number`
};

/// Of one Ingress, in order; backends that are no Services are left out.
std::vector<IngressBackend> backends_of(const Object& ingress);

/// Of all Ingresses of a bundle, in order.
std::vector<IngressBackend> ingress_backends(const Bundle& bundle);

}  // namespace inferlab::labs::lint
