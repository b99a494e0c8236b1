#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "engine/base/time.h"
#include "sim/kernel/simulation.h"
#include "sim/node/timers.h"

namespace inferlab::sim {

/// Links with a bandwidth each, and transfers over one or several of them.
///
/// Rates are max-min fair, as long-lived TCP connections come close to: of each link that is full
/// the transfers on it get equal parts, but for those that another link holds back further. With
/// one link that is processor sharing. Whenever a transfer joins or leaves, the rates and the end
/// of every transfer that shares a link with it, directly or over others, are computed anew.
/// Source: Bertsekas and Gallager, Data Networks, section 6.5.2 (progressive filling).
class TransferNetwork {
 public:
  using LinkId = std::size_t;
  using TransferId = std::uint64_t;  // 0 names none

  explicit TransferNetwork(Simulation& simulation) : timers_(simulation) {}

  /// `bandwidth` in bytes per second. Checks: above 0.
  LinkId add_link(double bandwidth);
  /// Calls `done` once when all `bytes` have come, never inside start(). Checks: a path.
  TransferId start(const std::vector<LinkId>& path, std::int64_t bytes, std::function<void()> done);
  /// `done` is not called any more.
  void cancel(TransferId id);
  /// Bytes per second at present; 0: no such transfer.
  [[nodiscard]] double rate(TransferId id) const;

 private:
  struct Link {
    double bandwidth = 0;
    std::set<TransferId> transfers;
  };
  struct Transfer {
    std::set<LinkId> path;
    double left = 0;  // bytes, at `since`
    double rate = 0;
    Time since{}, due{};
    std::function<void()> done;
  };
  using Part = std::pair<std::set<LinkId>, std::set<TransferId>>;

  [[nodiscard]] Part part_of(const std::set<LinkId>& links) const;
  void share(const Part& part);
  void fill(const Part& part, std::map<TransferId, double>& rates) const;
  void remove(TransferId id);
  void reschedule();
  void finish_due();

  std::vector<Link> links_;
  std::map<TransferId, Transfer> transfers_;
  std::set<std::pair<Time, TransferId>> due_;
  TransferId last_id_ = 0;
  EventId next_ = 0;
  Time next_at_{};
  Timers timers_;
};

}  // namespace inferlab::sim
