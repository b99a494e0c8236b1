#include "sim/kernel/mailbox.h"

namespace inferlab::sim {

bool Mailbox::post(Command command) {
  const std::lock_guard lock(mutex_);
  if (closed_) return false;
  queue_.push_back(std::move(command));
  posted_.notify_one();
  return true;
}

std::size_t Mailbox::drain(const std::function<void()>& after_each) {
  std::deque<Command> taken;
  {
    const std::lock_guard lock(mutex_);
    taken.swap(queue_);
  }
  const std::size_t count = taken.size();
  while (!taken.empty()) {
    // Popped before it runs: call() wakes when the command is destroyed, and its caller may rely
    // on what after_each does.
    const Command command = std::move(taken.front());
    taken.pop_front();
    command();
    if (after_each) after_each();
  }
  return count;
}

void Mailbox::wait(std::chrono::nanoseconds timeout) {
  std::unique_lock lock(mutex_);
  posted_.wait_for(lock, timeout, [this] { return closed_ || !queue_.empty(); });
}

void Mailbox::close() {
  std::deque<Command> dropped;
  const std::lock_guard lock(mutex_);
  closed_ = true;
  dropped.swap(queue_);
  posted_.notify_all();
}

}  // namespace inferlab::sim
