#include "sim/apiserver/pod_log.h"

#include <fmt/core.h>

#include <charconv>
#include <chrono>
#include <optional>
#include <thread>
#include <utility>

#include "sim/apiserver/answers.h"

namespace inferlab::sim {
namespace {

constexpr auto kLookEvery = std::chrono::milliseconds(100);

struct LogOptions {
  std::string container;
  bool follow = false, previous = false, timestamps = false;
  std::optional<std::int64_t> tail_lines, limit_bytes, since_seconds;
  std::optional<Time> since_time;
};

/// How far a log has been sent: the time of the last line, and how many lines of that time.
/// Counting from the front would go wrong when the oldest lines are dropped.
struct Position {
  Time at = Time::min();
  std::size_t count = 0;
};

struct Chunk {
  std::optional<HttpResponse> refused;
  std::vector<PodLogLine> lines;  // after the position asked for
  std::int64_t restarts = 0;
  bool running = false;  // the container may still write
  Time now{};
};

bool flag(const HttpRequest& request, std::string_view name) {
  const std::string_view value = request.query_value(name);
  return request.has_query(name) && value != "false" && value != "0";
}

std::optional<HttpResponse> read_number(const HttpRequest& request, std::string_view name,
                                        std::int64_t least, std::optional<std::int64_t>& into) {
  const std::string_view text = request.query_value(name);
  if (text.empty()) return std::nullopt;
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) {
    return answers::bad_request(
        fmt::format("strconv.ParseInt: parsing \"{}\": invalid syntax", text));
  }
  if (value < least) {
    const std::string message =
        fmt::format("Invalid value: {}: must be greater than {}{}", value,
                    least == 0 ? "or equal to " : "", least == 0 ? 0 : least - 1);
    return answers::failure(
        422, "Invalid", fmt::format("PodLogOptions.\"\" \"\" is invalid: {}: {}", name, message));
  }
  into = value;
  return std::nullopt;
}

std::optional<HttpResponse> read_options(const HttpRequest& request, LogOptions& options) {
  options.container = request.query_value("container");
  options.follow = flag(request, "follow");
  options.previous = flag(request, "previous");
  options.timestamps = flag(request, "timestamps");
  if (auto bad = read_number(request, "tailLines", 0, options.tail_lines)) return bad;
  if (auto bad = read_number(request, "limitBytes", 1, options.limit_bytes)) return bad;
  if (auto bad = read_number(request, "sinceSeconds", 1, options.since_seconds)) return bad;
  if (const std::string_view since = request.query_value("sinceTime"); !since.empty()) {
    options.since_time = parse_rfc3339(since);
    if (!options.since_time) {
      return answers::bad_request(fmt::format("sinceTime: \"{}\" is not an RFC 3339 time", since));
    }
  }
  return std::nullopt;
}

/// The container's name, checked against the Pod; the refusals are the real server's.
std::optional<HttpResponse> choose_container(const Value& pod, std::string_view pod_name,
                                             std::string& container) {
  const Value& spec = pod["spec"];
  const Value::Array& containers = spec["containers"].items();
  if (container.empty() && containers.size() == 1) container = containers[0]["name"].str();
  std::string names;
  std::string init_names;
  for (const Value& item : containers) {
    if (item["name"].as_string() == container) return std::nullopt;
    names += (names.empty() ? "" : " ") + item["name"].str();
  }
  for (const Value& item : spec["initContainers"].items()) {
    if (item["name"].as_string() == container && !container.empty()) return std::nullopt;
    init_names += (init_names.empty() ? "" : " ") + item["name"].str();
  }
  if (!container.empty()) {
    return answers::bad_request(
        fmt::format("container {} is not valid for pod {}", container, pod_name));
  }
  std::string message = fmt::format(
      "a container name must be specified for pod {}, choose one of: [{}]", pod_name, names);
  if (!init_names.empty())
    message += fmt::format(" or one of the init containers: [{}]", init_names);
  return answers::bad_request(message);
}

HttpResponse refusal(const Error& error) {
  switch (error.kind) {
    case ErrorKind::kNotFound:
      return answers::failure(404, "NotFound", error.message);
    case ErrorKind::kInvalid:
      return answers::bad_request(error.message);
    default:
      return answers::failure(500, "InternalError", error.message);
  }
}

/// On the run's thread.
Chunk read_chunk(RunDoor& door, const ResourcePath& path, LogOptions& options,
                 const Position& from) {
  Chunk chunk;
  chunk.now = door.api.simulation().now();
  const ObjectPtr pod = door.api.store().get({"pods", path.ns, path.name});
  if (pod == nullptr) {
    chunk.refused =
        answers::failure(404, "NotFound", fmt::format("pods \"{}\" not found", path.name),
                         Value::object({{"name", path.name}, {"kind", "pods"}}));
    return chunk;
  }
  chunk.refused = choose_container(pod->document, path.name, options.container);
  if (chunk.refused) return chunk;
  for (const char* list : {"containerStatuses", "initContainerStatuses"}) {
    for (const Value& status : pod->document["status"][list].items()) {
      if (status["name"].as_string() != options.container) continue;
      chunk.running = status["state"].has("running");
      chunk.restarts = status["restartCount"].as_int();
    }
  }
  if (!door.logs) return chunk;
  auto lines = door.logs(path.ns, path.name, options.container, options.previous);
  if (!lines) {
    chunk.refused = refusal(lines.error());
    return chunk;
  }
  std::size_t known = from.count;
  for (PodLogLine& line : *lines) {
    if (line.at < from.at) continue;
    if (line.at == from.at && known > 0) {
      --known;
    } else {
      chunk.lines.push_back(std::move(line));
    }
  }
  return chunk;
}

void advance(Position& position, const std::vector<PodLogLine>& lines) {
  for (const PodLogLine& line : lines) {
    position.count = line.at == position.at ? position.count + 1 : 1;
    position.at = line.at;
  }
}

void drop_unwanted(std::vector<PodLogLine>& lines, const LogOptions& options, Time now) {
  std::optional<Time> since = options.since_time;
  if (options.since_seconds) {
    // Capped so that the subtraction cannot overflow; a run is shorter by far.
    since = now - std::chrono::seconds(
                      std::clamp<std::int64_t>(*options.since_seconds, 0, 1'000'000'000));
  }
  if (since) std::erase_if(lines, [&](const PodLogLine& line) { return line.at < *since; });
  if (options.tail_lines && static_cast<std::size_t>(*options.tail_lines) < lines.size()) {
    lines.erase(lines.begin(), lines.end() - *options.tail_lines);
  }
}

std::string text_of(const std::vector<PodLogLine>& lines, const LogOptions& options) {
  std::string text;
  for (const PodLogLine& line : lines) {
    if (options.timestamps) {
      const std::string micro = format_rfc3339_micro(line.at);  // RFC3339Nano wants nine digits
      text += micro.substr(0, micro.size() - 1) + "000Z ";
    }
    text += line.text;
    text += '\n';
  }
  if (options.limit_bytes && static_cast<std::size_t>(*options.limit_bytes) < text.size()) {
    text.resize(static_cast<std::size_t>(*options.limit_bytes));
  }
  return text;
}

void follow(RunDoor& door, WatchHub& hub, const ResourcePath& path, LogOptions options,
            Position sent, std::int64_t restarts, HttpSink& sink) {
  bool running = true;  // one more look after the end, for lines that were written meanwhile
  while (running && !hub.closed() && !sink.peer_gone()) {
    std::this_thread::sleep_for(kLookEvery);
    auto chunk = door.mailbox.call([&] { return read_chunk(door, path, options, sent); });
    if (!chunk || chunk->refused || chunk->restarts != restarts) return;
    running = chunk->running;
    advance(sent, chunk->lines);
    if (!chunk->lines.empty() && !sink.write(text_of(chunk->lines, options))) return;
  }
}

}  // namespace

HttpResponse answer_pod_log(RunDoor& door, const std::shared_ptr<WatchHub>& hub,
                            const HttpRequest& request, const ResourcePath& path) {
  LogOptions options;
  if (auto bad = read_options(request, options)) return *std::move(bad);
  auto chunk = door.mailbox.call([&] { return read_chunk(door, path, options, {}); });
  if (!chunk) return answers::run_has_ended();
  if (chunk->refused) return *std::move(chunk->refused);
  Position sent;
  advance(sent, chunk->lines);
  drop_unwanted(chunk->lines, options, chunk->now);
  HttpResponse response;
  response.content_type = "text/plain";
  response.body = text_of(chunk->lines, options);
  if (!options.follow || options.previous || options.limit_bytes) return response;
  response.stream = [&door, hub, path, options, sent, restarts = chunk->restarts,
                     running = chunk->running,
                     text = std::exchange(response.body, {})](HttpSink& sink) {
    if (!text.empty() && !sink.write(text)) return;
    if (running) follow(door, *hub, path, options, sent, restarts, sink);
  };
  return response;
}

}  // namespace inferlab::sim
