#include "sim/controllers/service_pods.h"

#include <algorithm>

namespace inferlab::sim {
namespace {

bool same_endpoint(const StoredObject& a, const StoredObject& b) {
  const PodView& x = a.view<PodView>();
  const PodView& y = b.view<PodView>();
  return x.ready == y.ready && x.pod_ip == y.pod_ip && x.node_name == y.node_name &&
         x.terminal() == y.terminal() && x.meta.labels == y.meta.labels &&
         x.meta.deletion_timestamp == y.meta.deletion_timestamp;
}

std::string_view protocol_of(const Value& port) {
  return port["protocol"].as_string("TCP");
}

// A port by name is one of the same protocol; containers first, then sidecars, which are the only
// init containers that serve. Source: k8s.io/component-helpers, FindPort.
std::optional<int> target_port(const ServicePort& port, const StoredObject& pod) {
  if (port.target_port.is_null()) return port.port;
  if (port.target_port.is_int()) return static_cast<int>(port.target_port.as_int());
  const std::string protocol = port.protocol.empty() ? "TCP" : port.protocol;
  const Value& spec = pod.document["spec"];
  for (const char* const list : {"containers", "initContainers"}) {
    for (const Value& container : spec[list].items()) {
      const bool is_init = list == std::string_view("initContainers");
      if (is_init && container["restartPolicy"].as_string() != "Always") continue;
      for (const Value& one : container["ports"].items()) {
        if (one["name"] == port.target_port && protocol_of(one) == protocol) {
          return static_cast<int>(one["containerPort"].as_int());
        }
      }
    }
  }
  return std::nullopt;
}

}  // namespace

bool selects(const Value& selector, const Labels& labels) {
  if (selector.empty()) return false;
  const Value::Object& wanted = selector.members();
  return std::all_of(wanted.begin(), wanted.end(), [&labels](const Value::Member& member) {
    const auto found = labels.find(member.key);
    return found != labels.end() && found->second == member.value.as_string();
  });
}

void add_services_of(const Store& store, const Change& pod_change, WorkQueue& queue) {
  const StoredObject& pod = *pod_change.object;
  const StoredObject* before = pod_change.previous.get();
  if (pod_change.type == ChangeType::kModified && same_endpoint(*before, pod)) return;
  for (const ObjectPtr& service : store.list("services", pod.key.ns)) {
    const Value& selector = service->view<ServiceView>().selector;
    if (selects(selector, pod.view<PodView>().meta.labels) ||
        (before != nullptr && selects(selector, before->view<PodView>().meta.labels))) {
      queue.add(service->key);
    }
  }
}

std::vector<ObjectPtr> pods_behind(const Store& store, const StoredObject& service) {
  std::vector<ObjectPtr> out;
  const Value& selector = service.view<ServiceView>().selector;
  for (ObjectPtr& pod : store.list("pods", service.key.ns)) {
    const PodView& view = pod->view<PodView>();
    if (view.pod_ip.empty() || view.terminal() || !selects(selector, view.meta.labels)) continue;
    out.push_back(std::move(pod));
  }
  return out;
}

Value ports_of(const ServiceView& service, const StoredObject& pod) {
  Value::Array out;
  for (const ServicePort& port : service.ports) {
    const std::optional<int> number = target_port(port, pod);
    if (!number) continue;
    Value entry = Value::object(
        {{"port", *number}, {"protocol", port.protocol.empty() ? "TCP" : port.protocol}});
    if (!port.name.empty()) entry = entry.with("name", port.name);
    out.push_back(entry);
  }
  return Value::array(std::move(out));
}

Value target_reference(const StoredObject& pod) {
  return Value::object({{"kind", "Pod"},
                        {"namespace", pod.key.ns},
                        {"name", pod.key.name},
                        {"uid", pod.document["metadata"]["uid"]}});
}

}  // namespace inferlab::sim
