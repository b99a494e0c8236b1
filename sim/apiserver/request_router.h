#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "sim/api/access/rbac.h"
#include "sim/apiserver/authentication.h"
#include "sim/apiserver/http.h"
#include "sim/apiserver/media_type.h"
#include "sim/apiserver/openapi.h"
#include "sim/apiserver/request_options.h"
#include "sim/apiserver/resource_path.h"
#include "sim/apiserver/run_door.h"
#include "sim/apiserver/served_kinds.h"
#include "sim/apiserver/server_metrics.h"
#include "sim/apiserver/watch_hub.h"

namespace inferlab::sim {

struct RouterOptions {
  std::string version = "v1.32.4";
  std::string token = {};      // empty: everybody may ask
  std::string user = "admin";  // whom the token stands for
  std::vector<std::string> groups = {"system:masters", "system:authenticated"};
  std::string address = {};  // "127.0.0.1:6443", told by discovery
  /// Signs service accounts' tokens: a PEM text on curve P-256; empty: a new key.
  std::string token_key = {};
};

/// From an HTTP request to its answer: authentication, then discovery, OpenAPI, reviews, logs,
/// watches or a resource. Knows no sockets. Any thread, many at once; what concerns the run goes
/// through the door.
class RequestRouter {
 public:
  RequestRouter(RunDoor door, RouterOptions options);

  HttpResponse answer(const HttpRequest& request);
  /// Who may not ask is told so before the body is read: `head` is a request without it.
  [[nodiscard]] std::optional<HttpResponse> refuse(const HttpRequest& head);

  /// Ends every watch and followed log.
  void close() { hub_->close(); }
  [[nodiscard]] std::size_t watches() const { return hub_->watches(); }

 private:
  std::optional<HttpResponse> answer_open_path(const HttpRequest& request);
  HttpResponse answer_as(const Subject& subject, const HttpRequest& request);
  std::optional<HttpResponse> answer_document(const Subject& subject, const HttpRequest& request);
  HttpResponse answer_metrics();
  HttpResponse answer_openapi_v2(const HttpRequest& request);
  HttpResponse answer_openapi_v3(const HttpRequest& request, std::string_view path);
  std::optional<HttpResponse> answer_review_request(const Subject& subject,
                                                    const HttpRequest& request);
  HttpResponse answer_resource(const Subject& subject, const HttpRequest& request,
                               const ResourcePath& path);
  /// Subresources that are no documents: logs, tokens, connections.
  std::optional<HttpResponse> answer_part(const Subject& subject, const HttpRequest& request,
                                          const ResourcePath& path);
  /// What is served at this moment.
  struct Served {
    std::shared_ptr<const KindTable> kinds;
    std::shared_ptr<OpenApiDocuments> openapi;
  };
  Served served();
  /// The 403 for whom no rule allows it.
  std::optional<HttpResponse> refuse_access(const Subject& subject, const AccessRequest& access);

  RunDoor door_;
  const RouterOptions options_;
  const Authenticator authenticator_;
  ServedKinds kinds_;
  ServerMetrics metrics_;
  std::mutex mutex_;
  Served served_;  // guarded; the documents of the latest table
  std::shared_ptr<WatchHub> hub_ = std::make_shared<WatchHub>();
};

}  // namespace inferlab::sim
