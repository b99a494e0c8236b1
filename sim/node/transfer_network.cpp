#include "sim/node/transfer_network.h"

#include <algorithm>
#include <cmath>

#include "engine/base/check.h"

namespace inferlab::sim {

TransferNetwork::LinkId TransferNetwork::add_link(double bandwidth) {
  INFERLAB_CHECK(bandwidth > 0);
  links_.push_back({bandwidth, {}});
  return links_.size() - 1;
}

TransferNetwork::TransferId TransferNetwork::start(const std::vector<LinkId>& path,
                                                   std::int64_t bytes, std::function<void()> done) {
  INFERLAB_CHECK(!path.empty());
  const TransferId id = ++last_id_;
  Transfer& transfer = transfers_[id];
  transfer.path.insert(path.begin(), path.end());
  transfer.left = static_cast<double>(std::max<std::int64_t>(bytes, 0));
  transfer.since = timers_.now();
  transfer.due = timers_.now();
  transfer.done = std::move(done);
  due_.insert({transfer.due, id});
  for (const LinkId link : transfer.path) links_.at(link).transfers.insert(id);
  share(part_of(transfer.path));
  reschedule();
  return id;
}

void TransferNetwork::cancel(TransferId id) {
  if (!transfers_.contains(id)) return;
  remove(id);
  reschedule();
}

double TransferNetwork::rate(TransferId id) const {
  const auto found = transfers_.find(id);
  return found == transfers_.end() ? 0 : found->second.rate;
}

/// All that the links are connected with by transfers.
TransferNetwork::Part TransferNetwork::part_of(const std::set<LinkId>& links) const {
  Part part;
  std::vector<LinkId> open(links.begin(), links.end());
  while (!open.empty()) {
    const LinkId link = open.back();
    open.pop_back();
    if (!part.first.insert(link).second) continue;
    for (const TransferId id : links_[link].transfers) {
      if (!part.second.insert(id).second) continue;
      const std::set<LinkId>& path = transfers_.at(id).path;
      open.insert(open.end(), path.begin(), path.end());
    }
  }
  return part;
}

/// Progressive filling: the link that is full first fixes the rates of its transfers.
void TransferNetwork::fill(const Part& part, std::map<TransferId, double>& rates) const {
  std::map<LinkId, std::pair<double, std::size_t>> open;  // what is left, for how many
  for (const LinkId link : part.first) {
    if (links_[link].transfers.empty()) continue;
    open[link] = {links_[link].bandwidth, links_[link].transfers.size()};
  }
  while (!open.empty()) {
    const auto tightest =
        std::min_element(open.begin(), open.end(), [](const auto& a, const auto& b) {
          return a.second.first / static_cast<double>(a.second.second) <
                 b.second.first / static_cast<double>(b.second.second);
        });
    const double rate = tightest->second.first / static_cast<double>(tightest->second.second);
    const LinkId full = tightest->first;
    for (const TransferId id : links_[full].transfers) {
      if (!rates.emplace(id, rate).second) continue;
      for (const LinkId link : transfers_.at(id).path) {
        const auto entry = open.find(link);
        if (entry == open.end()) continue;
        entry->second.first = std::max(0.0, entry->second.first - rate);
        if (--entry->second.second == 0) open.erase(entry);
      }
    }
    open.erase(full);
  }
}

void TransferNetwork::share(const Part& part) {
  std::map<TransferId, double> rates;
  fill(part, rates);
  const Time now = timers_.now();
  for (const auto& [id, rate] : rates) {
    Transfer& transfer = transfers_.at(id);
    transfer.left = std::max(0.0, transfer.left - to_seconds(now - transfer.since) * transfer.rate);
    transfer.since = now;
    transfer.rate = rate;
    due_.erase({transfer.due, id});
    transfer.due = now + Duration{std::llround(transfer.left / rate * 1e9)};
    due_.insert({transfer.due, id});
  }
}

void TransferNetwork::remove(TransferId id) {
  const auto found = transfers_.find(id);
  const std::set<LinkId> path = found->second.path;
  due_.erase({found->second.due, id});
  transfers_.erase(found);
  for (const LinkId link : path) links_[link].transfers.erase(id);
  share(part_of(path));
}

void TransferNetwork::reschedule() {
  if (next_ != 0 && !due_.empty() && due_.begin()->first == next_at_) return;
  timers_.cancel(next_);
  next_ = 0;
  if (due_.empty()) return;
  next_at_ = due_.begin()->first;
  next_ = timers_.at(next_at_, "link/done", [this] { finish_due(); });
}

void TransferNetwork::finish_due() {
  next_ = 0;
  std::vector<std::function<void()>> done;
  while (!due_.empty() && due_.begin()->first <= timers_.now()) {
    const TransferId id = due_.begin()->second;
    done.push_back(std::move(transfers_.at(id).done));
    remove(id);
  }
  reschedule();
  for (const auto& call : done) call();
}

}  // namespace inferlab::sim
