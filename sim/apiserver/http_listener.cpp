#include "sim/apiserver/http_listener.h"

#include <dirent.h>
#include <fmt/core.h>
#include <httplib.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cctype>
#include <charconv>
#include <thread>
#include <utility>

#include "sim/apiserver/answers.h"
#include "sim/apiserver/certificates.h"

namespace inferlab::sim {
namespace {

constexpr int kBacklog = 512;  // the library's own, 5, drops bursts of watches
constexpr time_t kKeepAliveSeconds = 5;

class Sink final : public HttpSink {
 public:
  // `fd` -1: a plain connection.
  Sink(httplib::DataSink& sink, int fd) : sink_(sink), fd_(fd) {}

  bool write(std::string_view data) override { return sink_.write(data.data(), data.size()); }

  bool peer_gone() override {
    // Of an encrypted connection the library looks for unread bytes and takes the closing alert of
    // a client that left for some; the state of the socket itself does not lie.
    if (fd_ >= 0) {
      pollfd poll_fd{fd_, POLLRDHUP, 0};
      return poll(&poll_fd, 1, 0) > 0 && (poll_fd.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0;
    }
    return !sink_.is_writable();
  }

 private:
  httplib::DataSink& sink_;
  int fd_;
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
  for (const auto& [name, value] : request.params) result.query.emplace(name, value);
  for (const auto& [name, value] : request.headers) result.headers.emplace(lower(name), value);
  result.body = request.body;
  return result;
}

void send(const httplib::Request& request, HttpResponse answer, httplib::Response& response) {
  response.status = answer.status;
  for (const auto& [name, value] : answer.headers) response.headers.emplace(name, value);
  if (!answer.stream) {
    response.set_content(answer.body, answer.content_type);
    return;
  }
  const int fd = request.ssl != nullptr ? SSL_get_fd(request.ssl) : -1;
  response.set_chunked_content_provider(
      answer.content_type,
      [stream = std::move(answer.stream), fd](std::size_t /*offset*/, httplib::DataSink& sink) {
        Sink out(sink, fd);
        stream(out);
        sink.done();
        return true;
      });
}

// Before the body is read. The library hands the request out as const although it is its own to
// change, and has no other way to be told these things.
void mend(httplib::Request& request) {
  // Without a length it would read until the client closes; HTTP says that there is no body.
  if (!request.has_header("Content-Length") && !request.has_header("Transfer-Encoding")) {
    request.headers.emplace("Content-Length", "0");
  }
  // It would compress, and so hold back, what a watch writes; and cut documents into ranges.
  request.headers.erase("Accept-Encoding");
  request.headers.erase("Range");
  request.ranges.clear();
}

/// Sockets of this process that are connections accepted on `port`.
std::vector<int> connections_of(int port) {
  std::vector<int> result;
  DIR* folder = opendir("/proc/self/fd");
  if (folder == nullptr) return result;
  while (const dirent* entry = readdir(folder)) {  // NOLINT(concurrency-mt-unsafe): own stream
    const std::string_view name = entry->d_name;
    int fd = -1;
    if (std::from_chars(name.data(), name.data() + name.size(), fd).ec != std::errc()) continue;
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    if (getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) continue;
    char service[8];
    if (getnameinfo(reinterpret_cast<sockaddr*>(&address), size, nullptr, 0, service,
                    sizeof service, NI_NUMERICSERV) != 0) {
      continue;
    }
    if (std::to_string(port) == service) result.push_back(fd);
  }
  closedir(folder);
  return result;
}

}  // namespace

struct HttpListener::Parts {
  std::unique_ptr<httplib::Server> server;
  HttpHandler handler;
  std::thread thread;
  int port = 0;
  int listening_fd = -1;
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
                                                          HttpHandler handler) {
  auto parts = std::make_unique<Parts>();
  parts->handler = std::move(handler);
  if (options.certificate_pem.empty()) {
    parts->server = std::make_unique<httplib::Server>();
  } else {
    INFERLAB_TRY(const KeyAndCertificate pair,
                 load_key_and_certificate(options.private_key_pem, options.certificate_pem));
    parts->server = std::make_unique<httplib::SSLServer>(pair.certificate.get(), pair.key.get());
  }
  httplib::Server& server = *parts->server;
  if (!server.is_valid()) {
    return Error{ErrorKind::kInvalid, "API server: TLS: certificate and key do not fit together"};
  }
  server.new_task_queue = [count = options.max_connections] {
    return new httplib::ThreadPool(count);  // NOLINT: the library owns and deletes it
  };
  server.set_tcp_nodelay(true);
  server.set_keep_alive_max_count(std::numeric_limits<std::size_t>::max());
  server.set_keep_alive_timeout(kKeepAliveSeconds);
  server.set_read_timeout(options.io_timeout);
  server.set_write_timeout(options.io_timeout);
  server.set_payload_max_length(options.max_body_bytes);
  Parts* const raw = parts.get();
  server.set_socket_options([raw](int fd) {
    const int yes = 1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    raw->listening_fd = fd;
  });
  server.set_pre_routing_handler([](const httplib::Request& request, httplib::Response&) {
    mend(const_cast<httplib::Request&>(request));
    return httplib::Server::HandlerResponse::Unhandled;
  });
  server.set_error_handler([](const httplib::Request& /*request*/, httplib::Response& response) {
    if (!response.body.empty() || response.content_provider_) return;
    response.set_content(answers::transport_error_text(response.status), "application/json");
  });
  const auto serve = [raw](const httplib::Request& request, httplib::Response& response) {
    send(request, raw->handler(request_from(request)), response);
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
  listen(parts->listening_fd, kBacklog);
  parts->thread = std::thread([raw] { raw->server->listen_after_bind(); });
  while (!server.is_running()) std::this_thread::yield();
  return std::unique_ptr<HttpListener>(new HttpListener(std::move(parts)));
}

void HttpListener::stop() {
  if (parts_->stopped) return;
  parts_->stopped = true;
  parts_->server->stop();
  // Idle and slow connections would otherwise keep their threads for the length of a timeout. A
  // connection that was accepted but not yet served is found by a later round.
  std::atomic<bool> joined = false;
  std::thread breaker([&] {
    while (!joined) {
      for (const int fd : connections_of(parts_->port)) ::shutdown(fd, SHUT_RDWR);
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
  });
  parts_->thread.join();
  joined = true;
  breaker.join();
}

}  // namespace inferlab::sim
