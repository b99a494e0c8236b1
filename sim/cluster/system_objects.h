#pragma once

#include <string_view>
#include <vector>

#include "sim/api/api.h"
#include "sim/cluster/cluster_spec.h"

namespace inferlab::sim {

/// Where the API server, the scheduler and the controllers run.
inline constexpr const char* kControlPlaneAddress = "10.0.0.2";

/// What a cluster has before anybody works on it: its namespaces, the system PriorityClasses, and
/// the Service `kubernetes` with its endpoints. Once, on an empty store. Source: Kubernetes 1.32,
/// pkg/controlplane (kubernetesservice, reconcilers); a cluster of kubeadm.
void create_system_objects(Api& api);

/// The StorageClasses of the cluster's description.
void create_storage_classes(Api& api, const std::vector<StorageClassSpec>& storage);

/// Puts the Service `kubernetes` and its endpoints back when somebody has deleted them: the API
/// server looks every 10 s. What is there stays as it is. Once, before anything is deleted; borrows
/// both for the length of the run.
/// Source: Kubernetes 1.32, pkg/controlplane/controller/kubernetesservice: ports and type are
/// corrected only when the server starts.
void keep_kubernetes_service(Api& api, Store& store);

/// The PEM certificate in every ConfigMap kube-root-ca.crt. It is the same in all runs, so that
/// runs are equal; its key was never kept. kubectl does not meet it: the certificate authority of
/// the HTTPS face belongs to this machine, not to the run.
std::string_view cluster_root_ca();

}  // namespace inferlab::sim
