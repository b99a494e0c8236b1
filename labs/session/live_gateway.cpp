#include "labs/session/live_gateway.h"

#include <fmt/format.h>
#include <httplib.h>

#include <atomic>
#include <charconv>
#include <set>
#include <thread>
#include <utility>

#include "labs/session/control.h"
#include "labs/session/live_replicas.h"
#include "labs/session/proxy_stream.h"
#include "labs/session/route.h"
#include "labs/session/token_counter.h"
#include "sim/api/json.h"

namespace inferlab::labs {
namespace {

constexpr int kThreads = 64;
constexpr std::size_t kMaxBodyBytes = std::size_t{8} << 20;
// An engine over the embedded model starts in well under a second.
constexpr std::chrono::milliseconds kEngineStart{5000};

struct Target {
  DefaultService service;
  std::string path;
};

// "/services/NAMESPACE/NAME[:PORT]/rest", else the lab's own Service. nullopt: malformed.
std::optional<Target> target_of(const std::string& path, const DefaultService& fallback) {
  constexpr std::string_view kPrefix = "/services/";
  if (path.rfind(kPrefix, 0) != 0) return Target{fallback, path};
  const std::size_t ns_end = path.find('/', kPrefix.size());
  if (ns_end == std::string::npos) return std::nullopt;
  const std::size_t name_end = std::min(path.find('/', ns_end + 1), path.size());
  Target target;
  target.service.ns = path.substr(kPrefix.size(), ns_end - kPrefix.size());
  target.service.name = path.substr(ns_end + 1, name_end - ns_end - 1);
  target.path = name_end == path.size() ? "/" : path.substr(name_end);
  if (const std::size_t colon = target.service.name.find(':'); colon != std::string::npos) {
    const std::string port = target.service.name.substr(colon + 1);
    const auto [end, code] =
        std::from_chars(port.data(), port.data() + port.size(), target.service.port);
    if (code != std::errc{} || end != port.data() + port.size()) return std::nullopt;
    target.service.name.resize(colon);
  }
  if (target.service.ns.empty() || target.service.name.empty()) return std::nullopt;
  return target;
}

void answer_error(httplib::Response& response, int status, std::string_view type,
                  std::string_view message) {
  using sim::Value;
  const Value body = Value::object(
      {{"error",
        Value::object(
            {{"message", message}, {"type", type}, {"param", nullptr}, {"code", status}})}});
  response.status = status;
  response.set_content(sim::to_json(body), "application/json");
}

// Headers that describe the connection to the client, not the request.
bool is_hop_header(const std::string& name) {
  static const std::set<std::string, httplib::detail::ci> kHopHeaders = {
      "Host",       "Connection",      "Content-Length", "Transfer-Encoding",
      "Keep-Alive", "Accept-Encoding", "REMOTE_ADDR",    "REMOTE_PORT",
      "LOCAL_ADDR", "LOCAL_PORT",      "Expect",         "Upgrade"};
  return kHopHeaders.count(name) != 0;
}

// The library would compress what passes, and so hold the events of a stream back; and cut answers
// into ranges.
void pass_unchanged(httplib::Request& request) {
  request.headers.erase("Accept-Encoding");
  request.headers.erase("Range");
  request.ranges.clear();
}

using Wall = std::chrono::steady_clock;

// What becomes of one completion, for the run's metrics. One thread at a time.
struct Tally {
  Tally(const Route& route, const DefaultService& service, Wall::time_point arrived)
      : arrival(arrived) {
    request.ns = service.ns;
    request.service = service.name;
    request.unloaded = route.unloaded;
    if (!route.endpoint) return;
    request.pod = route.endpoint->pod;
    request.node = route.endpoint->node;
  }
  void add(std::string_view piece) {
    tokens.add(piece);
    if (request.first_token == Duration{} && tokens.has_text()) {
      request.first_token = Wall::now() - arrival;
    }
  }
  LiveRequest finish(int code) {
    request.code = code;
    request.prompt_tokens = tokens.prompt_tokens();
    request.output_tokens = tokens.output_tokens();
    request.took = Wall::now() - arrival;
    return request;
  }

  Wall::time_point arrival;
  LiveRequest request;
  TokenCounter tokens;
};

// Reads the replica's answer into `stream`; false when it broke off.
bool forward(int port, const httplib::Request& request, const std::string& path,
             const std::shared_ptr<ProxyStream>& stream, Tally& tally) {
  httplib::Client client("127.0.0.1", port);
  client.set_read_timeout(std::chrono::seconds(300));
  client.set_tcp_nodelay(true);
  httplib::Request onward;
  onward.method = request.method;
  onward.path = path;
  onward.body = request.body;
  for (const auto& [name, value] : request.headers) {
    if (!is_hop_header(name)) onward.headers.emplace(name, value);
  }
  onward.response_handler = [&stream](const httplib::Response& response) {
    stream->set_head({response.status, response.get_header_value("Content-Type")});
    return true;
  };
  onward.content_receiver = [&](const char* data, std::size_t size, std::uint64_t, std::uint64_t) {
    tally.add({data, size});
    return stream->put(std::string(data, size));
  };
  const bool whole = static_cast<bool>(client.send(onward));
  stream->finish();
  return whole;
}

bool is_completion(const httplib::Request& request, const std::string& path) {
  return request.method == "POST" && (path == "/v1/chat/completions" || path == "/v1/completions");
}

}  // namespace

class LiveGateway::Impl {
 public:
  Impl(Driver& driver, LiveReplicas& replicas, Control& control, DefaultService service,
       OnAnswered on_answered)
      : driver_(driver),
        replicas_(replicas),
        control_(control),
        service_(std::move(service)),
        on_answered_(std::move(on_answered)) {}
  ~Impl() { stop(); }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  Result<void> start(int port) {
    server_.new_task_queue = [] { return new httplib::ThreadPool(kThreads); };
    server_.set_tcp_nodelay(true);
    server_.set_payload_max_length(kMaxBodyBytes);
    server_.set_pre_routing_handler([](const httplib::Request& request, httplib::Response&) {
      pass_unchanged(const_cast<httplib::Request&>(request));  // NOLINT: the library's only hook
      return httplib::Server::HandlerResponse::Unhandled;
    });
    const auto handler = [this](const httplib::Request& request, httplib::Response& response) {
      answer(request, response);
    };
    server_.Get(".*", handler);
    server_.Post(".*", handler);
    port_ = port == 0 ? server_.bind_to_any_port("127.0.0.1")
                      : (server_.bind_to_port("127.0.0.1", port) ? port : -1);
    if (port_ < 0) {
      return Error{port == 0 ? ErrorKind::kUnavailable : ErrorKind::kInvalid,
                   fmt::format("gateway: 127.0.0.1:{}: cannot be bound", port),
                   "choose another port, or 0 for a free one"};
    }
    thread_ = std::thread([this] { server_.listen_after_bind(); });
    // Connections queue from here on; stop() works only once the loop runs.
    while (!server_.is_running()) std::this_thread::yield();
    return {};
  }

