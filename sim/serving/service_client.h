#pragma once

#include <cstdint>
#include <functional>
#include <map>

#include "sim/node/http_client.h"
#include "sim/node/kubelets.h"
#include "sim/node/timers.h"
#include "sim/serving/gateway.h"

namespace inferlab::sim {

/// Requests that processes in Pods make of a Service: by its name or its cluster IP, to one of its
/// endpoints, as kube-proxy's rules choose it at random (the stream "kube-proxy"). They pass no
/// gateway, so they are in none of its records, but a model server works on them as on any other.
/// Pods' own addresses and localhost are not called: whoever names one is refused, as where nobody
/// listens.
///
/// Of a prompt's text every four bytes count as a token, and the answer is as long as max_tokens
/// says: 16 for completions and 256 for a chat that does not say.
/// Source: Kubernetes documentation, "DNS for Services and Pods", "Virtual IPs and Service
/// Proxies" (a Service without endpoints refuses, an unknown port is never answered).
class ServiceClient final : public HttpClient {
 public:
  ServiceClient(Api& api, Kubelets& kubelets, Gateway& gateway);

  void send(HttpCall call, std::function<void(const HttpReply&)> done) override;

 private:
  struct Flight {
    HttpCall call;
    std::function<void(const HttpReply&)> done;
    EventId timeout = 0;  // 0: none
    Endpoint endpoint = {};
    bool is_connected = false;
    std::uint64_t server_id = 0;  // LlmServer's
  };
  void connect(std::uint64_t id);
  void ask(std::uint64_t id, LlmServer& server);
  void give_up(std::uint64_t id);
  void end(std::uint64_t id, const HttpReply& reply);
  /// Ends after the time that the answer takes.
  void end_after(std::uint64_t id, Duration time, HttpReply reply);

  Api& api_;
  Kubelets& kubelets_;
  Gateway& gateway_;
  Rng& rng_;
  std::map<std::uint64_t, Flight> flights_;
  std::uint64_t last_id_ = 0;
  Timers timers_;
};

}  // namespace inferlab::sim
