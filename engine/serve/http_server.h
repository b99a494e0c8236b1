#pragma once

#include <memory>
#include <string>

#include "engine/base/log.h"
#include "engine/base/result.h"
#include "engine/serve/engine.h"
#include "engine/serve/serve_options.h"

namespace inferlab {

/// The OpenAI-compatible front end of one Engine:
///
///   GET  /health, /version, /v1/models, /metrics
///   POST /v1/completions, /v1/chat/completions     JSON, or SSE with "stream": true
///
/// Errors have OpenAI's shape. Overload is 429 with Retry-After. A client that vanishes frees its
/// KV blocks within a fraction of a second, whether it streams or waits for JSON.
class HttpServer {
 public:
  /// Binds options.host:options.port and answers from then on, with 503 until attach().
  /// kUnavailable when the address cannot be had.
  static Result<std::unique_ptr<HttpServer>> start(const ServeOptions& options, LogSink log = {});
  /// stop()s.
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  /// The port that was bound; the free one that was found for port 0.
  [[nodiscard]] int port() const;
  /// The engine that answers; once. It must outlive stop().
  void attach(Engine& engine);
  /// Refuses new requests, ends open streams with an error event and `[DONE]`, and returns when all
  /// connections are closed.
  void stop();

 private:
  class Impl;
  explicit HttpServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace inferlab
