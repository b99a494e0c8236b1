// The EndpointSlice controller: the addresses of a Service in slices of at most a hundred.
//
// Pods that are being deleted stay in as terminating, so that a router can let them finish.
// Source: Kubernetes documentation, "EndpointSlices".
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "sim/api/json.h"
#include "sim/controllers/make_controllers.h"
#include "sim/controllers/service_pods.h"

namespace inferlab::sim {
namespace {

constexpr std::string_view kWatches[] = {"services", "pods", "endpointslices.discovery.k8s.io"};
constexpr std::string_view kSlices = "endpointslices.discovery.k8s.io";
constexpr std::string_view kServiceName = "kubernetes.io/service-name";
constexpr std::string_view kManagedBy = "endpointslice.kubernetes.io/managed-by";
constexpr std::string_view kMe = "endpointslice-controller.k8s.io";
constexpr std::size_t kMaxEndpoints = 100;

// A port without a name has the empty one in a slice: so the API fills it in, and what is wanted
// must look like what is stored, or each would be taken for another's and written anew for ever.
Value with_names(const Value& ports) {
  Value::Array out;
  for (const Value& port : ports.items()) {
    out.push_back(port.has("name") ? port : port.with("name", ""));
  }
  return Value::array(std::move(out));
}

class EndpointSliceController final : public Controller {
 public:
  explicit EndpointSliceController(const ControllerContext& context)
      : Controller(context, "controller/endpointslice", "endpointslice-controller") {}

  std::span<const std::string_view> watches() const override { return kWatches; }

  void observe(const Change& change) override {
    const ObjectKey& key = change.object->key;
    if (key.resource == "pods") {
      add_services_of(store(), change, queue());
    } else if (key.resource == "services") {
      queue().add(key);
    } else if (change.type == ChangeType::kDeleted) {
      const Value& labels = change.object->document["metadata"]["labels"];
      queue().add({"services", key.ns, labels[kServiceName].str()});
    }
  }

  Result<void> reconcile(const ObjectKey& key) override {
    const ObjectPtr service = store().get(key);
    // The slices of a Service that has gone are the garbage collector's affair.
    if (service == nullptr) {
      triggers_.forget(key);
      return {};
    }
    const ServiceView& view = service->view<ServiceView>();
    if (view.selector.is_null() || view.meta.deletion_timestamp || view.type == "ExternalName") {
      return {};
    }
    // Wanted endpoints by ports, then by address reference.
    std::map<std::string, Group> groups;
    for (const ObjectPtr& pod : pods_behind(store(), *service)) {
      const Value ports = with_names(ports_of(*service, *pod));
      Group& group = groups[to_json(ports)];
      group.ports = ports;
      group.wanted.emplace(pod->key.name, endpoint_of(*service, *pod));
    }
    // Without any Pod one slice without endpoints says that the Service is known.
    if (groups.empty()) groups[to_json(Value::array())].ports = Value::array();
    for (const ObjectPtr& slice : slices_of(*service)) {
      const auto group = groups.find(to_json(Value::array(slice->document["ports"].items())));
      if (group == groups.end()) {
        INFERLAB_TRY_VOID(remove(slice->key));
      } else {
        group->second.slices.push_back(slice);
      }
    }
    trigger_ = triggers_.since_last_look(store(), *service);
    for (auto& [ports, group] : groups) INFERLAB_TRY_VOID(write(*service, group));
    return {};
  }

 private:
  struct Group {
    Value ports;
    std::map<std::string, Value> wanted;  // endpoint by Pod name
    std::vector<ObjectPtr> slices;
  };

  Result<void> remove(const ObjectKey& key) {
    const ApiResponse response = api().remove(key, user());
    return response.code == 404 ? Result<void>() : check(response, key.name);
  }

  std::vector<ObjectPtr> slices_of(const StoredObject& service) const {
    std::vector<ObjectPtr> out;
    for (const ObjectKey& key : index().dependents(service.view<ServiceView>().meta.uid)) {
      if (key.resource != kSlices) continue;
      ObjectPtr slice = store().get(key);
      const Value& metadata = slice->document["metadata"];
      if (metadata["labels"][kManagedBy].as_string() != kMe) continue;
      if (!metadata["deletionTimestamp"].is_null()) continue;
      out.push_back(std::move(slice));
    }
    return out;
  }

