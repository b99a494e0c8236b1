// Namespace: the scope of names.
#include "sim/api/defaults/fill.h"
#include "sim/api/kinds/age.h"
#include "sim/api/kinds/kinds.h"
#include "sim/api/kinds/verbs.h"
#include "sim/api/types/types.h"

namespace inferlab::sim::kinds {
namespace {

constexpr PrintColumn kColumns[] = {
    {"Name", "string", "name"}, {"Status", "string", ""}, {"Age", "string", ""}};

std::vector<Value> cells(const Value& object, Time now) {
  return {object["metadata"]["name"], object["status"]["phase"], age_of(object, now)};
}

Value set_defaults(Value object) {
  const Value& name = object["metadata"]["name"];
  if (name.empty() || object["metadata"]["labels"]["kubernetes.io/metadata.name"] == name) {
    return object;
  }
  return object.with_path({"metadata", "labels", "kubernetes.io/metadata.name"}, name);
}

// The finalizer holds a deletion until everything in the Namespace is gone; only the subresource
// "finalize" takes it away.
Value prepare(Value object, const Value& old) {
  if (!old.is_null()) return object.with("spec", old["spec"]);
  return object.with("spec", Value::object({{"finalizers", Value::array({"kubernetes"})}}))
      .with("status", Value::object({{"phase", "Active"}}));
}

std::vector<std::pair<std::string, std::string>> selectable_fields(const Value& object) {
  return {{"status.phase", object["status"]["phase"].str()}};
}

}  // namespace

const Kind kNamespace = {.group = "",
                         .version = "v1",
                         .kind = "Namespace",
                         .plural = "namespaces",
                         .singular = "namespace",
                         .short_names = {"ns"},
                         .categories = {},
                         .namespaced = false,
                         .verbs = {"create", "delete", "get", "list", "patch", "update", "watch"},
                         .subresources = {"finalize", "status"},
                         .schema = &types::kNamespace,
                         .returns_deleted = true,
                         .set_defaults = set_defaults,
                         .prepare = prepare,
                         .columns = kColumns,
                         .cells = cells,
                         .selectable_fields = selectable_fields};

}  // namespace inferlab::sim::kinds
