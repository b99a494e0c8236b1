#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "sim/api/access/rbac.h"
#include "sim/apiserver/http.h"
#include "sim/apiserver/media_type.h"
#include "sim/apiserver/openapi.h"
#include "sim/apiserver/request_options.h"
#include "sim/apiserver/resource_path.h"
#include "sim/apiserver/run_door.h"
#include "sim/apiserver/served_kinds.h"
#include "sim/apiserver/watch_hub.h"

namespace inferlab::sim {

struct RouterOptions {
  std::string version = "v1.32.4";
  std::string token = {};      // empty: everybody may ask
  std::string user = "admin";  // whom the token stands for
  std::vector<std::string> groups = {"system:masters", "system:authenticated"};
  std::string address = {};  // "127.0.0.1:6443", told by discovery
};

/// From an HTTP request to its answer: authentication, then discovery, OpenAPI, reviews, logs,
/// watches or a resource. Knows no sockets. Any thread, many at once; what concerns the run goes
/// through the door.
class RequestRouter {
 public:
  RequestRouter(RunDoor door, RouterOptions options);

  HttpResponse answer(const HttpRequest& request);
  /// Who may not ask is told so before the body is read: `head` is a request without it.
  [[nodiscard]] std::optional<HttpResponse> refuse(const HttpRequest& head) const;

  /// Ends every watch and followed log.
  void close() { hub_->close(); }
  [[nodiscard]] std::size_t watches() const { return hub_->watches(); }

 private:
  [[nodiscard]] bool authorized(const HttpRequest& request) const;
  std::optional<HttpResponse> answer_open_path(const HttpRequest& request);
  std::optional<HttpResponse> answer_document(const HttpRequest& request);
  HttpResponse answer_openapi_v2(const HttpRequest& request);
  HttpResponse answer_openapi_v3(const HttpRequest& request, std::string_view path);
  std::optional<HttpResponse> answer_review_request(const HttpRequest& request);
  HttpResponse answer_resource(const HttpRequest& request, const ResourcePath& path);
  HttpResponse answer_pod_part(const HttpRequest& request, const ResourcePath& path);
  /// What is served at this moment.
  struct Served {
    std::shared_ptr<const KindTable> kinds;
    std::shared_ptr<OpenApiDocuments> openapi;
  };
  Served served();
  [[nodiscard]] Subject subject_of(const HttpRequest& request) const;
  /// The 403 for whom no rule allows it.
  std::optional<HttpResponse> refuse_access(const HttpRequest& request,
                                            const AccessRequest& access);

  RunDoor door_;
  const RouterOptions options_;
  ServedKinds kinds_;
  std::mutex mutex_;
  Served served_;  // guarded; the documents of the latest table
  std::shared_ptr<WatchHub> hub_ = std::make_shared<WatchHub>();
};

}  // namespace inferlab::sim
