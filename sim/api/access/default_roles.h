#pragma once

#include "sim/api/value.h"

namespace inferlab::sim {

/// The ClusterRoles that every cluster has and people use: cluster-admin, admin, edit, view, and
/// those that let anybody known read discovery. An array; bindings likewise.
/// Source: Kubernetes documentation, "Using RBAC Authorization", "Default roles and role bindings".
Value default_cluster_roles();
Value default_cluster_role_bindings();

}  // namespace inferlab::sim
