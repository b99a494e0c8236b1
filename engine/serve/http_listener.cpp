#include "engine/serve/http_listener.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstring>

#include "engine/base/check.h"

namespace inferlab {
namespace {

using SteadyClock = std::chrono::steady_clock;
using Milliseconds = std::chrono::milliseconds;

constexpr Milliseconds kReadTimeout{5000};
constexpr Milliseconds kWriteTimeout{5000};
/// Of a whole request: a client that sends a byte now and then holds a thread no longer than this.
constexpr Milliseconds kRequestTimeout{30000};
constexpr Milliseconds kIdleTimeout{5000};  // of a connection between requests
constexpr Milliseconds kDrainPatience{200};
constexpr Milliseconds kDrainTimeout{1000};  // of all that is drained
constexpr std::size_t kMostDrained = std::size_t{1} << 20;
constexpr Milliseconds kSlice{50};  // of the idle wait, so that a stop is noticed
constexpr int kBacklog = 512;       // the library's own, 5, drops bursts of connections

/// One accepted connection; borrows the socket.
class Connection final : public httplib::Stream {
 public:
  Connection(socket_t socket, std::size_t max_request_bytes,
             const std::atomic<socket_t>& server_socket)
      : socket_(socket), max_request_bytes_(max_request_bytes), server_socket_(server_socket) {}

  [[nodiscard]] bool stopped() const { return server_socket_ == INVALID_SOCKET; }

  /// Time and bytes for the next request start to count. Until request_was_read() it is the
  /// connection's last.
  void begin_request() {
    deadline_ = SteadyClock::now() + kRequestTimeout;
    bytes_left_ = max_request_bytes_;
    closing_ = true;
  }

  void request_was_read() { closing_ = wants_end_; }
  void close_after_answer() { closing_ = wants_end_ = true; }
  [[nodiscard]] bool closing() const { return closing_; }

  /// Takes what the client still sends, within limits: a close over unread bytes would reset the
  /// connection and might cost the client the answer.
  void drain() {
    shutdown(socket_, SHUT_WR);
    const SteadyClock::time_point end = SteadyClock::now() + kDrainTimeout;
    for (std::size_t i = 0; i < kMostDrained / buffer_.size(); ++i) {
      if (stopped() || SteadyClock::now() > end || !wait_for(POLLIN, kDrainPatience)) return;
      if (recv(socket_, buffer_.data(), buffer_.size(), 0) <= 0) return;
    }
  }

  /// False when none comes in time, the server stops or `give_up` says so.
  template <typename GiveUp>
  [[nodiscard]] bool wait_for_request(GiveUp give_up) const {
    return !stopped() && (at_ < filled_ || wait_for_data(kIdleTimeout, give_up));
  }

  /// Asks for the state, not for bytes: unread ones would hide that nobody waits any more.
  [[nodiscard]] bool is_connected() const {
    pollfd entry{.fd = socket_, .events = POLLRDHUP, .revents = 0};
    return poll(&entry, 1, 0) <= 0 || (entry.revents & (POLLRDHUP | POLLHUP | POLLERR)) == 0;
  }

  bool is_readable() const override { return at_ < filled_ || wait_for(POLLIN, kReadTimeout); }
  /// Asked between two pieces of a stream: one question for both, whether the client is there and
  /// whether it takes more.
  bool is_writable() const override {
    const short events = wait_for_events(POLLOUT | POLLRDHUP, kWriteTimeout);
    return events != 0 && (events & (POLLRDHUP | POLLHUP | POLLERR)) == 0;
  }

  ssize_t read(char* out, std::size_t size) override {
    if (at_ == filled_) {
      // The library reads headers byte by byte; the buffer spares a system call for each.
      const auto left = std::chrono::duration_cast<Milliseconds>(deadline_ - SteadyClock::now());
      const std::size_t most = std::min(buffer_.size(), bytes_left_);
      if (most == 0 || !wait_for_data(std::min(kReadTimeout, left), [] { return false; })) {
        return -1;
      }
      const ssize_t got = recv(socket_, buffer_.data(), most, 0);
      if (got <= 0) return got;
      bytes_left_ -= static_cast<std::size_t>(got);
      at_ = 0;
      filled_ = static_cast<std::size_t>(got);
    }
    const std::size_t count = std::min(size, filled_ - at_);
    std::memcpy(out, buffer_.data() + at_, count);
    at_ += count;
    return static_cast<ssize_t>(count);
  }

  ssize_t write(const char* data, std::size_t size) override {
    // Most clients have room: they are asked only when they had none.
    const ssize_t sent = send(socket_, data, size, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent >= 0 || (errno != EAGAIN && errno != EINTR)) return sent;
    if (!wait_for(POLLOUT, kWriteTimeout)) return -1;
    return send(socket_, data, size, MSG_NOSIGNAL | MSG_DONTWAIT);
  }

  void get_remote_ip_and_port(std::string& ip, int& port) const override {
    sockaddr_storage address = {};
    socklen_t length = sizeof address;
    if (getpeername(socket_, reinterpret_cast<sockaddr*>(&address), &length) == 0) {
      name_of(address, ip, port);
    }
  }
  void get_local_ip_and_port(std::string& ip, int& port) const override {
    sockaddr_storage address = {};
    socklen_t length = sizeof address;
    if (getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &length) == 0) {
      name_of(address, ip, port);
    }
  }
  socket_t socket() const override { return socket_; }

