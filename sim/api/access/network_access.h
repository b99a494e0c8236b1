#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "sim/api/selector.h"
#include "sim/api/store.h"

namespace inferlab::sim {

/// One end of a connection: a Pod by what NetworkPolicies see of it, or an address outside of the
/// cluster.
struct NetworkEnd {
  std::string ns;                          // of a Pod
  Labels labels;                           // of a Pod
  std::string ip;                          // of what is no Pod; empty: a Pod
  std::map<std::string, int> named_ports;  // of a Pod that is called
  [[nodiscard]] bool is_pod() const { return ip.empty(); }
};

struct NetworkAccess {
  bool allowed = false;
  /// Which way is closed, and by whom: `egress is isolated by NetworkPolicy llm/runtime, and none
  /// of its rules lets it out`; of an allowed one which rules let it through, or that none isolate.
  std::string reason;
};

/// Whether the NetworkPolicies of the store let `from` open a connection to `to` at a port of the
/// Pod (not of a Service). Policies only add: an end that none selects for a direction is open in
/// it, one that some select is open to what a rule of theirs allows.
///
/// ipBlock is for addresses outside of the cluster; what it says of Pods' addresses differs from
/// one network plugin to another, and counts for nothing here. Source: Kubernetes documentation,
/// "Network Policies"; API reference, NetworkPolicySpec.
NetworkAccess network_access(const Store& store, const NetworkEnd& from, const NetworkEnd& to,
                             int port, std::string_view protocol = "TCP");

}  // namespace inferlab::sim
