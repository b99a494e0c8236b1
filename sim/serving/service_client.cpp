#include "sim/serving/service_client.h"

#include <fmt/format.h>

#include <optional>
#include <utility>
#include <vector>

#include "sim/api/json.h"

namespace inferlab::sim {
namespace {

using End = HttpReply::End;

constexpr Duration kRoundTrip = 1ms;
/// Linux gives a connection up that nobody answers: tcp_syn_retries is 6.
constexpr Duration kConnectTimeout = 127s;
constexpr std::int64_t kBytesPerToken = 4;
constexpr std::int64_t kDefaultTokens = 16, kDefaultChatTokens = 256;

struct ServiceName {
  std::string ns, name;
};

/// "vllm", "vllm.chat", "vllm.chat.svc", "vllm.chat.svc.cluster.local" or a cluster IP.
std::optional<ServiceName> resolved(const Store& store, const HttpCall& call) {
  std::vector<std::string> parts;
  std::string_view rest = call.host;
  if (rest.ends_with('.')) rest.remove_suffix(1);
  for (;;) {
    const std::size_t dot = rest.find('.');
    parts.emplace_back(rest.substr(0, dot));
    if (dot == std::string_view::npos) break;
    rest.remove_prefix(dot + 1);
  }
  const std::vector<std::string> full = {parts[0], "", "svc", "cluster", "local"};
  bool is_name = parts.size() <= full.size() && parts.size() != 4;
  for (std::size_t i = 2; is_name && i < parts.size(); ++i) is_name = parts[i] == full[i];
  if (is_name) {
    ServiceName out{parts.size() > 1 ? parts[1] : call.ns, parts[0]};
    if (store.get({"services", out.ns, out.name}) != nullptr) return out;
  }
  for (const ObjectPtr& service : store.list("services")) {
    const std::string_view address = service->document["spec"]["clusterIP"].as_string();
    if (address == call.host && address != "None") {
      return ServiceName{service->key.ns, service->key.name};
    }
  }
  return std::nullopt;
}

/// No name, so nobody looks it up; a name's last part is never a number.
bool is_address(std::string_view host) {
  return host == "localhost" || host.find_first_not_of("0123456789.") == std::string_view::npos;
}

std::int64_t text_bytes(const Value& value) {
  if (value.is_string()) return static_cast<std::int64_t>(value.size());
  std::int64_t sum = 0;
  for (const Value& item : value.items()) sum += text_bytes(item);
  for (const auto& [key, item] : value.members()) {
    if (key == "content" || key == "text") sum += text_bytes(item);
  }
  return sum;
}

ChatRequest request_of(const Value& body, bool is_chat, const std::string& api_key) {
  ChatRequest out;
  const std::int64_t bytes = text_bytes(body[is_chat ? "messages" : "prompt"]);
  out.prompt_tokens = std::max<std::int64_t>(1, (bytes + kBytesPerToken - 1) / kBytesPerToken);
  const Value& newer = body["max_completion_tokens"];
  const Value& asked = is_chat && !newer.is_null() ? newer : body["max_tokens"];
  out.output_tokens =
      std::max<std::int64_t>(1, asked.as_int(is_chat ? kDefaultChatTokens : kDefaultTokens));
  out.model = body["model"].str();
  out.api_key = api_key;
  return out;
}

HttpReply error_reply(int status, const std::string& message) {
  const char* type = status == 404   ? "NotFoundError"
                     : status == 401 ? "Unauthorized"
                                     : "BadRequestError";
  const Value error = Value::object(
      {{"code", status}, {"message", Value(message)}, {"param", Value()}, {"type", type}});
  return {End::kAnswered, status, to_json(Value::object({{"error", error}}))};
}

/// What the server has written is not simulated, only how much.
HttpReply completion_reply(const ChatRequest& request, bool is_chat) {
  const Value usage =
      Value::object({{"completion_tokens", request.output_tokens},
                     {"prompt_tokens", request.prompt_tokens},
                     {"total_tokens", request.prompt_tokens + request.output_tokens}});
  const Value body = Value::object({{"model", Value(request.model)},
                                    {"object", is_chat ? "chat.completion" : "text_completion"},
                                    {"usage", usage}});
  return {End::kAnswered, 200, to_json(body)};
}

}  // namespace

ServiceClient::ServiceClient(Api& api, Kubelets& kubelets, Gateway& gateway)
    : api_(api),
      kubelets_(kubelets),
      gateway_(gateway),
      rng_(api.simulation().rng("kube-proxy", "service")),
      timers_(api.simulation()) {}

void ServiceClient::send(HttpCall call, std::function<void(const HttpReply&)> done) {
  const std::uint64_t id = ++last_id_;
  Flight& flight = flights_[id];
  if (call.max_time > 0s) {
    flight.timeout =
        timers_.after(call.max_time, "service-client/timeout", [this, id] { give_up(id); });
  }
  flight.call = std::move(call);
  flight.done = std::move(done);
  timers_.after(kRoundTrip, "service-client/connect", [this, id] { connect(id); });
}

void ServiceClient::connect(std::uint64_t id) {
  const auto found = flights_.find(id);
  if (found == flights_.end()) return;
  Flight& flight = found->second;
  const auto service = resolved(api_.store(), flight.call);
  if (!service) return end(id, {is_address(flight.call.host) ? End::kRefused : End::kUnresolved});
  const auto endpoints = gateway_.endpoints(service->ns, service->name, flight.call.port);
  const Duration patience =
      flight.call.connect_time > 0s ? flight.call.connect_time : kConnectTimeout;
  if (!endpoints) return end_after(id, patience, {End::kConnectTimedOut});
  if (endpoints->empty()) return end(id, {End::kRefused});
  flight.endpoint = (*endpoints)[rng_.below(endpoints->size())];
  const Endpoint& endpoint = flight.endpoint;
  if (!kubelets_.is_up(endpoint.node)) return end_after(id, patience, {End::kConnectTimedOut});
  Workload* const workload = kubelets_.listener(endpoint.ns, endpoint.pod, endpoint.port);
  if (workload == nullptr) return end(id, {End::kRefused});
  flight.is_connected = true;
  if (auto* const server = dynamic_cast<LlmServer*>(workload)) return ask(id, *server);
  const HttpAnswer answer = workload->http_get(endpoint.port, flight.call.path);
  if (!answer.connected) return end(id, {End::kRefused});
  end_after(id, answer.latency, {End::kAnswered, answer.status});
}

void ServiceClient::ask(std::uint64_t id, LlmServer& server) {
  Flight& flight = flights_.at(id);
  const HttpCall& call = flight.call;
  const std::string route = call.path.substr(0, call.path.find('?'));
  const bool is_chat = route == "/v1/chat/completions";
  if (!is_chat && route != "/v1/completions") {
    HttpAnswer answer = server.http_get(flight.endpoint.port, route);
    if (answer.status == 401 && server.refusal({.api_key = call.api_key}).status == 0) {
      answer.status = 200;
    }
    if (answer.status == 200 && call.method != "GET") answer.status = 405;
    return end_after(id, answer.latency, {End::kAnswered, answer.status});
  }
  if (call.method != "POST") return end_after(id, kRoundTrip, {End::kAnswered, 405});
  const auto body = parse_json(call.body);
  if (!body || !body->is_object())
    return end_after(id, kRoundTrip, error_reply(400, "JSON decode error"));
  const ChatRequest request = request_of(*body, is_chat, call.api_key);
  if (const Refusal refusal = server.refusal(request); refusal.status != 0) {
    return end_after(id, kRoundTrip, error_reply(refusal.status, refusal.message));
  }
  RequestEvents events{.first_token = [](Time) {},
                       .finished =
                           [this, id, request, is_chat](Time, FinishReason reason) {
                             end(id, reason == FinishReason::kAbort
                                         ? HttpReply{End::kCut}
                                         : completion_reply(request, is_chat));
                           }};
  const Result<std::uint64_t> accepted = server.submit(request, std::move(events));
  if (accepted) {
    flight.server_id = *accepted;
  } else if (accepted.error().kind == ErrorKind::kInvalid) {
    end_after(id, kRoundTrip, error_reply(400, accepted.error().message));
  } else {
    end(id, {End::kRefused});
  }
}

void ServiceClient::give_up(std::uint64_t id) {
  const auto found = flights_.find(id);
  if (found == flights_.end()) return;
  const Flight& flight = found->second;
  if (flight.server_id != 0) {
    Workload* const workload =
        kubelets_.listener(flight.endpoint.ns, flight.endpoint.pod, flight.endpoint.port);
    if (auto* const server = dynamic_cast<LlmServer*>(workload)) server->abort(flight.server_id);
  }
  end(id, {flight.is_connected ? End::kTimedOut : End::kConnectTimedOut});
}

void ServiceClient::end(std::uint64_t id, const HttpReply& reply) {
  const auto found = flights_.find(id);
  if (found == flights_.end()) return;
  if (found->second.timeout != 0) timers_.cancel(found->second.timeout);
  const auto done = std::move(found->second.done);
  flights_.erase(found);
  done(reply);
}

void ServiceClient::end_after(std::uint64_t id, Duration time, HttpReply reply) {
  timers_.after(time, "service-client/answer",
                [this, id, reply = std::move(reply)] { end(id, reply); });
}

}  // namespace inferlab::sim
