#include "engine/serve/http_server.h"

#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <thread>
#include <variant>

#include "engine/base/printable.h"
#include "engine/serve/api_keys.h"
#include "engine/serve/api_response.h"
#include "engine/serve/completion_handler.h"
#include "engine/serve/connection_pool.h"
#include "engine/serve/cors.h"
#include "engine/serve/embedding_handler.h"
#include "engine/serve/http_checks.h"
#include "engine/serve/http_listener.h"
#include "engine/serve/listen_error.h"
#include "engine/serve/lora_handler.h"
#include "engine/serve/models_handler.h"
#include "engine/serve/server_seats.h"
#include "engine/serve/span_exporter.h"
#include "engine/serve/stream_pump.h"
#include "engine/serve/tokenize_handler.h"

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

Time steady_now() {
  return Time(std::chrono::steady_clock::now().time_since_epoch());
}

}  // namespace

class HttpServer::Impl {
  using BodyAnswer =
      std::function<std::variant<std::string, ApiError>(const Engine&, std::string_view)>;

 public:
  Impl(const ServeOptions& options, std::unique_ptr<StreamPump> pump, LogSink log, RequestSink sink,
       std::unique_ptr<SpanExporter> spans)
      : options_(options),
        log_(std::move(log)),
        seats_(server_seats(options)),
        keys_(options.api_keys, options.key_limits),
        spans_(std::move(spans)),
        sink_(both(std::move(sink))),
        pump_(std::move(pump)),
        handler_(seats_.replies, options_, *pump_, sink_),
        embeddings_(seats_.replies, sink_) {
    server_.new_task_queue = [threads = seats_.threads] {
      return new ConnectionPool(static_cast<std::size_t>(threads));  // the library deletes it
    };
    server_.set_crowd(seats_.replies);
    server_.set_socket_options(set_socket_options);
    server_.set_tcp_nodelay(true);
    server_.set_payload_max_length(options_.max_body_bytes);
    // More than the body's limit: what is a little too large is read and gets a proper 413.
    server_.set_max_request_bytes(4 * options_.max_body_bytes + kMaxHeadBytes);
    server_.set_root_path(options_.root_path);
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
    embeddings_.stop();
    // Replies see it within a fraction of a second; a client that does not read is cut off.
    const auto deadline = std::chrono::steady_clock::now() + kStopPatience;
    while (num_open() > 0 && std::chrono::steady_clock::now() < deadline) {
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
  void begin_drain() {
    draining_ = true;
    handler_.refuse();
    embeddings_.refuse();
  }
  [[nodiscard]] int num_open() const { return handler_.num_open() + embeddings_.num_open(); }

 private:
  using Request = httplib::Request;
  using Response = httplib::Response;

  RequestSink both(RequestSink sink) {
    if (!spans_) return sink;
    return [this, sink = std::move(sink)](const RequestRecord& record) {
      spans_->add(record);
      if (sink) sink(record);
    };
  }

  void add_routes() {
    server_.set_pre_routing_handler([](const Request& request, Response& response) {
      return answer_preflight(request, response) || refuse_body(request, response)
                 ? httplib::Server::HandlerResponse::Handled
                 : httplib::Server::HandlerResponse::Unhandled;
    });
    add_health_routes();
    server_.Get("/version", [](const Request&, Response& response) {
      response.set_content(version_body(kVersion), "application/json");
    });
    server_.Get("/load", [this](const Request&, Response& response) {
      const int load = options_.enable_server_load_tracking ? num_open() : 0;
      response.set_content(fmt::format("{{\"server_load\":{}}}", load), "application/json");
    });
    server_.Get("/metrics", with_engine([](Engine& engine, const Request&, Response& response) {
                  response.set_content(engine.render_metrics(),
                                       "text/plain; version=0.0.4; charset=utf-8");
                }));
    add_model_routes();
    server_.Post("/v1/completions", completions(ApiKind::kCompletion));
    server_.Post("/v1/chat/completions", completions(ApiKind::kChat));
    server_.Post("/v1/embeddings", embeddings());
    server_.Post("/tokenize", with_body(tokenize_answer));
    server_.Post("/detokenize", with_body(detokenize_answer));
    server_.set_post_routing_handler(
        [this](const Request& request, Response& response) { finish(request, response); });
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

  void add_health_routes() {
    const auto ready = [this](const Request&, Response& response) { health(response); };
    for (const char* path : {"/health", "/health/ready", "/health/startup", "/ping"}) {
      server_.Get(path, ready);
    }
    server_.Post("/ping", [this](const Request&, Response& response) {
      request_was_read();
      health(response);
    });
    // A server that loads or drains is alive: nobody should restart it.
    server_.Get("/health/live", [this](const Request&, Response& response) {
      const Engine* engine = engine_;
      const auto failure = engine == nullptr ? std::nullopt : engine->failure();
      if (failure && !draining_) return set_error(response, api_error(*failure));
      response.set_content("", "text/plain");
    });
  }

  void add_model_routes() {
    server_.Get("/v1/models",
                with_engine([this](Engine& engine, const Request&, Response& response) {
                  response.set_content(models_answer(engine, started_), "application/json");
                }));
    server_.Get("/v1/models/(.+)",
                with_engine([this](Engine& engine, const Request& request, Response& response) {
                  const auto made = model_answer(engine, request.matches[1], started_);
                  if (const auto* error = std::get_if<ApiError>(&made)) {
                    return set_error(response, *error);
                  }
                  response.set_content(std::get<std::string>(made), "application/json");
                }));
    if (!options_.allow_runtime_lora_updating) return;
    constexpr const char* kText = "text/plain; charset=utf-8";
    server_.Post("/v1/load_lora_adapter", with_body(logged(load_lora_answer), kText));
    server_.Post("/v1/unload_lora_adapter", with_body(logged(unload_lora_answer), kText));
  }

  void health(Response& response) {
    const Engine* engine = engine_;
    if (engine == nullptr) {
      return set_error(response, {.status = 503, .message = "engine: the model is loading"});
    }
    if (draining_) {
      return set_error(response, shutting_down());
    }
    if (const auto failure = engine->failure()) return set_error(response, api_error(*failure));
    response.set_content("", "text/plain");
  }

  /// After the answer is made, before its head is written.
  void finish(const Request& request, Response& response) const {
    add_cors_headers(options_.allowed_origins, request, response);
    if (options_.enable_request_id_headers && !response.has_header("X-Request-Id")) {
      const std::string given = request.get_header_value("X-Request-Id");
      if (!given.empty()) response.set_header("X-Request-Id", given);
    }
    if (draining_) close_after_answer();
    if (!connection_closes()) return;
    response.headers.erase("Keep-Alive");
    response.headers.erase("Connection");
    response.set_header("Connection", "close");
  }

  /// A handler that needs a loaded engine and, under /v1, one of the API keys.
  template <typename Handle>
  httplib::Server::Handler with_engine(Handle handle) {
    return [this, handle](const Request& request, Response& response) {
      if (!key_of(request)) {
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

  /// A handler that was called with the body, which must be JSON of a size that is taken.
  template <typename Handle>
  httplib::Server::Handler with_json(Handle handle) {
    const auto checked =
        with_engine([this, handle](Engine& engine, const Request& request, Response& response) {
          if (request.body.size() >
              options_.max_body_bytes) {  // a chunked one: its head says no length
            return set_error(response, too_large());
          }
          handle(engine, request, response);
        });
    return [checked](const Request& request, Response& response) {
      request_was_read();
      checked(request, response);
    };
  }

  /// The answer, which the log gets too where it is no error.
  template <typename Answer>
  BodyAnswer logged(Answer answer) {
    return [this, answer](const Engine& engine, std::string_view body) {
      std::variant<std::string, ApiError> made = answer(engine, body);
      const auto* text = std::get_if<std::string>(&made);
      if (log_ && text != nullptr) log_(LogLevel::kInfo, printable(*text));
      return made;
    };
  }

  /// A route that answers at once: body in, body or error out.
  template <typename Answer>
  httplib::Server::Handler with_body(Answer answer, const char* type = "application/json") {
    return with_json([answer, type](Engine& engine, const Request& request, Response& response) {
      if (!is_json(request)) {
        return set_error(response, {.message = "Content-Type: must be application/json"});
      }
      const std::variant<std::string, ApiError> made = answer(engine, request.body);
      if (const auto* error = std::get_if<ApiError>(&made)) return set_error(response, *error);
      response.set_content(std::get<std::string>(made), type);
    });
  }

  httplib::Server::Handler completions(ApiKind kind) {
    return with_json([this, kind](Engine& engine, const Request& request, Response& response) {
      if (engine.pooling() != nullptr) return set_error(response, no_generation(kind));
      if (auto lease = admit(request, response)) {
        handler_.handle(kind, engine, request, response, std::move(lease));
      }
    });
  }

  httplib::Server::Handler embeddings() {
    return with_json([this](Engine& engine, const Request& request, Response& response) {
      if (engine.pooling() == nullptr) return set_error(response, no_embeddings());
      if (auto lease = admit(request, response)) {
        embeddings_.handle(engine, request, response, std::move(lease));
      }
    });
  }

  /// A place for one more request of its key; null, with the answer made, when it has none.
  std::unique_ptr<KeyLease> admit(const Request& request, Response& response) {
    auto lease = keys_.admit(key_of(request).value_or(0), steady_now());
    if (auto* admitted = std::get_if<std::unique_ptr<KeyLease>>(&lease)) {
      return std::move(*admitted);
    }
    set_error(response, std::get<ApiError>(lease));
    return nullptr;
  }

  /// Which key asks; nullopt: the path asks for one, and this is none.
  [[nodiscard]] std::optional<std::size_t> key_of(const Request& request) const {
    if (!request.path.starts_with("/v1")) return 0;
    return keys_.find(request.get_header_value("Authorization"));
  }

  const ServeOptions options_;
  const LogSink log_;
  const ServerSeats seats_;
  ApiKeys keys_;
  const std::unique_ptr<SpanExporter> spans_;
  const RequestSink sink_;
  const std::unique_ptr<StreamPump> pump_;
  HttpListener server_;
  CompletionHandler handler_;
  EmbeddingHandler embeddings_;
  std::atomic<bool> draining_ = false;
  std::atomic<Engine*> engine_ = nullptr;
  std::int64_t started_ = 0;  // seconds since 1970; written before engine_
  int port_ = -1;
  std::atomic<bool> listening_ended_ = false;
  std::thread thread_;
};

HttpServer::HttpServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
HttpServer::~HttpServer() = default;

Result<std::unique_ptr<HttpServer>> HttpServer::start(const ServeOptions& options, LogSink log,
                                                      RequestSink sink) {
  std::unique_ptr<SpanExporter> spans;
  if (!options.otlp_traces_endpoint.empty()) {
    INFERLAB_TRY(TraceEndpoint endpoint, parse_trace_endpoint(options.otlp_traces_endpoint));
    spans = std::make_unique<SpanExporter>(std::move(endpoint), options.otlp_service_name, log);
  }
  INFERLAB_TRY(std::unique_ptr<StreamPump> pump, StreamPump::start());
  auto impl = std::make_unique<Impl>(options, std::move(pump), std::move(log), std::move(sink),
                                     std::move(spans));
  INFERLAB_TRY_VOID(impl->start());
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(impl)));
}

int HttpServer::port() const {
  return impl_->port();
}
void HttpServer::attach(Engine& engine) {
  impl_->attach(engine);
}
void HttpServer::begin_drain() {
  impl_->begin_drain();
}
int HttpServer::num_open() const {
  return impl_->num_open();
}
void HttpServer::stop() {
  impl_->stop();
}

}  // namespace inferlab
