#include "sim/node/device_allocator.h"

#include <algorithm>
#include <utility>

namespace inferlab::sim {

DeviceAllocator::DeviceAllocator(std::vector<std::string> ids) {
  for (std::string& id : ids) devices_.push_back({std::move(id), {}});
}

std::optional<std::vector<std::string>> DeviceAllocator::take(std::string_view owner, int count) {
  if (available() < count) return std::nullopt;
  std::vector<std::string> taken;
  for (Device& device : devices_) {
    if (static_cast<int>(taken.size()) == count) break;
    if (!device.owner.empty()) continue;
    device.owner = std::string(owner);
    taken.push_back(device.id);
  }
  return taken;
}

void DeviceAllocator::release(std::string_view owner) {
  for (Device& device : devices_) {
    if (device.owner == owner) device.owner.clear();
  }
}

int DeviceAllocator::available() const {
  return static_cast<int>(std::count_if(devices_.begin(), devices_.end(),
                                        [](const Device& device) { return device.owner.empty(); }));
}

}  // namespace inferlab::sim
