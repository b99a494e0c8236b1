// Asks the real engine, configured as the containers that listen behind a Service's port are, for a
// streamed chat completion as the lab's clients do: by `model`, without a key. Each configuration
// is asked once. Looks at the protocol only, so that the finding is the same on every machine.
// Source: OpenAI API reference, "Chat completions".
#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "labs/checks/common_params.h"
#include "labs/checks/kinds.h"
#include "labs/checks/llm_containers.h"
#include "labs/checks/loopback_http.h"
#include "labs/checks/real_engine.h"
#include "labs/checks/sse.h"
#include "sim/api/json.h"
#include "sim/node/kubelets.h"
#include "sim/serving/gateway.h"

namespace inferlab::labs {
namespace {

using sim::Value;

constexpr SpecField kFields[] = {
    kNamespaceParam,
    kServiceParam,
    {.name = "port",
     .type = SpecType::kInteger,
     .description = "of the Service",
     .required = true,
     .minimum = 1,
     .maximum = 65535},
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

// What of a server's setup its answer depends on.
bool same_setup(const ServeOptions& a, const ServeOptions& b) {
  const auto of = [](const ServeOptions& each) {
    return std::tie(each.served_model_name, each.max_model_len, each.max_num_seqs,
                    each.max_num_batched_tokens, each.enable_chunked_prefill, each.api_keys);
  };
  return of(a) == of(b);
}

/// The servers behind a port of a Service, or what is wrong with one of them.
struct Servers {
  std::vector<LlmContainer> found;
  Trouble trouble;
};

Servers servers_behind(sim::Cluster& run, const std::string& ns, const std::string& service,
                       int port) {
  Servers out;
  out.trouble = service_trouble(run, ns, service, port);
  if (out.trouble.any()) return out;
  const auto endpoints = run.gateway().endpoints(ns, service, port);
  INFERLAB_CHECK(endpoints.has_value());  // else there would be trouble
  for (const sim::Endpoint& endpoint : *endpoints) {
    const std::string where = fmt::format("port {} of Pod {}", endpoint.port, endpoint.pod);
    const sim::ObjectPtr pod = run.store().get({"pods", endpoint.ns, endpoint.pod});
    std::size_t before = out.found.size();
    if (pod != nullptr) {
      for (LlmContainer& server : llm_containers({pod}, run)) {
        if (server.args.port == endpoint.port) out.found.push_back(std::move(server));
      }
    }
    if (out.found.size() == before) {
      out.trouble.what = fmt::format("at {} listens no LLM server", where);
      return out;
    }
  }
  return out;
}

/// What is wrong with the answer to the clients' request, or empty.
std::string fault_of_answer(const HttpReply& reply, const std::string& model) {
  if (reply.status != 200) {
    const auto body = sim::parse_json(reply.body);
    return fmt::format(
        "answers {}: {}", reply.status,
        body ? (*body)["error"]["message"].as_string() : std::string_view("no JSON"));
  }
  if (!reply.content_type.starts_with("text/event-stream")) {
    return fmt::format("answers with {}", reply.content_type);
  }
  const auto events = sse_events(reply.body);
  const std::string fault = events ? chat_stream_fault(*events, model) : events.error().message;
  return fault.empty() ? fault : "streams wrongly: " + fault;
}

}  // namespace

constexpr SpecTable kStreamsCompletionParams = {"streams-completion", "", kFields};

Result<Finding> streams_completion(CheckContext& context, const Params& params) {
  INFERLAB_TRY(sim::Cluster* const run, context.run({}));
  const std::string ns = params.text_or("namespace", "default");
  const std::string service = params.text("service");
  const int port = static_cast<int>(params.integer("port"));
  const std::string model = params.text("model");
  const std::string expected = fmt::format(
      "POST /v1/chat/completions with model \"{}\" and no key streams a completion: role, text, "
      "finish_reason, usage, [DONE]",
      model);
  const Servers servers = servers_behind(*run, ns, service, port);
  if (servers.trouble.any()) return Finding::fail(servers.trouble, expected);
  INFERLAB_TRY(const std::string model_path, embedded_model());
  std::vector<ServeOptions> asked;
  for (const LlmContainer& server : servers.found) {
    const ServeOptions options = serve_options_for(server, model_path);
    if (std::any_of(asked.begin(), asked.end(),
                    [&](const ServeOptions& before) { return same_setup(before, options); })) {
      continue;
    }
    asked.push_back(options);
    const auto engine = RealEngine::start(options);
    if (!engine) {
      // The model is ours and good: what is invalid came with the container's arguments.
      if (engine.error().kind != ErrorKind::kInvalid) return engine.error();
      return Finding::fail(fmt::format("the server of container {} refuses its arguments: {}",
                                       server.container, engine.error().message),
                           expected);
    }
    INFERLAB_TRY(const HttpReply reply,
                 post_json(engine->port(), "/v1/chat/completions", request_body(model)));
    if (const std::string fault = fault_of_answer(reply, model); !fault.empty()) {
      return Finding::fail(fmt::format("the engine of container {} {}", server.container, fault),
                           expected)
          .with(reply.status >= 400 && reply.status < 500 ? Cause::kRefused : Cause::kFinding);
    }
  }
  return Finding::pass(
      fmt::format("the engine of container {} streams role, text, finish_reason, usage and [DONE]",
                  servers.found.front().container));
}

}  // namespace inferlab::labs
