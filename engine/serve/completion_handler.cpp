#include "engine/serve/completion_handler.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <random>
#include <variant>

#include "engine/serve/api_request.h"
#include "engine/serve/http_listener.h"
#include "engine/serve/reply_channel.h"

namespace inferlab {
namespace {

/// How long a connection waits for news before it looks whether the client or the server has gone.
constexpr Duration kPatience = 50ms;

const ApiError kStopping{.status = 503, .message = "server: is shutting down"};

std::uint64_t random_seed() {
  std::random_device device;
  return (std::uint64_t{device()} << 32) | device();
}

/// A client may bring its own id; it goes into logs, so only plain characters.
bool is_plain_id(const std::string& text) {
  return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
           c == '_' || c == '.';
  });
}

bool is_json(const httplib::Request& request) {
  const std::string type = request.get_header_value("Content-Type");
  return type.empty() || type.find("application/json") != std::string::npos ||
         type.find("+json") != std::string::npos;
}

Result<std::vector<TokenId>> prompt_tokens(const Engine& engine, const ApiRequest& request) {
  if (request.kind == ApiKind::kChat) return engine.render_chat(request.messages);
  if (request.prompt_ids) return *request.prompt_ids;
  return engine.tokenize_prompt(request.prompt_text);
}

}  // namespace

void set_error(httplib::Response& response, const ApiError& error) {
  response.status = error.status;
  // Steps are short: a second later the queue has moved.
  if (error.status == 429) response.set_header("Retry-After", "1");
  response.set_content(error_body(error), "application/json");
}

/// One answer under way; its end, however it comes, ends the request too.
struct CompletionHandler::Reply {
  Reply(Engine& engine_in, std::atomic<int>& num_open_in)
      : engine(engine_in), num_open(num_open_in), channel(std::make_shared<ReplyChannel>()) {
    ++num_open;
  }
  ~Reply() {
    if (!ended && id != 0) engine.cancel(id);
    --num_open;
  }
  Reply(const Reply&) = delete;
  Reply& operator=(const Reply&) = delete;

  Engine& engine;
  std::atomic<int>& num_open;
  std::shared_ptr<ReplyChannel> channel;
  RequestId id = 0;
  ResponseHead head;
  bool ended = false;
  bool begun = false;  // of a stream: the role is out
};

CompletionHandler::CompletionHandler(int max_open) : max_open_(max_open), rng_(random_seed()) {}

std::string CompletionHandler::make_id(ApiKind kind, const httplib::Request& request) {
  const std::string_view prefix = kind == ApiKind::kChat ? "chatcmpl-" : "cmpl-";
  const std::string given = request.get_header_value("X-Request-Id");
  if (is_plain_id(given)) return fmt::format("{}{}", prefix, given);
  const std::scoped_lock lock(rng_mutex_);
  const std::uint64_t high = rng_.next();
  return fmt::format("{}{:016x}{:016x}", prefix, high, rng_.next());
}

void CompletionHandler::handle(ApiKind kind, Engine& engine, const httplib::Request& request,
                               httplib::Response& response) {
  const Time arrival = engine.now();
  if (stopping_) return set_error(response, kStopping);
  const auto reply = std::make_shared<Reply>(engine, num_open_);
  if (num_open_ > max_open_) {
    return set_error(
        response,
        {.status = 429, .message = fmt::format("server: {} requests are open already", max_open_)});
  }
  if (!is_json(request)) {
    return set_error(response, {.message = "Content-Type: must be application/json"});
  }
  std::variant<ApiRequest, ApiError> parsed = parse_api_request(kind, request.body);
  if (const auto* error = std::get_if<ApiError>(&parsed)) return set_error(response, *error);
  ApiRequest& api = std::get<ApiRequest>(parsed);

  const std::vector<std::string>& names = engine.served_model_names();
  if (!api.model.empty() && std::find(names.begin(), names.end(), api.model) == names.end()) {
    return set_error(response, {.status = 404,
                                .message = fmt::format("The model `{}` does not exist.", api.model),
                                .param = "model"});
  }
  Result<std::vector<TokenId>> prompt = prompt_tokens(engine, api);
  if (!prompt) return set_error(response, api_error(prompt.error()));

  reply->head.kind = kind;
  reply->head.id = make_id(kind, request);
  reply->head.model = api.model.empty() ? names.front() : api.model;
  reply->head.created = std::chrono::duration_cast<std::chrono::seconds>(
                            std::chrono::system_clock::now().time_since_epoch())
                            .count();
  reply->head.include_usage = api.include_usage;

  GenerationRequest generation{.name = reply->head.id,
                               .prompt = std::move(*prompt),
                               .max_tokens = api.max_tokens,
                               .sampling = api.sampling,
                               .has_seed = api.has_seed,
                               .stop = std::move(api.stop),
                               .ignore_eos = api.ignore_eos,
                               .min_tokens = api.min_tokens,
                               .stop_token_ids = std::move(api.stop_token_ids),
                               .include_stop = api.include_stop,
                               .priority = api.priority,
                               .arrival = arrival};
  const Result<RequestId> id =
      engine.submit(std::move(generation), ReplyChannel::callbacks(reply->channel));
  if (!id) {
    return set_error(response, api_error(id.error()));
  }
  reply->id = *id;
  if (api.stream) {
    answer_as_stream(reply, response);
  } else {
    answer_as_json(reply, response);
  }
}

void CompletionHandler::answer_as_stream(const std::shared_ptr<Reply>& reply,
                                         httplib::Response& response) const {
  const auto provide = [this, reply](std::size_t /*offset*/, httplib::DataSink& sink) {
    const auto write = [&](std::string_view text) { return sink.write(text.data(), text.size()); };
    ReplyChannel::News news = reply->channel->take(kPatience);
    const auto fail = [&](const ApiError& error) {
      write(sse(error_body(error)));
      write(kSseDone);
      sink.done();
      return true;
    };
    // Before the next call the library asks the connection whether the client is still there.
    if (news.empty()) return stopping_ ? fail(kStopping) : true;
    if (!reply->begun && reply->head.kind == ApiKind::kChat) {
      if (!write(sse(role_chunk(reply->head)))) return false;
    }
    reply->begun = true;
    for (const std::string& text : news.texts) {
      if (!write(sse(text_chunk(reply->head, text)))) return false;
    }
    if (!news.end) return true;
    reply->ended = true;
    if (news.end->error) return fail(api_error(*news.end->error));
    write(sse(end_chunk(reply->head, *news.end)));
    if (reply->head.include_usage) write(sse(usage_chunk(reply->head, *news.end)));
    write(kSseDone);
    sink.done();
    return true;
  };
  response.set_chunked_content_provider("text/event-stream; charset=utf-8", provide);
}

void CompletionHandler::answer_as_json(const std::shared_ptr<Reply>& reply,
                                       httplib::Response& response) const {
  std::string text;
  while (true) {
    const ReplyChannel::News news = reply->channel->take(kPatience);
    for (const std::string& piece : news.texts) text += piece;
    if (news.end) {
      reply->ended = true;
      if (news.end->error) return set_error(response, api_error(*news.end->error));
      return response.set_content(result_body(reply->head, text, *news.end), "application/json");
    }
    if (stopping_) return set_error(response, kStopping);
    if (!client_is_connected()) {
      response.status = 499;  // nobody reads it but the log
      return;
    }
  }
}

}  // namespace inferlab
