// The controllers that run, in the order in which a change is shown to them: one file and one row
// each.
#include "sim/controllers/make_controllers.h"

namespace inferlab::sim {
namespace {

constexpr ControllerRow kControllers[] = {
    {"deployment", make_deployment_controller},
    {"replicaset", make_replicaset_controller},
    {"replicationcontroller", make_replication_controller},
    {"job", make_job_controller},
    {"ttl-after-finished", make_ttl_after_finished_controller},
    {"cronjob", make_cron_job_controller},
    {"disruption", make_disruption_controller},
    {"resourcequota", make_resource_quota_controller},
    {"statefulset", make_statefulset_controller},
    {"daemonset", make_daemonset_controller},
    {"horizontalpodautoscaling", make_horizontal_pod_autoscaler_controller},
    {"endpoints", make_endpoints_controller},
    {"endpointslice", make_endpointslice_controller},
    {"namespace", make_namespace_controller},
    {"serviceaccount", make_serviceaccount_controller},
    {"root-ca-publisher", make_root_ca_publisher},
    {"node-lifecycle", make_node_lifecycle_controller},
    {"taint-eviction", make_taint_eviction_controller},
    {"pod-garbage-collector", make_pod_gc_controller},
    {"garbage-collector", make_garbage_collector},
    {"customresourcedefinition", make_custom_resource_definition_controller},
    {"volume-protection", make_volume_protection_controller},
    {"persistentvolume-binder", make_volume_binder},
    {"persistentvolume-attach-detach", make_attach_detach_controller},
    {"persistentvolume-expander", make_volume_expander},
    {"ephemeral-volume", make_ephemeral_volume_controller},
    {"storage-provisioner", make_storage_provisioner},
    {"storage-attacher", make_storage_attacher},
    {"storage-resizer", make_storage_resizer},
    {"clusterrole-aggregation", make_cluster_role_aggregation_controller},
    {"node-labels", make_node_label_controller},
    {"ttl", make_node_ttl_controller},
};

}  // namespace

std::span<const ControllerRow> controller_registry() {
  return kControllers;
}

}  // namespace inferlab::sim
