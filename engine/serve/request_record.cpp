#include "engine/serve/request_record.h"

#include <fmt/format.h>

#include <ctime>

#include "engine/serve/json_text.h"

namespace inferlab {

std::string format_wall_clock(std::chrono::system_clock::time_point time) {
  const auto micros =
      std::chrono::duration_cast<std::chrono::microseconds>(time.time_since_epoch()).count();
  const std::time_t seconds = micros / 1'000'000;
  std::tm parts = {};
  gmtime_r(&seconds, &parts);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}Z", parts.tm_year + 1900,
                     parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec,
                     micros % 1'000'000);
}

std::string request_log_line(const RequestRecord& record) {
  std::string out = R"({"time":)";
  append_json_string(out, format_wall_clock(record.arrival));
  const auto text = [&out](std::string_view name, std::string_view value) {
    out += fmt::format(",\"{}\":", name);
    append_json_string(out, value);
  };
  const auto number = [&out](std::string_view name, std::int64_t value) {
    out += fmt::format(",\"{}\":{}", name, value);
  };
  const auto milliseconds = [&out](std::string_view name, Duration value) {
    out += fmt::format(",\"{}\":{:.3f}", name, 1e3 * to_seconds(value));
  };
  text("level", "INFO");
  text("event", "request");
  text("request_id", record.id);
  text("path", record.path);
  text("model", record.model);
  number("status", record.status);
  out += record.stream ? ",\"stream\":true" : ",\"stream\":false";
  number("n", record.n);
  number("prompt_tokens", record.prompt_tokens);
  number("cached_tokens", record.cached_tokens);
  number("completion_tokens", record.completion_tokens);
  text("finish_reason", record.finish_reason);
  milliseconds("queue_ms", record.queue_time);
  milliseconds("ttft_ms", record.ttft);
  milliseconds("e2e_ms", record.e2e);
  out += '}';
  return out;
}

}  // namespace inferlab
