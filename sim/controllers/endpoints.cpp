// The Endpoints controller: for each Service with a selector one Endpoints object of its name.
// Source: Kubernetes documentation, "Service".
#include <algorithm>
#include <map>
#include <vector>

#include "sim/api/json.h"
#include "sim/controllers/make_controllers.h"
#include "sim/controllers/service_pods.h"

namespace inferlab::sim {
namespace {

constexpr std::string_view kWatches[] = {"services", "pods", "endpoints"};

// As many addresses as an object holds, those of Ready Pods before the others; larger Services have
// EndpointSlices. Source: kube-controller-manager 1.32, truncateEndpoints.
constexpr std::size_t kCapacity = 1000;
constexpr std::string_view kOverCapacity = "endpoints.kubernetes.io/over-capacity";

// Addresses with equal ports share a subset; those of Pods that are not Ready stand apart.
struct Subset {
  Value ports;
  Value::Array ready, not_ready;
};

// Whether any had to go. Each subset loses in proportion; what is rounded up the last ones pay.
bool truncate(std::vector<Subset>& subsets) {
  std::size_t ready = 0;
  std::size_t not_ready = 0;
  for (const Subset& subset : subsets) {
    ready += subset.ready.size();
    not_ready += subset.not_ready.size();
  }
  if (ready + not_ready <= kCapacity) return false;
  const bool too_many_ready = ready > kCapacity;
  const std::size_t room = too_many_ready ? kCapacity : kCapacity - ready;
  const std::size_t all = too_many_ready ? ready : not_ready;
  std::size_t left = room;
  for (Subset& subset : subsets) {
    if (too_many_ready) subset.not_ready.clear();
    Value::Array& addresses = too_many_ready ? subset.ready : subset.not_ready;
    const std::size_t share = std::min((addresses.size() * room + all - 1) / all, left);
    addresses.resize(std::min(addresses.size(), share));
    left -= addresses.size();
  }
  return true;
}

class EndpointsController final : public Controller {
 public:
  explicit EndpointsController(const ControllerContext& context)
      : Controller(context, "controller/endpoints", "endpoint-controller") {}

  std::span<const std::string_view> watches() const override { return kWatches; }

  void observe(const Change& change) override {
    const ObjectKey& key = change.object->key;
    if (key.resource == "pods") {
      add_services_of(store(), change, queue());
    } else if (key.resource == "services" || change.type == ChangeType::kDeleted) {
      queue().add({"services", key.ns, key.name});
    }
  }

  Result<void> reconcile(const ObjectKey& key) override {
    const ObjectKey own{"endpoints", key.ns, key.name};
    const ObjectPtr present = store().get(own);
    const ObjectPtr service = store().get(key);
    if (service == nullptr) {
      triggers_.forget(key);
      if (present == nullptr) return {};
      const ApiResponse response = api().remove(own, user());
      return response.code == 404 ? Result<void>() : check(response, key.name);
    }
    const ServiceView& view = service->view<ServiceView>();
    if (view.selector.is_null() || view.meta.deletion_timestamp) return {};

    Value labels = service->document["metadata"]["labels"];
    if (view.cluster_ip == "None") labels = labels.with("service.kubernetes.io/headless", "");
    std::vector<Subset> parts = make_subsets(*service);
    const Value over_capacity = truncate(parts) ? Value("truncated") : Value();
    const Value subsets = to_value(parts);
    const std::string trigger = triggers_.since_last_look(store(), *service);
    if (present == nullptr) {
      Value metadata = Value::object({{"name", key.name}, {"namespace", key.ns}});
      if (!labels.empty()) metadata = metadata.with("labels", labels);
      if (!over_capacity.is_null()) {
        metadata = metadata.with_path({"annotations", kOverCapacity}, over_capacity);
      }
      Value body =
          Value::object({{"apiVersion", "v1"}, {"kind", "Endpoints"}, {"metadata", metadata}});
      if (!subsets.empty()) body = body.with("subsets", subsets);
      return check(api().create("endpoints", key.ns, with_trigger_time(body, trigger), user()),
                   key.name);
    }
    Value body = present->document;
    if (!(body["subsets"] == subsets) && !(body["subsets"].empty() && subsets.empty())) {
      body = subsets.empty() ? body.without("subsets") : body.with("subsets", subsets);
    }
    const Value& old_labels = body["metadata"]["labels"];
    if (!(old_labels == labels) && !(old_labels.empty() && labels.empty())) {
      body = labels.empty() ? body.without_path({"metadata", "labels"})
                            : body.with_path({"metadata", "labels"}, labels);
    }
    if (!(body["metadata"]["annotations"][kOverCapacity] == over_capacity)) {
      body = over_capacity.is_null()
                 ? body.without_path({"metadata", "annotations", kOverCapacity})
                 : body.with_path({"metadata", "annotations", kOverCapacity}, over_capacity);
    }
    if (body == present->document) return {};
    return check(api().update("endpoints", with_trigger_time(body, trigger), user()), key.name);
  }

 private:
  std::vector<Subset> make_subsets(const StoredObject& service) const {
    const ServiceView& view = service.view<ServiceView>();
    std::map<std::string, Subset> by_ports;
    for (const ObjectPtr& pod : pods_behind(store(), service)) {
      const PodView& pod_view = pod->view<PodView>();
      if (pod_view.meta.deletion_timestamp && !view.publish_not_ready_addresses) continue;
      const Value ports = ports_of(service, *pod);
      if (ports.empty() && !view.ports.empty()) continue;
      Value address =
          Value::object({{"ip", pod_view.pod_ip}, {"targetRef", target_reference(*pod)}});
      if (!pod_view.node_name.empty()) address = address.with("nodeName", pod_view.node_name);
      const std::string hostname = hostname_of(service, *pod);
      if (!hostname.empty()) address = address.with("hostname", hostname);
      Subset& subset = by_ports[to_json(ports)];
      subset.ports = ports;
      const bool ready = pod_view.ready || view.publish_not_ready_addresses;
      (ready ? subset.ready : subset.not_ready).push_back(address);
    }
    std::vector<Subset> out;
    for (auto& [key, subset] : by_ports) {
      for (Value::Array* addresses : {&subset.ready, &subset.not_ready}) {
        std::stable_sort(addresses->begin(), addresses->end(), [](const Value& a, const Value& b) {
          return a["ip"].as_string() < b["ip"].as_string();
        });
      }
      out.push_back(std::move(subset));
    }
    return out;
  }

  static Value to_value(std::vector<Subset>& subsets) {
    Value::Array out;
    for (Subset& subset : subsets) {
      Value entry = Value::object();
      const auto put = [&entry](const char* field, Value::Array& addresses) {
        if (!addresses.empty()) entry = entry.with(field, Value::array(std::move(addresses)));
      };
      put("addresses", subset.ready);
      put("notReadyAddresses", subset.not_ready);
      if (!subset.ports.empty()) entry = entry.with("ports", subset.ports);
      out.push_back(std::move(entry));
    }
    return Value::array(std::move(out));
  }

  EndpointTriggers triggers_;
};

}  // namespace

std::unique_ptr<Controller> make_endpoints_controller(const ControllerContext& context) {
  return std::make_unique<EndpointsController>(context);
}

}  // namespace inferlab::sim
