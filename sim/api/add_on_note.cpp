#include "sim/api/add_on_note.h"

#include <fmt/format.h>

namespace inferlab::sim {

std::vector<std::string> add_on_warnings(const Store& store, const Kind& kind) {
  if (!kind.custom) return {};
  const ObjectPtr definition =
      store.get({"customresourcedefinitions.apiextensions.k8s.io", "", kind.resource()});
  if (definition == nullptr) return {};
  const Value& annotations = definition->document["metadata"]["annotations"];
  const std::string_view add_on = annotations[kAddOnAnnotation].as_string();
  if (add_on.empty() || annotations[kActedOnAnnotation].as_string() == "true") return {};
  return {
      fmt::format("kind {}: the add-on {} brings no controller: nothing in this cluster acts on "
                  "it",
                  kind.kind, add_on)};
}

}  // namespace inferlab::sim
