#include "engine/serve/http_server.h"

#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <thread>

#include "engine/serve/api_response.h"
#include "engine/serve/completion_handler.h"
#include "engine/serve/connection_pool.h"
#include "engine/serve/http_listener.h"
#include "engine/serve/listen_error.h"

namespace inferlab {
namespace {

constexpr std::string_view kVersion = "0.1.0";  // of project() in CMakeLists.txt
constexpr std::size_t kMaxHeadBytes = std::size_t{256} * 1024;
constexpr auto kStopPatience = std::chrono::seconds(5);

/// Without SO_REUSEPORT, which is the library's default: with it two servers would share a port and
/// each answer half of the requests.
void set_socket_options(socket_t socket) {
  const int yes = 1;
  setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
}

/// Takes as long wherever the first difference is.
bool equal_in_constant_time(std::string_view a, std::string_view b) {
  unsigned difference = a.size() == b.size() ? 0 : 1;
  for (std::size_t i = 0; i < a.size() && i < b.size(); ++i) {
    difference |= static_cast<unsigned char>(a[i]) ^ static_cast<unsigned char>(b[i]);
  }
  return difference == 0;
}

/// How many connections are served at once, and how many of them may wait for tokens: the rest is
/// kept for /health and /metrics, which must answer when the server is loaded most.
struct Seats {
  int threads;
  int replies;
};
Seats seats_of(const ServeOptions& options) {
  constexpr std::int64_t kReserve = 16;
  constexpr std::int64_t kMostThreads = 4096;
  std::int64_t threads = options.num_threads;
  if (threads <= 0) {
    threads = std::min(std::max<std::int64_t>(1, options.max_num_seqs), kMostThreads) +
              std::min(std::max<std::int64_t>(1, options.max_num_waiting), kMostThreads) + kReserve;
  }
  threads = std::min(threads, kMostThreads);
  const std::int64_t reserve = std::min(kReserve, threads / 4);
  return {.threads = static_cast<int>(threads), .replies = static_cast<int>(threads - reserve)};
}

/// A path as the client sent it is decoded by the library; in a log it must stay one plain word.
std::string for_log(std::string_view path) {
  constexpr std::size_t kMaxShown = 200;
  std::string text;
  for (const char c : path.substr(0, kMaxShown)) {
    const bool plain = c > 0x20 && c < 0x7f && c != '"' && c != '\\';
    text += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return path.size() > kMaxShown ? text + "..." : text;
}

constexpr std::string_view kTooLarge = "body: is larger than this server takes";

/// Paths that exist, and the method that each takes.
struct Route {
  std::string_view method;
  std::string_view path;
};
constexpr Route kRoutes[] = {
    {"GET", "/health"},    {"GET", "/version"},         {"GET", "/metrics"},
    {"GET", "/v1/models"}, {"POST", "/v1/completions"}, {"POST", "/v1/chat/completions"},
};

}  // namespace

class HttpServer::Impl {
 public:
  Impl(const ServeOptions& options, LogSink log)
      : options_(options),
        log_(std::move(log)),
        seats_(seats_of(options)),
        handler_(seats_.replies) {
    server_.new_task_queue = [threads = seats_.threads] {
      return new ConnectionPool(static_cast<std::size_t>(threads));  // the library deletes it
    };
    server_.set_crowd(seats_.replies);
    server_.set_socket_options(set_socket_options);
    server_.set_tcp_nodelay(true);
    server_.set_payload_max_length(options_.max_body_bytes);
    // More than the body's limit: what is a little too large is read and gets a proper 413.
    server_.set_max_request_bytes(4 * options_.max_body_bytes + kMaxHeadBytes);
    add_routes();
  }

  ~Impl() { stop(); }

  Result<void> start() {
    if (options_.port == 0) {
      port_ = server_.bind_to_any_port(options_.host);
    } else if (options_.port > 0 && options_.port <= 65535) {
      port_ = server_.bind_to_port(options_.host, options_.port) ? options_.port : -1;
    }
    if (port_ <= 0) return listen_error(options_.host, options_.port);
    server_.widen_backlog();
    thread_ = std::thread([this] {
      server_.listen_after_bind();
      listening_ended_ = true;
    });
    // The socket takes connections since the bind; stop() needs the loop to run.
    while (!server_.is_running() && !listening_ended_) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return {};
  }

