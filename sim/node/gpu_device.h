#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "sim/node/node_spec.h"

namespace inferlab::sim {

/// A GPU, or a MIG instance, as processes see it.
///
/// Time slices share it as they are: nothing keeps one process from taking memory that another one
/// counts on, and who computes at the same time shares the time. Processes are named by the
/// containers that they run in.
class GpuDevice {
 public:
  GpuDevice(std::string id, GpuSpec spec) : id_(std::move(id)), spec_(std::move(spec)) {}
  GpuDevice(const GpuDevice&) = delete;
  GpuDevice& operator=(const GpuDevice&) = delete;

  [[nodiscard]] const std::string& id() const { return id_; }  // "GPU-…", "MIG-…"
  [[nodiscard]] const GpuSpec& spec() const { return spec_; }

  /// The process holds `bytes` from now on, whatever it held before. False, and nothing changed,
  /// when that is more than is free.
  bool hold(const std::string& process, std::int64_t bytes);
  /// The process has ended.
  void release(const std::string& process);
  [[nodiscard]] std::int64_t used_bytes() const;
  [[nodiscard]] std::int64_t free_bytes() const { return spec_.memory_bytes - used_bytes(); }

  /// Whether a process can begin to use it; those that did before may have died.
  [[nodiscard]] bool usable() const { return usable_; }
  void set_usable(bool usable) { usable_ = usable; }
  /// Share of its clock that it runs at: below 1 while it is throttled.
  void set_clock(double share);
  [[nodiscard]] double clock() const { return clock_; }

  /// Whether it is handed out in time slices.
  [[nodiscard]] bool shared() const { return shared_; }
  void set_shared(bool shared) { shared_ = shared; }
  /// The process has work for the GPU, or none any more.
  void set_busy(const std::string& process, bool busy);
  /// How many times longer than on a GPU of its own a step of a busy process takes.
  [[nodiscard]] double slowdown() const;
  /// Called when slowdown() has changed; an empty function: no more.
  void on_change(const std::string& process, std::function<void()> listener);

 private:
  void tell();

  std::string id_;
  GpuSpec spec_;
  std::map<std::string, std::int64_t> memory_;  // by process
  std::set<std::string> busy_;
  std::map<std::string, std::function<void()>> listeners_;
  bool usable_ = true;
  bool shared_ = false;
  double clock_ = 1;
};

}  // namespace inferlab::sim
