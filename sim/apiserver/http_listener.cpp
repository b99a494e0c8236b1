#include "sim/apiserver/http_listener.h"

#include <fmt/core.h>
#include <httplib.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <limits>
#include <thread>
#include <utility>

#include "sim/apiserver/answers.h"
#include "sim/apiserver/certificates.h"
#include "sim/apiserver/connection_threads.h"
#include "sim/apiserver/http_connection.h"
#include "sim/apiserver/http_head.h"
#include "sim/apiserver/query.h"

namespace inferlab::sim {
namespace {

constexpr int kBacklog = 512;  // the library's own, 5, drops bursts of watches
// As the real server. A client that asks again and again, as `drain` does every 5 s, must not find
// its connection closed just then: what is no GET is not sent twice.
constexpr time_t kKeepAliveSeconds = 90;

struct ContextDeleter {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};
using TlsContext = std::unique_ptr<SSL_CTX, ContextDeleter>;

/// nullptr when the key is not that of the certificate.
TlsContext tls_context(const KeyAndCertificate& pair) {
  TlsContext context(SSL_CTX_new(TLS_server_method()));
  if (context == nullptr) return nullptr;
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  SSL_CTX_set_options(context.get(), SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
  SSL_CTX_set_mode(context.get(),
                   SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  if (SSL_CTX_use_certificate(context.get(), pair.certificate.get()) != 1 ||
      SSL_CTX_use_PrivateKey(context.get(), pair.key.get()) != 1 ||
      SSL_CTX_check_private_key(context.get()) != 1) {
    return nullptr;
  }
  return context;
}

bool has_body(const httplib::Request& request) {
  return request.has_header("Transfer-Encoding") ||
         (request.has_header("Content-Length") &&
          request.get_header_value("Content-Length") != "0");
}

/// Once the head of a request is read, before its body is.
void prepare(httplib::Request& request) {
  HttpConnection::current()->begin_body();
  if (!has_body(request)) {
    // Without a length the library would read until the client closes; HTTP says: no body.
    request.headers.emplace("Content-Length", "0");
    HttpConnection::current()->request_was_read();
  } else if (request.method == "GET" || request.method == "HEAD" || request.method == "OPTIONS") {
    // The library leaves the body of these unread; so this is the connection's last answer.
    request.headers.erase("Connection");
    request.headers.emplace("Connection", "close");
  }
  // It would compress, and so hold back, what a watch writes; and cut documents into ranges.
  request.headers.erase("Accept-Encoding");
  request.headers.erase("Range");
  request.ranges.clear();
}

/// The library's server over connections of our own, because the library's let a chunked body grow
/// without end and a client take for ever over a request, and do not tell of a vanished client.
class Server final : public httplib::Server {
 public:
  Server(TlsContext context, const ConnectionLimits& limits, std::atomic<std::size_t>& waiting)
      : context_(std::move(context)), limits_(limits), waiting_(waiting) {}

  /// The library's own backlog, 5, drops bursts of watches.
  void widen_backlog() { ::listen(svr_sock_, kBacklog); }

 private:
  bool process_and_close_socket(socket_t socket) override {
    {
      HttpConnection connection(socket, context_.get(), limits_, svr_sock_, waiting_);
      HttpConnection::current() = &connection;
      bool good = connection.handshake();
      bool closed = false;
      while (good && !closed && connection.wait_for_request()) {
        connection.begin_request();
        good = process_request(connection, false, closed, prepare);
        if (connection.closing()) break;
      }
      connection.finish();
      HttpConnection::current() = nullptr;
    }
    shutdown(socket, SHUT_RDWR);
    close(socket);
    return true;
  }

  TlsContext context_;
  ConnectionLimits limits_;
  std::atomic<std::size_t>& waiting_;  // connections in line
};

class Sink final : public HttpSink {
 public:
  explicit Sink(httplib::DataSink& sink) : sink_(sink) {}
  bool write(std::string_view data) override { return sink_.write(data.data(), data.size()); }
  bool peer_gone() override { return HttpConnection::current()->peer_gone(); }

 private:
  httplib::DataSink& sink_;
};

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

HttpRequest request_from(const httplib::Request& request) {
  HttpRequest result;
  result.method = request.method == "HEAD" ? "GET" : request.method;
  result.path = request.path;
  // The library's own reading takes "a=b=c" for a is c.
  result.query = query_of(request.target);
  for (const auto& [name, value] : request.headers) result.headers.emplace(lower(name), value);
  result.body = request.body;
  return result;
}

void send(HttpResponse answer, httplib::Response& response) {
  response.status = answer.status;
  for (const auto& [name, value] : answer.headers) response.headers.emplace(name, value);
  if (!answer.stream) {
    response.set_content(answer.body, answer.content_type);
    return;
  }
  response.set_chunked_content_provider(
      answer.content_type,
      [stream = std::move(answer.stream)](std::size_t /*offset*/, httplib::DataSink& sink) {
        Sink out(sink);
        stream(out);
        sink.done();
        return true;
      });
}

/// What is not HTTP is the last that this connection is asked for.
void refuse(const HttpFault& fault, httplib::Response& response) {
  HttpConnection::current()->close_after_answer();
  response.status = fault.status;
  response.headers.erase("Connection");
  response.headers.emplace("Connection", "close");
  response.set_content(fault.text, "text/plain; charset=utf-8");
}

}  // namespace

struct HttpListener::Parts {
  std::atomic<std::size_t> waiting = 0;  // connections in line
  std::unique_ptr<Server> server;
  HttpHandler handler;
  HttpGate gate;
  std::thread thread;
  int port = 0;
  bool stopped = false;
};

HttpListener::HttpListener(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
HttpListener::~HttpListener() {
  stop();
}
int HttpListener::port() const {
  return parts_->port;
}

Result<std::unique_ptr<HttpListener>> HttpListener::start(const HttpListenerOptions& options,
                                                          HttpHandler handler, HttpGate gate) {
  auto parts = std::make_unique<Parts>();
  parts->handler = std::move(handler);
  parts->gate = std::move(gate);
  TlsContext context;
  if (!options.certificate_pem.empty()) {
    INFERLAB_TRY(const KeyAndCertificate pair,
                 load_key_and_certificate(options.private_key_pem, options.certificate_pem));
    context = tls_context(pair);
    if (context == nullptr) {
      return Error{ErrorKind::kInvalid, "API server: TLS: certificate and key do not fit together"};
    }
  }
  parts->server =
      std::make_unique<Server>(std::move(context),
                               ConnectionLimits{.max_body_bytes = options.max_body_bytes,
                                                .io = options.io_timeout,
                                                .request = options.request_timeout,
                                                .idle = std::chrono::seconds(kKeepAliveSeconds)},
                               parts->waiting);
  Server& server = *parts->server;
  server.set_tcp_nodelay(true);
  server.set_keep_alive_max_count(std::numeric_limits<std::size_t>::max());
  server.set_keep_alive_timeout(kKeepAliveSeconds);
  server.set_payload_max_length(options.max_body_bytes);
  Parts* const raw = parts.get();
  server.new_task_queue = [raw, most = options.max_connections] {
    return new ConnectionThreads(most, raw->waiting);  // NOLINT: the library owns and deletes it
  };
  server.set_socket_options([](int fd) {
    const int yes = 1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  });
  server.set_pre_routing_handler(
      [raw](const httplib::Request& request, httplib::Response& response) {
        if (const auto fault = fault_of_head(request)) {
          refuse(*fault, response);
          return httplib::Server::HandlerResponse::Handled;
        }
        if (!raw->gate) return httplib::Server::HandlerResponse::Unhandled;
        auto refused = raw->gate(request_from(request));
        if (!refused) return httplib::Server::HandlerResponse::Unhandled;
        if (HttpConnection::current()->closing()) response.headers.emplace("Connection", "close");
        send(*std::move(refused), response);
        return httplib::Server::HandlerResponse::Handled;
      });
  // The library promises a number of requests that nobody counts; kube-apiserver says nothing.
  server.set_post_routing_handler(
      [](const httplib::Request& /*request*/, httplib::Response& response) {
        response.headers.erase("Keep-Alive");
      });
  server.set_error_handler([](const httplib::Request& /*request*/, httplib::Response& response) {
    if (!response.body.empty() || response.content_provider_) return;
    const HttpConnection& connection = *HttpConnection::current();
    if (connection.over_limit() && connection.in_body()) response.status = 413;
    if (response.status == 413) return send(answers::body_too_large(), response);
    refuse(fault_of_status(connection.over_limit() ? 431 : response.status), response);
  });
  const auto serve = [raw, most = options.max_body_bytes](const httplib::Request& request,
                                                          httplib::Response& response) {
    const bool reads_bodies =
        request.method != "GET" && request.method != "HEAD" && request.method != "OPTIONS";
    if (reads_bodies) HttpConnection::current()->request_was_read();
    send(request.body.size() > most ? answers::body_too_large()
                                    : raw->handler(request_from(request)),
         response);
  };
  server.Get(".*", serve);
  server.Post(".*", serve);
  server.Put(".*", serve);
  server.Patch(".*", serve);
  server.Delete(".*", serve);
  server.Options(".*", serve);

  if (options.port == 0) {
    parts->port = server.bind_to_any_port(options.host);
  } else if (server.bind_to_port(options.host, options.port)) {
    parts->port = options.port;
  } else {
    parts->port = -1;
  }
  if (parts->port <= 0) {
    return Error{ErrorKind::kUnavailable,
                 fmt::format("API server: cannot listen on {}:{}", options.host, options.port),
                 "is another program using the port? Port 0 takes a free one"};
  }
  server.widen_backlog();
  parts->thread = std::thread([raw] { raw->server->listen_after_bind(); });
  while (!server.is_running()) std::this_thread::yield();
  return std::unique_ptr<HttpListener>(new HttpListener(std::move(parts)));
}

void HttpListener::stop() {
  if (parts_->stopped) return;
  parts_->stopped = true;
  parts_->server->stop();  // connections notice, idle and slow ones too
  parts_->thread.join();
}

}  // namespace inferlab::sim
