#include "sim/apiserver/api_server.h"

#include <fmt/core.h>

#include <utility>

#include "sim/apiserver/certificates.h"
#include "sim/apiserver/http_listener.h"
#include "sim/apiserver/request_router.h"

namespace inferlab::sim {
namespace {

bool is_loopback(std::string_view host) {
  return host.starts_with("127.") || host == "localhost" || host == "::1";
}

}  // namespace

struct ApiServer::Parts {
  Parts(RunDoor door, RouterOptions router_options)
      : router(std::move(door), std::move(router_options)) {}
  RequestRouter router;
  ServerIdentity identity;
  std::string host, token;
  bool tls = true;
  std::unique_ptr<HttpListener> listener;  // last: its threads use the rest
};

ApiServer::ApiServer(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
ApiServer::~ApiServer() {
  stop();
}

Result<std::unique_ptr<ApiServer>> ApiServer::start(RunDoor door, const ApiServerOptions& options) {
  if (options.token.empty() && !is_loopback(options.host)) {
    return Error{
        ErrorKind::kInvalid,
        fmt::format("API server: {}: can be reached by others, and no token is set", options.host),
        "set a token, or listen on 127.0.0.1"};
  }
  ServerIdentity identity;
  if (options.tls) {
    INFERLAB_TRY(identity, options.tls_folder.empty() ? make_server_identity()
                                                      : server_identity(options.tls_folder));
  }
  auto parts = std::make_unique<Parts>(
      std::move(door), RouterOptions{.version = options.version,
                                     .token = options.token,
                                     .address = fmt::format("{}:{}", options.host, options.port),
                                     .token_key = identity.private_key});
  parts->host = options.host;
  parts->token = options.token;
  parts->tls = options.tls;
  parts->identity = std::move(identity);
  INFERLAB_TRY(
      parts->listener,
      HttpListener::start(
          {.host = options.host,
           .port = options.port,
           .certificate_pem = parts->identity.certificate,
           .private_key_pem = parts->identity.private_key,
           .max_connections = options.max_connections,
           .io_timeout = options.io_timeout,
           .request_timeout = options.request_timeout},
          [router = &parts->router](const HttpRequest& request) { return router->answer(request); },
          [router = &parts->router](const HttpRequest& head) { return router->refuse(head); }));
  return std::unique_ptr<ApiServer>(new ApiServer(std::move(parts)));
}

void ApiServer::stop() {
  parts_->router.close();
  parts_->listener->stop();
}

int ApiServer::port() const {
  return parts_->listener->port();
}

std::string ApiServer::url() const {
  const bool v6 = parts_->host.find(':') != std::string::npos;
  return fmt::format("{}://{}{}{}:{}", parts_->tls ? "https" : "http", v6 ? "[" : "", parts_->host,
                     v6 ? "]" : "", port());
}

const std::string& ApiServer::ca_certificate() const {
  return parts_->identity.ca_certificate;
}

std::size_t ApiServer::watches() const {
  return parts_->router.watches();
}

Result<void> ApiServer::write_kubeconfig(const std::string& path) const {
  return sim::write_kubeconfig(path, url(), ca_certificate(), parts_->token);
}

}  // namespace inferlab::sim
