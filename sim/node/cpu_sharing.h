#pragma once

#include <span>
#include <vector>

#include "engine/base/time.h"
#include "sim/api/views.h"

namespace inferlab::sim {

class Kubelet;

/// The kernel's part in who gets which CPU of a node.
///
/// Containers with CPUs of their own (cpu_manager.h) have them alone. The others share the rest:
/// who wants less than its share has what it wants, and what is left is shared by weight, which is
/// the request (cpu.shares); nobody gets more than its limit. Neighbours that count are those that
/// would take any CPU (image behaviour `busy`): what servers need comes and goes, and they do not
/// slow each other here, nor does what a Pod states of its use in annotations.
/// Source: Linux, "CFS Bandwidth Control" and cgroups' cpu controller; Kubernetes documentation,
/// "Resource Management for Pods and Containers".

/// One of those who share CPUs.
struct CpuClaim {
  double weight = 2;  // cpu.shares
  double wants = 0;   // CPUs, or any amount of which there is a limited one
};

/// What each gets of `amount`.
std::vector<double> fair_shares(double amount, std::span<const CpuClaim> claims);

/// cpu.shares of a request: 1024 for a CPU, 2 at least. Source: kubelet 1.32, MilliCPUToShares().
double cpu_shares_of(const Resources& requests);

/// Books the CPU time since the last call to the busy containers of the node. Before any of them
/// starts or ends.
void settle_cpus(Kubelet& kubelet);

/// Tells every process on the node what CPU it can have. After one of them has started or ended.
void share_cpus(Kubelet& kubelet);

}  // namespace inferlab::sim
