#include "sim/cluster/system_objects.h"

#include "engine/base/check.h"
#include "sim/api/builtin_objects.h"
#include "sim/api/store.h"
#include "sim/kernel/simulation.h"

namespace inferlab::sim {
namespace {

constexpr const char* kApiServer = "system:apiserver";
constexpr const char* kServiceAddress = "10.96.0.1";  // the first of the range of Services
constexpr int kSecurePort = 6443;
constexpr Duration kReconcileInterval = 10s;

void create(Api& api, std::string_view resource, std::string_view ns, Value body) {
  INFERLAB_CHECK(api.create(resource, ns, std::move(body), kApiServer).ok());
}

/// One of the three objects that make the Service `kubernetes` of the namespace `default`.
struct Part {
  std::string_view resource;
  Value (*make)();
};

Value service() {
  return Value::object(
      {{"metadata", Value::object({{"labels", Value::object({{"component", "apiserver"},
                                                             {"provider", "kubernetes"}})},
                                   {"name", "kubernetes"}})},
       {"spec",
        Value::object({{"clusterIP", kServiceAddress},
                       {"ports", Value::array({Value::object({{"name", "https"},
                                                              {"port", 443},
                                                              {"protocol", "TCP"},
                                                              {"targetPort", kSecurePort}})})}})}});
}

Value endpoint_ports() {
  return Value::array(
      {Value::object({{"name", "https"}, {"port", kSecurePort}, {"protocol", "TCP"}})});
}

// The API server writes these itself: the Service has no selector.
Value endpoints() {
  return Value::object(
      {{"metadata",
        Value::object(
            {{"labels", Value::object({{"endpointslice.kubernetes.io/skip-mirror", "true"}})},
             {"name", "kubernetes"}})},
       {"subsets",
        Value::array({Value::object(
            {{"addresses", Value::array({Value::object({{"ip", kControlPlaneAddress}})})},
             {"ports", endpoint_ports()}})})}});
}

Value endpoint_slice() {
  return Value::object(
      {{"addressType", "IPv4"},
       {"endpoints",
        Value::array({Value::object({{"addresses", Value::array({kControlPlaneAddress})},
                                     {"conditions", Value::object({{"ready", true}})}})})},
       {"metadata",
        Value::object({{"labels", Value::object({{"kubernetes.io/service-name", "kubernetes"}})},
                       {"name", "kubernetes"}})},
       {"ports", endpoint_ports()}});
}

constexpr Part kParts[] = {
    {"services", service},
    {"endpoints", endpoints},
    {"endpointslices.discovery.k8s.io", endpoint_slice},
};

}  // namespace

void create_system_objects(Api& api) {
  for (const char* name : {"default", "kube-node-lease", "kube-public", "kube-system"}) {
    create(api, "namespaces", "", Value::object({{"metadata", Value::object({{"name", name}})}}));
  }
  create_builtin_objects(api);
  for (const Part& part : kParts) create(api, part.resource, "default", part.make());
}

void create_storage_classes(Api& api, const std::vector<StorageClassSpec>& storage) {
  for (const StorageClassSpec& one : storage) {
    Value metadata = Value::object({{"name", Value(one.name)}});
    if (one.is_default) {
      metadata = metadata.with_path({"annotations", "storageclass.kubernetes.io/is-default-class"},
                                    "true");
    }
    create(api, "storageclasses.storage.k8s.io", "",
           Value::object({{"allowVolumeExpansion", one.expands},
                          {"metadata", metadata},
                          {"provisioner", Value(one.driver.name)},
                          {"reclaimPolicy", one.retains ? "Retain" : "Delete"},
                          {"volumeBindingMode",
                           one.waits_for_first_consumer ? "WaitForFirstConsumer" : "Immediate"}}));
  }
}

void keep_kubernetes_service(Api& api, Store& store) {
  // An event every 10 s of every run would say nothing: one is due only when something is gone.
  store.subscribe(
      [&api](const Change& change) {
        if (change.type != ChangeType::kDeleted) return;
        const ObjectKey& key = change.object->key;
        if (key.name != "kubernetes" || key.ns != "default") return;
        for (const Part& part : kParts) {
          if (key.resource != part.resource) continue;
          Simulation& simulation = api.simulation();
          const Duration now = simulation.now().time_since_epoch();
          const Duration next = (now / kReconcileInterval + 1) * kReconcileInterval;
          simulation.at(Time{next}, "apiserver/kubernetes-service", [&api, &part] {
            // Refused when it is there already: somebody else was faster.
            (void)api.create(part.resource, "default", part.make(), kApiServer);
          });
        }
      },
      Store::ignore);
}

std::string_view cluster_root_ca() {
  return "-----BEGIN CERTIFICATE-----\n"
         "MIIBcjCCARigAwIBAgIBATAKBggqhkjOPQQDAjAVMRMwEQYDVQQDDAprdWJlcm5l\n"
         "dGVzMB4XDTI2MDEwMTAwMDAwMFoXDTM2MDEwMTAwMDAwMFowFTETMBEGA1UEAwwK\n"
         "a3ViZXJuZXRlczBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABALYz9Pafy6xZ6wG\n"
         "kHXYajaKti/YswuzC8KjV+g0fFaaR98aa4VvGwJHZsic95onhT/qLHUJ4roBJAIv\n"
         "8aGvM4ejWTBXMA4GA1UdDwEB/wQEAwICpDAPBgNVHRMBAf8EBTADAQH/MB0GA1Ud\n"
         "DgQWBBTj3OWUdw9WkyGaCn82xT+FsaOD+jAVBgNVHREEDjAMggprdWJlcm5ldGVz\n"
         "MAoGCCqGSM49BAMCA0gAMEUCIHXzn/TkFdt3DIaqleOgvzR3gfP3/kUK8VdWjoao\n"
         "G3H1AiEAzkL4FAc3UC3V0vnEDnP06H1uSaDqflCfVUxTmxf//PU=\n"
         "-----END CERTIFICATE-----\n";
}

}  // namespace inferlab::sim
