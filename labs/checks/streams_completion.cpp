// Asks the real engine, configured as the ready containers behind a Service are, for a streamed
// chat completion as the lab's clients do: by `model`, without a key. Looks at the protocol only,
// so that the finding is the same on every machine. Source: OpenAI API reference, "Chat
// completions".
#include <fmt/format.h>

#include "labs/checks/backends.h"
#include "labs/checks/common_params.h"
#include "labs/checks/kinds.h"
#include "labs/checks/llm_containers.h"
#include "labs/checks/loopback_http.h"
#include "labs/checks/real_engine.h"
#include "labs/checks/sse.h"
#include "sim/api/json.h"

namespace inferlab::labs {
namespace {

using sim::Value;

constexpr SpecField kFields[] = {
    kNamespaceParam,
    kServiceParam,
    {.name = "model", .description = "as the clients name it", .required = true},
};

constexpr int kMaxTokens = 24;

std::string request_body(const std::string& model) {
  const Value message = Value::object(
      {{"role", "user"}, {"content", "What does a readiness probe tell the Service?"}});
  return sim::to_json(
      Value::object({{"model", model},
                     {"messages", Value::array({message})},
                     {"max_tokens", kMaxTokens},
                     {"temperature", 0},
                     {"stream", true},
                     {"stream_options", Value::object({{"include_usage", true}})}}));
}

}  // namespace

constexpr SpecTable kStreamsCompletionParams = {"streams-completion", "", kFields};

Result<Finding> streams_completion(CheckContext& context, const Params& params) {
  INFERLAB_TRY(sim::Cluster* const run, context.run({}));
  const std::string ns = params.text_or("namespace", "default");
  const std::string service = params.text("service");
  const std::string model = params.text("model");
  const std::string expected = fmt::format(
      "POST /v1/chat/completions with model \"{}\" and no key streams a completion: role, text, "
      "finish_reason, usage, [DONE]",
      model);
  const Backends backends = ready_backends(run->store(), ns, service);
  if (backends.pods.empty()) return Finding::fail(backends.trouble, expected);
  const std::vector<LlmContainer> servers = llm_containers(backends.pods, run->spec());
  if (servers.empty()) {
    return Finding::fail(fmt::format("no LLM server stands behind Service {}/{}", ns, service),
                         expected);
  }
  INFERLAB_TRY(const std::string model_path, embedded_model());
  INFERLAB_TRY(const RealEngine engine,
               RealEngine::start(serve_options_for(servers.front(), model_path)));
  INFERLAB_TRY(const HttpReply reply,
               post_json(engine.port(), "/v1/chat/completions", request_body(model)));
  const std::string who = fmt::format("the engine of container {}", servers.front().container);
  if (reply.status != 200) {
    const auto body = sim::parse_json(reply.body);
    return Finding::fail(
        fmt::format("{} answers {}: {}", who, reply.status,
                    body ? (*body)["error"]["message"].as_string() : std::string_view("no JSON")),
        expected);
  }
  if (!reply.content_type.starts_with("text/event-stream")) {
    return Finding::fail(fmt::format("{} answers with {}", who, reply.content_type), expected);
  }
  const auto events = sse_events(reply.body);
  const std::string fault = events ? chat_stream_fault(*events, model) : events.error().message;
  if (!fault.empty()) return Finding::fail(fmt::format("{}: {}", who, fault), expected);
  return Finding::pass(fmt::format("{} streams role, text, finish_reason, usage and [DONE]", who));
}

}  // namespace inferlab::labs
