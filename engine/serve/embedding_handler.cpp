#include "engine/serve/embedding_handler.h"

#include <fmt/format.h>
#include <httplib.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <span>
#include <utility>

#include "engine/serve/completion_handler.h"
#include "engine/serve/embedding_response.h"
#include "engine/serve/http_listener.h"
#include "engine/serve/make_pooling_sequence.h"
#include "engine/serve/model_choice.h"
#include "engine/serve/reply_channel.h"

namespace inferlab {
namespace {

/// How long a connection waits before it looks whether the client or the server has gone.
constexpr Duration kPatience = 50ms;

/// The embeddings of one request under way. Their end, however it comes, ends the engine's requests
/// too, and is told.
class Reply {
 public:
  /// Borrows the engine and the sink.
  Reply(Engine& engine, RequestRecord record, const RequestSink& sink)
      : engine_(engine), record_(std::move(record)), sink_(sink) {}
  ~Reply() {
    for (std::size_t i = 0; i < ids_.size(); ++i) {
      if (!results_[i]) engine_.cancel(ids_[i]);
    }
    if (sink_ && !ids_.empty()) sink_(record_);
  }
  Reply(const Reply&) = delete;
  Reply& operator=(const Reply&) = delete;

  /// Queues all requests, or none.
  Result<void> submit(std::vector<GenerationRequest> requests) {
    std::vector<GenerationCallbacks> callbacks;
    for (const GenerationRequest& request : requests) {
      record_.prompt_tokens += std::ssize(request.prompt);
      callbacks.push_back(
          ReplyChannel::callbacks(channel_, static_cast<int>(callbacks.size()), false));
    }
    results_.resize(requests.size());
    INFERLAB_TRY(ids_, engine_.submit_all(std::move(requests), std::move(callbacks)));
    return {};
  }

  /// Waits up to `patience`; whether all have ended, or one with an error.
  bool wait(Duration patience) {
    ReplyChannel::News news;
    channel_->wait_for_end(patience);
    channel_->take(news);
    for (auto& [number, result] : news.ends) {
      note(result);
      results_[static_cast<std::size_t>(number)] = std::move(result);
    }
    num_ended_ += news.ends.size();
    return failure_ || num_ended_ == results_.size();
  }

  /// Why the request as a whole failed, if it did.
  [[nodiscard]] const std::optional<ApiError>& failure() const { return failure_; }
  [[nodiscard]] std::int64_t num_prompt_tokens() const { return record_.prompt_tokens; }
  void set_status(int status) { record_.status = status; }
  /// In the order of the inputs, once all have ended well.
  std::vector<std::vector<float>> take_embeddings() {
    std::vector<std::vector<float>> embeddings;
    for (auto& result : results_) embeddings.push_back(std::move(result->embedding));
    return embeddings;
  }

 private:
  void note(const GenerationResult& result) {
    if (result.error && !failure_) failure_ = api_error(*result.error);
    if (result.timed_out && !failure_) failure_ = timed_out();
    if (result.finish_reason == FinishReason::kAbort && !failure_) failure_ = shutting_down();
    record_.cached_tokens += result.num_cached_tokens;
    if (record_.finish_reason.empty()) record_.finish_reason = to_string(result.finish_reason);
    if (result.e2e < record_.e2e) return;
    record_.e2e = result.e2e;
    record_.ttft = result.ttft;
    record_.queue_time = result.queue_time;
  }

