#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/base/time.h"

namespace inferlab::sim {

/// What the kubelet knows of the device plugin that offers the node's GPUs. One that is built in is
/// always there. Else a Pod brings it: before the first registration the Node has no such resource;
/// when the plugin goes, the capacity stays for five minutes and nothing is allocatable; then, and
/// after a start of the kubelet, both are 0 until one registers again.
/// Source: kubelet 1.32, pkg/kubelet/cm/devicemanager (endpointStopGracePeriod, GetCapacity,
/// readCheckpoint), and kubelet_node_status.go for the 0 in the place of nothing.
class DevicePluginLink {
 public:
  explicit DevicePluginLink(bool is_built_in)
      : state_(is_built_in ? State::kBuiltIn : State::kNever) {}

  /// The process named `owner` on this node has registered; the last one to do so counts.
  void connect(std::string_view owner) {
    if (state_ == State::kBuiltIn) return;
    state_ = State::kConnected;
    owner_ = std::string(owner);
  }
  /// It is gone. Whether that changed anything.
  bool disconnect(std::string_view owner, Time now) {
    if (state_ != State::kConnected || owner_ != owner) return false;
    state_ = State::kStopped;
    stopped_at_ = now;
    return true;
  }
  /// The grace period may be over by `now`. Whether that changed anything.
  bool expire(Time now) {
    if (state_ != State::kStopped || now - stopped_at_ <= kStopGrace) return false;
    state_ = State::kGone;
    return true;
  }
  /// The kubelet starts: it remembers what was registered, and knows nobody who offers it.
  void kubelet_starts() {
    if (state_ != State::kBuiltIn && state_ != State::kNever) state_ = State::kGone;
  }

  [[nodiscard]] bool ever_registered() const { return state_ != State::kNever; }
  [[nodiscard]] bool counts_to_capacity() const { return offers() || state_ == State::kStopped; }
  /// Whether devices can be allocated.
  [[nodiscard]] bool offers() const {
    return state_ == State::kBuiltIn || state_ == State::kConnected;
  }

 private:
  static constexpr Duration kStopGrace = 5min;
  enum class State : std::uint8_t { kBuiltIn, kNever, kConnected, kStopped, kGone };
  State state_;
  std::string owner_;
  Time stopped_at_{};
};

}  // namespace inferlab::sim
