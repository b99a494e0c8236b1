#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>

#include "engine/base/rng.h"
#include "engine/serve/api_response.h"
#include "engine/serve/api_types.h"
#include "engine/serve/engine.h"

namespace httplib {
struct Request;
struct Response;
}  // namespace httplib

namespace inferlab {

/// Sets the answer to an error, with Retry-After where there is one to give.
void set_error(httplib::Response& response, const ApiError& error);

/// POST /v1/completions and /v1/chat/completions: from the body to the last chunk. Thread-safe:
/// each connection calls from its own thread.
class CompletionHandler {
 public:
  /// More than `max_open` requests at once are refused with 429.
  explicit CompletionHandler(int max_open);

  void handle(ApiKind kind, Engine& engine, const httplib::Request& request,
              httplib::Response& response);

  /// From now on replies end by themselves, within a fraction of a second.
  void stop() { stopping_ = true; }
  [[nodiscard]] bool stopping() const { return stopping_; }
  /// Replies that are not written out yet.
  [[nodiscard]] int num_open() const { return num_open_; }

 private:
  struct Reply;

  std::string make_id(ApiKind kind, const httplib::Request& request);
  void answer_as_stream(const std::shared_ptr<Reply>& reply, httplib::Response& response) const;
  void answer_as_json(const std::shared_ptr<Reply>& reply, httplib::Response& response) const;

  const int max_open_;
  std::atomic<bool> stopping_ = false;
  std::atomic<int> num_open_ = 0;
  std::mutex rng_mutex_;
  Rng rng_;
};

}  // namespace inferlab
