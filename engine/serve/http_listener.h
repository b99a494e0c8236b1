#pragma once

#include <httplib.h>

#include <cstddef>

namespace inferlab {

/// Whether the client whose request this thread handles is still there. A client that has closed
/// its side counts as gone, also when it only half-closed: who streams tokens wants to know at
/// once. Checks: called from a handler or a content provider of an HttpListener.
bool client_is_connected();

/// The answer of this thread's request is the connection's last: for a request whose body was not
/// read. Checks: as client_is_connected().
void close_after_response();

/// httplib's server over sockets of our own, because the library's show a handler no socket, notice
/// a vanished client only when a write fails, make stop() wait for idle connections, and let a
/// chunked body grow without end.
class HttpListener final : public httplib::Server {
 public:
  /// What may come in for one request, head and body; the connection is cut beyond it. Before
  /// listening.
  void set_max_request_bytes(std::size_t bytes) { max_request_bytes_ = bytes; }

 private:
  /// Serves one connection on its own thread until either side has had enough.
  bool process_and_close_socket(socket_t socket) override;

  std::size_t max_request_bytes_ = std::size_t{64} * 1024 * 1024;
};

}  // namespace inferlab
