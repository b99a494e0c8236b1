#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "engine/base/rng.h"
#include "sim/node/timers.h"
#include "sim/serving/gateway.h"
#include "sim/serving/traffic_spec.h"

namespace inferlab::sim {

/// Sends the requests of one TrafficSpec through the gateway. Arrivals are an open loop, which does
/// not slow down when answers do; the later turns of a conversation wait for the answer before, and
/// do not come when there is none.
class TrafficGenerator {
 public:
  /// `gateway` outlives the generator.
  TrafficGenerator(Simulation& simulation, Gateway& gateway, TrafficSpec spec);

  /// Schedules the first arrival. At once, and once.
  void start();
  /// Requests so far, later turns included.
  [[nodiscard]] std::int64_t sent() const { return sent_; }
  [[nodiscard]] const TrafficSpec& spec() const { return spec_; }

 private:
  struct Conversation {
    std::vector<TokenRun> said;  // by both sides
    std::int64_t turn = 0;       // from 1, of the request under way
    std::int64_t turns = 1;
  };
  void schedule_next(Time after);
  void arrive();
  [[nodiscard]] bool has_prefixes() const;
  [[nodiscard]] Conversation begin_conversation();
  /// Adds what the turn says to the conversation, answer included. Returns the prompt's tokens.
  std::int64_t add_turn(std::uint64_t id, Conversation& conversation, std::int64_t prompt,
                        std::int64_t output);
  void send(std::int64_t prompt, std::int64_t output, std::vector<TokenRun> content,
            std::uint64_t conversation);
  void answered(std::uint64_t id, const RequestRecord& record);
  void next_turn(std::uint64_t id);

  Gateway& gateway_;
  TrafficSpec spec_;
  Rng& rng_;
  std::int64_t sent_ = 0;
  std::uint64_t last_conversation_ = 0;
  std::map<std::uint64_t, Conversation> conversations_;  // that may go on
  Timers timers_;
  Time begin_;  // of the run
};

}  // namespace inferlab::sim
