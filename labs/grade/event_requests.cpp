#include "labs/grade/event_requests.h"

#include <algorithm>
#include <cstdlib>
#include <string_view>
#include <utility>
#include <vector>

#include "labs/checks/value_text.h"
#include "sim/api/custom/printer_path.h"
#include "sim/api/json.h"
#include "sim/api/views.h"

namespace inferlab::labs {
namespace {

using sim::Value;

std::string text_at(const Value& document, const std::string& path) {
  const std::vector<Value> found = sim::find_by_path(document, path);
  if (found.empty()) return {};
  return value_text(found.front());
}

bool has_values(const Value& document, const std::map<std::string, std::string>& where) {
  return std::all_of(where.begin(), where.end(), [&](const auto& wanted) {
    return text_at(document, wanted.first) == wanted.second;
  });
}

}  // namespace

sim::ApiRequest patch_request(const ObjectRef& ref, Value body) {
  sim::ApiRequest request;
  request.verb = sim::Verb::kPatch;
  request.patch_type = sim::PatchType::kStrategic;
  request.resource = ref.resource;
  request.ns = ref.ns;
  request.name = ref.name;
  request.body = std::move(body);
  return request;
}

Value template_before(const sim::Store& store, const sim::StoredObject& deployment) {
  const auto revision_of = [](const sim::StoredObject& object) {
    const std::string text =
        object.document["metadata"]["annotations"]["deployment.kubernetes.io/revision"].str();
    return text.empty() ? std::int64_t{0} : std::strtoll(text.c_str(), nullptr, 10);
  };
  const std::string uid = deployment.document["metadata"]["uid"].str();
  std::int64_t best = 0;
  Value found;
  for (const sim::ObjectPtr& set : store.list("replicasets.apps", deployment.key.ns)) {
    const auto& owners = set->view<sim::ReplicaSetView>().meta.owners;
    const bool is_ours = std::any_of(owners.begin(), owners.end(),
                                     [&](const auto& owner) { return owner.uid == uid; });
    const std::int64_t revision = revision_of(*set);
    if (!is_ours || revision >= revision_of(deployment) || revision <= best) continue;
    best = revision;
    found =
        set->document["spec"]["template"].without_path({"metadata", "labels", "pod-template-hash"});
  }
  return found;
}

Value with_image(const Value& pod_template, const std::string& container,
                 const std::string& image) {
  Value::Array containers;
  const Value& list = pod_template["spec"]["containers"];
  for (const Value& each : list.items()) {
    if (!container.empty() && each["name"].as_string() != container) continue;
    containers.push_back(Value::object({{"name", each["name"]}, {"image", image}}));
  }
  return Value::object().with_path({"spec", "template", "spec", "containers"},
                                   Value::array(std::move(containers)));
}

std::vector<RunEvent> each_of(const RunEvent& event, sim::Cluster& run) {
  const bool is_patch = event.kind == RunEvent::Kind::kPatch;
  const bool is_many = is_patch || event.kind == RunEvent::Kind::kDelete;
  const auto ref = is_many
                       ? object_ref(is_patch ? event.workload : event.what + " " + event.workload,
                                    run.api().kinds())
                       : std::nullopt;
  if (!ref || ref->name != "*") return {event};
  std::vector<RunEvent> out;
  for (const sim::ObjectPtr& object : run.store().list(ref->resource, ref->ns)) {
    if (!has_values(object->document, event.where)) continue;
    RunEvent one = event;
    one.workload.replace(one.workload.size() - 1, 1, object->key.name);
    out.push_back(std::move(one));
  }
  return out;
}

std::string newest_value(sim::Cluster& run, const RunEvent::Fill& fill) {
  std::string newest, value;
  for (const sim::Kind* kind : run.api().kinds().all()) {
    if (kind->kind != fill.kind) continue;
    for (const sim::ObjectPtr& object : run.store().list(kind->storage().resource())) {
      const bool fits = has_values(object->document, fill.where);
      const std::string created = object->document["metadata"]["creationTimestamp"].str();
      if (!fits || created < newest) continue;
      newest = created;
      value = text_at(object->document, fill.path);
    }
  }
  return value;
}

sim::ApiRequest eviction_request(const std::string& ns, const std::string& pod) {
  sim::ApiRequest out;
  out.verb = sim::Verb::kCreate;
  out.resource = "pods";
  out.ns = ns;
  out.name = pod;
  out.subresource = "eviction";
  out.body = Value::object({{"apiVersion", "policy/v1"}, {"kind", "Eviction"}})
                 .with_path({"metadata", "name"}, Value(pod))
                 .with_path({"metadata", "namespace"}, Value(ns));
  return out;
}

std::optional<sim::ApiRequest> request_of(const RunEvent& event, const sim::KindTable& kinds) {
  const bool is_patch = event.kind == RunEvent::Kind::kPatch;
  const auto ref = object_ref(is_patch ? event.workload : event.what + " " + event.workload, kinds);
  if (!ref) return std::nullopt;
  sim::ApiRequest request;
  request.resource = ref->resource;
  request.ns = ref->ns;
  request.name = ref->name;
  if (is_patch) {
    constexpr std::pair<std::string_view, sim::PatchType> kTypes[] = {
        {"merge", sim::PatchType::kMerge},
        {"json", sim::PatchType::kJson},
        {"apply", sim::PatchType::kApply},
    };
    request.verb = sim::Verb::kPatch;
    request.patch_type = sim::PatchType::kStrategic;
    for (const auto& [word, type] : kTypes) {
      if (event.patch_type == word) request.patch_type = type;
    }
    // As kubectl apply --server-side --force-conflicts: the session took what it wrote.
    request.force = request.patch_type == sim::PatchType::kApply;
    request.body = sim::parse_json(event.body).value_or(Value());
  } else if (event.kind == RunEvent::Kind::kDelete) {
    request.verb = sim::Verb::kDelete;
    // As kubectl delete: what it owns goes after it.
    if (event.is_response) request.propagation = sim::Propagation::kBackground;
  } else {
    request.verb = ref->name == "*" ? sim::Verb::kList : sim::Verb::kGet;
    if (ref->name == "*") request.name.clear();
  }
  return request;
}

}  // namespace inferlab::labs
