#include "sim/apiserver/token_request.h"

#include <fmt/format.h>

#include <optional>
#include <utility>
#include <variant>

#include "sim/api/access/rbac.h"
#include "sim/apiserver/answers.h"
#include "sim/apiserver/authentication.h"
#include "sim/apiserver/request_options.h"

namespace inferlab::sim {
namespace {

constexpr std::int64_t kDefaultSeconds = 3600;
constexpr std::int64_t kLeastSeconds = 10 * 60;
constexpr std::int64_t kMostSeconds = std::int64_t{1} << 32;

HttpResponse invalid_seconds(std::int64_t seconds, std::string_view why) {
  const std::string text = fmt::format("Invalid value: {}: {}", seconds, why);
  return answers::failure(
      422, "Invalid",
      fmt::format("TokenRequest.authentication.k8s.io \"\" is invalid: spec.expirationSeconds: {}",
                  text),
      Value::object(
          {{"group", "authentication.k8s.io"},
           {"kind", "TokenRequest"},
           {"causes", Value::array({Value::object({{"reason", "FieldValueInvalid"},
                                                   {"message", text},
                                                   {"field", "spec.expirationSeconds"}})})}}));
}

// What is put together on the run's thread.
struct Issued {
  std::optional<HttpResponse> refused;
  Value claims;
  std::int64_t now = 0;  // seconds since 1970
  Time created{};
};

// The claim about what a token is bound to; nothing: it is bound to nothing.
std::optional<HttpResponse> add_bound_object(const Value& ref, const ResourcePath& path,
                                             const Store& store, Value& about) {
  if (!ref.is_object()) return std::nullopt;
  const std::string_view kind = ref["kind"].as_string();
  if (ref["apiVersion"].as_string() != "v1" || (kind != "Pod" && kind != "Secret")) {
    return answers::bad_request(fmt::format("cannot bind token for serviceaccount \"{}\" to {}",
                                            path.name, kind.empty() ? "nothing" : kind));
  }
  const std::string_view resource = kind == "Pod" ? "pods" : "secrets";
  const std::string name = ref["name"].str();
  const ObjectPtr object = store.get({std::string(resource), path.ns, name});
  if (object == nullptr) return answers::not_found(resource, name);
  const Value& uid = object->document["metadata"]["uid"];
  if (ref.has("uid") && ref["uid"] != uid) {
    return answers::failure(
        409, "Conflict",
        fmt::format("Operation cannot be fulfilled on {} \"{}\": the UID in the bound object "
                    "reference ({}) does not match the UID in record. The object might have been "
                    "deleted and then recreated",
                    resource, name, ref["uid"].as_string()),
        Value::object({{"name", name}, {"kind", resource}}));
  }
  if (kind == "Pod" &&
      object->document["spec"]["serviceAccountName"].as_string() != std::string_view(path.name)) {
    return answers::bad_request(
        fmt::format("cannot bind token for serviceaccount \"{}\" to pod running with different "
                    "serviceaccount name.",
                    path.name));
  }
  about = about.with(kind == "Pod" ? "pod" : "secret",
                     Value::object({{"name", Value(name)}, {"uid", uid}}));
  return std::nullopt;
}

Issued claims_for(const RunDoor& door, const ResourcePath& path, const Value& spec,
                  std::int64_t seconds) {
  Issued out;
  const Store& store = door.api.store();
  const ObjectPtr account = store.get({"serviceaccounts", path.ns, path.name});
  if (account == nullptr) {
    out.refused = answers::not_found("serviceaccounts", path.name);
    return out;
  }
  out.created = door.api.simulation().now();
  out.now = kEpochOfRun + out.created.time_since_epoch() / 1s;
  Value about = Value::object(
      {{"namespace", Value(path.ns)},
       {"serviceaccount", Value::object({{"name", Value(path.name)},
                                         {"uid", account->document["metadata"]["uid"]}})}});
  out.refused = add_bound_object(spec["boundObjectRef"], path, store, about);
  out.claims =
      Value::object({{"aud", spec["audiences"]},
                     {"exp", out.now + seconds},
                     {"iat", out.now},
                     {"iss", kTokenIssuer},
                     {"kubernetes.io", about},
                     {"nbf", out.now},
                     {"sub", fmt::format("system:serviceaccount:{}:{}", path.ns, path.name)}});
  return out;
}

}  // namespace

HttpResponse answer_token_request(const RunDoor& door, const TokenSigner& signer,
                                  const HttpRequest& request, const ResourcePath& path) {
  if (request.method != "POST") return answers::method_not_allowed();
  auto body = decode_body(request, "TokenRequest");
  if (auto* refused = std::get_if<HttpResponse>(&body)) return *std::move(refused);
  const Value& question = std::get<DecodedBody>(body).value;
  const std::string_view kind = question["kind"].as_string("TokenRequest");
  if (kind != "TokenRequest") {
    return answers::bad_request(fmt::format(
        "the object provided is unrecognized: a TokenRequest is expected, not a {}", kind));
  }
  Value spec = question["spec"].is_object() ? question["spec"] : Value::object();
  if (spec["audiences"].empty()) {
    spec = spec.with("audiences", Value::array({Value(kTokenIssuer)}));
  }
  const std::int64_t seconds = spec["expirationSeconds"].as_int(kDefaultSeconds);
  if (seconds < kLeastSeconds) {
    return invalid_seconds(seconds, "may not specify a duration less than 10 minutes");
  }
  if (seconds > kMostSeconds) {
    return invalid_seconds(seconds, "may not specify a duration larger than 2^32 seconds");
  }
  spec = spec.with("expirationSeconds", seconds);
  if (!spec.has("boundObjectRef")) spec = spec.with("boundObjectRef", Value());
  const auto issued = door.mailbox.call([&] { return claims_for(door, path, spec, seconds); });
  if (!issued) return answers::run_has_ended();
  if (issued->refused) return *issued->refused;
  const Value status = Value::object(
      {{"expirationTimestamp", format_rfc3339(issued->created + std::chrono::seconds(seconds))},
       {"token", signer.sign(issued->claims)}});
  HttpResponse response = answers::json_response(Value::object(
      {{"kind", "TokenRequest"},
       {"apiVersion", "authentication.k8s.io/v1"},
       {"metadata", Value::object({{"name", Value(path.name)},
                                   {"namespace", Value(path.ns)},
                                   {"creationTimestamp", format_rfc3339(issued->created)}})},
       {"spec", spec},
       {"status", status}}));
  response.status = 201;
  return response;
}

Value review_token(const Value& question, const TokenSigner& signer, const Store& store, Time now) {
  Value status = Value::object();
  const auto claims = signer.read(question["spec"]["token"].as_string());
  const auto subject = claims ? subject_of_claims(*claims, store, now) : std::nullopt;
  if (subject) {
    const Value user = Value::object({{"username", subject->user},
                                      {"uid", (*claims)["kubernetes.io"]["serviceaccount"]["uid"]},
                                      {"groups", Value::strings(subject->groups)}});
    status =
        Value::object({{"authenticated", true}, {"user", user}, {"audiences", (*claims)["aud"]}});
  } else {
    status = Value::object({{"user", Value::object()}, {"error", "invalid bearer token"}});
  }
  return question.with("kind", "TokenReview")
      .with("apiVersion", "authentication.k8s.io/v1")
      .with("status", status);
}

}  // namespace inferlab::sim
