#include "sim/apiserver/answers.h"

#include <fmt/format.h>

#include "sim/api/json.h"

namespace inferlab::sim::answers {

Value failure_status(int code, std::string_view reason, std::string_view message,
                     const Value& details) {
  Value::Object members = {
      {"kind", "Status"},    {"apiVersion", "v1"}, {"metadata", Value::object()},
      {"status", "Failure"}, {"message", message}, {"code", code}};
  if (!reason.empty()) members.push_back({"reason", reason});
  if (!details.is_null()) members.push_back({"details", details});
  return Value::object(std::move(members));
}

HttpResponse failure(int code, std::string_view reason, std::string_view message,
                     const Value& details) {
  HttpResponse response;
  response.status = code;
  response.body = to_json(failure_status(code, reason, message, details)) + "\n";
  return response;
}

HttpResponse not_found_page() {
  HttpResponse response;
  response.status = 404;
  response.content_type = "text/plain; charset=utf-8";
  response.body = "404 page not found\n";
  return response;
}

HttpResponse unknown_resource() {
  return failure(404, "NotFound", "the server could not find the requested resource",
                 Value::object());
}

HttpResponse method_not_allowed() {
  return failure(405, "MethodNotAllowed",
                 "the server does not allow this method on the requested resource",
                 Value::object());
}

HttpResponse not_acceptable() {
  // The real server's list, word for word, so that clients and people see what they know; of the
  // protobuf forms this server reads some and writes none.
  return failure(406, "NotAcceptable",
                 "406: Not Acceptable\n\nAvailable representations: application/json, "
                 "application/yaml, application/vnd.kubernetes.protobuf, "
                 "application/json;stream=watch, application/vnd.kubernetes.protobuf;stream=watch",
                 Value::object());
}

HttpResponse unsupported_body() {
  return failure(415, "UnsupportedMediaType",
                 "the body of the request was in an unknown format - accepted media types include: "
                 "application/json, application/yaml, application/vnd.kubernetes.protobuf");
}

HttpResponse unsupported_patch() {
  return failure(415, "UnsupportedMediaType", "415: Unsupported Media Type", Value::object());
}

HttpResponse body_too_large() {
  return failure(413, "RequestEntityTooLarge", "Request entity too large: limit is 3145728");
}

HttpResponse unauthorized() {
  return failure(401, "Unauthorized", "Unauthorized");
}

HttpResponse run_has_ended() {
  return failure(503, "ServiceUnavailable", "the run behind this API server has ended");
}

HttpResponse bad_request(std::string_view message) {
  return failure(400, "BadRequest", message);
}

HttpResponse not_found(std::string_view resource, std::string_view name) {
  return failure(404, "NotFound", fmt::format("{} \"{}\" not found", resource, name),
                 Value::object({{"name", name}, {"kind", resource}}));
}

HttpResponse json_response(const Value& value) {
  HttpResponse response;
  response.body = to_json(value) + "\n";
  return response;
}

}  // namespace inferlab::sim::answers
