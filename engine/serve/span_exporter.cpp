#include "engine/serve/span_exporter.h"

#include <fmt/format.h>
#include <httplib.h>

#include <algorithm>
#include <chrono>
#include <random>
#include <utility>

#include "engine/serve/json_text.h"

namespace inferlab {
namespace {

// Of OpenTelemetry's batch span processor, but for the delay, which is 5 s there.
constexpr std::size_t kMaxQueued = 2048;
constexpr std::size_t kMaxBatch = 512;
constexpr auto kDelay = std::chrono::seconds(1);
constexpr auto kTimeout = std::chrono::seconds(2);

bool is_lower_hex(std::string_view text) {
  return std::ranges::all_of(
      text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool is_id(std::string_view text) {
  return is_lower_hex(text) && text.find_first_not_of('0') != std::string_view::npos;
}

/// {"key": …, "value": …} pairs.
class Attributes {
 public:
  void text(std::string_view key, std::string_view value) {
    open(key);
    out_ += R"("stringValue":)";
    append_json_string(out_, value);
    out_ += "}}";
  }
  void integer(std::string_view key, std::int64_t value) {  // 64 bits are text in OTLP's JSON
    open(key);
    out_ += fmt::format(R"("intValue":"{}"}}}})", value);
  }
  void number(std::string_view key, double value) {
    open(key);
    out_ += fmt::format(R"("doubleValue":{}}}}})", value);
  }
  void seconds(std::string_view key, Duration value) { number(key, to_seconds(value)); }
  [[nodiscard]] std::string list() const { return "[" + out_ + "]"; }

 private:
  void open(std::string_view key) {
    if (!out_.empty()) out_ += ',';
    out_ += fmt::format(R"({{"key":"{}","value":{{)", key);
  }
  std::string out_;
};

std::string attributes_of(const RequestRecord& record, Duration e2e) {
  Attributes out;
  const Duration zero{};
  if (record.ttft > zero) {
    out.seconds("gen_ai.latency.time_to_first_token", record.ttft);
    out.seconds("gen_ai.latency.time_in_model_prefill", record.ttft - record.queue_time);
    out.seconds("gen_ai.latency.time_in_model_decode", std::max(zero, e2e - record.ttft));
    out.seconds("gen_ai.latency.time_in_model_inference", std::max(zero, e2e - record.queue_time));
  }
  out.seconds("gen_ai.latency.e2e", e2e);
  out.seconds("gen_ai.latency.time_in_queue", record.queue_time);
  out.integer("gen_ai.usage.prompt_tokens", record.prompt_tokens);
  out.integer("gen_ai.usage.completion_tokens", record.completion_tokens);
  out.text("gen_ai.request.id", record.id);
  out.text("gen_ai.response.model", record.model);
  if (record.temperature) {
    out.number("gen_ai.request.temperature", static_cast<double>(*record.temperature));
  }
  if (record.top_p) out.number("gen_ai.request.top_p", static_cast<double>(*record.top_p));
  if (record.max_tokens) out.integer("gen_ai.request.max_tokens", *record.max_tokens);
  out.integer("gen_ai.request.n", record.n);
  return out.list();
}

}  // namespace

Result<TraceEndpoint> parse_trace_endpoint(const std::string& url) {
  constexpr std::string_view kScheme = "http://";
  const Error bad{ErrorKind::kInvalid,
                  fmt::format("otlp_traces_endpoint: {}: is not http://HOST:PORT[/PATH]", url),
                  "spans go out as OTLP/HTTP without TLS: give the collector's port 4318"};
  if (!url.starts_with(kScheme)) return bad;
  const std::size_t slash = url.find('/', kScheme.size());
  const std::string origin = url.substr(0, slash);
  if (origin.size() == kScheme.size()) return bad;
  const std::string path = slash == std::string::npos ? "" : url.substr(slash);
  return TraceEndpoint{origin, path.empty() || path == "/" ? "/v1/traces" : path};
}

std::optional<TraceParent> parse_traceparent(std::string_view header) {
  // VERSION-TRACE-SPAN-FLAGS; a later version may have more behind a further "-".
  constexpr std::size_t kSize = 55;
  if (header.size() < kSize || header[2] != '-' || header[35] != '-' || header[52] != '-') {
    return std::nullopt;
  }
  const std::string_view version = header.substr(0, 2);
  const std::string_view flags = header.substr(53, 2);
  if (!is_lower_hex(version) || version == "ff" || !is_lower_hex(flags)) return std::nullopt;
  if (version == "00" && header.size() != kSize) return std::nullopt;
  if (header.size() > kSize && header[kSize] != '-') return std::nullopt;
  TraceParent parent{.trace_id = std::string(header.substr(3, 32)),
                     .span_id = std::string(header.substr(36, 16))};
  if (!is_id(parent.trace_id) || !is_id(parent.span_id)) return std::nullopt;
  const char low = flags[1];
  parent.sampled = ((low <= '9' ? low - '0' : low - 'a' + 10) & 1) != 0;
  return parent;
}

SpanExporter::SpanExporter(TraceEndpoint endpoint, std::string service_name, LogSink log)
    : endpoint_(std::move(endpoint)),
      service_name_(std::move(service_name)),
      log_(std::move(log)),
      ids_((std::uint64_t{std::random_device{}()} << 32) | std::random_device{}()) {
  thread_ = std::thread([this] { run(); });
}

SpanExporter::~SpanExporter() {
  {
    const std::scoped_lock lock(mutex_);
    ending_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void SpanExporter::add(const RequestRecord& record) {
  const std::optional<TraceParent> parent = parse_traceparent(record.traceparent);
  if (parent && !parent->sampled) return;
  const auto nanos = [](std::chrono::system_clock::time_point time) {
    return std::chrono::duration_cast<Duration>(time.time_since_epoch()).count();
  };
  const std::int64_t begin = nanos(record.arrival);
  // An answer that nobody waited for has no end in the record.
  const Duration e2e = record.e2e > Duration{}
                           ? record.e2e
                           : Duration(nanos(std::chrono::system_clock::now()) - begin);
  std::string span = parent ? fmt::format(R"({{"traceId":"{}","parentSpanId":"{}",)",
                                          parent->trace_id, parent->span_id)
                            : std::string();
  if (parent && !record.tracestate.empty()) {
    span += R"("traceState":)";
    append_json_string(span, record.tracestate);
    span += ',';
  }
  const std::string rest = fmt::format(
      R"("name":"llm_request","kind":2,"startTimeUnixNano":"{}","endTimeUnixNano":"{}",)"
      R"("attributes":{},"status":{}}})",
      begin, begin + e2e.count(), attributes_of(record, e2e),
      record.status < 500 ? "{}" : R"({"code":2})");
  {
    const std::scoped_lock lock(mutex_);
    if (!parent) span = fmt::format(R"({{"traceId":"{:016x}{:016x}",)", ids_.next(), ids_.next());
    span += fmt::format(R"("spanId":"{:016x}",)", ids_.next());
    if (spans_.size() >= kMaxQueued) {
      ++num_dropped_;
      return;
    }
    spans_.push_back(span + rest);
    if (spans_.size() < kMaxBatch) return;
  }
  changed_.notify_all();
}

void SpanExporter::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait_for(lock, kDelay, [this] { return ending_ || spans_.size() >= kMaxBatch; });
    const bool last = ending_;
    std::deque<std::string> batch;
    batch.swap(spans_);
    const std::int64_t dropped = std::exchange(num_dropped_, 0);
    lock.unlock();
    if (dropped > 0 && log_) {
      log_(LogLevel::kWarn,
           fmt::format("Traces: {} spans were dropped: the collector is too slow", dropped));
    }
    if (!batch.empty()) send(batch);
    if (last) return;
    lock.lock();
  }
}

void SpanExporter::send(const std::deque<std::string>& spans) {
  Attributes resource;
  resource.text("service.name", service_name_);
  std::string body = R"({"resourceSpans":[{"resource":{"attributes":)" + resource.list() +
                     R"(},"scopeSpans":[{"scope":{"name":"inferlab.engine"},"spans":[)";
  for (const std::string& span : spans) {
    if (body.back() != '[') body += ',';
    body += span;
  }
  body += "]}]}]}";
  httplib::Client client(endpoint_.origin);
  client.set_connection_timeout(kTimeout);
  client.set_read_timeout(kTimeout);
  client.set_write_timeout(kTimeout);
  const httplib::Result result = client.Post(endpoint_.path, body, "application/json");
  if (result && result->status >= 200 && result->status < 300) return;
  if (!log_) return;
  log_(LogLevel::kWarn, fmt::format("Traces: {} spans were not taken by {}{}: {}", spans.size(),
                                    endpoint_.origin, endpoint_.path,
                                    result ? fmt::format("status {}", result->status)
                                           : httplib::to_string(result.error())));
}

}  // namespace inferlab
