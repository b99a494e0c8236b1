#include "sim/cluster/faults.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <charconv>
#include <vector>

#include "sim/api/quantity.h"
#include "sim/node/gpu_faults.h"
#include "sim/node/kubelet.h"
#include "sim/node/kubelets.h"

namespace inferlab::sim {
namespace {

using Parts = std::vector<std::string_view>;  // of the target, between slashes

struct FaultRow {
  std::string_view name;
  std::string_view form;  // of the target
  std::size_t least_parts, most_parts;
  Result<void> (*carry_out)(Kubelets& kubelets, std::string_view name, const Parts& parts);
};

Error malformed(std::string_view fault, std::string_view part, std::string_view what) {
  return Error{ErrorKind::kInvalid, fmt::format("{}: {}: is no {}", fault, part, what)};
}

Result<int> number(std::string_view fault, std::string_view part, std::string_view what) {
  int value = 0;
  const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), value);
  if (error != std::errc{} || end != part.data() + part.size() || value < 0) {
    return malformed(fault, part, what);
  }
  return value;
}

Result<std::int64_t> bytes(std::string_view fault, std::string_view part) {
  const auto quantity = Quantity::parse(part);
  if (!quantity || quantity->units() < 0) return malformed(fault, part, "quantity of bytes");
  return quantity->units();
}

Result<void> node_down(Kubelets& kubelets, std::string_view /*name*/, const Parts& parts) {
  return kubelets.node_down(parts[0]);
}

Result<void> node_up(Kubelets& kubelets, std::string_view /*name*/, const Parts& parts) {
  return kubelets.node_up(parts[0]);
}

Result<void> kubelet_restart(Kubelets& kubelets, std::string_view name, const Parts& parts) {
  INFERLAB_TRY(Kubelet* const kubelet, kubelets.faulty(name, parts[0]));
  if (!kubelet->is_up()) {
    return Error{ErrorKind::kUnavailable, fmt::format("{}: {}: is down", name, parts[0]),
                 "node-up boots the machine, and its kubelet with it"};
  }
  kubelet->restart();
  return {};
}

Result<void> container_crash(Kubelets& kubelets, std::string_view /*name*/, const Parts& parts) {
  return kubelets.crash_container(parts[0], parts[1]);
}

Result<void> xid(Kubelets& kubelets, std::string_view name, const Parts& parts) {
  INFERLAB_TRY(Kubelet* const kubelet, kubelets.faulty(name, parts[0]));
  INFERLAB_TRY(const int card, number(name, parts[1], "number of a GPU"));
  INFERLAB_TRY(const int code, number(name, parts[2], "Xid"));
  int instance = -1;
  if (parts.size() > 3) {
    INFERLAB_TRY(instance, number(name, parts[3], "number of a MIG instance"));
  }
  return gpu_xid(*kubelet, card, code, instance);
}

Result<void> reset(Kubelets& kubelets, std::string_view name, const Parts& parts) {
  INFERLAB_TRY(Kubelet* const kubelet, kubelets.faulty(name, parts[0]));
  INFERLAB_TRY(const int card, number(name, parts[1], "number of a GPU"));
  return gpu_reset(*kubelet, card);
}

Result<void> throttle(Kubelets& kubelets, std::string_view name, const Parts& parts) {
  INFERLAB_TRY(Kubelet* const kubelet, kubelets.faulty(name, parts[0]));
  INFERLAB_TRY(const int card, number(name, parts[1], "number of a GPU"));
  INFERLAB_TRY(const int percent, number(name, parts[2], "percentage"));
  return gpu_throttle(*kubelet, card, percent);
}

Result<void> take_memory(Kubelets& kubelets, std::string_view name, const Parts& parts) {
  INFERLAB_TRY(Kubelet* const kubelet, kubelets.faulty(name, parts[0]));
  INFERLAB_TRY(const std::int64_t taken, bytes(name, parts[1]));
  kubelet->take_memory(taken);
  return {};
}

Result<void> take_disk(Kubelets& kubelets, std::string_view name, const Parts& parts) {
  INFERLAB_TRY(Kubelet* const kubelet, kubelets.faulty(name, parts[0]));
  INFERLAB_TRY(const std::int64_t taken, bytes(name, parts[1]));
  kubelet->take_disk(taken);
  return {};
}

constexpr FaultRow kFaults[] = {
    {"node-down", "NODE", 1, 1, node_down},
    {"node-up", "NODE", 1, 1, node_up},
    {"kubelet-restart", "NODE", 1, 1, kubelet_restart},
    {"container-crash", "NAMESPACE/POD", 2, 2, container_crash},
    {"gpu-xid", "NODE/GPU/XID or NODE/GPU/XID/INSTANCE", 3, 4, xid},
    {"gpu-reset", "NODE/GPU", 2, 2, reset},
    {"gpu-throttle", "NODE/GPU/PERCENT", 3, 3, throttle},
    // Something outside of all Pods takes so much, until another one says otherwise.
    {"node-memory", "NODE/BYTES", 2, 2, take_memory},
    {"node-disk", "NODE/BYTES", 2, 2, take_disk},
};

Parts split(std::string_view target) {
  Parts out;
  while (true) {
    const std::size_t slash = target.find('/');
    out.push_back(target.substr(0, slash));
    if (slash == std::string_view::npos) return out;
    target.remove_prefix(slash + 1);
  }
}

}  // namespace

Result<void> carry_out_node_fault(Kubelets& kubelets, std::string_view fault,
                                  std::string_view target) {
  for (const FaultRow& row : kFaults) {
    if (row.name != fault) continue;
    const Parts parts = split(target);
    if (parts.size() < row.least_parts || parts.size() > row.most_parts) {
      return Error{ErrorKind::kInvalid, fmt::format("{}: is no {}", target, row.form)};
    }
    return row.carry_out(kubelets, fault, parts);
  }
  return Error{ErrorKind::kInvalid, fmt::format("fault: {}: is unknown", fault),
               fmt::format("one of {}", fmt::join(fault_names(), ", "))};
}

std::vector<std::string_view> fault_names() {
  std::vector<std::string_view> names;
  for (const FaultRow& row : kFaults) names.push_back(row.name);
  return names;
}

}  // namespace inferlab::sim
