#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "engine/base/result.h"
#include "sim/apiserver/http.h"

namespace inferlab::sim {

struct HttpListenerOptions {
  std::string host = "127.0.0.1";
  int port = 0;  // 0: any free one
  /// PEM texts; both empty: plain HTTP.
  std::string certificate_pem, private_key_pem;
  std::size_t max_body_bytes = std::size_t{3} << 20;
  /// Connections served at the same time: each holds a thread (every watch is one connection).
  /// Further ones wait in line.
  std::size_t max_connections = 1000;
  /// A client that sends or takes nothing for this long in the middle of something is dropped.
  std::chrono::seconds io_timeout{5};
  /// A client that takes longer than this to send one request, head and body, is dropped.
  std::chrono::milliseconds request_timeout{30'000};
};

/// Asked with the head of each request before its body is read: an answer refuses it.
using HttpGate = std::function<std::optional<HttpResponse>(const HttpRequest& head)>;

/// Listens on one address and calls the handler for each request, on the connection's thread. The
/// one place that knows the HTTP library.
///
/// Malformed requests, bodies over the limit and slow senders are answered here (400, 413) and
/// never reach the handler. Bodies are not compressed: it would hold the events of a watch back.
class HttpListener {
 public:
  /// Binds and serves until stop(). kUnavailable when the address cannot be had.
  static Result<std::unique_ptr<HttpListener>> start(const HttpListenerOptions& options,
                                                     HttpHandler handler, HttpGate gate = {});
  ~HttpListener();
  HttpListener(const HttpListener&) = delete;
  HttpListener& operator=(const HttpListener&) = delete;

  [[nodiscard]] int port() const;
  /// Closes every connection and joins all threads. A handler that waits for something must be
  /// released by its owner.
  void stop();

 private:
  struct Parts;
  explicit HttpListener(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace inferlab::sim
