#pragma once

#include <openssl/types.h>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

namespace inferlab::testing {

/// A TLS connection to a port of this machine, for one request after the other or one watch. It
/// does not look whose certificate it is shown. Everything gives up after 30 s.
class TlsConnection {
 public:
  explicit TlsConnection(int port);
  ~TlsConnection();  // abort()s
  TlsConnection(const TlsConnection&) = delete;
  TlsConnection& operator=(const TlsConnection&) = delete;

  /// False: nobody listens, or the handshake failed.
  [[nodiscard]] bool is_open() const { return fd_ >= 0; }
  bool send(std::string_view text);

  struct Answer {
    int status = 0;  // 0: the connection ended before the answer did
    std::string body;
  };
  /// Reads one answer that has a length.
  Answer read_answer();
  /// Reads all that has come, and waits up to `wait` when nothing has; false when nothing came and
  /// the other side has closed.
  bool read_some(std::string& into, std::chrono::milliseconds wait);
  /// Goes without goodbye: neither TLS nor TCP is told, the other side meets a reset.
  void abort();

 private:
  [[nodiscard]] bool wait_for(short events, std::chrono::milliseconds wait) const;

  int fd_ = -1;
  SSL_CTX* context_ = nullptr;
  SSL* ssl_ = nullptr;
  std::string received_;
};

/// "METHOD TARGET" with a bearer token and, unless empty, a JSON body of this type.
std::string http_request(std::string_view method, std::string_view target, std::string_view token,
                         std::string_view body = {},
                         std::string_view content_type = "application/json");

}  // namespace inferlab::testing
