#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "engine/base/time.h"

namespace inferlab {

/// What is told of a request when its answer is over: who reads logs and traces learns when, how
/// long and how much, and never a word of what was said.
struct RequestRecord {
  std::string id = {};  ///< "cmpl-…", as the client was told
  std::string path = {};
  std::string model = {};
  int status = 200;
  bool stream = false;
  std::int64_t n = 1;
  std::optional<std::int64_t> max_tokens = {};
  std::optional<float> temperature = {};  ///< these two where tokens are drawn
  std::optional<float> top_p = {};
  std::int64_t prompt_tokens = 0;
  std::int64_t cached_tokens = 0;
  std::int64_t completion_tokens = 0;
  std::string finish_reason =
      {};  ///< of the first choice; empty: the client or the server left before
  // Of the choice that took longest; 0: it did not come so far.
  Duration queue_time = {};
  Duration ttft = {};
  Duration e2e = {};
  std::chrono::system_clock::time_point arrival = {};
  std::string traceparent = {};  ///< the client's headers, as they came
  std::string tracestate = {};
};

/// Called from the connections' threads, so it must not block.
using RequestSink = std::function<void(const RequestRecord&)>;

/// One line of JSON without the newline.
std::string request_log_line(const RequestRecord& record);

/// "2026-01-05T08:00:00.123456Z"
std::string format_wall_clock(std::chrono::system_clock::time_point time);

}  // namespace inferlab
