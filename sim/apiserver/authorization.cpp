#include "sim/apiserver/authorization.h"

#include <fmt/format.h>

#include <utility>

#include "sim/api/json.h"
#include "sim/apiserver/answers.h"

namespace inferlab::sim {
namespace {

std::string_view verb_of(const DecodedRequest& request) {
  switch (request.api.verb) {
    case Verb::kGet:
      return "get";
    case Verb::kList:
      return request.watch.watch ? "watch" : "list";
    case Verb::kCreate:
      return "create";
    case Verb::kUpdate:
      return "update";
    case Verb::kPatch:
      return "patch";
    case Verb::kDelete:
      return "delete";
    case Verb::kDeleteCollection:
      return "deletecollection";
  }
  return "get";
}

AccessRequest access_to(const ResourcePath& path, std::string_view verb) {
  AccessRequest out;
  out.verb = verb;
  out.group = path.kind->group;
  out.resource = path.kind->plural;
  out.subresource = path.subresource;
  out.ns = path.ns;
  out.name = path.name;
  // A Namespace is in itself, so that who may do all in it may read it.
  if (path.kind->plural == "namespaces" && path.kind->group.empty()) out.ns = path.name;
  return out;
}

}  // namespace

AccessRequest access_of(const DecodedRequest& request, const ResourcePath& path) {
  return access_to(path, verb_of(request));
}

AccessRequest access_of(const HttpRequest& request) {
  AccessRequest out;
  out.verb = request.method == "GET"    ? "get"
             : request.method == "POST" ? "post"
             : request.method == "PUT"  ? "put"
                                        : "delete";
  out.path = request.path;
  return out;
}

AccessRequest access_of(const HttpRequest& request, const ResourcePath& path) {
  return access_to(path, request.method == "GET"      ? "get"
                         : request.method == "POST"   ? "create"
                         : request.method == "PUT"    ? "update"
                         : request.method == "DELETE" ? "delete"
                                                      : "patch");
}

HttpResponse access_refused(const Subject& subject, const AccessRequest& access,
                            const AccessDecision& decision) {
  const std::string why = refusal_text(subject, access, decision);
  if (!access.path.empty()) return answers::failure(403, "Forbidden", "forbidden: " + why);
  const std::string resource =
      access.group.empty() ? access.resource : access.resource + "." + access.group;
  Value details = Value::object({{"kind", access.resource}});
  if (!access.group.empty()) details = details.with("group", access.group);
  if (!access.name.empty()) details = details.with("name", access.name);
  return answers::failure(
      403, "Forbidden",
      fmt::format("{}{} is forbidden: {}", resource,
                  access.name.empty() ? "" : fmt::format(" \"{}\"", access.name), why),
      details);
}

void note_refusal(const RunDoor& door, const ApiRequest& request, const HttpResponse& refusal) {
  const bool reads = request.verb == Verb::kGet || request.verb == Verb::kList;
  if (reads || refusal.status != 403 || !door.refused) return;
  auto body = parse_json(refusal.body);
  if (!body) return;
  ApiResponse answer;
  answer.code = refusal.status;
  answer.body = *std::move(body);
  door.mailbox.post(
      [refused = door.refused, request, answer = std::move(answer)] { refused(request, answer); });
}

}  // namespace inferlab::sim
