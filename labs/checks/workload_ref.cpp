#include "labs/checks/workload_ref.h"

#include "labs/spec/add_on_workloads.h"
#include "sim/api/selector.h"

namespace inferlab::labs {

std::optional<ObjectRef> object_ref(std::string_view text, const sim::KindTable& kinds) {
  const std::size_t space = text.find(' ');
  if (space == std::string_view::npos || space == 0) return std::nullopt;
  const std::string_view kind_name = text.substr(0, space), rest = text.substr(space + 1);
  const std::size_t slash = rest.find('/');
  for (const sim::Kind* kind : kinds.all()) {
    if (kind->kind != kind_name || kind->stored_as != nullptr) continue;
    ObjectRef out;
    out.resource = kind->resource();
    out.name = std::string(slash == std::string_view::npos ? rest : rest.substr(slash + 1));
    if (kind->namespaced) {
      out.ns = slash == std::string_view::npos ? "default" : std::string(rest.substr(0, slash));
    }
    if (out.name.empty()) return std::nullopt;
    return out;
  }
  for (const AddOnWorkload& one : kAddOnWorkloads) {
    if (one.kind != kind_name || slash == std::string_view::npos) continue;
    return ObjectRef{std::string(one.resource), std::string(rest.substr(0, slash)),
                     std::string(rest.substr(slash + 1))};
  }
  return std::nullopt;
}

std::vector<sim::ObjectPtr> pods_of(const sim::Store& store, const ObjectRef& workload) {
  const sim::ObjectPtr object = store.get({workload.resource, workload.ns, workload.name});
  if (object == nullptr) return {};
  if (workload.resource == "pods") return {object};
  const sim::Value& selector = object->document["spec"]["selector"];
  if (selector.is_null()) return {};
  const sim::LabelSelector wanted = sim::LabelSelector::from_object(selector);
  std::vector<sim::ObjectPtr> out;
  for (sim::ObjectPtr& pod : store.list("pods", workload.ns)) {
    if (wanted.matches(sim::labels_from(pod->document["metadata"]["labels"]))) {
      out.push_back(std::move(pod));
    }
  }
  return out;
}

}  // namespace inferlab::labs
