#pragma once

#include <httplib.h>
#include <openssl/types.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>

namespace inferlab::sim {

/// How much time and how many bytes a client gets.
struct ConnectionLimits {
  std::size_t max_head_bytes = std::size_t{64} << 10;
  std::size_t max_body_bytes = std::size_t{3} << 20;
  std::chrono::milliseconds io{5000};         // without any progress
  std::chrono::milliseconds request{30'000};  // for one request, head and body
  std::chrono::milliseconds idle{5000};       // between two requests
};

/// One accepted connection, plain or TLS, as the HTTP library reads and writes it. It ends with an
/// answer unless all of the request was read: the rest of a body would be taken for a request.
///
/// Borrows the socket, which it makes non-blocking. One thread.
class HttpConnection final : public httplib::Stream {
 public:
  /// `context` nullptr: a plain connection. `server_socket` turns invalid when the server stops;
  /// `waiting` is how many connections stand in line for a thread.
  HttpConnection(socket_t socket, SSL_CTX* context, const ConnectionLimits& limits,
                 const std::atomic<socket_t>& server_socket,
                 const std::atomic<std::size_t>& waiting);
  ~HttpConnection() override;

  /// The TLS handshake; true at once on a plain connection. Who speaks plain HTTP to a server with
  /// TLS is told so.
  bool handshake();
  /// False when none comes in time or the server stops; when others stand in line, at once.
  [[nodiscard]] bool wait_for_request();
  /// Time and bytes of the next request start to count.
  void begin_request();
  /// The head was read; now the bytes of the body count.
  void begin_body();
  [[nodiscard]] bool in_body() const { return in_body_; }
  /// The request was read to its end: the connection may go on.
  void request_was_read() { closing_ = false; }
  /// It may not, whatever was read of the request.
  void close_after_answer() { closing_ = true; }
  [[nodiscard]] bool closing() const { return closing_; }
  /// The client sent more than it may.
  [[nodiscard]] bool over_limit() const { return over_limit_; }
  /// The client has closed its side.
  [[nodiscard]] bool peer_gone() const;
  /// Says goodbye, and takes what the client still sends, within limits: a close over unread bytes
  /// would reset the connection and might cost the client the answer.
  void finish();

  bool is_readable() const override;
  bool is_writable() const override;
  ssize_t read(char* out, std::size_t size) override;
  /// All of it, or -1.
  ssize_t write(const char* data, std::size_t size) override;
  void get_remote_ip_and_port(std::string& ip, int& port) const override;
  void get_local_ip_and_port(std::string& ip, int& port) const override;
  socket_t socket() const override { return socket_; }

  /// The connection that this thread serves, or nullptr.
  static HttpConnection*& current();

 private:
  using Clock = std::chrono::steady_clock;
  [[nodiscard]] bool stopped() const { return server_socket_ == INVALID_SOCKET; }
  /// Waits for the socket until `end`; a stop of the server ends it.
  [[nodiscard]] bool wait_for(short events, Clock::time_point end) const;
  /// recv and send, or TLS's: >0 bytes; 0 the end; -1 an error; kAgain: wait for `wanted_`.
  static constexpr ssize_t kAgain = -2;
  bool speaks_plain_http(Clock::time_point end);
  ssize_t receive(char* into, std::size_t size);
  ssize_t transmit(const char* data, std::size_t size);
  ssize_t tls_result(int result);

  socket_t socket_;
  SSL* ssl_ = nullptr;
  const ConnectionLimits& limits_;
  const std::atomic<socket_t>& server_socket_;
  const std::atomic<std::size_t>& waiting_;
  short wanted_ = 0;  // POLLIN or POLLOUT, after kAgain
  bool broken_ = false;
  bool closing_ = false;
  bool over_limit_ = false;
  bool in_body_ = false;
  std::size_t bytes_left_ = 0;  // that may still come in for this request
  Clock::time_point deadline_{};
  std::array<char, 16384> buffer_{};  // the library reads heads byte by byte
  std::size_t at_ = 0, filled_ = 0;   // of the buffer: what was read but not taken
};

}  // namespace inferlab::sim
