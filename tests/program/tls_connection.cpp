#include "tests/program/tls_connection.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>

namespace inferlab::testing {
namespace {

constexpr std::chrono::milliseconds kPatience{30'000};

}  // namespace

TlsConnection::TlsConnection(int port) {
  fd_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    abort();
    return;
  }
  ::fcntl(fd_, F_SETFL, ::fcntl(fd_, F_GETFL, 0) | O_NONBLOCK);
  context_ = SSL_CTX_new(TLS_client_method());
  ssl_ = SSL_new(context_);
  SSL_set_fd(ssl_, fd_);
  while (true) {
    ERR_clear_error();
    const int result = SSL_connect(ssl_);
    if (result == 1) return;
    const int error = SSL_get_error(ssl_, result);
    const short wanted = error == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT;
    const bool again = error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE;
    if (!again || !wait_for(wanted, kPatience)) {
      abort();
      return;
    }
  }
}

TlsConnection::~TlsConnection() {
  abort();
}

void TlsConnection::abort() {
  if (fd_ >= 0) {
    const linger at_once{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    ::close(fd_);
  }
  fd_ = -1;
  SSL_free(ssl_);
  SSL_CTX_free(context_);
  ssl_ = nullptr;
  context_ = nullptr;
}

bool TlsConnection::wait_for(short events, std::chrono::milliseconds wait) const {
  pollfd entry{.fd = fd_, .events = events, .revents = 0};
  return ::poll(&entry, 1, static_cast<int>(wait.count())) > 0;
}

bool TlsConnection::send(std::string_view text) {
  while (is_open() && !text.empty()) {
    ERR_clear_error();
    const int sent = SSL_write(ssl_, text.data(), static_cast<int>(text.size()));
    if (sent > 0) {
      text.remove_prefix(static_cast<std::size_t>(sent));
      continue;
    }
    const int error = SSL_get_error(ssl_, sent);
    const bool again = error == SSL_ERROR_WANT_WRITE || error == SSL_ERROR_WANT_READ;
    if (!again || !wait_for(POLLOUT, kPatience)) return false;
  }
  return is_open();
}

bool TlsConnection::read_some(std::string& into, std::chrono::milliseconds wait) {
  if (!is_open()) return false;
  char buffer[16384];
  bool came = false;
  for (bool waited = false;; waited = true) {
    ERR_clear_error();
    int got = 0;
    while ((got = SSL_read(ssl_, buffer, sizeof buffer)) > 0) {
      into.append(buffer, static_cast<std::size_t>(got));
      came = true;
    }
    if (SSL_get_error(ssl_, got) != SSL_ERROR_WANT_READ) return came;
    if (came || waited || !wait_for(POLLIN, wait)) return true;
  }
}

TlsConnection::Answer TlsConnection::read_answer() {
  const auto end = std::chrono::steady_clock::now() + kPatience;
  while (std::chrono::steady_clock::now() < end) {
    const std::size_t head = received_.find("\r\n\r\n");
    const std::size_t mark = received_.find("Content-Length: ");
    if (head != std::string::npos && mark < head) {
      const std::size_t length = std::strtoul(received_.c_str() + mark + 16, nullptr, 10);
      if (received_.size() >= head + 4 + length) {
        Answer answer{std::atoi(received_.c_str() + 9), received_.substr(head + 4, length)};
        received_.erase(0, head + 4 + length);
        return answer;
      }
    }
    if (!read_some(received_, std::chrono::milliseconds(1000))) break;
  }
  return {};
}

std::string http_request(std::string_view method, std::string_view target, std::string_view token,
                         std::string_view body, std::string_view content_type) {
  std::string text = fmt::format(
      "{} {} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}\r\n", method, target, token);
  if (!body.empty()) {
    text += fmt::format("Content-Type: {}\r\nContent-Length: {}\r\n", content_type, body.size());
  }
  return text + "\r\n" + std::string(body);
}

}  // namespace inferlab::testing
