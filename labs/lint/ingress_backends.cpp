#include "labs/lint/ingress_backends.h"

#include <fmt/format.h>

#include <utility>

namespace inferlab::labs::lint {
namespace {

using sim::Value;

void add(const Object& ingress, std::string path, const Value& backend,
         std::vector<IngressBackend>& out) {
  const Value& service = backend["service"];
  if (service.is_null()) return;
  out.push_back({&ingress, std::move(path), service["name"].str(), service["port"]});
}

}  // namespace

std::vector<IngressBackend> backends_of(const Object& ingress) {
  std::vector<IngressBackend> out;
  const Value& spec = ingress.value["spec"];
  add(ingress, "spec.defaultBackend", spec["defaultBackend"], out);
  const Value& rules = spec["rules"];
  for (std::size_t i = 0; i < rules.size(); ++i) {
    const Value& paths = rules[i]["http"]["paths"];
    for (std::size_t j = 0; j < paths.size(); ++j) {
      add(ingress, fmt::format("spec.rules[{}].http.paths[{}].backend", i, j), paths[j]["backend"],
          out);
    }
  }
  return out;
}

std::vector<IngressBackend> ingress_backends(const Bundle& bundle) {
  std::vector<IngressBackend> out;
  for (const Object* ingress : bundle.of_kind("Ingress")) {
    for (IngressBackend& backend : backends_of(*ingress)) out.push_back(std::move(backend));
  }
  return out;
}

}  // namespace inferlab::labs::lint