  /// The connection that this thread serves.
  static Connection*& current() {
    thread_local Connection* connection = nullptr;
    return connection;
  }

 private:
  [[nodiscard]] bool wait_for(short events, Milliseconds patience) const {
    return wait_for_events(events, patience) != 0;
  }

  /// What has come of `events`, with what always comes; 0: nothing in time.
  [[nodiscard]] short wait_for_events(short events, Milliseconds patience) const {
    const SteadyClock::time_point end = SteadyClock::now() + patience;
    while (true) {
      const auto left = std::chrono::duration_cast<Milliseconds>(end - SteadyClock::now());
      pollfd entry{.fd = socket_, .events = events, .revents = 0};
      const int ready = poll(&entry, 1, static_cast<int>(std::max<std::int64_t>(0, left.count())));
      if (ready >= 0 || errno != EINTR) return ready > 0 ? entry.revents : short{0};
    }
  }

  /// As wait_for(), but a stop of the server ends it, and so does `give_up`.
  template <typename GiveUp>
  [[nodiscard]] bool wait_for_data(Milliseconds patience, GiveUp give_up) const {
    const SteadyClock::time_point end = SteadyClock::now() + patience;
    while (!stopped() && !give_up() && SteadyClock::now() < end) {
      if (wait_for(POLLIN, kSlice)) return true;
    }
    return false;
  }

  static void name_of(const sockaddr_storage& address, std::string& ip, int& port) {
    std::array<char, INET6_ADDRSTRLEN> text = {};
    if (address.ss_family == AF_INET) {
      const auto& v4 = reinterpret_cast<const sockaddr_in&>(address);
      inet_ntop(AF_INET, &v4.sin_addr, text.data(), text.size());
      port = ntohs(v4.sin_port);
    } else if (address.ss_family == AF_INET6) {
      const auto& v6 = reinterpret_cast<const sockaddr_in6&>(address);
      inet_ntop(AF_INET6, &v6.sin6_addr, text.data(), text.size());
      port = ntohs(v6.sin6_port);
    }
    ip = text.data();
  }

  socket_t socket_;
  std::size_t max_request_bytes_;
  const std::atomic<socket_t>& server_socket_;  // of the listener; invalid once it has stopped
  std::size_t bytes_left_ = 0;                  // that may still come in for this request
  bool closing_ = false;
  bool wants_end_ = false;  // whatever is read
  SteadyClock::time_point deadline_ = {};
  std::array<char, 4096> buffer_ = {};
  std::size_t at_ = 0;  // of the buffer: what was read but not taken is [at_, filled_)
  std::size_t filled_ = 0;
};

/// "/proxied/v1/models" is "/v1/models" behind a proxy that leaves its own prefix in front.
void take_off(const std::string& root_path, std::string& path) {
  if (root_path.empty() || !path.starts_with(root_path)) return;
  if (path.size() == root_path.size() || path[root_path.size()] == '/') {
    path.erase(0, root_path.size());
  }
}

/// Called with each request once its head is read.
void prepare(httplib::Request& request) {
  // The library would pack an event stream and so hold its pieces back, and cut answers by range.
  request.headers.erase("Accept-Encoding");
  request.headers.erase("Range");
  request.ranges.clear();
  // HTTP has no body without a length; the library would read until the client gives up. A POST
  // without one is refused, because whoever sends it means to send a body.
  if (request.method != "POST" && !request.has_header("Content-Length") &&
      !request.has_header("Transfer-Encoding")) {
    request.headers.emplace("Content-Length", "0");
  }
  // Without a body the head was all of it. A body that is there is read for some methods only.
  if (request.get_header_value("Content-Length") == "0" &&
      request.get_header_value_count("Content-Length") == 1 &&
      !request.has_header("Transfer-Encoding")) {
    request_was_read();
  }
}

}  // namespace

bool client_is_connected() {
  INFERLAB_CHECK(Connection::current() != nullptr);
  return Connection::current()->is_connected();
}

httplib::Stream& current_connection() {
  INFERLAB_CHECK(Connection::current() != nullptr);
  return *Connection::current();
}

void request_was_read() {
  INFERLAB_CHECK(Connection::current() != nullptr);
  Connection::current()->request_was_read();
}

void close_after_answer() {
  INFERLAB_CHECK(Connection::current() != nullptr);
  Connection::current()->close_after_answer();
}

bool connection_closes() {
  INFERLAB_CHECK(Connection::current() != nullptr);
  return Connection::current()->closing();
}

void HttpListener::widen_backlog() {
  ::listen(svr_sock_, kBacklog);
}

bool HttpListener::process_and_close_socket(socket_t socket) {
  ++num_open_;
  Connection connection(socket, max_request_bytes_, svr_sock_);
  Connection::current() = &connection;
  bool ok = true;
  bool closed = false;
  bool is_first = true;
  // A crowded server has no thread for a client that may ask again.
  const auto give_up = [&] { return !is_first && is_crowded(); };
  while (ok && !closed && connection.wait_for_request(give_up)) {
    is_first = false;
    connection.begin_request();
    ok = process_request(connection, false, closed, [this](httplib::Request& request) {
      take_off(root_path_, request.path);
      prepare(request);
    });
    if (connection.closing()) break;
  }
  Connection::current() = nullptr;
  if (connection.closing()) connection.drain();
  shutdown(socket, SHUT_RDWR);
  close(socket);
  --num_open_;
  return ok;
}

}  // namespace inferlab
