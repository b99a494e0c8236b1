#include "sim/cluster/audit_log.h"

#include <fmt/format.h>

#include <array>
#include <string_view>

#include "sim/api/json.h"
#include "sim/cluster/audit_origin.h"

namespace inferlab::sim {
namespace {

constexpr std::array<std::string_view, 7> kVerbs = {"get",   "list",   "create",          "update",
                                                    "patch", "delete", "deletecollection"};

// The options that change what a write does.
std::string query_of(const ApiRequest& request) {
  std::string out;
  const auto add = [&out](std::string_view name, std::string_view value) {
    out += fmt::format("{}{}={}", out.empty() ? "?" : "&", name, value);
  };
  if (request.dry_run) add("dryRun", "All");
  if (!request.field_manager.empty() && request.verb != Verb::kDelete &&
      request.verb != Verb::kDeleteCollection) {
    add("fieldManager", request.field_manager);
  }
  if (request.field_validation == FieldValidation::kStrict) add("fieldValidation", "Strict");
  if (request.force) add("force", "true");
  return out;
}

// A refusal tells of values that were wrong: of a Secret nobody may read them here.
Value told_of(const ApiRequest& request, const Value& status) {
  if (request.resource != "secrets") return status;
  return status.without("message").without("details");
}

std::string path_of(const AuditEvent& event) {
  if (!event.path.empty()) return event.path;
  std::string out = event.api_group.empty()
                        ? fmt::format("/api/{}", event.api_version)
                        : fmt::format("/apis/{}/{}", event.api_group, event.api_version);
  if (!event.ns.empty()) out += "/namespaces/" + event.ns;
  out += "/" + event.resource;
  const bool creates = event.verb == "create" && event.subresource.empty();
  if (!event.name.empty() && !creates) out += "/" + event.name;
  if (!event.subresource.empty()) out += "/" + event.subresource;
  return out + event.query;
}

}  // namespace

AuditLog::AuditLog(Api& api) : api_(api), ids_(api.simulation().rng("audit", "ids")) {}

std::string AuditLog::new_id() {
  const std::uint64_t high = (ids_.next() & 0xffffffffffff0fffULL) | 0x4000;
  const std::uint64_t low = (ids_.next() & 0x3fffffffffffffffULL) | 0x8000000000000000ULL;
  return fmt::format("{:08x}-{:04x}-{:04x}-{:04x}-{:012x}", high >> 32, high >> 16 & 0xffff,
                     high & 0xffff, low >> 48, low & 0xffffffffffffULL);
}

void AuditLog::add(const ApiRequest& request, const ApiResponse& response, bool allowed) {
  const bool reads = request.verb == Verb::kGet || request.verb == Verb::kList;
  // Components come without groups: who mounts a Secret into a Pod is no news.
  const bool tells = takes_all_ || request.resource == "secrets";
  if (reads && (!tells || request.groups.empty())) return;
  AuditEvent event;
  event.at = api_.simulation().now();
  event.id = new_id();
  event.user = request.user;
  event.groups = groups_of(request.user, request.groups);
  const AuditOrigin origin =
      request.groups.empty() ? origin_of_component(api_.store(), request.user) : origin_of_client();
  event.source_ip = request.source_ip.empty() ? origin.source_ip : request.source_ip;
  event.user_agent = request.user_agent.empty() ? origin.user_agent : request.user_agent;
  event.verb = kVerbs.at(static_cast<std::size_t>(request.verb));
  const std::size_t dot = request.resource.find('.');
  event.resource = request.resource.substr(0, dot);
  if (dot != std::string::npos) event.api_group = request.resource.substr(dot + 1);
  const Kind* kind = api_.kinds().by_resource(request.resource);
  event.api_version = request.version;
  if (event.api_version.empty() && kind != nullptr) event.api_version = kind->version;
  event.subresource = request.subresource;
  event.ns = request.ns;
  event.name = request.name;
  if (event.name.empty() && request.verb == Verb::kCreate) {
    event.name = (response.ok() ? response.body : request.body)["metadata"]["name"].str();
  }
  event.query = query_of(request);
  event.code = response.code;
  if (!response.ok()) event.status = told_of(request, response.body);
  event.annotations = response.audit;
  event.annotations.emplace_back("authorization.k8s.io/decision", allowed ? "allow" : "forbid");
  if (takes_all_) {
    event.request_object = request.body;
    event.response_object = response.body;
  }
  keep(std::move(event));
}

void AuditLog::add_unauthenticated(const AccessRequest& asked, std::string path,
                                   std::string_view why, AuditOrigin origin) {
  AuditEvent event;
  const AuditOrigin usual = origin_of_client();
  event.source_ip = origin.source_ip.empty() ? usual.source_ip : std::move(origin.source_ip);
  event.user_agent = origin.user_agent.empty() ? usual.user_agent : std::move(origin.user_agent);
  event.at = api_.simulation().now();
  event.id = new_id();
  event.verb = asked.verb;
  event.api_group = asked.group;
  event.resource = asked.resource;
  event.subresource = asked.subresource;
  event.ns = asked.ns;
  event.name = asked.name;
  const std::string resource =
      asked.group.empty() ? asked.resource : asked.resource + "." + asked.group;
  const Kind* kind = api_.kinds().by_resource(resource);
  if (kind != nullptr) event.api_version = kind->version;
  event.path = std::move(path);
  event.response_started = true;
  event.code = 401;
  event.status = Value::object({{"metadata", Value::object()}, {"message", why}, {"code", 401}});
  keep(std::move(event));
}

void AuditLog::keep(AuditEvent event) {
  events_.push_back(std::move(event));
  if (events_.size() > kKept) events_.pop_front();
  if (listener_) listener_(events_.back());
}

std::string write_audit_event(const AuditEvent& event, AuditDetail detail) {
  constexpr std::string_view kLevels[] = {"Metadata", "Request", "RequestResponse"};
  const Value time = Value(format_rfc3339_micro(event.at));
  Value annotations = Value::object();
  for (const auto& [key, value] : event.annotations) annotations = annotations.with(key, value);
  Value user = Value::object();
  if (!event.user.empty() || !event.groups.empty()) {
    user = Value::object({{"username", event.user}, {"groups", Value::strings(event.groups)}});
  }
  Value ref = Value::object({{"resource", event.resource}, {"apiVersion", event.api_version}});
  const auto add = [&ref](const char* field, const std::string& text) {
    if (!text.empty()) ref = ref.with(field, text);
  };
  add("namespace", event.ns);
  add("name", event.name);
  add("apiGroup", event.api_group);
  add("subresource", event.subresource);
  Value status = event.status.is_null()
                     ? Value::object({{"metadata", Value::object()}, {"code", event.code}})
                     : event.status.without("apiVersion").without("kind");
  Value::Object out = {{"kind", "Event"},
                       {"apiVersion", "audit.k8s.io/v1"},
                       {"level", kLevels[static_cast<std::size_t>(detail)]},
                       {"auditID", event.id},
                       {"stage", event.response_started ? "ResponseStarted" : "ResponseComplete"},
                       {"requestURI", path_of(event)},
                       {"verb", event.verb},
                       {"user", user}};
  if (!event.source_ip.empty())
    out.push_back({"sourceIPs", Value::strings(std::array{event.source_ip})});
  if (!event.user_agent.empty()) out.push_back({"userAgent", Value(event.user_agent)});
  if (!event.resource.empty()) out.push_back({"objectRef", ref});
  out.push_back({"responseStatus", status});
  if (detail >= AuditDetail::kRequest && !event.request_object.is_null()) {
    out.push_back({"requestObject", event.request_object});
  }
  if (detail == AuditDetail::kRequestResponse && !event.response_object.is_null()) {
    out.push_back({"responseObject", event.response_object});
  }
  out.push_back({"requestReceivedTimestamp", time});
  out.push_back({"stageTimestamp", time});
  if (!event.annotations.empty()) out.push_back({"annotations", annotations});
  return to_json(Value::object(std::move(out)));
}

}  // namespace inferlab::sim
