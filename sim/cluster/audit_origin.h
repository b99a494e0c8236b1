#pragma once

#include <string>
#include <string_view>

#include "sim/api/store.h"

namespace inferlab::sim {

/// From where a request came, and with what program, as the audit log tells it.
struct AuditOrigin {
  std::string source_ip, user_agent;
};

/// Of a component of the cluster, by its user name: kubelets ask from their nodes, all others from
/// the control plane. An empty agent: no component's name.
/// Source: client-go rest.DefaultKubernetesUserAgent ("PROGRAM/VERSION (OS/ARCH)
/// kubernetes/COMMIT"), after which kube-controller-manager writes each controller's account.
AuditOrigin origin_of_component(const Store& store, std::string_view user);

/// Of a client that says nothing of itself: kubectl on the control plane.
AuditOrigin origin_of_client();

}  // namespace inferlab::sim
