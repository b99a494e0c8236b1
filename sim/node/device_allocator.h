#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace inferlab::sim {

/// Which GPU of a node belongs to which pod: the kubelet's device manager with NVIDIA's plugin.
class DeviceAllocator {
 public:
  explicit DeviceAllocator(std::vector<std::string> ids);

  /// Takes the `count` first free ones; nullopt, and nothing taken, when there are too few.
  std::optional<std::vector<std::string>> take(std::string_view owner, int count);
  void release(std::string_view owner);
  [[nodiscard]] int available() const;

  struct Device {
    std::string id;     // "GPU-1d2c…"
    std::string owner;  // the pod's uid; empty: free
  };
  [[nodiscard]] const std::vector<Device>& devices() const { return devices_; }

 private:
  std::vector<Device> devices_;
};

}  // namespace inferlab::sim
