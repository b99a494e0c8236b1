#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "engine/serve/api_keys.h"
#include "engine/serve/api_types.h"
#include "engine/serve/engine.h"
#include "engine/serve/request_head.h"
#include "engine/serve/request_record.h"
#include "engine/serve/serve_options.h"

namespace httplib {
struct Request;
struct Response;
}  // namespace httplib

namespace inferlab {

class StreamPump;

/// Sets the answer to an error, with Retry-After where there is one to give.
void set_error(httplib::Response& response, const ApiError& error);

/// Whether the body is said to be JSON; nothing said is as good.
bool is_json(const httplib::Request& request);

/// POST /v1/completions and /v1/chat/completions: from the body to the last chunk. Thread-safe:
/// each connection calls from its own thread.
class CompletionHandler {
 public:
  /// More than `max_open` requests at once are refused with 429. `sink`, if any, hears of each
  /// request that the engine took, when its answer is over. Borrows the options and the pump,
  /// which writes what is streamed.
  CompletionHandler(int max_open, const ServeOptions& options, StreamPump& pump, RequestSink sink);

  /// `lease` is the request's until its answer is over.
  void handle(ApiKind kind, Engine& engine, const httplib::Request& request,
              httplib::Response& response, std::unique_ptr<KeyLease> lease);

  /// From now on new requests are refused with 503.
  void refuse() { refusing_ = true; }
  /// And replies end by themselves, within a fraction of a second.
  void stop();
  /// Replies that are not written out yet.
  [[nodiscard]] int num_open() const { return num_open_; }

 private:
  struct Reply;

  void answer_as_stream(const std::shared_ptr<Reply>& reply, httplib::Response& response) const;
  void answer_as_json(const std::shared_ptr<Reply>& reply, httplib::Response& response) const;

  const int max_open_;
  const ServeOptions& options_;
  StreamPump& pump_;
  const RequestSink sink_;
  std::atomic<bool> refusing_ = false;
  std::atomic<bool> stopping_ = false;
  std::atomic<int> num_open_ = 0;
  RequestIds ids_;
};

}  // namespace inferlab
