#pragma once

#include <atomic>
#include <memory>
#include <vector>

#include "engine/serve/api_keys.h"
#include "engine/serve/api_types.h"
#include "engine/serve/embedding_request.h"
#include "engine/serve/engine.h"
#include "engine/serve/request_head.h"
#include "engine/serve/request_record.h"

namespace httplib {
struct Request;
struct Response;
}  // namespace httplib

namespace inferlab {

/// POST /v1/embeddings. Thread-safe: each connection calls from its own thread.
class EmbeddingHandler {
 public:
  /// As CompletionHandler's.
  EmbeddingHandler(int max_open, RequestSink sink);

  /// For an engine that is served for pooling. `lease` is the request's until its answer is over.
  void handle(Engine& engine, const httplib::Request& request, httplib::Response& response,
              std::unique_ptr<KeyLease> lease);

  /// From now on new requests are refused with 503.
  void refuse() { refusing_ = true; }
  /// And replies end by themselves, within a fraction of a second.
  void stop() { refusing_ = stopping_ = true; }
  /// Replies that are not written out yet.
  [[nodiscard]] int num_open() const { return num_open_; }

 private:
  void answer(Engine& engine, EmbeddingApiRequest& api, Time arrival,
              const httplib::Request& request, httplib::Response& response, KeyLease& lease);

  const int max_open_;
  const RequestSink sink_;
  std::atomic<bool> refusing_ = false;
  std::atomic<bool> stopping_ = false;
  std::atomic<int> num_open_ = 0;
  RequestIds ids_;
};

/// The tokens of one input, cut where the request says so. kInvalid in vLLM's words.
Result<std::vector<TokenId>> embedding_tokens(const Engine& engine,
                                              const EmbeddingApiRequest& request,
                                              EmbeddingInput& input);

/// vLLM's refusal of a completion or a chat where the model is served for pooling.
ApiError no_generation(ApiKind kind);
/// And of embeddings where it is not.
ApiError no_embeddings();

}  // namespace inferlab
