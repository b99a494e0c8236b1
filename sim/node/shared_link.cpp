#include "sim/node/shared_link.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "engine/base/check.h"

namespace inferlab::sim {
namespace {

/// What rounding to whole nanoseconds may leave of a transfer that is over, in bytes.
constexpr double kRounding = 16;

}  // namespace

SharedLink::SharedLink(Simulation& simulation, double bandwidth)
    : bandwidth_(bandwidth), timers_(simulation) {
  INFERLAB_CHECK(bandwidth > 0);
}

SharedLink::TransferId SharedLink::start(std::int64_t bytes, std::function<void()> done) {
  advance();
  transfers_[++last_id_] = {static_cast<double>(std::max<std::int64_t>(bytes, 0)), std::move(done)};
  reschedule();
  return last_id_;
}

void SharedLink::cancel(TransferId id) {
  advance();
  if (transfers_.erase(id) > 0) reschedule();
}

void SharedLink::advance() {
  const double seconds = to_seconds(timers_.now() - advanced_);
  advanced_ = timers_.now();
  if (transfers_.empty()) return;
  const double moved = seconds * bandwidth_ / static_cast<double>(transfers_.size());
  for (auto& [id, transfer] : transfers_) transfer.left = std::max(0.0, transfer.left - moved);
}

void SharedLink::reschedule() {
  timers_.cancel(next_);
  next_ = 0;
  if (transfers_.empty()) return;
  double least = transfers_.begin()->second.left;
  for (const auto& [id, transfer] : transfers_) least = std::min(least, transfer.left);
  const double seconds = least * static_cast<double>(transfers_.size()) / bandwidth_;
  next_ =
      timers_.after(Duration{std::llround(seconds * 1e9)}, "link/done", [this] { finish_due(); });
}

void SharedLink::finish_due() {
  next_ = 0;
  advance();
  std::vector<std::function<void()>> done;
  for (auto transfer = transfers_.begin(); transfer != transfers_.end();) {
    if (transfer->second.left <= kRounding) {
      done.push_back(std::move(transfer->second.done));
      transfer = transfers_.erase(transfer);
    } else {
      ++transfer;
    }
  }
  reschedule();
  for (const auto& call : done) call();
}

}  // namespace inferlab::sim
