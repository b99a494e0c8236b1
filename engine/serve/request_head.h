#pragma once

#include <cstdint>
#include <initializer_list>
#include <mutex>
#include <string>
#include <string_view>

#include "engine/base/rng.h"

namespace httplib {
struct Request;
}  // namespace httplib

namespace inferlab {

// What all requests of the engine bring beside their bodies.

/// vLLM's header X-Vllm-Priority goes before the body's field; what is no number is passed over.
std::int32_t priority_of(const httplib::Request& request, std::int32_t otherwise);

/// Names of requests: the client's own, or random ones. Thread-safe.
class RequestIds {
 public:
  RequestIds();
  /// "cmpl-…": the header X-Request-Id, else `given`, where it is one plain word, for it goes into
  /// logs; else a random number.
  std::string make(std::string_view prefix, const httplib::Request& request,
                   const std::string& given);

 private:
  std::mutex mutex_;
  Rng rng_;
};

}  // namespace inferlab
