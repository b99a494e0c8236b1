#include "sim/apiserver/request_router.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "sim/api/json.h"
#include "sim/api/yaml.h"
#include "sim/apiserver/answers.h"
#include "sim/apiserver/authorization.h"
#include "sim/apiserver/connections.h"
#include "sim/apiserver/discovery.h"
#include "sim/apiserver/health.h"
#include "sim/apiserver/metric_values.h"
#include "sim/apiserver/openapi_protobuf.h"
#include "sim/apiserver/pod_log.h"
#include "sim/apiserver/reviews.h"
#include "sim/apiserver/table.h"
#include "sim/apiserver/token_request.h"
#include "sim/apiserver/watch_stream.h"

namespace inferlab::sim {
namespace {

HttpResponse plain(std::string text) {
  HttpResponse response;
  response.content_type = "text/plain; charset=utf-8";
  response.body = std::move(text);
  return response;
}

/// What the run's thread gives back.
struct Answer {
  ApiResponse api;
  Time now{};
  std::uint64_t revision = 0;
};

HttpResponse too_new(std::uint64_t wanted, std::uint64_t current) {
  const Value cause = Value::object(
      {{"reason", "ResourceVersionTooLarge"}, {"message", "Too large resource version"}});
  return answers::failure(
      504, "Timeout",
      fmt::format("Timeout: Too large resource version: {}, current: {}", wanted, current),
      Value::object({{"causes", Value::array({cause})}, {"retryAfterSeconds", 1}}));
}

IncludeObject include_of(const HttpRequest& request) {
  const std::string_view include = request.query_value("includeObject");
  if (include == "None") return IncludeObject::kNone;
  if (include == "Object") return IncludeObject::kObject;
  return IncludeObject::kMetadata;
}

/// Tools that people look at get indented JSON, as from the real server.
bool wants_pretty(const HttpRequest& request) {
  if (request.has_query("pretty")) {
    const std::string_view value = request.query_value("pretty");
    return value != "false" && value != "0";
  }
  const std::string_view agent = request.header("user-agent");
  return agent.starts_with("curl") || agent.starts_with("Wget") || agent.starts_with("Mozilla/5.0");
}

/// The text of a Warning header may hold no control characters; quotes are escaped.
std::string warning_header(std::string_view text) {
  std::string quoted = "299 - \"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  }
  return quoted + "\"";
}

HttpResponse render(const HttpRequest& request, const Representation& representation,
                    const Kind& kind, const Answer& answer) {
  HttpResponse response;
  response.status = answer.api.code;
  Value body = answer.api.body;
  // A Scale, a Binding's Status and errors are shown as they are.
  const std::string_view body_kind = body["kind"].as_string();
  const bool of_kind = body_kind == kind.kind || body_kind == kind.list_name();
  if (answer.api.ok() && of_kind) {
    if (representation.shape == Representation::Shape::kTable) {
      body =
          to_table(kind, body, answer.now,
                   {.meta_version = representation.meta_version, .include = include_of(request)});
    } else if (representation.shape == Representation::Shape::kMetadata) {
      body = to_partial_metadata(body, representation.meta_version);
    }
  }
  if (representation.format == Representation::Format::kYaml) {
    response.content_type = "application/yaml";
    response.body = to_yaml(body);
  } else {
    response.body = (wants_pretty(request) ? to_json(body, 2) : to_json(body)) + "\n";
  }
  for (const std::string& warning : answer.api.warnings) {
    response.headers.emplace_back("Warning", warning_header(warning));
  }
  const std::int64_t retry_after = answer.api.body["details"]["retryAfterSeconds"].as_int();
  if (!answer.api.ok() && retry_after > 0)
    response.headers.emplace_back("Retry-After", std::to_string(retry_after));
  return response;
}

// What everybody may ask, without a token.
bool is_open_path(const HttpRequest& request) {
  const std::string_view path = request.path;
  return request.method == "GET" && (path == "/healthz" || path == "/livez" || path == "/readyz" ||
                                     path == "/version" || path == "/version/");
}

// Neither a resource nor anything in one: "/apis/apps/v1" at the longest.
bool is_discovery_path(std::string_view path) {
  const bool documents = path.starts_with("/openapi/");
  const auto slashes = std::ranges::count(path, '/');
  return documents || slashes <= (path.starts_with("/api/") ? 2 : 3);
}

std::optional<TokenSigner> signer_of(const std::string& key) {
  auto signer = TokenSigner::make(key);
  return signer ? std::optional<TokenSigner>(*std::move(signer)) : std::nullopt;
}

}  // namespace

RequestRouter::RequestRouter(RunDoor door, RouterOptions options)
    : door_(std::move(door)),
      options_(std::move(options)),
      authenticator_(options_.token, {options_.user, options_.groups},
                     signer_of(options_.token_key)) {}

RequestRouter::Served RequestRouter::served() {
  std::shared_ptr<const KindTable> kinds = kinds_.table(door_);
  const std::lock_guard lock(mutex_);
  if (served_.kinds != kinds) {
    served_.openapi = std::make_shared<OpenApiDocuments>(kinds, options_.version);
    served_.kinds = std::move(kinds);
  }
  return served_;
}

std::optional<HttpResponse> RequestRouter::refuse(const HttpRequest& head) {
  if (is_open_path(head) || authenticator_.known(head)) return std::nullopt;
  note_unauthenticated(door_, head, parse_resource_path(head.path, served().kinds));
  return answers::unauthorized();
}

HttpResponse RequestRouter::answer(const HttpRequest& request) {
  if (auto open = answer_open_path(request)) return *std::move(open);
  auto asker = authenticator_.authenticate(request, door_);
  if (auto* refused = std::get_if<HttpResponse>(&asker)) {
    if (refused->status == 401) {
      note_unauthenticated(door_, request, parse_resource_path(request.path, served().kinds));
    }
    return *std::move(refused);
  }
  auto subject = impersonated(request, std::get<Subject>(asker), door_);
  if (auto* refused = std::get_if<HttpResponse>(&subject)) return *std::move(refused);
  return answer_as(std::get<Subject>(subject), request);
}

HttpResponse RequestRouter::answer_as(const Subject& subject, const HttpRequest& request) {
  if (request.method == "GET" && is_health_path(request.path)) {  // one check: not for everybody
    if (auto refused = refuse_access(subject, access_of(request))) return *std::move(refused);
    return answer_health(request, door_);
  }
  if (auto document = answer_document(subject, request)) return *std::move(document);
  if (auto review = answer_review_request(subject, request)) return *std::move(review);
  if (const auto metric = parse_metric_path(request.path)) {
    if (auto refused = refuse_access(subject, access_of(*metric))) return *std::move(refused);
    if (auto values = answer_metric_values(door_, request, *metric)) return *std::move(values);
  }
  const ResourcePath path = parse_resource_path(request.path, served().kinds);
  switch (path.found) {
    case ResourcePath::Found::kNothing:
      return answers::not_found_page();
    case ResourcePath::Found::kUnknownResource:
      return answers::unknown_resource();
    case ResourcePath::Found::kResource:
      break;
  }
  auto part = answer_part(subject, request, path);
  HttpResponse response = part ? *std::move(part) : answer_resource(subject, request, path);
  metrics_.count(request, path, response.status);
  return response;
}

std::optional<HttpResponse> RequestRouter::refuse_access(const Subject& subject,
                                                         const AccessRequest& access) {
  if (subject.is_master()) return std::nullopt;
  const auto decision =
      door_.mailbox.call([&] { return authorize(door_.api.store(), subject, access); });
  if (!decision) return answers::run_has_ended();
  if (decision->allowed) return std::nullopt;
  return access_refused(subject, access, *decision);
}

std::optional<HttpResponse> RequestRouter::answer_open_path(const HttpRequest& request) {
  if (!is_open_path(request)) return std::nullopt;
  if (request.path.starts_with("/version")) {
    return answers::json_response(version_info(options_.version));
  }
  return answer_health(request, door_);
}

std::optional<HttpResponse> RequestRouter::answer_document(const Subject& subject,
                                                           const HttpRequest& request) {
  std::string_view path = request.path;
  const bool known = path == "/" || path == "/metrics" || path == "/api" || path == "/apis" ||
                     path == "/api/" || path == "/apis/" || path.starts_with("/openapi/") ||
                     path.starts_with("/apis/") || path.starts_with("/api/");
  if (!known || request.method != "GET") return std::nullopt;
  if (path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
  if (is_discovery_path(path)) {
    if (auto refused = refuse_access(subject, access_of(request))) return refused;
  }
  if (path == "/metrics") return answer_metrics();
  if (path == "/") {
    Value::Array paths;
    for (const char* name : {"/api", "/api/v1", "/apis", "/healthz", "/livez", "/metrics",
                             "/openapi/v2", "/openapi/v3", "/readyz", "/version"}) {
      paths.emplace_back(name);
    }
    return answers::json_response(Value::object({{"paths", Value::array(std::move(paths))}}));
  }
  const std::shared_ptr<const KindTable> kinds = served().kinds;
  if (path == "/api" || path == "/apis") {
    const std::string_view accept = request.header("accept");
    if (const std::string version = aggregated_version(accept); !version.empty()) {
      HttpResponse response = answers::json_response(aggregated_discovery(
          *kinds, path == "/api", version,
          path == "/api" ? std::optional<MetricNames>() : metric_names(door_)));
      response.content_type = fmt::format(
          "application/json;g=apidiscovery.k8s.io;v={};as=APIGroupDiscoveryList", version);
      response.headers.emplace_back("Vary", "Accept");
      return response;
    }
    if (!negotiate(accept)) return answers::not_acceptable();
    return answers::json_response(path == "/api" ? api_versions(options_.address)
                                                 : api_group_list(*kinds, metric_names(door_)));
  }
  if (path == "/openapi/v2") return answer_openapi_v2(request);
  if (path == "/openapi/v3" || path.starts_with("/openapi/v3/")) {
    path.remove_prefix(std::min(path.size(), std::string_view("/openapi/v3/").size()));
    return answer_openapi_v3(request, path);
  }
  // /api/VERSION, /apis/GROUP and /apis/GROUP/VERSION; anything longer is a resource.
  std::optional<Value> document;
  const auto names_for = [this](std::string_view group) {
    return group.ends_with(".metrics.k8s.io") ? metric_names(door_) : std::nullopt;
  };
  const bool core = path.starts_with("/api/");
  path.remove_prefix(core ? 5 : 6);
  const std::size_t slash = path.find('/');
  if (core && slash == std::string_view::npos) {
    document = api_resource_list(*kinds, "", path);
  } else if (!core && slash == std::string_view::npos) {
    document = api_group(*kinds, path, names_for(path));
  } else if (!core && path.find('/', slash + 1) == std::string_view::npos) {
    const std::string_view group = path.substr(0, slash);
    document = api_resource_list(*kinds, group, path.substr(slash + 1), names_for(group));
  } else {
    return std::nullopt;
  }
  return document ? answers::json_response(*document) : answers::not_found_page();
}

HttpResponse RequestRouter::answer_metrics() {
  auto objects = door_.mailbox.call(
      [this] { return objects_by_resource(door_.api.store(), door_.api.kinds()); });
  if (!objects) return answers::run_has_ended();
  HttpResponse response = plain(metrics_.text({hub_->watches_by_resource(), *std::move(objects)}));
  response.content_type = "text/plain; version=0.0.4; charset=utf-8; escaping=values";
  return response;
}

HttpResponse RequestRouter::answer_openapi_v2(const HttpRequest& request) {
  const std::shared_ptr<OpenApiDocuments> openapi = served().openapi;
  HttpResponse response;
  for (const MediaType& entry : parse_accept(request.header("accept"))) {
    if (entry.type == kOpenApiProtobufMediaType) {
      response.content_type = kOpenApiProtobufAnswerType;
      response.body = *openapi->v2_protobuf();
      return response;
    }
    if (entry.type == "application/json" || entry.type == "*/*" || entry.type == "application/*") {
      break;
    }
  }
  response.body = *openapi->v2_json();
  return response;
}

HttpResponse RequestRouter::answer_openapi_v3(const HttpRequest& request, std::string_view path) {
  const std::shared_ptr<OpenApiDocuments> openapi = served().openapi;
  if (path.empty()) {
    HttpResponse response;
    response.content_type = "text/plain; charset=utf-8";  // so the real server
    response.body = *openapi->v3_index();
    return response;
  }
  const auto document = openapi->v3(path);
  if (!document) return answers::not_found_page();
  HttpResponse response;
  const std::string_view hash = request.query_value("hash");
  if (!hash.empty() && hash != document->hash) {
    response.status = 301;
    response.headers.emplace_back("Location",
                                  fmt::format("/openapi/v3/{}?hash={}", path, document->hash));
    return response;
  }
  response.body = *document->text;
  response.headers.emplace_back("Etag", fmt::format("\"{}\"", document->hash));
  response.headers.emplace_back("Vary", "Accept");
  response.headers.emplace_back("Cache-Control", hash.empty() ? "no-cache" : "public, immutable");
  return response;
}

std::optional<HttpResponse> RequestRouter::answer_review_request(const Subject& subject,
                                                                 const HttpRequest& request) {
  for (const ReviewResource& review : review_resources()) {
    const std::string group = fmt::format("/apis/{}/{}/", review.group, review.version);
    const std::string_view path = request.path;
    if (!path.starts_with(group) || !path.ends_with(fmt::format("/{}", review.plural))) continue;
    std::string_view ns = path.substr(group.size() - 1);
    ns.remove_suffix(review.plural.size() + 1);
    if (review.namespaced != ns.starts_with("/namespaces/")) continue;
    ns.remove_prefix(review.namespaced ? std::string_view("/namespaces/").size() : 0);
    if (ns.empty() == review.namespaced || ns.find('/') != std::string_view::npos) continue;
    if (request.method != "POST") return answers::method_not_allowed();
    auto body = decode_body(request, review.kind);
    if (auto* refused = std::get_if<HttpResponse>(&body)) return *refused;
    AccessRequest access;
    access.verb = "create";
    access.group = review.group;
    access.resource = review.plural;
    access.ns = ns;
    if (auto refused = refuse_access(subject, access)) return refused;
    const Value& question = std::get<DecodedBody>(body).value;
    const TokenSigner* signer = authenticator_.signer();
    const auto answer = door_.mailbox.call([&]() -> std::optional<Value> {
      const Store& store = door_.api.store();
      if (review.kind == "TokenReview" && signer != nullptr) {
        return review_token(question, *signer, store, door_.api.simulation().now());
      }
      return answer_review(store, review.kind, question, subject, ns);
    });
    if (!answer) return answers::run_has_ended();
    if (!*answer) return answers::unknown_resource();
    HttpResponse response = answers::json_response(**answer);
    response.status = 201;
    return response;
  }
  return std::nullopt;
}

std::optional<HttpResponse> RequestRouter::answer_part(const Subject& subject,
                                                       const HttpRequest& request,
                                                       const ResourcePath& path) {
  const bool token = path.kind->resource() == "serviceaccounts" && path.subresource == "token";
  const bool log = path.kind->resource() == "pods" && path.subresource == "log";
  if (!token && !log && !is_connection(path)) return std::nullopt;
  if (auto refused = refuse_access(subject, access_of(request, path))) return refused;
  if (token && authenticator_.signer() != nullptr) {
    return answer_token_request(door_, *authenticator_.signer(), request, path);
  }
  if (!log) return connection_refused(door_, path);
  if (request.method != "GET") return answers::method_not_allowed();
  return answer_pod_log(door_, hub_, request, path);
}

HttpResponse RequestRouter::answer_resource(const Subject& subject, const HttpRequest& request,
                                            const ResourcePath& path) {
  const auto representation = negotiate(request.header("accept"));
  if (!representation) return answers::not_acceptable();
  auto decoded = decode_request(request, path, subject.user);
  if (auto* refused = std::get_if<HttpResponse>(&decoded)) return *std::move(refused);
  DecodedRequest asked = std::get<DecodedRequest>(std::move(decoded));
  asked.api.groups = subject.groups;
  const AccessRequest access = access_of(asked, path);
  if (auto refused = refuse_access(subject, access)) {
    note_refusal(door_, asked.api, *refused);
    return *std::move(refused);
  }
  if (asked.watch.watch) {
    if (path.kind->computed) return answers::method_not_allowed();
    return answer_watch(door_, hub_, path.kind, asked, *representation, include_of(request));
  }
  const bool reads = asked.api.verb == Verb::kGet || asked.api.verb == Verb::kList;
  const auto answer = door_.mailbox.call([&] {
    Answer result;
    result.revision = door_.api.store().revision();
    if (asked.min_revision <= result.revision) {
      result.api = reads ? door_.api.handle(asked.api) : door_.write(asked.api);
    }
    result.now = door_.api.simulation().now();
    return result;
  });
  if (!answer) return answers::run_has_ended();
  if (asked.min_revision > answer->revision) return too_new(asked.min_revision, answer->revision);
  return render(request, *representation, *path.kind, *answer);
}

}  // namespace inferlab::sim
