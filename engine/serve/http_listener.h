#pragma once

#include <httplib.h>

#include <atomic>
#include <cstddef>
#include <limits>
#include <string>
#include <utility>

namespace inferlab {

/// Whether the client whose request this thread handles is still there. A client that has closed
/// its side counts as gone, also when it only half-closed: who streams tokens wants to know at
/// once. Checks: called from a handler or a content provider of an HttpListener.
bool client_is_connected();

/// The connection that this thread serves, for who writes a stream past the library: the socket,
/// and a write() that waits a few seconds for a client that has no room. Checks: as
/// client_is_connected().
httplib::Stream& current_connection();

/// A connection goes on after an answer only when the request was read to its end: what is left of
/// a body would be taken for the next request. The listener knows where there is no body; a handler
/// that was called with the body calls this. Checks: as client_is_connected().
void request_was_read();
/// The connection ends with this answer. Checks: as client_is_connected().
void close_after_answer();
/// Whether this thread's connection ends with the answer. Checks: as client_is_connected().
bool connection_closes();

/// httplib's server over sockets of our own, because the library's show a handler no socket, notice
/// a vanished client only when a write fails, make stop() wait for idle connections, let a chunked
/// body grow without end, take the rest of an unread body for a request, and pack event streams.
class HttpListener final : public httplib::Server {
 public:
  /// While more connections than this are open, those that are idle between two requests are
  /// closed: their threads are wanted. Before listening.
  void set_crowd(int connections) { crowd_ = connections; }
  [[nodiscard]] bool is_crowded() const { return num_open_ > crowd_; }
  /// After the bind: lets more clients wait to be accepted than the library does.
  void widen_backlog();

  /// What may come in for one request, head and body; the connection is cut beyond it. Before
  /// listening.
  void set_max_request_bytes(std::size_t bytes) { max_request_bytes_ = bytes; }
  /// A prefix that is taken off paths that begin with it; without a slash at its end. Before
  /// listening.
  void set_root_path(std::string root_path) { root_path_ = std::move(root_path); }

 private:
  /// Serves one connection on its own thread until either side has had enough.
  bool process_and_close_socket(socket_t socket) override;

  std::atomic<int> num_open_ = 0;  // connections that have a thread
  int crowd_ = std::numeric_limits<int>::max();
  std::size_t max_request_bytes_ = std::size_t{64} * 1024 * 1024;
  std::string root_path_;
};

}  // namespace inferlab
