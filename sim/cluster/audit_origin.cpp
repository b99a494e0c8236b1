#include "sim/cluster/audit_origin.h"

#include <fmt/format.h>

#include "sim/cluster/system_objects.h"

namespace inferlab::sim {
namespace {

constexpr std::string_view kNodePrefix = "system:node:";
constexpr std::string_view kController = "system:serviceaccount:kube-system:";

// v1.32.4 is commit 59526cd; kubelets are a little behind, as they may be, at v1.32.0.
std::string agent(std::string_view program, bool is_kubelet = false) {
  return fmt::format("{}/{} (linux/amd64) kubernetes/{}", program,
                     is_kubelet ? "v1.32.0" : "v1.32.4", is_kubelet ? "70d3cc9" : "59526cd");
}

std::string address_of(const Store& store, std::string_view node) {
  const ObjectPtr object = store.get({"nodes", "", std::string(node)});
  if (object == nullptr) return {};
  for (const Value& address : object->document["status"]["addresses"].items()) {
    if (address["type"].as_string() == "InternalIP") return address["address"].str();
  }
  return {};
}

}  // namespace

AuditOrigin origin_of_component(const Store& store, std::string_view user) {
  if (user.starts_with(kNodePrefix)) {
    return {address_of(store, user.substr(kNodePrefix.size())), agent("kubelet", true)};
  }
  const std::string here(kControlPlaneAddress);
  if (user == "system:kube-scheduler") return {here, agent("kube-scheduler") + "/scheduler"};
  if (user == "system:apiserver") return {"::1", agent("kube-apiserver")};
  if (user.starts_with(kController)) {
    return {here, fmt::format("{}/{}", agent("kube-controller-manager"), user)};
  }
  return {here, {}};
}

AuditOrigin origin_of_client() {
  return {std::string(kControlPlaneAddress), agent("kubectl")};
}

}  // namespace inferlab::sim
