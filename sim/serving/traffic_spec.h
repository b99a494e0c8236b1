#pragma once

#include <cstdint>
#include <string>

#include "engine/base/time.h"

namespace inferlab::sim {

/// An open-loop stream of chat requests to one Service: Poisson arrivals at `rate` from `start` to
/// `end`, lengths uniform between the bounds. Drawn from the run's stream ("traffic", name).
struct TrafficSpec {
  std::string name;
  std::string ns = "default";
  std::string service;      // by name
  int port = 0;             // the Service's port; 0: its first
  Duration start{}, end{};  // from the start of the run
  double requests_per_second = 1;
  std::int64_t prompt_tokens_min = 64, prompt_tokens_max = 512;
  std::int64_t output_tokens_min = 16, output_tokens_max = 128;
  Duration timeout = 60s;    // the client gives up
  std::string model = {};    // `model` of each request; empty: the server does not look at it
  std::string api_key = {};  // sent as the bearer token; empty: none
};

}  // namespace inferlab::sim
