#include "sim/serving/gateway.h"

#include <fmt/format.h>

#include <utility>

namespace inferlab::sim {
namespace {

/// How long a proxy waits for a connection that nobody answers (a lost node); Envoy's default.
constexpr Duration kConnectTimeout = 5s;

constexpr double kBounds[] = {0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5,  0.75, 1.0,  1.5,  2.0,
                              2.5,   3.0,  4.0,   5.0,  7.5, 10.0, 15.0, 20.0, 30.0, 60.0, 120.0};

}  // namespace

Gateway::Service::Service() : ttft(kBounds), duration(kBounds) {}

Gateway::Gateway(Api& api, Kubelets& kubelets, Telemetry& telemetry)
    : api_(api),
      kubelets_(kubelets),
      telemetry_(telemetry),
      endpoints_(api.store()),
      timers_(api.simulation()) {
  telemetry_.add_target("gateway", {{"job", "gateway"}, {"instance", "gateway:8080"}},
                        [this](std::vector<Sample>& samples) { scrape(samples); });
}

Gateway::~Gateway() {
  telemetry_.remove_target("gateway");
}

void Gateway::add_route(const std::string& ns, const std::string& service) {
  Service& route = services_[{ns, service}];
  for (const int code : {200, 400, 401, 404, 499, 502, 503}) route.by_code.try_emplace(code, 0);
}

std::uint64_t Gateway::send(const Call& call) {
  const std::uint64_t id = records_.size() + 1;
  records_.push_back({.id = id,
                      .ns = call.ns,
                      .service = call.service,
                      .prompt_tokens = call.request.prompt_tokens,
                      .output_tokens = call.request.output_tokens,
                      .arrival = timers_.now()});
  ++service_of(record_of(id)).in_flight;
  flights_[id].timeout =
      timers_.after(call.timeout, "gateway/timeout", [this, id] { give_up(id); });
  flights_[id].on_end = call.on_end;
  const Result<Endpoint> endpoint = pick(call.ns, call.service, call.port);
  if (!endpoint) {
    end(id, timers_.now(), 503);
    return id;
  }
  record_of(id).pod = endpoint->pod;
  record_of(id).node = endpoint->node;
  Workload* const workload = kubelets_.listener(endpoint->ns, endpoint->pod, endpoint->port);
  if (workload == nullptr) {
    refused(id, *endpoint);
  } else if (auto* const server = dynamic_cast<LlmServer*>(workload)) {
    flights_[id].port = endpoint->port;
    deliver(id, *endpoint, *server, call.request);
  } else {
    const HttpAnswer answer = workload->http_get(endpoint->port, "/v1/chat/completions");
    end(id, timers_.now(), answer.connected ? answer.status : 503);
  }
  return id;
}

void Gateway::refused(std::uint64_t id, const Endpoint& endpoint) {
  RequestRecord& record = record_of(id);
  if (!kubelets_.is_up(endpoint.node)) {
    timers_.after(kConnectTimeout, "gateway/connect-timeout",
                  [this, id] { end(id, timers_.now(), 503); });
    return;
  }
  const ObjectPtr pod = api_.store().get({"pods", endpoint.ns, endpoint.pod});
  const bool is_leaving = pod == nullptr || pod->document["metadata"].has("deletionTimestamp");
  // A server that runs but listens elsewhere (a wrong targetPort) is another mistake.
  record.unloaded = !is_leaving && !kubelets_.serving(endpoint.ns, endpoint.pod);
  if (record.unloaded) ++service_of(record).unloaded;
  end(id, timers_.now(), 503);
}

void Gateway::deliver(std::uint64_t id, const Endpoint& /*endpoint*/, LlmServer& server,
                      const ChatRequest& request) {
  RequestEvents events{.first_token =
                           [this, id](Time when) {
                             RequestRecord& record = record_of(id);
                             if (record.code != 0) return;
                             record.first_token = when;
                             service_of(record).ttft.observe(to_seconds(when - record.arrival));
                           },
                       .finished =
                           [this, id](Time when, FinishReason reason) {
                             end(id, when, reason == FinishReason::kAbort ? 502 : 200);
                           }};
  const Refusal refusal = server.refusal(request);
  if (refusal.status != 0) {
    end(id, timers_.now(), refusal.status);
    return;
  }
  const Result<std::uint64_t> accepted = server.submit(request, std::move(events));
  if (accepted) {
    flights_[id].server_id = *accepted;
  } else {
    end(id, timers_.now(), accepted.error().kind == ErrorKind::kInvalid ? 400 : 503);
  }
}

void Gateway::give_up(std::uint64_t id) {
  const auto found = flights_.find(id);
  if (found == flights_.end()) return;
  const RequestRecord& record = record_of(id);
  const std::uint64_t server_id = found->second.server_id;
  if (server_id != 0) {
    Workload* const workload = kubelets_.listener(record.ns, record.pod, found->second.port);
    if (auto* const server = dynamic_cast<LlmServer*>(workload)) server->abort(server_id);
  }
  end(id, timers_.now(), 499);
}

void Gateway::end(std::uint64_t id, Time when, int code) {
  const auto found = flights_.find(id);
  if (found == flights_.end()) return;
  timers_.cancel(found->second.timeout);
  const auto on_end = std::move(found->second.on_end);
  flights_.erase(found);
  RequestRecord& record = record_of(id);
  record.end = when;
  record.code = code;
  Service& service = service_of(record);
  --service.in_flight;
  ++service.by_code[code];
  if (code == 200) service.duration.observe(to_seconds(when - record.arrival));
  api_.simulation().trace().add(static_cast<std::uint64_t>(when.time_since_epoch().count()));
  api_.simulation().trace().add(static_cast<std::uint64_t>(code));
  if (on_end) on_end(record);
}

std::uint64_t Gateway::add_record(RequestRecord record) {
  record.id = records_.size() + 1;
  Service& service = service_of(record);
  ++service.by_code[record.code];
  if (record.unloaded) ++service.unloaded;
  if (record.first_token) service.ttft.observe(to_seconds(*record.first_token - record.arrival));
  if (record.code == 200 && record.end) {
    service.duration.observe(to_seconds(*record.end - record.arrival));
  }
  records_.push_back(std::move(record));
  return records_.size();
}

void Gateway::scrape(std::vector<Sample>& samples) const {
  for (const auto& [name, service] : services_) {
    const SeriesLabels labels{{"namespace", name.first}, {"service", name.second}};
    for (const auto& [code, count] : service.by_code) {
      SeriesLabels own = labels;
      own["code"] = fmt::format("{}", code);
      samples.push_back({"gateway_requests_total", std::move(own), static_cast<double>(count)});
    }
    samples.push_back(
        {"gateway_requests_in_flight", labels, static_cast<double>(service.in_flight)});
    samples.push_back(
        {"gateway_unloaded_requests_total", labels, static_cast<double>(service.unloaded)});
    service.ttft.expose("gateway_time_to_first_token_seconds", labels, samples);
    service.duration.expose("gateway_request_duration_seconds", labels, samples);
  }
}

}  // namespace inferlab::sim
