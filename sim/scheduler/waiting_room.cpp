#include "sim/scheduler/waiting_room.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace inferlab::sim {

void WaitingRoom::enter(Guest guest, Duration timeout) {
  const std::string uid = guest.pod->uid;
  const std::string why = fmt::format("rejected due to timeout after waiting {} at plugin {}",
                                      format_duration(timeout), guest.plugin);
  Seat& seat = seats_[uid];
  seat.guest = std::move(guest);
  seat.timer = simulation_.after(timeout, "scheduler/permit-timeout", [this, uid, why] {
    const auto it = seats_.find(uid);
    it->second.timer = 0;
    owner_.on_rejected(take(it), why);
  });
  order_.push_back(uid);
}

void WaitingRoom::leave(const std::string& uid) {
  reject(uid, "removed");
}

const WaitingRoom::Guest* WaitingRoom::find(const std::string& uid) const {
  const auto it = seats_.find(uid);
  return it == seats_.end() ? nullptr : &it->second.guest;
}

WaitingRoom::Guest WaitingRoom::take(std::map<std::string, Seat>::iterator it) {
  if (it->second.timer != 0) simulation_.cancel(it->second.timer);
  Guest guest = std::move(it->second.guest);
  std::erase(order_, it->first);
  seats_.erase(it);
  return guest;
}

std::vector<PodInfoPtr> WaitingRoom::all() const {
  std::vector<PodInfoPtr> out;
  out.reserve(order_.size());
  for (const std::string& uid : order_) out.push_back(seats_.at(uid).guest.pod);
  return out;
}

void WaitingRoom::allow(const std::string& uid) {
  const auto it = seats_.find(uid);
  if (it == seats_.end()) return;
  simulation_.after(0s, "scheduler/permit-allow",
                    [this, guest = take(it)] { owner_.on_allowed(guest); });
}

void WaitingRoom::reject(const std::string& uid, std::string reason) {
  const auto it = seats_.find(uid);
  if (it == seats_.end()) return;
  simulation_.after(
      0s, "scheduler/permit-reject",
      [this, guest = take(it), reason = std::move(reason)] { owner_.on_rejected(guest, reason); });
}

void WaitingRoom::activate(const std::vector<std::string>& uids) {
  simulation_.after(0s, "scheduler/activate", [this, uids] {
    for (const std::string& uid : uids) owner_.on_activated(uid);
  });
}

}  // namespace inferlab::sim
