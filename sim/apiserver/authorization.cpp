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

namespace {

// A stranger's text as it stands in a log: what is no ASCII from `from` on is percent-encoded, and
// there is no more of it than a kilobyte.
std::string logged(std::string_view text, char from = '!') {
  constexpr std::size_t kMost = 1024;
  std::string out;
  for (const char c : text) {
    if (out.size() >= kMost) break;
    const bool plain = c >= from && c <= '~';
    out += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return out;
}

}  // namespace

// Source: k8s.io/apiserver/pkg/endpoints/filters/authn_audit.go, getAuthMethods.
void note_unauthenticated(const RunDoor& door, const HttpRequest& request,
                          const ResourcePath& path) {
  if (!door.unauthenticated) return;
  AccessRequest asked = access_of(request);
  if (path.found == ResourcePath::Found::kResource) {
    asked = access_of(request, path);
    const bool watches =
        path.watch || request.query_value("watch") == "true" || request.query_value("watch") == "1";
    if (asked.verb == "get" && watches) asked.verb = "watch";
    if (asked.verb == "get" && asked.name.empty()) asked.verb = "list";
    if (asked.verb == "delete" && asked.name.empty()) asked.verb = "deletecollection";
  }
  for (std::string* part : {&asked.ns, &asked.name, &asked.subresource}) *part = logged(*part);
  std::string uri = request.path;
  char mark = '?';
  for (const auto& [name, value] : request.query) {
    uri += fmt::format("{}{}={}", std::exchange(mark, '&'), name, value);
  }
  uri = logged(uri);
  const bool bearer = request.header("authorization").starts_with("Bearer ");
  UnauthenticatedRequest told;
  told.asked = std::move(asked);
  told.path = std::move(uri);
  told.why = bearer ? "Authentication failed, attempted: bearer"
                    : "Authentication failed, no credentials provided";
  told.source_ip = "127.0.0.1";  // nobody else is let in
  told.user_agent = logged(request.header("user-agent"), ' ');
  door.mailbox.post([tell = door.unauthenticated, told = std::move(told)] { tell(told); });
}

}  // namespace inferlab::sim
