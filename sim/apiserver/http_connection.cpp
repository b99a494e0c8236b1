#include "sim/apiserver/http_connection.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string_view>

namespace inferlab::sim {
namespace {

using Milliseconds = std::chrono::milliseconds;

constexpr Milliseconds kSlice{50};  // of every wait, so that a stop is noticed
constexpr Milliseconds kDrainTimeout{1000};
constexpr Milliseconds kGrace{250};  // for the next request, when others stand in line

void name_of(const sockaddr_storage& address, std::string& ip, int& port) {
  std::array<char, INET6_ADDRSTRLEN> text{};
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

}  // namespace

HttpConnection::HttpConnection(socket_t socket, SSL_CTX* context, const ConnectionLimits& limits,
                               const std::atomic<socket_t>& server_socket,
                               const std::atomic<std::size_t>& waiting)
    : socket_(socket), limits_(limits), server_socket_(server_socket), waiting_(waiting) {
  fcntl(socket_, F_SETFL, fcntl(socket_, F_GETFL, 0) | O_NONBLOCK);
  if (context == nullptr) return;
  ssl_ = SSL_new(context);
  if (ssl_ != nullptr) SSL_set_fd(ssl_, socket_);
  broken_ = ssl_ == nullptr;
}

HttpConnection::~HttpConnection() {
  SSL_free(ssl_);
}

HttpConnection*& HttpConnection::current() {
  thread_local HttpConnection* connection = nullptr;
  return connection;
}

bool HttpConnection::handshake() {
  if (broken_) return false;
  if (ssl_ == nullptr) return true;
  const Clock::time_point end = Clock::now() + limits_.io;
  if (speaks_plain_http(end)) {
    constexpr std::string_view kAnswer =
        "HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n";
    (void)send(socket_, kAnswer.data(), kAnswer.size(), MSG_NOSIGNAL);
    SSL_free(ssl_);  // there is no session to say goodbye in
    ssl_ = nullptr;
    closing_ = true;
    return false;
  }
  while (true) {
    const ssize_t result = tls_result(SSL_accept(ssl_));
    if (result > 0) return true;
    if (result != kAgain || !wait_for(wanted_, end)) break;
  }
  broken_ = true;
  return false;
}

bool HttpConnection::speaks_plain_http(Clock::time_point end) {
  if (!wait_for(POLLIN, end)) return false;
  // The first bytes by which Go's net/http tells.
  std::array<char, 5> first{};
  const ssize_t got = recv(socket_, first.data(), first.size(), MSG_PEEK);
  if (got != static_cast<ssize_t>(first.size())) return false;
  const std::string_view text(first.data(), first.size());
  constexpr std::array<std::string_view, 5> kMethods = {"GET /", "HEAD ", "POST ", "PUT /",
                                                        "OPTIO"};
  return std::ranges::find(kMethods, text) != kMethods.end();
}

bool HttpConnection::wait_for_request() {
  if (stopped() || broken_) return false;
  if (at_ < filled_ || (ssl_ != nullptr && SSL_pending(ssl_) > 0)) return true;
  const Clock::time_point end = Clock::now() + limits_.idle;
  do {
    if (wait_for(POLLIN, std::min(end, Clock::now() + kGrace))) return true;
  } while (!stopped() && Clock::now() < end && waiting_ == 0);
  return false;
}

void HttpConnection::begin_request() {
  deadline_ = Clock::now() + limits_.request;
  bytes_left_ = limits_.max_head_bytes;
  closing_ = true;
  in_body_ = false;
}

void HttpConnection::begin_body() {
  // As much again for the frames of chunks, whatever their size: what they carry is counted later.
  bytes_left_ = 2 * limits_.max_body_bytes;
  in_body_ = true;
}

bool HttpConnection::peer_gone() const {
  // Asks for the state, not for bytes: the closing alert of TLS would look like some.
  pollfd entry{.fd = socket_, .events = POLLRDHUP, .revents = 0};
  return poll(&entry, 1, 0) > 0 && (entry.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0;
}

void HttpConnection::finish() {
  if (broken_) return;
  if (ssl_ != nullptr) {
    ERR_clear_error();
    SSL_shutdown(ssl_);
  }
  if (!closing_) return;
  shutdown(socket_, SHUT_WR);
  const Clock::time_point end = Clock::now() + kDrainTimeout;
  while (wait_for(POLLIN, end)) {
    if (recv(socket_, buffer_.data(), buffer_.size(), 0) <= 0) return;
  }
}

bool HttpConnection::is_readable() const {
  return at_ < filled_ || (ssl_ != nullptr && SSL_pending(ssl_) > 0) ||
         wait_for(POLLIN, std::min(deadline_, Clock::now() + limits_.io));
}

bool HttpConnection::is_writable() const {
  return !broken_ && wait_for(POLLOUT, Clock::now() + limits_.io) && !peer_gone();
}

ssize_t HttpConnection::read(char* out, std::size_t size) {
  if (at_ == filled_) {
    const std::size_t most = std::min(buffer_.size(), bytes_left_);
    over_limit_ = over_limit_ || most == 0;
    if (most == 0 || broken_) return -1;
    const Clock::time_point end = std::min(deadline_, Clock::now() + limits_.io);
    ssize_t got = kAgain;
    while (got == kAgain) {
      if (Clock::now() >= deadline_) return -1;
      got = receive(buffer_.data(), most);
      if (got == kAgain && !wait_for(wanted_, end)) return -1;
    }
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

ssize_t HttpConnection::write(const char* data, std::size_t size) {
  std::size_t sent = 0;
  while (sent < size) {
    if (broken_) return -1;
    const ssize_t count = transmit(data + sent, size - sent);
    if (count > 0) {
      sent += static_cast<std::size_t>(count);
    } else if (count != kAgain || !wait_for(wanted_, Clock::now() + limits_.io)) {
      broken_ = true;
    }
  }
  return static_cast<ssize_t>(size);
}

ssize_t HttpConnection::receive(char* into, std::size_t size) {
  if (ssl_ != nullptr) {
    ERR_clear_error();
    return tls_result(SSL_read(ssl_, into, static_cast<int>(size)));
  }
  const ssize_t got = recv(socket_, into, size, 0);
  wanted_ = POLLIN;
  if (got >= 0) return got;
  return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR ? kAgain : -1;
}

ssize_t HttpConnection::transmit(const char* data, std::size_t size) {
  if (ssl_ != nullptr) {
    ERR_clear_error();
    constexpr std::size_t kMost = std::size_t{1} << 20;
    return tls_result(SSL_write(ssl_, data, static_cast<int>(std::min(size, kMost))));
  }
  const ssize_t sent = send(socket_, data, size, MSG_NOSIGNAL);
  wanted_ = POLLOUT;
  if (sent >= 0) return sent;
  return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR ? kAgain : -1;
}

ssize_t HttpConnection::tls_result(int result) {
  if (result > 0) return result;
  switch (SSL_get_error(ssl_, result)) {
    case SSL_ERROR_WANT_READ:
      wanted_ = POLLIN;
      return kAgain;
    case SSL_ERROR_WANT_WRITE:
      wanted_ = POLLOUT;
      return kAgain;
    case SSL_ERROR_ZERO_RETURN:
      return 0;
    default:
      broken_ = true;  // nothing more may be asked of this session, not even a goodbye
      return -1;
  }
}

bool HttpConnection::wait_for(short events, Clock::time_point end) const {
  while (!stopped()) {
    const auto left = std::chrono::duration_cast<Milliseconds>(end - Clock::now());
    pollfd entry{.fd = socket_, .events = events, .revents = 0};
    const int ready =
        poll(&entry, 1, static_cast<int>(std::clamp(left, Milliseconds{0}, kSlice).count()));
    if (ready > 0) return true;
    if (ready < 0 && errno != EINTR) return false;
    if (left <= Milliseconds{0}) return false;
  }
  return false;
}

void HttpConnection::get_remote_ip_and_port(std::string& ip, int& port) const {
  sockaddr_storage address{};
  socklen_t length = sizeof address;
  if (getpeername(socket_, reinterpret_cast<sockaddr*>(&address), &length) == 0) {
    name_of(address, ip, port);
  }
}

void HttpConnection::get_local_ip_and_port(std::string& ip, int& port) const {
  sockaddr_storage address{};
  socklen_t length = sizeof address;
  if (getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &length) == 0) {
    name_of(address, ip, port);
  }
}

}  // namespace inferlab::sim