  void stop() {
    stopping_ = true;
    server_.stop();
    if (thread_.joinable()) thread_.join();
  }

  [[nodiscard]] int port() const { return port_; }

 private:
  void answer(const httplib::Request& request, httplib::Response& response) {
    if (request.path.rfind("/inferlab/", 0) == 0) {
      ControlAnswer answered = control_.answer(request.method, request.path, request.body,
                                               request.get_header_value("Authorization"));
      response.status = answered.status;
      response.set_content(std::move(answered.body), answered.type);
      return;
    }
    const std::optional<Target> target = target_of(request.path, service_);
    if (!target) {
      answer_error(response, 404, "NotFoundError",
                   "the path is not /services/NAMESPACE/NAME[:PORT]/…");
      return;
    }
    const DefaultService& service = target->service;
    const Wall::time_point arrival = Wall::now();
    const auto route = driver_.mailbox().call([this, service, turn = turn_++] {
      return route_request(driver_.cluster(), service, turn);
    });
    if (!route) {
      answer_error(response, 503, "ServiceUnavailable", "the lab has ended");
      return;
    }
    const auto tally = std::make_shared<Tally>(*route, service, arrival);
    const bool counts = route->service_exists && is_completion(request, target->path);
    const auto over = [this, tally, counts](int code) {
      if (counts && on_answered_) on_answered_(tally->finish(code));
    };
    if (!route->live) {
      over(route->status);
      answer_error(response, route->status, "ServiceUnavailable", route->message);
      return;
    }
    const sim::Endpoint& endpoint = *route->endpoint;
    const std::optional<int> port =
        replicas_.port_of({endpoint.ns, endpoint.pod, endpoint.port}, kEngineStart);
    if (!port) {
      over(502);
      answer_error(response, 502, "BadGateway",
                   fmt::format("Pod {}/{} took the request, but the engine behind its port {} did "
                               "not start; its log says why",
                               endpoint.ns, endpoint.pod, endpoint.port));
      return;
    }
    const auto stream = std::make_shared<ProxyStream>();
    // The reader ends with the replica's answer or when the client has gone; the releaser joins it.
    const auto whole = std::make_shared<bool>(false);
    auto reader = std::make_shared<std::thread>(
        [stream, tally, whole, port = *port, request, path = target->path] {
          *whole = forward(port, request, path, stream, *tally);
        });
    const std::optional<ProxyStream::Head> head = stream->wait_head();
    if (!head) {
      reader->join();
      over(502);
      answer_error(response, 502, "BadGateway",
                   fmt::format("Pod {}/{} closed the connection", endpoint.ns, endpoint.pod));
      return;
    }
    response.status = head->status;
    response.set_header("X-Inferlab-Pod", endpoint.ns + "/" + endpoint.pod);
    response.set_chunked_content_provider(
        head->content_type,
        [this, stream](std::size_t, httplib::DataSink& sink) {
          if (std::optional<std::string> piece = stream->take()) {
            return !stopping_ && sink.write(piece->data(), piece->size());
          }
          sink.done();
          return true;
        },
        [stream, reader, over, whole, status = head->status](bool sent) {
          stream->client_gone();
          reader->join();
          const int broken = sent ? 502 : 499;  // by the replica; by the client
          over(sent && *whole ? status : broken);
        });
  }

  Driver& driver_;
  LiveReplicas& replicas_;
  Control& control_;
  DefaultService service_;
  OnAnswered on_answered_;
  std::atomic<std::uint64_t> turn_ = 0;
  std::atomic<bool> stopping_ = false;
  httplib::Server server_;
  std::thread thread_;
  int port_ = -1;
};

LiveGateway::LiveGateway(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
LiveGateway::~LiveGateway() = default;

Result<std::unique_ptr<LiveGateway>> LiveGateway::start(Driver& driver, LiveReplicas& replicas,
                                                        Control& control, DefaultService service,
                                                        int port, OnAnswered on_answered) {
  auto impl =
      std::make_unique<Impl>(driver, replicas, control, std::move(service), std::move(on_answered));
  INFERLAB_TRY_VOID(impl->start(port));
  return std::unique_ptr<LiveGateway>(new LiveGateway(std::move(impl)));
}

int LiveGateway::port() const {
  return impl_->port();
}
std::string LiveGateway::url() const {
  return fmt::format("http://127.0.0.1:{}", port());
}
void LiveGateway::stop() {
  impl_->stop();
}

}  // namespace inferlab::labs
