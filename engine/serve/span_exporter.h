#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "engine/base/log.h"
#include "engine/base/result.h"
#include "engine/base/rng.h"
#include "engine/serve/request_record.h"

namespace inferlab {

/// Where spans go: http://HOST:PORT/PATH.
struct TraceEndpoint {
  std::string origin;  ///< "http://127.0.0.1:4318"
  std::string path;    ///< "/v1/traces" where none is given
};
/// kInvalid names what is wrong, as another protocol than OTLP/HTTP.
Result<TraceEndpoint> parse_trace_endpoint(const std::string& url);

/// A span for each request, as OTLP/HTTP in JSON, sent in batches by a thread of its own. Spans
/// that come faster than the collector takes them are dropped; nobody waits for it. Sources: the
/// OpenTelemetry protocol specification, "OTLP/HTTP"; W3C Trace Context; vLLM's tracing
/// (SpanAttributes), whose names the span and its attributes have.
class SpanExporter {
 public:
  SpanExporter(TraceEndpoint endpoint, std::string service_name, LogSink log);
  /// Sends what is left, if the collector takes it within a few seconds.
  ~SpanExporter();
  SpanExporter(const SpanExporter&) = delete;
  SpanExporter& operator=(const SpanExporter&) = delete;

  /// Thread-safe. A client whose trace is not sampled gets no span.
  void add(const RequestRecord& record);

 private:
  void run();
  void send(const std::deque<std::string>& spans);

  const TraceEndpoint endpoint_;
  const std::string service_name_;
  const LogSink log_;
  std::mutex mutex_;  // of what follows
  std::condition_variable changed_;
  std::deque<std::string> spans_;  // JSON
  std::int64_t num_dropped_ = 0;
  bool ending_ = false;
  Rng ids_;
  std::thread thread_;
};

/// The parent that a `traceparent` header names.
struct TraceParent {
  std::string trace_id;  ///< 32 hexadecimal digits, not all 0
  std::string span_id;   ///< 16
  bool sampled = true;
};
/// nullopt for a header that the specification has a receiver pass over.
std::optional<TraceParent> parse_traceparent(std::string_view header);

}  // namespace inferlab
