#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>

#include "engine/serve/api_types.h"
#include "engine/serve/completion_reply.h"

namespace httplib {
class Stream;
}  // namespace httplib

namespace inferlab {

/// The events of one answer on their way to its client. The head of the response has been written;
/// the events follow as chunks, which the library's last one ends (RFC 9112, section 7.1).
///
/// Two threads take turns. One that serves many streams (the pump's) writes what has come, as much
/// as the socket takes at once. The connection's own sleeps meanwhile, and is woken for what takes
/// time: a client that has no room, and the end, whoever brings it.
class EventStream {
 public:
  /// Borrows both, until serve() returns.
  EventStream(CompletionReply& answer, httplib::Stream& connection);

  /// The connection's thread: returns when the answer is over, true when all of it was written.
  /// `resume` is called whenever advance() may have something to do again.
  bool serve(const std::function<void()>& resume);
  /// In its place, where nobody else knows of the stream: an error is the whole answer.
  bool end_with(const ApiError& error);

  // From any other thread, also before and after serve(); none of them blocks for long.

  /// Writes what has come. `scratch` is memory for it.
  void advance(std::string& scratch);
  void client_left();
  /// The server stops: the answer ends with an error.
  void stop();

 private:
  enum class Call : std::uint8_t { kGone, kBlocked, kOver, kStopped };

  /// What the connection's thread is wanted for.
  Call wait();
  [[nodiscard]] bool is_called() const { return gone_ || !rest_.empty() || over_ || stopped_; }
  bool serve_turns(const std::function<void()>& resume);
  /// The last events; the caller is the only one that still writes.
  bool write_stop();
  [[nodiscard]] bool is_stopped();
  /// False when the client has left, takes nothing, or takes too long where the server stops.
  [[nodiscard]] bool write_all(std::string_view bytes);

  void append_news(std::string& out);
  void append_failure(std::string& out, const ApiError& error);
  void send_now(std::string_view bytes);

  std::mutex mutex_;  // of all that follows
  std::condition_variable called_;
  CompletionReply& answer_;
  httplib::Stream& connection_;
  std::string rest_;  // of a chunk, for which the client had no room
  bool gone_ = false;
  bool over_ = false;  // the last event is written or lies in rest_
  bool stopped_ = false;
  bool closed_ = false;  // serve() has returned: what is borrowed may be gone
};

}  // namespace inferlab
