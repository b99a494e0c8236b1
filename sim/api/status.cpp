#include "sim/api/status.h"

#include <set>

#include "sim/api/json.h"

namespace inferlab::sim {
namespace {

// {"group": "apps", "kind": "deployments", "name": "x"} of "deployments.apps".
Value details_of(std::string_view resource, std::string_view name) {
  const std::size_t dot = resource.find('.');
  Value::Object members;
  if (dot != std::string_view::npos) members.push_back({"group", Value(resource.substr(dot + 1))});
  members.push_back({"kind", Value(resource.substr(0, dot))});
  if (!name.empty()) members.push_back({"name", Value(name)});
  return Value::object(std::move(members));
}

std::string quoted(std::string_view text) {
  return "\"" + std::string(text) + "\"";
}

}  // namespace

ApiResponse status_failure(int code, std::string_view reason, std::string message, Value details) {
  Value::Object members = {{"apiVersion", "v1"},
                           {"code", code},
                           {"kind", "Status"},
                           {"message", Value(std::move(message))},
                           {"metadata", Value::object()},
                           {"status", "Failure"}};
  if (!reason.empty()) members.push_back({"reason", Value(reason)});
  if (!details.is_null()) members.push_back({"details", std::move(details)});
  ApiResponse out;
  out.code = code;
  out.body = Value::object(std::move(members));
  return out;
}

ApiResponse bad_request(std::string message) {
  return status_failure(400, "BadRequest", std::move(message));
}

ApiResponse name_mismatch(std::string_view in_body, std::string_view in_url) {
  return bad_request("the name of the object (" + std::string(in_body) +
                     ") does not match the name on the URL (" + std::string(in_url) + ")");
}

ApiResponse not_found(std::string_view resource, std::string_view name) {
  return status_failure(404, "NotFound", std::string(resource) + " " + quoted(name) + " not found",
                        details_of(resource, name));
}

ApiResponse already_exists(std::string_view resource, std::string_view name) {
  return status_failure(409, "AlreadyExists",
                        std::string(resource) + " " + quoted(name) + " already exists",
                        details_of(resource, name));
}

ApiResponse conflict(std::string_view resource, std::string_view name, std::string_view why) {
  return status_failure(409, "Conflict",
                        "Operation cannot be fulfilled on " + std::string(resource) + " " +
                            quoted(name) + ": " + std::string(why),
                        details_of(resource, name));
}

ApiResponse modified_meanwhile(std::string_view resource, std::string_view name) {
  return conflict(resource, name,
                  "the object has been modified; please apply your changes to the latest version "
                  "and try again");
}

ApiResponse forbidden(std::string_view resource, std::string_view name, std::string_view why) {
  return status_failure(403, "Forbidden",
                        std::string(resource) + (name.empty() ? "" : " " + quoted(name)) +
                            " is forbidden: " + std::string(why),
                        details_of(resource, name));
}

ApiResponse method_not_allowed() {
  return status_failure(405, "MethodNotAllowed",
                        "the server does not allow this method on the requested resource",
                        Value::object());
}

ApiResponse internal_error(std::string message) {
  return status_failure(500, "", std::move(message));
}

ApiResponse no_space() {
  return internal_error("etcdserver: mvcc: database space exceeded");
}

ApiResponse invalid(std::string_view group, std::string_view kind, std::string_view name,
                    const FieldErrors& errors) {
  // The message says each thing once; the causes are all there.
  // Source: k8s.io/apimachinery, field.ErrorList.ToAggregate.
  std::set<std::string> told;
  std::string all;
  Value::Array causes;
  for (const FieldError& error : errors) {
    const std::string text = error.field + ": " + error.message;
    const bool first = told.empty();
    if (told.insert(text).second) all += (first ? "" : ", ") + text;
    causes.push_back(Value::object({{"field", Value(error.field)},
                                    {"message", Value(error.message)},
                                    {"reason", Value(error.reason)}}));
  }
  if (told.size() > 1) all = "[" + all + "]";
  Value::Object details = {{"causes", Value::array(std::move(causes))}};
  if (!kind.empty()) details.push_back({"kind", Value(kind)});
  if (!group.empty()) details.push_back({"group", Value(group)});
  if (!name.empty()) details.push_back({"name", Value(name)});
  std::string subject(kind);
  if (!group.empty()) subject += "." + std::string(group);
  return status_failure(422, "Invalid", subject + " " + quoted(name) + " is invalid: " + all,
                        Value::object(std::move(details)));
}

ApiResponse unreadable_body(const Kind& kind, const Error& error, std::string_view body) {
  constexpr std::size_t kShown = 1024;
  return bad_request(
      "the object provided is unrecognized (must be of type " + std::string(kind.kind) +
      "): couldn't get version/kind; json parse error: " + std::string(json_error_text(error)) +
      " (" + std::string(body.substr(0, kShown)) + ")");
}

ApiResponse status_success(int code) {
  ApiResponse out;
  out.code = code;
  out.body = Value::object({{"apiVersion", "v1"},
                            {"code", code},
                            {"kind", "Status"},
                            {"metadata", Value::object()},
                            {"status", "Success"}});
  return out;
}

}  // namespace inferlab::sim
