#pragma once

#include "sim/api/kind.h"

/// One constant for each kind served; table.cpp lists them in discovery order.
namespace inferlab::sim::kinds {

extern const Kind kBinding, kConfigMap, kEndpoints, kEvent, kNamespace, kNode, kPod, kSecret,
    kServiceAccount, kService, kDeployment, kReplicaSet, kLease, kEndpointSlice, kEventsEvent;

}  // namespace inferlab::sim::kinds
