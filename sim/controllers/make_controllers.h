#pragma once

#include <memory>

#include "sim/controllers/controller.h"

namespace inferlab::sim {

// One function for each controller, defined in the file named after it; registry.cpp has the rows.
std::unique_ptr<Controller> make_deployment_controller(const ControllerContext& context);
std::unique_ptr<Controller> make_replicaset_controller(const ControllerContext& context);
std::unique_ptr<Controller> make_replication_controller(const ControllerContext& context);
std::unique_ptr<Controller> make_job_controller(const ControllerContext& context);
std::unique_ptr<Controller> make_ttl_after_finished_controller(const ControllerContext& context);
std::unique_ptr<Controller> make_cron_job_controller(const ControllerContext& context);
std::unique_ptr<Controller> make_disruption_controller(const ControllerContext& context);
std::unique_ptr<Controller> make_resource_quota_controller(const ControllerContext& context);
std::unique_ptr<Controller> make_statefulset_controller(const ControllerContext& context);
std::unique_ptr<Controller> make_daemonset_controller(const ControllerContext& context);
std::unique_ptr<Controller> make_horizontal_pod_autoscaler_controller(
    const ControllerContext& context);
std::unique_ptr<Controller> make_endpoints_controller(const ControllerContext& context);
std::unique_ptr<Controller> make_endpointslice_controller(const ControllerContext& context);
std::unique_ptr<Controller> make_namespace_controller(const ControllerContext& context);
std::unique_ptr<Controller> make_serviceaccount_controller(const ControllerContext& context);
std::unique_ptr<Controller> make_root_ca_publisher(const ControllerContext& context);
std::unique_ptr<Controller> make_node_lifecycle_controller(const ControllerContext& context);
std::unique_ptr<Controller> make_taint_eviction_controller(const ControllerContext& context);
std::unique_ptr<Controller> make_pod_gc_controller(const ControllerContext& context);
std::unique_ptr<Controller> make_garbage_collector(const ControllerContext& context);
std::unique_ptr<Controller> make_custom_resource_definition_controller(
    const ControllerContext& context);
std::unique_ptr<Controller> make_volume_protection_controller(const ControllerContext& context);
std::unique_ptr<Controller> make_volume_binder(const ControllerContext& context);
std::unique_ptr<Controller> make_attach_detach_controller(const ControllerContext& context);
std::unique_ptr<Controller> make_volume_expander(const ControllerContext& context);
std::unique_ptr<Controller> make_ephemeral_volume_controller(const ControllerContext& context);
std::unique_ptr<Controller> make_storage_provisioner(const ControllerContext& context);
std::unique_ptr<Controller> make_storage_attacher(const ControllerContext& context);
std::unique_ptr<Controller> make_storage_resizer(const ControllerContext& context);
std::unique_ptr<Controller> make_cluster_role_aggregation_controller(
    const ControllerContext& context);
std::unique_ptr<Controller> make_node_label_controller(const ControllerContext& context);
std::unique_ptr<Controller> make_node_ttl_controller(const ControllerContext& context);

}  // namespace inferlab::sim
