#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "sim/api/api.h"
#include "sim/node/kubelets.h"
#include "sim/node/timers.h"
#include "sim/serving/endpoint_table.h"
#include "sim/serving/llm_server.h"
#include "sim/telemetry/histogram.h"

namespace inferlab::sim {

/// What became of one request, for checks and plots.
struct RequestRecord {
  std::uint64_t id = 0;
  std::string ns = {}, service = {};
  std::string pod = {}, node = {};  // empty when it was routed nowhere
  std::int64_t prompt_tokens = 0, output_tokens = 0;
  Time arrival{};
  std::optional<Time> first_token = {}, end = {};
  /// 0 while it is under way. 200; 400, 401 and 404 from the server; 499 the client gave up; 502
  /// cut off under way; 503 no endpoint, or nobody listens there.
  int code = 0;
  /// Nobody listened at the replica it was routed to because that has not loaded (yet), though the
  /// Pod was not on its way out and its node was up: a Pod that counts as ready before its model is
  /// there.
  bool unloaded = false;
};

/// The way in: sends each request to an endpoint of its Service, exactly where Kubernetes would
/// route it, and measures what the client sees.
///
/// Metrics, target "gateway": gateway_requests_total{namespace, service, code},
/// gateway_time_to_first_token_seconds and gateway_request_duration_seconds (histograms, of
/// requests that were answered), gateway_requests_in_flight, gateway_unloaded_requests_total.
/// Not thread-safe: lives on the run's thread.
class Gateway {
 public:
  Gateway(Api& api, Kubelets& kubelets, Telemetry& telemetry);
  ~Gateway();
  Gateway(const Gateway&) = delete;
  Gateway& operator=(const Gateway&) = delete;

  /// Where the next connection to the Service goes; see EndpointTable::pick(). Takes a turn.
  Result<Endpoint> pick(std::string_view ns, std::string_view service, int port = 0) {
    return endpoints_.pick(ns, service, port);
  }

  /// What pick() chooses from; takes no turn, so looking changes nothing.
  [[nodiscard]] Result<std::vector<Endpoint>> endpoints(std::string_view ns,
                                                        std::string_view service, int port) const {
    return endpoints_.read(ns, service, port);
  }

  /// Shows the metrics of a Service from now on, counters at 0: an increase needs a point before
  /// the first request. Without it they appear with the first request.
  void add_route(const std::string& ns, const std::string& service);

  struct Call {
    std::string ns, service;
    int port = 0;  // 0: the Service's first
    ChatRequest request;
    Duration timeout = 60s;
    /// Once, when its record has its code; perhaps inside send(). Must not send.
    std::function<void(const RequestRecord&)> on_end = {};
  };
  /// Sends one request now. Its record has the id that comes back.
  std::uint64_t send(const Call& call);

  /// Every request so far, in order of arrival; id - 1 is its place.
  [[nodiscard]] const std::deque<RequestRecord>& records() const { return records_; }

  /// Notes a request that somebody else carried out (the live gateway, with the real engine behind
  /// the Pod), so that its metrics count too. `record` has no id yet. Returns the id.
  std::uint64_t add_record(RequestRecord record);

 private:
  struct Flight {
    std::uint64_t server_id = 0;  // LlmServer's
    int port = 0;
    EventId timeout = 0;
    std::function<void(const RequestRecord&)> on_end = {};
  };
  struct Service {
    std::map<int, std::int64_t> by_code;
    std::int64_t unloaded = 0;
    std::int64_t in_flight = 0;
    Histogram ttft, duration;
    Service();
  };
  RequestRecord& record_of(std::uint64_t id) { return records_[id - 1]; }
  Service& service_of(const RequestRecord& record) {
    return services_[{record.ns, record.service}];
  }
  void refused(std::uint64_t id, const Endpoint& endpoint);
  void deliver(std::uint64_t id, const Endpoint& endpoint, LlmServer& server,
               const ChatRequest& request);
  void give_up(std::uint64_t id);
  void end(std::uint64_t id, Time when, int code);
  void scrape(std::vector<Sample>& samples) const;

  Api& api_;
  Kubelets& kubelets_;
  Telemetry& telemetry_;
  EndpointTable endpoints_;
  std::deque<RequestRecord> records_;
  std::map<std::uint64_t, Flight> flights_;
  std::map<std::pair<std::string, std::string>, Service> services_;
  Timers timers_;
};

}  // namespace inferlab::sim
