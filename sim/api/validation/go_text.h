#pragma once

#include <string>
#include <string_view>

#include "sim/api/value.h"

namespace inferlab::sim {

// Values as Go's %#v prints them: the API server shows the values of structured fields so.

/// []string{"a", "b"}; []string(nil) for null.
std::string go_strings(const Value& list);
/// (*int64)(nil), or where it points to: another place each time in Go, the same one here.
std::string go_pointer(std::string_view type, const Value& to);
/// core.ServicePort{…} with nothing but its protocol and port.
std::string go_service_port(const Value& port);
/// v1.OwnerReference{…}
std::string go_owner_reference(const Value& owner);
/// core.Taint{Key:"a", Value:"", Effect:"NoSchedule", TimeAdded:<nil>}
std::string go_taint(const Value& taint);
/// core.NodeAddress{Type:"InternalIP", Address:"10.0.0.1"}
std::string go_node_address(const Value& address);
/// []core.NodeSelectorTerm{…}
std::string go_node_selector_terms(const Value& terms);
/// core.NodeSelectorTerm{MatchExpressions:…, MatchFields:…}
std::string go_node_selector_term(const Value& term);
/// apps.DeploymentStrategy{…}; `type` is DeploymentStrategy or DaemonSetUpdateStrategy.
std::string go_update_strategy(std::string_view type, const Value& strategy);
/// policy.PodDisruptionBudgetSpec{…}
std::string go_disruption_budget(const Value& spec);
/// batch.PodFailurePolicy{…}
std::string go_pod_failure_policy(const Value& policy);
/// batch.SuccessPolicy{…}
std::string go_success_policy(const Value& policy);
/// map[string]string{"app":"web"}; map[string]string(nil) for null.
std::string go_string_map(const Value& map);
/// v1.LabelSelector{MatchLabels:map[string]string{…}, MatchExpressions:…}
std::string go_label_selector(const Value& selector);
/// intstr.IntOrString{Type:0, IntVal:1, StrVal:""}
std::string go_int_or_string(const Value& value);
/// resource.Quantity{i:resource.int64Amount{value:15, scale:-1}, …}
std::string go_quantity(const Value& value);

}  // namespace inferlab::sim
