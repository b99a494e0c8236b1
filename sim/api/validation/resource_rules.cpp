#include "sim/api/validation/resource_rules.h"

#include <algorithm>
#include <string>

#include "sim/api/quantity.h"
#include "sim/api/validation/go_text.h"
#include "sim/api/validation/names.h"

namespace inferlab::sim {
namespace {

bool is_one_of(std::string_view name, std::initializer_list<std::string_view> all) {
  return std::find(all.begin(), all.end(), name) != all.end();
}

bool counts_objects(std::string_view name) {
  return is_one_of(name, {"pods", "resourcequotas", "services", "replicationcontrollers", "secrets",
                          "configmaps", "persistentvolumeclaims", "services.nodeports",
                          "services.loadbalancers"});
}

}  // namespace

bool is_container_resource(std::string_view name) {
  return is_one_of(name, {"cpu", "memory", "ephemeral-storage"}) || name.starts_with("hugepages-");
}

bool is_standard_resource(std::string_view name) {
  return is_container_resource(name) || counts_objects(name) ||
         name.starts_with("requests.hugepages-") ||
         is_one_of(name,
                   {"requests.cpu", "requests.memory", "requests.ephemeral-storage", "limits.cpu",
                    "limits.memory", "limits.ephemeral-storage", "storage", "requests.storage"});
}

bool is_native_resource(std::string_view name) {
  return name.find('/') == std::string_view::npos ||
         name.find("kubernetes.io/") != std::string_view::npos;
}

bool is_extended_resource(std::string_view name) {
  return !is_native_resource(name) && !name.starts_with("requests.") &&
         check_qualified_name("requests." + std::string(name)).empty();
}

bool is_whole_resource(std::string_view name) {
  return counts_objects(name) || is_extended_resource(name);
}

bool may_overcommit(std::string_view name) {
  return is_native_resource(name) && !name.starts_with("hugepages-");
}

void validate_amount(std::string_view name, const Value& amount, const FieldPath& path,
                     FieldErrors& errors) {
  const Quantity quantity = Quantity::parse(amount.as_string()).value_or(Quantity());
  if (quantity < Quantity())
    errors.push_back(invalid_value(path, amount, "must be greater than or equal to 0"));
  if (!quantity.is_whole() && is_whole_resource(name))
    errors.push_back(invalid_raw(path, go_quantity(amount), "must be an integer"));
}

}  // namespace inferlab::sim
