#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <string>

namespace inferlab::labs {

/// One answer on its way through the gateway: the reader of the replica's answer puts pieces in,
/// the writer to the client takes them out. Bounded, so that a slow client slows its own replica's
/// stream and nothing else. Two threads, one on each side.
class ProxyStream {
 public:
  struct Head {
    int status = 502;
    std::string content_type;
  };

  // The reader's side.
  void set_head(Head head);
  /// Waits for room. False when the client has gone: stop reading.
  bool put(std::string piece);
  void finish();

  // The writer's side.
  /// Waits for the head; nullopt when the answer ended without one.
  std::optional<Head> wait_head();
  /// Waits for the next piece; nullopt at the end.
  std::optional<std::string> take();
  void client_gone();

 private:
  static constexpr std::size_t kMaxPieces = 64;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<Head> head_;
  std::deque<std::string> pieces_;
  bool finished_ = false, gone_ = false;
};

}  // namespace inferlab::labs