  Engine& engine_;
  RequestRecord record_;
  const RequestSink& sink_;
  const std::shared_ptr<ReplyChannel> channel_ = std::make_shared<ReplyChannel>();
  std::vector<RequestId> ids_;
  std::vector<std::optional<GenerationResult>> results_;
  std::size_t num_ended_ = 0;
  std::optional<ApiError> failure_;
};

/// Keeps `limit` tokens. What the tokenizer puts around a text (BOS; [CLS] and [SEP]) stays, as
/// Hugging Face tokenizers cut.
void cut_text(std::vector<TokenId>& ids, const Tokenizer& tokenizer, const EncodeOptions& options,
              std::size_t limit, bool left) {
  if (ids.size() <= limit) return;
  const std::vector<TokenId> specials = tokenizer.encode("", options);
  // Not by the text's own tokens: it may spell special ones itself.
  const std::vector<TokenId> letter = tokenizer.encode("a", options);
  const std::size_t prefix = static_cast<std::size_t>(
      std::mismatch(specials.begin(), specials.end(), letter.begin(), letter.end()).first -
      specials.begin());
  const std::size_t suffix = specials.size() - prefix;
  if (specials.size() >= limit) return ids.resize(limit);
  const std::size_t num_cut = ids.size() - limit;
  const auto from = left ? ids.begin() + static_cast<std::ptrdiff_t>(prefix)
                         : ids.end() - static_cast<std::ptrdiff_t>(suffix + num_cut);
  ids.erase(from, from + static_cast<std::ptrdiff_t>(num_cut));
}

void cut_ids(std::vector<TokenId>& ids, std::size_t limit, bool left) {
  if (ids.size() <= limit) return;
  if (left) ids.erase(ids.begin(), ids.end() - static_cast<std::ptrdiff_t>(limit));
  ids.resize(limit);
}

}  // namespace

ApiError no_generation(ApiKind kind) {
  return {.message = kind == ApiKind::kChat ? "The model does not support Chat Completions API"
                                            : "The model does not support Completions API"};
}

ApiError no_embeddings() {
  return {.message = "The model does not support Embeddings API"};
}

Result<std::vector<TokenId>> embedding_tokens(const Engine& engine,
                                              const EmbeddingApiRequest& request,
                                              EmbeddingInput& input) {
  const std::int64_t most = engine.max_model_len();
  std::optional<std::size_t> limit;
  if (request.truncate_prompt_tokens) {
    const std::int64_t asked = *request.truncate_prompt_tokens;
    if (asked > most) {
      return Error{ErrorKind::kInvalid,
                   "truncate_prompt_tokens value is greater than max_model_len. Please, select a "
                   "smaller truncation size."};
    }
    limit = static_cast<std::size_t>(asked < 0 ? most : asked);
  }
  if (auto* ids = std::get_if<std::vector<TokenId>>(&input)) {
    if (limit) cut_ids(*ids, *limit, request.truncate_left);
    return std::move(*ids);
  }
  const std::string& text = std::get<std::string>(input);
  const Tokenizer& tokenizer = engine.tokenizer();
  // Before a text is tokenized that cannot fit whatever it says.
  const std::size_t least = text.size() / tokenizer.longest_token_bytes();
  if (!limit && std::cmp_greater(least, most)) {
    return input_too_long(static_cast<std::int64_t>(least), most, *engine.pooling());
  }
  const EncodeOptions options{.add_special = request.add_special_tokens, .parse_special = true};
  std::vector<TokenId> ids = tokenizer.encode(text, options);
  if (limit) cut_text(ids, tokenizer, options, *limit, request.truncate_left);
  return ids;
}

EmbeddingHandler::EmbeddingHandler(int max_open, RequestSink sink)
    : max_open_(max_open), sink_(std::move(sink)) {}

void EmbeddingHandler::handle(Engine& engine, const httplib::Request& request,
                              httplib::Response& response, std::unique_ptr<KeyLease> lease) {
  const Time arrival = engine.now();
  struct Seat {
    std::atomic<int>& count;
    ~Seat() { --count; }
  };
  ++num_open_;
  const Seat seat{num_open_};
  // After it counts: a drain that sees none open then knows that none will come.
  if (refusing_) return set_error(response, shutting_down());
  if (num_open_ > max_open_) {
    return set_error(
        response,
        {.status = 429, .message = fmt::format("server: {} requests are open already", max_open_)});
  }
  if (!is_json(request)) {
    return set_error(response, {.message = "Content-Type: must be application/json"});
  }
  std::variant<EmbeddingApiRequest, ApiError> parsed = parse_embedding_request(request.body);
  if (const auto* error = std::get_if<ApiError>(&parsed)) return set_error(response, *error);
  auto& api = std::get<EmbeddingApiRequest>(parsed);
  const auto lora = choose_model(engine, api.model);
  if (const auto* error = std::get_if<ApiError>(&lora)) return set_error(response, *error);
  if (api.model.empty()) api.model = engine.served_model_names().front();
  api.lora = std::get<std::shared_ptr<const ServedLora>>(lora);
  answer(engine, api, arrival, request, response, *lease);
}

void EmbeddingHandler::answer(Engine& engine, EmbeddingApiRequest& api, Time arrival,
                              const httplib::Request& request, httplib::Response& response,
                              KeyLease& lease) {
  const auto now = std::chrono::system_clock::now();
  EmbeddingResponse body{
      .id = ids_.make("embd-", request, api.request_id),
      .model = api.model,
      .created = std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count(),
      .as_base64 = api.as_base64,
      .big_endian = api.big_endian};
  std::vector<GenerationRequest> requests;
  for (EmbeddingInput& input : api.inputs) {
    Result<std::vector<TokenId>> tokens = embedding_tokens(engine, api, input);
    if (!tokens) return set_error(response, api_error(tokens.error()));
    requests.push_back({.name = fmt::format("{}-{}", body.id, requests.size()),
                        .prompt = std::move(*tokens),
                        .priority = priority_of(request, api.priority),
                        .cache_salt = api.cache_salt,
                        .lora = api.lora,
                        .pooling = api.pooling,
                        .timeout = timeout_of(request),
                        .arrival = arrival});
  }
  Reply reply(engine,
              {.id = body.id,
               .path = request.path,
               .model = body.model,
               .arrival = now,
               .traceparent = request.get_header_value("traceparent"),
               .tracestate = request.get_header_value("tracestate")},
              sink_);
  const auto fail = [&](const ApiError& error) {
    reply.set_status(error.status);
    set_error(response, error);
  };
  if (const Result<void> queued = reply.submit(std::move(requests)); !queued) {
    return fail(api_error(queued.error()));
  }
  lease.charge(reply.num_prompt_tokens());
  while (!reply.wait(kPatience)) {
    if (stopping_) return fail(shutting_down());
    if (!client_is_connected()) {
      reply.set_status(499);
      response.status = 499;  // nobody reads it but the log
      return;
    }
  }
  if (reply.failure()) return fail(*reply.failure());
  body.embeddings = reply.take_embeddings();
  body.num_prompt_tokens = reply.num_prompt_tokens();
  response.set_content(embedding_body(body), "application/json");
}

}  // namespace inferlab
