// CustomResourceDefinition: a kind of object that the cluster did not have.
#include "sim/api/defaults/fill.h"
#include "sim/api/kinds/kinds.h"
#include "sim/api/kinds/verbs.h"
#include "sim/api/types/types.h"
#include "sim/api/validation/custom_resource_validation.h"

namespace inferlab::sim::kinds {
namespace {

constexpr PrintColumn kColumns[] = {{"Name", "string", "name"}, {"Created At", "date", ""}};

std::vector<Value> cells(const Value& object, Time) {
  return {object["metadata"]["name"], object["metadata"]["creationTimestamp"]};
}

Value set_defaults(Value object) {
  Value spec = object["spec"];
  const Value& names = spec["names"];
  std::string singular = names["kind"].str();
  for (char& c : singular) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  if (names["singular"].empty() && !singular.empty())
    spec = spec.with_path({"names", "singular"}, Value(singular));
  if (names["listKind"].empty() && !names["kind"].empty())
    spec = spec.with_path({"names", "listKind"}, Value(names["kind"].str() + "List"));
  if (!spec.has("conversion"))
    spec = spec.with("conversion", Value::object({{"strategy", "None"}}));
  return object.with("spec", spec);
}

// The versions in which objects may be stored: those of old stay until somebody takes them off.
Value stored_versions(const Value& object, const Value& old) {
  Value::Array stored = old["status"]["storedVersions"].items();
  for (const Value& version : object["spec"]["versions"].items()) {
    if (!version["storage"].as_bool()) continue;
    bool known = false;
    for (const Value& name : stored) known = known || name == version["name"];
    if (!known) stored.push_back(version["name"]);
  }
  return Value::array(std::move(stored));
}

Value prepare(Value object, const Value& old) {
  if (old.is_null()) {
    const Value names = Value::object({{"kind", ""}, {"plural", ""}});
    object =
        object.with("status", Value::object({{"acceptedNames", names}, {"conditions", Value()}}));
  }
  return object.with_path({"status", "storedVersions"}, stored_versions(object, old));
}

}  // namespace

const Kind kCustomResourceDefinition = {.group = "apiextensions.k8s.io",
                                        .version = "v1",
                                        .kind = "CustomResourceDefinition",
                                        .plural = "customresourcedefinitions",
                                        .singular = "customresourcedefinition",
                                        .short_names = {"crd", "crds"},
                                        .categories = {"api-extensions"},
                                        .namespaced = false,
                                        .verbs = all_verbs(),
                                        .subresources = {"status"},
                                        .schema = &types::kCustomResourceDefinition,
                                        .counts_generation = true,
                                        .set_defaults = set_defaults,
                                        .validate = validate_custom_resource_definition,
                                        .prepare = prepare,
                                        .columns = kColumns,
                                        .cells = cells};

}  // namespace inferlab::sim::kinds