  void stop() {
    if (!thread_.joinable()) return;
    handler_.stop();
    // Replies see it within a fraction of a second; a client that does not read is cut off.
    const auto deadline = std::chrono::steady_clock::now() + kStopPatience;
    while (handler_.num_open() > 0 && std::chrono::steady_clock::now() < deadline) {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    server_.stop();
    thread_.join();
  }

  void attach(Engine& engine) {
    started_ = std::chrono::duration_cast<std::chrono::seconds>(
                   std::chrono::system_clock::now().time_since_epoch())
                   .count();
    engine_ = &engine;
  }

  [[nodiscard]] int port() const { return port_; }

 private:
  using Request = httplib::Request;
  using Response = httplib::Response;

  void add_routes() {
    server_.set_pre_routing_handler([](const Request& request, Response& response) {
      return refuse_body(request, response) ? httplib::Server::HandlerResponse::Handled
                                            : httplib::Server::HandlerResponse::Unhandled;
    });
    server_.Get("/health", [this](const Request&, Response& response) { health(response); });
    server_.Get("/version", [](const Request&, Response& response) {
      response.set_content(version_body(kVersion), "application/json");
    });
    server_.Get("/metrics", with_engine([](Engine& engine, const Request&, Response& response) {
                  response.set_content(engine.render_metrics(),
                                       "text/plain; version=0.0.4; charset=utf-8");
                }));
    server_.Get("/v1/models",
                with_engine([this](Engine& engine, const Request&, Response& response) {
                  response.set_content(
                      models_body(engine.served_model_names(), started_, engine.max_model_len()),
                      "application/json");
                }));
    server_.Post("/v1/completions", completions(ApiKind::kCompletion));
    server_.Post("/v1/chat/completions", completions(ApiKind::kChat));
    server_.set_post_routing_handler([](const Request&, Response& response) {
      if (!connection_closes()) return;
      response.headers.erase("Keep-Alive");
      response.headers.erase("Connection");
      response.set_header("Connection", "close");
    });
    server_.set_error_handler(
        [](const Request& request, Response& response) { fill_error(request, response); });
    server_.set_exception_handler([](const Request&, Response& response, std::exception_ptr) {
      set_error(response, {.status = 500, .message = "server: failed to handle the request"});
    });
    server_.set_logger([this](const Request& request, const Response& response) {
      if (!log_ || options_.disable_access_log) return;
      log_(LogLevel::kInfo, fmt::format("{}:{} - \"{} {} HTTP/1.1\" {} {}", request.remote_addr,
                                        request.remote_port, request.method, for_log(request.path),
                                        response.status, status_phrase(response.status)));
    });
  }

  void health(Response& response) {
    const Engine* engine = engine_;
    if (engine == nullptr) {
      return set_error(response, {.status = 503, .message = "engine: the model is loading"});
    }
    if (const auto failure = engine->failure()) return set_error(response, api_error(*failure));
    response.set_content("", "text/plain");
  }

  /// A handler that needs a loaded engine and, under /v1, the API key.
  template <typename Handle>
  httplib::Server::Handler with_engine(Handle handle) {
    return [this, handle](const Request& request, Response& response) {
      if (!authorized(request)) {
        response.set_header("WWW-Authenticate", "Bearer");
        return set_error(response, {.status = 401, .message = "Unauthorized"});
      }
      Engine* engine = engine_;
      if (engine == nullptr) {
        return set_error(response, {.status = 503, .message = "engine: the model is loading"});
      }
      handle(*engine, request, response);
    };
  }

  httplib::Server::Handler completions(ApiKind kind) {
    const auto handle =
        with_engine([this, kind](Engine& engine, const Request& request, Response& response) {
          if (request.body.size() >
              options_.max_body_bytes) {  // a chunked one: its head says no length
            return set_error(response, {.status = 413, .message = std::string(kTooLarge)});
          }
          handler_.handle(kind, engine, request, response);
        });
    return [handle](const Request& request, Response& response) {
      request_was_read();
      handle(request, response);
    };
  }

  [[nodiscard]] bool authorized(const Request& request) const {
    if (options_.api_key.empty() || request.path.rfind("/v1", 0) != 0) return true;
    return equal_in_constant_time(request.get_header_value("Authorization"),
                                  "Bearer " + options_.api_key);
  }

  /// Before the body is read: bodies that the library would unpack without a limit, and those
  /// without one clear length.
  static bool refuse_body(const Request& request, Response& response) {
    if (request.has_header("Content-Encoding")) {
      set_error(response, {.status = 415, .message = "Content-Encoding: is not supported"});
      return true;
    }
    const bool has_length =
        request.has_header("Content-Length") || request.has_header("Transfer-Encoding");
    if (request.method == "POST" && !has_length) {
      set_error(response, {.status = 411, .message = "Content-Length: is missing"});
      return true;
    }
    const std::string length = request.get_header_value("Content-Length");
    const bool is_number = length.find_first_not_of("0123456789") == std::string::npos;
    if (request.get_header_value_count("Content-Length") > 1 || !is_number ||
        (!length.empty() && request.has_header("Transfer-Encoding"))) {
      set_error(response, {.message = "Content-Length: says no one length"});
      return true;
    }
    return false;
  }

  /// Errors that the library found itself have no body yet.
  static void fill_error(const Request& request, Response& response) {
    if (!response.body.empty() || response.content_length_ > 0) return;
    if (response.status == 404) {
      for (const Route& route : kRoutes) {
        if (route.path == request.path && route.method != request.method) response.status = 405;
      }
    }
    ApiError error{.status = response.status,
                   .message = std::string(status_phrase(response.status)),
                   .type = std::string(status_phrase(response.status))};
    if (response.status == 413) error.message = std::string(kTooLarge);
    set_error(response, error);
  }

  const ServeOptions options_;
  const LogSink log_;
  const Seats seats_;
  HttpListener server_;
  CompletionHandler handler_;
  std::atomic<Engine*> engine_ = nullptr;
  std::int64_t started_ = 0;  // seconds since 1970; written before engine_
  int port_ = -1;
  std::atomic<bool> listening_ended_ = false;
  std::thread thread_;
};

HttpServer::HttpServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
HttpServer::~HttpServer() = default;

Result<std::unique_ptr<HttpServer>> HttpServer::start(const ServeOptions& options, LogSink log) {
  auto impl = std::make_unique<Impl>(options, std::move(log));
  INFERLAB_TRY_VOID(impl->start());
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(impl)));
}

int HttpServer::port() const {
  return impl_->port();
}
void HttpServer::attach(Engine& engine) {
  impl_->attach(engine);
}
void HttpServer::stop() {
  impl_->stop();
}

}  // namespace inferlab
