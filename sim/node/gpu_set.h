#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/node/device_plugin_link.h"
#include "sim/node/gpu_device.h"
#include "sim/node/gpu_sharing.h"
#include "sim/node/node_spec.h"
#include "sim/node/topology_manager.h"
#include "sim/node/xid_table.h"

namespace inferlab::sim {

/// One card of a node.
struct GpuCard {
  std::string uuid;
  int numa_node = 0;
  std::vector<std::unique_ptr<GpuDevice>> devices;  // itself, or its MIG instances
  std::vector<std::string> profiles;                // of those instances; none: it is not cut
  int last_xid = 0;                                 // since the driver was loaded
  std::int64_t double_bit_errors = 0, single_bit_errors = 0, remapped_rows = 0;
  bool off_the_bus = false;
};

/// The GPUs of a node, and which Pod has which: the kubelet's device manager with NVIDIA's device
/// plugin. An unhealthy device counts to the capacity and not to what is allocatable; who has it
/// keeps it. Source: NVIDIA/k8s-device-plugin; kubelet 1.32, pkg/kubelet/cm/devicemanager.
class GpuSet {
 public:
  /// What the plugin offers: a device, or one of its time slices.
  struct Slot {
    std::string resource;  // "nvidia.com/gpu"
    std::string id;        // "GPU-1d2c…", "GPU-1d2c…::0"
    GpuCard* card = nullptr;
    GpuDevice* device = nullptr;
    bool healthy = true;
    std::string owner;  // the pod's uid; empty: free
  };

  /// `uuids` of the cards and `instance_uuids` of all MIG instances, card by card. `gpu` may be
  /// nullptr when there are no cards. Checks: the profiles fit (labs/ has said so already).
  GpuSet(const GpuSpec* gpu, const GpuSharingSpec& sharing, const std::vector<std::string>& uuids,
         const std::vector<std::string>& instance_uuids, int num_numa_nodes = 1,
         bool is_plugin_built_in = true);
  GpuSet(GpuSet&&) = default;
  GpuSet& operator=(GpuSet&&) = delete;

  /// Takes `count` free ones; nullopt, and nothing taken, when there are too few. Those of the NUMA
  /// nodes `near` come first; of time slices those of the device with the fewest users, else the
  /// first free ones.
  std::optional<std::vector<const Slot*>> take(std::string_view owner, std::string_view resource,
                                               int count,
                                               std::optional<NumaMask> near = std::nullopt);
  /// For the Topology Manager, of a container, or of a Pod, that asks for so many; 0: it does not
  /// matter.
  [[nodiscard]] ResourceHints hints(std::string_view resource, int count) const;
  void release(std::string_view owner);
  /// Free and healthy; none while nobody offers them.
  [[nodiscard]] int available(std::string_view resource) const;
  /// By resource; every resource that the node offers, or has offered, stands in both.
  [[nodiscard]] std::map<std::string, int> capacity() const;
  [[nodiscard]] std::map<std::string, int> allocatable() const;

  [[nodiscard]] DevicePluginLink& plugin() { return plugin_; }

  [[nodiscard]] std::vector<GpuCard>& cards() { return cards_; }
  [[nodiscard]] const std::vector<GpuCard>& cards() const { return cards_; }
  [[nodiscard]] const std::vector<Slot>& slots() const { return slots_; }
  [[nodiscard]] const GpuSharingSpec& sharing() const { return sharing_; }

  /// What an Xid does to the card, or to one instance of it (from 0; -1: the whole card): its
  /// counters, its health and whether it can be used. What dies of it is the caller's to end.
  void note_xid(GpuCard& card, int instance, const XidRow& xid);
  /// The card works again: after a reset, and a restart of the plugin, or a reboot.
  void heal(GpuCard& card);

 private:
  void offer(GpuCard& card, GpuDevice& device, const std::string& resource);

  GpuSharingSpec sharing_;
  DevicePluginLink plugin_;
  int num_numa_nodes_;
  std::vector<GpuCard> cards_;  // never grows: slots point into it
  std::vector<Slot> slots_;     // never grows
};

}  // namespace inferlab::sim
