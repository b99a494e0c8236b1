#include "sim/controllers/service_pods.h"

#include <algorithm>

#include "sim/controllers/pod_state.h"

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

Value ports_of(const StoredObject& service, const StoredObject& pod) {
  Value::Array out;
  const std::vector<ServicePort>& ports = service.view<ServiceView>().ports;
  for (std::size_t i = 0; i < ports.size(); ++i) {
    const ServicePort& port = ports[i];
    const std::optional<int> number = target_port(port, pod);
    if (!number) continue;
    Value entry = Value::object(
        {{"port", *number}, {"protocol", port.protocol.empty() ? "TCP" : port.protocol}});
    if (!port.name.empty()) entry = entry.with("name", port.name);
    const Value& application = service.document["spec"]["ports"][i]["appProtocol"];
    if (!application.is_null()) entry = entry.with("appProtocol", application);
    out.push_back(entry);
  }
  return Value::array(std::move(out));
}

std::string hostname_of(const StoredObject& service, const StoredObject& pod) {
  const Value& spec = pod.document["spec"];
  const bool governed =
      spec["subdomain"].as_string() == service.key.name && pod.key.ns == service.key.ns;
  return governed ? spec["hostname"].str() : std::string();
}

std::string EndpointTriggers::since_last_look(const Store& store, const StoredObject& service) {
  // Times of one form compare as texts.
  std::string oldest;
  const auto note = [&oldest](const std::string& time) {
    if (oldest.empty() || time < oldest) oldest = time;
  };
  Seen now;
  now.service = service.document["metadata"]["creationTimestamp"].str();
  const auto [entry, is_new] = seen_.try_emplace(service.key);
  Seen& before = entry->second;
  for (const ObjectPtr& pod : store.list("pods", service.key.ns)) {
    if (!selects(service.view<ServiceView>().selector, pod->view<PodView>().meta.labels)) continue;
    const std::string time = condition_of(pod->document, "Ready")["lastTransitionTime"].str();
    if (time.empty()) continue;
    now.pods.emplace(pod->key.name, time);
    const auto last = before.pods.find(pod->key.name);
    if (last == before.pods.end() || time > last->second) note(time);
  }
  if (now.service > before.service) note(now.service);
  before = std::move(now);
  return is_new ? before.service : oldest;
}

Value with_trigger_time(const Value& object, const std::string& time) {
  constexpr std::string_view kAnnotation = "endpoints.kubernetes.io/last-change-trigger-time";
  if (!time.empty()) return object.with_path({"metadata", "annotations", kAnnotation}, Value(time));
  const Value& annotations = object["metadata"]["annotations"];
  if (!annotations.has(kAnnotation)) return object;
  const Value left = annotations.without(kAnnotation);
  return left.empty() ? object.without_path({"metadata", "annotations"})
                      : object.with_path({"metadata", "annotations"}, left);
}

Value target_reference(const StoredObject& pod) {
  return Value::object({{"kind", "Pod"},
                        {"namespace", pod.key.ns},
                        {"name", pod.key.name},
                        {"uid", pod.document["metadata"]["uid"]}});
}

}  // namespace inferlab::sim