  Value endpoint_of(const StoredObject& service, const StoredObject& pod) const {
    const PodView& view = pod.view<PodView>();
    const bool terminating = view.meta.deletion_timestamp.has_value();
    const bool ready =
        service.view<ServiceView>().publish_not_ready_addresses || (view.ready && !terminating);
    Value endpoint = Value::object(
        {{"addresses", Value::array({view.pod_ip})},
         {"conditions",
          Value::object({{"ready", ready}, {"serving", view.ready}, {"terminating", terminating}})},
         {"targetRef", target_reference(pod)}});
    const std::string hostname = hostname_of(service, pod);
    if (!hostname.empty()) endpoint = endpoint.with("hostname", hostname);
    Value zone("");
    if (!view.node_name.empty()) {
      endpoint = endpoint.with("nodeName", view.node_name);
      const ObjectPtr node = store().get({"nodes", "", view.node_name});
      if (node != nullptr) zone = zone_of(*node);
      if (!zone.empty()) endpoint = endpoint.with("zone", zone);
    }
    const bool keeps_close =
        service.document["spec"]["trafficDistribution"].as_string() == "PreferClose";
    if (!ready || !keeps_close) return endpoint;
    return endpoint.with(
        "hints", Value::object({{"forZones", Value::array({Value::object({{"name", zone}})})}}));
  }

  static Value zone_of(const StoredObject& node) {
    return Value(node.document["metadata"]["labels"]["topology.kubernetes.io/zone"].as_string());
  }

  // Changes as few slices as it can: what stays, stays where it is; new ones fill what has room.
  Result<void> write(const StoredObject& service, Group& group) {
    std::vector<Value::Array> contents;
    std::set<std::string> placed;
    for (const ObjectPtr& slice : group.slices) {
      Value::Array kept;
      for (const Value& old : slice->document["endpoints"].items()) {
        const std::string name = old["targetRef"]["name"].str();
        const auto wanted = group.wanted.find(name);
        if (wanted == group.wanted.end() || !placed.insert(name).second) continue;
        kept.push_back(wanted->second);
      }
      contents.push_back(std::move(kept));
    }
    std::size_t room = 0;
    for (const auto& [name, endpoint] : group.wanted) {
      if (placed.contains(name)) continue;
      while (room < contents.size() && contents[room].size() >= kMaxEndpoints) ++room;
      if (room == contents.size()) contents.emplace_back();
      contents[room].push_back(endpoint);
    }
    if (contents.empty()) contents.emplace_back();
    for (std::size_t i = 0; i < contents.size(); ++i) {
      if (i < group.slices.size()) {
        const bool spare = contents[i].empty() && contents.size() > 1;
        INFERLAB_TRY_VOID(spare ? remove(group.slices[i]->key)
                                : update(service, *group.slices[i], contents[i]));
      } else {
        INFERLAB_TRY_VOID(create(service, group.ports, contents[i]));
      }
    }
    return {};
  }

  static Value labels_for(const StoredObject& service) {
    Value labels = service.document["metadata"]["labels"];
    if (!labels.is_object()) labels = Value::object();
    if (service.view<ServiceView>().cluster_ip == "None") {
      labels = labels.with("service.kubernetes.io/headless", "");
    }
    return labels.with(kServiceName, service.key.name).with(kManagedBy, kMe);
  }

  Result<void> update(const StoredObject& service, const StoredObject& slice,
                      const Value::Array& endpoints) {
    Value body = slice.document;
    if (body["endpoints"].items() != endpoints) {
      body = body.with("endpoints", Value::array(endpoints));
    }
    const Value labels = labels_for(service);
    if (!(body["metadata"]["labels"] == labels))
      body = body.with_path({"metadata", "labels"}, labels);
    if (body == slice.document) return {};
    return check(api().update(kSlices, with_trigger_time(body, trigger_), user()), slice.key.name);
  }

  Result<void> create(const StoredObject& service, const Value& ports,
                      const Value::Array& endpoints) {
    const Value metadata =
        Value::object({{"generateName", service.key.name + "-"},
                       {"namespace", service.key.ns},
                       {"labels", labels_for(service)},
                       {"ownerReferences", Value::array({controller_reference(service)})}});
    const Value body = Value::object({{"apiVersion", "discovery.k8s.io/v1"},
                                      {"kind", "EndpointSlice"},
                                      {"metadata", metadata},
                                      {"addressType", "IPv4"},
                                      {"endpoints", Value::array(endpoints)},
                                      {"ports", ports}});
    return check(api().create(kSlices, service.key.ns, with_trigger_time(body, trigger_), user()),
                 service.key.name);
  }

  EndpointTriggers triggers_;
  std::string trigger_;  // of the Service that is looked at
};

}  // namespace

std::unique_ptr<Controller> make_endpointslice_controller(const ControllerContext& context) {
  return std::make_unique<EndpointSliceController>(context);
}

}  // namespace inferlab::sim
