#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <type_traits>
#include <utility>

namespace inferlab::sim {

/// How other threads (HTTP handlers, the window, the command line) reach the one thread that owns a
/// run: they post a function, which that thread runs between two events. The only lock in sim/.
///
/// post() and call() from any thread; drain() and wait() from the owner of the run only.
class Mailbox {
 public:
  using Command = std::function<void()>;

  /// False, and the command dropped, once the mailbox is closed.
  bool post(Command command);

  /// Runs `function` on the owner's thread and gives back what it returned; nullopt when the run
  /// has ended before it could be. Never call it from the owner's thread: it would wait for itself.
  template <typename Function>
  auto call(Function function) -> std::optional<std::invoke_result_t<Function>> {
    using Outcome = std::invoke_result_t<Function>;
    const auto answer = std::make_shared<Answer<Outcome>>();
    // The ticket goes when the command has run or was dropped: either way the caller wakes.
    auto ticket = std::make_shared<Ticket<Outcome>>(answer);
    post([ticket = std::move(ticket), function = std::move(function)] {
      ticket->value = function();
    });
    return answer->wait();
  }

  /// Runs what was posted, in order; `after_each` comes between commands (the driver settles the
  /// run there, so that a replay can do the same). Gives the number of commands run.
  std::size_t drain(const std::function<void()>& after_each = {});

  /// Waits until something is posted, the mailbox is closed or `timeout` has passed.
  void wait(std::chrono::nanoseconds timeout);

  /// Drops what is queued and refuses the rest; callers waiting in call() get nullopt.
  void close();

 private:
  template <typename Outcome>
  class Answer {
   public:
    void set(std::optional<Outcome> value) {
      const std::lock_guard lock(mutex_);
      value_ = std::move(value);
      done_ = true;
      changed_.notify_all();
    }
    std::optional<Outcome> wait() {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return done_; });
      return std::move(value_);
    }

   private:
    std::mutex mutex_;
    std::condition_variable changed_;
    bool done_ = false;
    std::optional<Outcome> value_;
  };
  template <typename Outcome>
  struct Ticket {
    explicit Ticket(std::shared_ptr<Answer<Outcome>> to) : answer(std::move(to)) {}
    Ticket(const Ticket&) = delete;
    Ticket& operator=(const Ticket&) = delete;
    ~Ticket() { answer->set(std::move(value)); }
    std::shared_ptr<Answer<Outcome>> answer;
    std::optional<Outcome> value;
  };

  std::mutex mutex_;
  std::condition_variable posted_;
  std::deque<Command> queue_;
  bool closed_ = false;
};

}  // namespace inferlab::sim
