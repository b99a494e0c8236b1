#pragma once

#include <cstdint>
#include <string>

#include "engine/base/time.h"

namespace inferlab::sim {

/// A stream of chat requests to one Service: Poisson arrivals at `requests_per_second` from `start`
/// to `end`, lengths uniform between the bounds. Drawn from the run's stream ("traffic", name).
///
/// Requests may begin alike, which a prefix cache finds. With `system_prompts` each begins with one
/// of so many texts. With more than one turn each arrival begins a conversation: when an answer has
/// come, the client reads for a while and sends everything said so far, and something more.
/// What concerns this is drawn from ("traffic-prefix", name): arrivals and lengths of first
/// requests are the same with it and without.
struct TrafficSpec {
  std::string name;
  std::string ns = "default";
  std::string service;      // by name
  int port = 0;             // the Service's port; 0: its first
  Duration start{}, end{};  // from the start of the run
  double requests_per_second = 1;
  std::int64_t prompt_tokens_min = 64, prompt_tokens_max = 512;
  std::int64_t output_tokens_min = 16, output_tokens_max = 128;
  std::int64_t system_prompts = 0;            // different ones, drawn evenly; 0: none
  std::int64_t system_prompt_tokens = 0;      // of each; prompt_tokens_* come after it
  std::int64_t turns_min = 1, turns_max = 1;  // requests of a conversation
  Duration pause = 20s;      // mean, exponential: from an answer's end to the next turn
  Duration timeout = 60s;    // the client gives up
  std::string model = {};    // `model` of each request; empty: the server does not look at it
  std::string api_key = {};  // sent as the bearer token; empty: none
};

}  // namespace inferlab::sim
