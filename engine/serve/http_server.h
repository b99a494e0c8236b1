#pragma once

#include <memory>
#include <string>

#include "engine/base/log.h"
#include "engine/base/result.h"
#include "engine/serve/engine.h"
#include "engine/serve/request_record.h"
#include "engine/serve/serve_options.h"

namespace inferlab {

/// The OpenAI-compatible front end of one Engine:
///
///   GET  /health, /health/ready, /health/startup, /health/live, /ping, /version, /load, /metrics,
///        /v1/models, /v1/models/{id}
///   POST /v1/completions, /v1/chat/completions     JSON, or SSE with "stream": true
///        /tokenize, /detokenize
///        /v1/load_lora_adapter, /v1/unload_lora_adapter   where the options allow it
///        /v1/embeddings                             where the model is served for pooling
///
/// Errors have OpenAI's shape. Overload is 429 with Retry-After; a request past the deadline that
/// its header x-envoy-expected-rq-timeout-ms gave is 504. A client that vanishes frees its KV
/// blocks within a fraction of a second, whether it streams or waits for JSON.
class HttpServer {
 public:
  /// Binds options.host:options.port and answers from then on, with 503 until attach().
  /// kUnavailable when the address cannot be had.
  /// `sink`, if any, hears of each request when its answer is over, from the connections' threads.
  /// kInvalid too for a trace endpoint that is none.
  static Result<std::unique_ptr<HttpServer>> start(const ServeOptions& options, LogSink log = {},
                                                   RequestSink sink = {});
  /// stop()s.
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  /// The port that was bound; the free one that was found for port 0.
  [[nodiscard]] int port() const;
  /// The engine that answers; once. It must outlive stop().
  void attach(Engine& engine);
  /// From now on the server says that it is not ready, refuses new requests, and closes connections
  /// after their answers; answers under way go on.
  void begin_drain();
  /// Answers under way.
  [[nodiscard]] int num_open() const;
  /// Refuses new requests, ends open streams with an error event and `[DONE]`, and returns when all
  /// connections are closed.
  void stop();

 private:
  class Impl;
  explicit HttpServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace inferlab
