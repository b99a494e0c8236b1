#include "labs/session/proxy_stream.h"

#include <utility>

namespace inferlab::labs {

void ProxyStream::set_head(Head head) {
  const std::lock_guard lock(mutex_);
  head_ = std::move(head);
  changed_.notify_all();
}

bool ProxyStream::put(std::string piece) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return gone_ || pieces_.size() < kMaxPieces; });
  if (gone_) return false;
  pieces_.push_back(std::move(piece));
  changed_.notify_all();
  return true;
}

void ProxyStream::finish() {
  const std::lock_guard lock(mutex_);
  finished_ = true;
  changed_.notify_all();
}

std::optional<ProxyStream::Head> ProxyStream::wait_head() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return finished_ || head_.has_value(); });
  return head_;
}

std::optional<std::string> ProxyStream::take() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return finished_ || !pieces_.empty(); });
  if (pieces_.empty()) return std::nullopt;
  std::string piece = std::move(pieces_.front());
  pieces_.pop_front();
  changed_.notify_all();
  return piece;
}

void ProxyStream::client_gone() {
  const std::lock_guard lock(mutex_);
  gone_ = true;
  changed_.notify_all();
}

}  // namespace inferlab::labs
