#pragma once

#include <cstdint>
#include <initializer_list>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/rng.h"
#include "engine/base/time.h"

namespace httplib {
struct Request;
}  // namespace httplib

namespace inferlab {

// What all requests of the engine bring beside their bodies.

/// vLLM's header X-Vllm-Priority goes before the body's field; what is no number is passed over.
std::int32_t priority_of(const httplib::Request& request, std::int32_t otherwise);

/// How long the answer is worth anything, from the request's arrival: Envoy's header
/// x-envoy-expected-rq-timeout-ms, which Envoy and what is built on it (Istio, Envoy Gateway) send
/// to whom they ask and after which they give up themselves; any client may. vLLM has nothing of
/// the kind. What is no number above 0 is passed over. Source: Envoy's documentation, "HTTP
/// filters: Router".
std::optional<Duration> timeout_of(const httplib::Request& request);

/// Names of requests: the client's own, or random ones. Thread-safe.
class RequestIds {
 public:
  RequestIds();
  /// "cmpl-…": the header X-Request-Id, else `given`, where it is one plain word, for it goes into
  /// logs; else a random number.
  std::string make(std::string_view prefix, const httplib::Request& request,
                   const std::string& given);
  /// For other names within a request.
  std::uint64_t next_seed();

 private:
  std::mutex mutex_;
  Rng rng_;
};

}  // namespace inferlab
