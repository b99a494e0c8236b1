#include "engine/serve/completion_handler.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <variant>

#include "engine/serve/api_request.h"
#include "engine/serve/completion_reply.h"
#include "engine/serve/http_listener.h"
#include "engine/serve/model_choice.h"
#include "engine/serve/stream_pump.h"

namespace inferlab {
namespace {

/// How long an answer in one piece is waited for before a look whether the client or the server has
/// gone.
constexpr Duration kPatience = 50ms;

ResponseHead head_of(const ApiRequest& api, std::string id, const std::string& served) {
  return {.kind = api.kind,
          .id = std::move(id),
          .model = api.model.empty() ? served : api.model,
          .created = std::chrono::duration_cast<std::chrono::seconds>(
                         std::chrono::system_clock::now().time_since_epoch())
                         .count(),
          .include_usage = api.include_usage,
          .continuous_usage = api.continuous_usage,
          .return_token_ids = api.return_token_ids,
          .with_logprobs = api.logprobs.has_value(),
          .tool_choice = api.tool_choice};
}

RequestRecord record_of(const httplib::Request& request, const ApiRequest& api,
                        const ResponseHead& head) {
  return {.id = head.id,
          .path = request.path,
          .model = head.model,
          .stream = api.stream,
          .max_tokens = api.max_tokens,
          .temperature = api.sampling.temperature,
          .top_p = api.sampling.top_p,
          .arrival = std::chrono::system_clock::now(),
          .traceparent = request.get_header_value("traceparent"),
          .tracestate = request.get_header_value("tracestate")};
}

}  // namespace

bool is_json(const httplib::Request& request) {
  const std::string type = request.get_header_value("Content-Type");
  return type.empty() || type.find("application/json") != std::string::npos ||
         type.find("+json") != std::string::npos;
}

void set_error(httplib::Response& response, const ApiError& error) {
  response.status = error.status;
  int seconds = error.retry_after;
  // Steps are short: a second later the queue has moved.
  if (seconds == 0 && (error.status == 429 || error.status == 503)) seconds = 1;
  if (seconds > 0) response.set_header("Retry-After", std::to_string(seconds));
  response.set_content(error_body(error), "application/json");
}

/// Counts as open until its answer is over.
struct CompletionHandler::Reply {
  explicit Reply(std::atomic<int>& num_open_in) : num_open(num_open_in) { ++num_open; }
  ~Reply() {
    answer.reset();
    --num_open;
  }
  Reply(const Reply&) = delete;
  Reply& operator=(const Reply&) = delete;

  std::atomic<int>& num_open;
  std::optional<CompletionReply> answer;
};

CompletionHandler::CompletionHandler(int max_open, const ServeOptions& options, StreamPump& pump,
                                     RequestSink sink)
    : max_open_(max_open), options_(options), pump_(pump), sink_(std::move(sink)) {}

void CompletionHandler::stop() {
  refusing_ = stopping_ = true;
  pump_.stop();
}

void CompletionHandler::handle(ApiKind kind, Engine& engine, const httplib::Request& request,
                               httplib::Response& response, std::unique_ptr<KeyLease> lease) {
  const Time arrival = engine.now();
  const auto reply = std::make_shared<Reply>(num_open_);
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
  std::variant<ApiRequest, ApiError> parsed = parse_api_request(kind, request.body);
  if (const auto* error = std::get_if<ApiError>(&parsed)) return set_error(response, *error);
  ApiRequest& api = std::get<ApiRequest>(parsed);
  const auto lora = choose_model(engine, api.model);
  if (const auto* error = std::get_if<ApiError>(&lora)) return set_error(response, *error);
  api.priority = priority_of(request, api.priority);
  if (options_.disable_any_whitespace && api.structured) api.structured->any_whitespace = false;
  if (options_.enable_force_include_usage && api.stream) {
    api.include_usage = api.continuous_usage = true;
  }
  const std::string_view prefix = kind == ApiKind::kChat ? "chatcmpl-" : "cmpl-";
  const ResponseHead head =
      head_of(api, ids_.make(prefix, request, api.request_id), engine.served_model_names().front());
  std::variant<GenerationPlan, ApiError> plan =
      plan_generation(api, engine, options_.max_logprobs, head.id, arrival);
  if (const auto* error = std::get_if<ApiError>(&plan)) return set_error(response, *error);
  for (GenerationRequest& one : std::get<GenerationPlan>(plan).requests) {
    one.timeout = timeout_of(request);
    one.lora = std::get<std::shared_ptr<const ServedLora>>(lora);
  }

  CompletionReply& answer = reply->answer.emplace(
      engine,
      CompletionReply::Setup{.head = head,
                             .tokens_as_ids = api.return_tokens_as_token_ids.value_or(
                                 options_.return_tokens_as_token_ids),
                             .tells_cached_tokens = options_.enable_prompt_tokens_details,
                             .shows_prompt_logprobs = api.prompt_logprobs.has_value(),
                             .echo = api.echo,
                             .n = api.n,
                             .tool_call_seed = ids_.next_seed(),
                             .lease = std::move(lease),
                             .record = record_of(request, api, head),
                             .sink = sink_},
      std::move(std::get<GenerationPlan>(plan)));
  if (const Result<void> queued = answer.submit(); !queued) {
    return set_error(response, api_error(queued.error()));
  }
  if (api.stream) {
    answer_as_stream(reply, response);
  } else {
    answer_as_json(reply, response);
  }
}

void CompletionHandler::answer_as_stream(const std::shared_ptr<Reply>& reply,
                                         httplib::Response& response) const {
  const auto provide = [this, reply](std::size_t /*offset*/, httplib::DataSink& sink) {
    if (!pump_.deliver(*reply->answer, current_connection())) return false;
    sink.done();
    return true;
  };
  response.set_chunked_content_provider("text/event-stream; charset=utf-8", provide);
}

void CompletionHandler::answer_as_json(const std::shared_ptr<Reply>& reply,
                                       httplib::Response& response) const {
  CompletionReply& answer = *reply->answer;
  const auto fail = [&](const ApiError& error) {
    answer.set_status(error.status);
    set_error(response, error);
  };
  while (!answer.done()) {
    if (answer.wait(kPatience)) {
      answer.collect();
      if (answer.done()) break;
    }
    if (stopping_) return fail(shutting_down());
    if (!client_is_connected()) {
      answer.set_status(499);
      response.status = 499;  // nobody reads it but the log
      return;
    }
  }
  if (answer.error()) return fail(*answer.error());
  response.set_content(answer.body(), "application/json");
}

}  // namespace inferlab
