#include "sim/cluster/system_objects.h"

#include "engine/base/check.h"
#include "sim/api/builtin_objects.h"

namespace inferlab::sim {
namespace {

constexpr const char* kApiServer = "system:apiserver";
constexpr const char* kServiceAddress = "10.96.0.1";  // the first of the range of Services
constexpr const char* kControlPlaneAddress = "10.0.0.2";
constexpr int kSecurePort = 6443;

void create(Api& api, std::string_view resource, std::string_view ns, Value body) {
  INFERLAB_CHECK(api.create(resource, ns, std::move(body), kApiServer).ok());
}

void create_kubernetes_service(Api& api) {
  create(api, "services", "default",
         Value::object(
             {{"metadata", Value::object({{"labels", Value::object({{"component", "apiserver"},
                                                                    {"provider", "kubernetes"}})},
                                          {"name", "kubernetes"}})},
              {"spec", Value::object({{"clusterIP", kServiceAddress},
                                      {"ports", Value::array({Value::object(
                                                    {{"name", "https"},
                                                     {"port", 443},
                                                     {"protocol", "TCP"},
                                                     {"targetPort", kSecurePort}})})}})}}));
}

// The API server writes these itself: the Service has no selector.
void create_kubernetes_endpoints(Api& api) {
  const Value ports = Value::array(
      {Value::object({{"name", "https"}, {"port", kSecurePort}, {"protocol", "TCP"}})});
  create(
      api, "endpoints", "default",
      Value::object(
          {{"metadata",
            Value::object(
                {{"labels", Value::object({{"endpointslice.kubernetes.io/skip-mirror", "true"}})},
                 {"name", "kubernetes"}})},
           {"subsets",
            Value::array({Value::object(
                {{"addresses", Value::array({Value::object({{"ip", kControlPlaneAddress}})})},
                 {"ports", ports}})})}}));
  create(api, "endpointslices.discovery.k8s.io", "default",
         Value::object(
             {{"addressType", "IPv4"},
              {"endpoints",
               Value::array({Value::object({{"addresses", Value::array({kControlPlaneAddress})},
                                            {"conditions", Value::object({{"ready", true}})}})})},
              {"metadata", Value::object({{"labels", Value::object({{"kubernetes.io/service-name",
                                                                     "kubernetes"}})},
                                          {"name", "kubernetes"}})},
              {"ports", ports}}));
}

}  // namespace

void create_system_objects(Api& api) {
  for (const char* name : {"default", "kube-node-lease", "kube-public", "kube-system"}) {
    create(api, "namespaces", "", Value::object({{"metadata", Value::object({{"name", name}})}}));
  }
  create_builtin_objects(api);
  create_kubernetes_service(api);
  create_kubernetes_endpoints(api);
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
