#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "sim/kernel/simulation.h"
#include "sim/scheduler/framework.h"

namespace inferlab::sim {

/// The Pods that permit has told to wait, each with the node that is kept for it. A Pod leaves
/// once: allowed, rejected, or after its time; whoever decided, `on_allowed` or `on_rejected` hears
/// of it in an event of its own, when the cycle that decided is over. Source: kube-scheduler,
/// waitingPodsMap.
class WaitingRoom final : public WaitingPods {
 public:
  struct Guest {
    PodInfoPtr pod;
    std::string node;
    std::string plugin;                   // that asked to wait
    Framework::PluginSet refused_by = 0;  // the same, should it come to a rejection
  };
  struct Owner {
    std::function<void(const Guest& guest)> on_allowed;
    std::function<void(const Guest& guest, std::string reason)> on_rejected;
    std::function<void(const std::string& uid)> on_activated;
  };
  WaitingRoom(Simulation& simulation, Owner owner)
      : simulation_(simulation), owner_(std::move(owner)) {}

  void enter(Guest guest, Duration timeout);
  /// The Pod is gone: rejected without a reason that anybody reads.
  void leave(const std::string& uid);
  [[nodiscard]] const Guest* find(const std::string& uid) const;

  [[nodiscard]] std::vector<PodInfoPtr> all() const override;
  void allow(const std::string& uid) override;
  void reject(const std::string& uid, std::string reason) override;
  void activate(const std::vector<std::string>& uids) override;

 private:
  struct Seat {
    Guest guest;
    EventId timer = 0;
  };
  Guest take(std::map<std::string, Seat>::iterator it);

  Simulation& simulation_;
  Owner owner_;
  std::map<std::string, Seat> seats_;  // by uid
  std::vector<std::string> order_;     // uids, as they came
};

}  // namespace inferlab::sim
