#include "sim/node/gpu_device.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "engine/base/check.h"

namespace inferlab::sim {

bool GpuDevice::hold(const std::string& process, std::int64_t bytes) {
  const auto own = memory_.find(process);
  const std::int64_t before = own == memory_.end() ? 0 : own->second;
  if (bytes - before > free_bytes()) return false;
  memory_[process] = bytes;
  return true;
}

void GpuDevice::release(const std::string& process) {
  memory_.erase(process);
  listeners_.erase(process);
  set_busy(process, false);
}

std::int64_t GpuDevice::used_bytes() const {
  std::int64_t sum = 0;
  for (const auto& [process, bytes] : memory_) sum += bytes;
  return sum;
}

void GpuDevice::set_clock(double share) {
  INFERLAB_CHECK(share > 0);
  if (share == clock_) return;
  clock_ = share;
  tell();
}

void GpuDevice::set_busy(const std::string& process, bool busy) {
  const bool is_change = busy ? busy_.insert(process).second : busy_.erase(process) > 0;
  if (is_change) tell();
}

double GpuDevice::slowdown() const {
  return static_cast<double>(std::max<std::size_t>(1, busy_.size())) / clock_;
}

void GpuDevice::on_change(const std::string& process, std::function<void()> listener) {
  if (listener) {
    listeners_[process] = std::move(listener);
  } else {
    listeners_.erase(process);
  }
}

void GpuDevice::tell() {
  std::vector<std::function<void()>> listeners;  // one may take itself off
  for (const auto& [process, listener] : listeners_) listeners.push_back(listener);
  for (const auto& listener : listeners) listener();
}

}  // namespace inferlab::sim
