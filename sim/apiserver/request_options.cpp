#include "sim/apiserver/request_options.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>

#include "sim/api/decode.h"
#include "sim/api/json.h"
#include "sim/api/types/types.h"
#include "sim/api/yaml.h"
#include "sim/apiserver/answers.h"
#include "sim/apiserver/kube_protobuf.h"
#include "sim/apiserver/media_type.h"
#include "sim/apiserver/option_rules.h"

namespace inferlab::sim {
namespace {

constexpr std::size_t kMaxDepth = 100;

/// Anything but "0" and "false" is true. Source: k8s.io/apimachinery/pkg/runtime, conversion.go.
bool as_flag(std::string_view text, bool present) {
  constexpr std::string_view kFalse = "false";
  const bool is_false = std::ranges::equal(
      text, kFalse, [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a - 'A' + 'a' : a) == b; });
  return present && text != "0" && !is_false;
}

/// `field` is empty, absent or a decimal number; false for anything else.
bool read_number(std::string_view text, std::optional<std::int64_t>& into) {
  if (text.empty()) return true;
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return false;
  into = value;
  return true;
}

HttpResponse bad_number(std::string_view text) {
  return answers::bad_request(
      fmt::format("strconv.ParseInt: parsing \"{}\": invalid syntax", text));
}

Propagation propagation_of(std::string_view text) {
  if (text == "Orphan") return Propagation::kOrphan;
  if (text == "Background") return Propagation::kBackground;
  if (text == "Foreground") return Propagation::kForeground;
  return Propagation::kDefault;
}

HttpResponse invalid_delete_option(std::string_view field, std::string_view reason,
                                   std::string_view text) {
  return answers::failure(
      422, "Invalid", fmt::format("DeleteOptions.meta.k8s.io \"\" is invalid: {}: {}", field, text),
      Value::object(
          {{"group", "meta.k8s.io"},
           {"kind", "DeleteOptions"},
           {"causes", Value::array({Value::object(
                          {{"reason", reason}, {"message", text}, {"field", field}})})}}));
}

/// Source: k8s.io/apimachinery/pkg/apis/meta/v1/validation, ValidateDeleteOptions.
std::optional<HttpResponse> check_propagation(const std::optional<std::string>& policy,
                                              bool orphan_dependents) {
  if (!policy) return std::nullopt;
  if (orphan_dependents) {
    return invalid_delete_option(
        "propagationPolicy", "FieldValueInvalid",
        fmt::format("Invalid value: \"{}\": orphanDependents and deletionPropagation cannot be "
                    "both set",
                    *policy));
  }
  if (*policy == "Foreground" || *policy == "Background" || *policy == "Orphan") {
    return std::nullopt;
  }
  return invalid_delete_option(
      "propagationPolicy", "FieldValueNotSupported",
      fmt::format("Unsupported value: \"{}\": supported values: \"Foreground\", \"Background\", "
                  "\"Orphan\", \"nil\"",
                  *policy));
}

/// The options in a body. The real server answers an unreadable one with a plain 500.
std::variant<Value, HttpResponse> delete_options_body(const HttpRequest& http) {
  auto decoded = decode_body(http, "DeleteOptions");
  if (auto* refused = std::get_if<HttpResponse>(&decoded)) return *std::move(refused);
  const Value& body = std::get<DecodedBody>(decoded).value;
  if (body["kind"].as_string("DeleteOptions") != "DeleteOptions") {
    return answers::failure(500, "", "decoded object cannot be converted to DeleteOptions");
  }
  auto options = decode(types::kDeleteOptions, body);
  if (!options) {
    return answers::failure(
        500, "",
        "DeleteOptions in version \"v1\" cannot be handled as a DeleteOptions: " +
            options.error().message);
  }
  return *std::move(options);
}

std::optional<HttpResponse> read_delete_options(const HttpRequest& http, ApiRequest& api) {
  // A body counts, and the query then does not.
  if (!http.body.empty()) {
    auto read = delete_options_body(http);
    if (auto* refused = std::get_if<HttpResponse>(&read)) return *std::move(refused);
    const Value& body = std::get<Value>(read);
    if (body.has("gracePeriodSeconds")) {
      api.grace_period_seconds = body["gracePeriodSeconds"].as_int();
    }
    std::optional<std::string> policy;
    if (body.has("propagationPolicy")) policy = body["propagationPolicy"].str();
    const Value* orphan = body.find("orphanDependents");
    if (auto refused = check_propagation(policy, orphan != nullptr)) return refused;
    if (orphan != nullptr) policy = orphan->as_bool() ? "Orphan" : "Background";
    std::vector<std::string> dry_run;
    for (const Value& item : body["dryRun"].items()) dry_run.push_back(item.str());
    if (auto refused = check_delete_dry_run(dry_run)) return refused;
    api.dry_run = !dry_run.empty();
    api.precondition_uid = body["preconditions"]["uid"].str();
    api.precondition_resource_version = body["preconditions"]["resourceVersion"].str();
    api.propagation = propagation_of(policy.value_or(""));
    return std::nullopt;
  }
  if (!read_number(http.query_value("gracePeriodSeconds"), api.grace_period_seconds)) {
    return bad_number(http.query_value("gracePeriodSeconds"));
  }
  std::optional<std::string> policy;
  if (const std::string_view text = http.query_value("propagationPolicy"); !text.empty()) {
    policy = std::string(text);
  }
  const bool has_orphan = http.has_query("orphanDependents");
  if (auto refused = check_propagation(policy, has_orphan)) return refused;
  if (has_orphan) {
    policy = as_flag(http.query_value("orphanDependents"), true) ? "Orphan" : "Background";
  }
  if (http.has_query("dryRun")) {
    if (auto refused = check_delete_dry_run({std::string(http.query_value("dryRun"))}))
      return refused;
    api.dry_run = true;
  }
  api.propagation = propagation_of(policy.value_or(""));
  return std::nullopt;
}

// Source: k8s.io/apiserver, audit/request.go, maybeTruncateUserAgent.
std::string audited_agent(std::string_view agent) {
  constexpr std::size_t kMaxLength = 1024;
  if (agent.size() <= kMaxLength) return std::string(agent);
  return std::string(agent.substr(0, kMaxLength)) + "...TRUNCATED";
}

std::optional<HttpResponse> read_list_options(const HttpRequest& http, DecodedRequest& result) {
  ApiRequest& api = result.api;
  WatchOptions& watch = result.watch;
  api.label_selector = http.query_value("labelSelector");
  api.field_selector = http.query_value("fieldSelector");
  api.continue_token = http.query_value("continue");
  std::optional<std::int64_t> limit;
  if (!read_number(http.query_value("limit"), limit)) return bad_number(http.query_value("limit"));
  api.limit = std::max<std::int64_t>(0, limit.value_or(0));
  if (!read_number(http.query_value("timeoutSeconds"), watch.timeout_seconds)) {
    return bad_number(http.query_value("timeoutSeconds"));
  }
  watch.watch = as_flag(http.query_value("watch"), http.has_query("watch"));
  watch.allow_bookmarks =
      as_flag(http.query_value("allowWatchBookmarks"), http.has_query("allowWatchBookmarks"));
  watch.send_initial_events =
      as_flag(http.query_value("sendInitialEvents"), http.has_query("sendInitialEvents"));

  const std::string_view version = http.query_value("resourceVersion");
  const std::string_view match = http.query_value("resourceVersionMatch");
  std::uint64_t revision = 0;
  if (!version.empty()) {
    const auto [end, error] =
        std::from_chars(version.data(), version.data() + version.size(), revision);
    if (error != std::errc() || end != version.data() + version.size()) {
      // The real server answers with a plain 500 here, without a reason.
      return answers::failure(
          500, "",
          fmt::format("resourceVersion: Invalid value: \"{}\": strconv.ParseUint: "
                      "parsing \"{}\": invalid syntax",
                      version, version));
    }
  }
  if (watch.watch) {
    watch.resource_version = revision;
    return std::nullopt;
  }
  // A limit without a match rule means exactly this version, for clients older than the rule.
  if (revision > 0 && api.continue_token.empty()) {
    if (match == "Exact" || (match.empty() && api.limit > 0)) {
      api.at_revision = revision;
    }
    result.min_revision = revision;
  }
  return std::nullopt;
}

/// kInvalid text of a patch's Content-Type.
std::optional<PatchType> patch_type_of(std::string_view content_type) {
  if (content_type == "application/json-patch+json") return PatchType::kJson;
  if (content_type == "application/merge-patch+json") return PatchType::kMerge;
  if (content_type == "application/strategic-merge-patch+json") return PatchType::kStrategic;
  if (content_type == "application/apply-patch+yaml") return PatchType::kApply;
  return std::nullopt;
}

std::optional<HttpResponse> read_write_options(const HttpRequest& http, ApiRequest& api,
                                               std::string_view kind_name) {
  const std::string_view options_kind = api.verb == Verb::kCreate   ? "CreateOptions"
                                        : api.verb == Verb::kUpdate ? "UpdateOptions"
                                                                    : "PatchOptions";
  if (api.verb == Verb::kPatch) {
    const auto type = patch_type_of(parse_media_type(http.header("content-type")).type);
    if (!type) return answers::unsupported_patch();
    api.patch_type = *type;
  }
  const bool applies = api.verb == Verb::kPatch && api.patch_type == PatchType::kApply;
  if (auto refused = check_write_options(http, options_kind, applies)) return refused;
  api.dry_run = http.has_query("dryRun");
  api.force = as_flag(http.query_value("force"), http.has_query("force"));
  const std::string_view validation = http.query_value("fieldValidation");
  if (validation == "Strict") {
    api.field_validation = FieldValidation::kStrict;
  } else if (validation == "Ignore") {
    api.field_validation = FieldValidation::kIgnore;
  } else {
    api.field_validation = FieldValidation::kWarn;
  }
  api.field_manager = http.query_value("fieldManager");
  if (api.field_manager.empty() && api.patch_type != PatchType::kApply) {
    // The real rule: what stands before the slash of the client's name.
    const std::string_view agent = http.header("user-agent");
    api.field_manager = agent.substr(0, std::min(agent.find('/'), std::size_t{128}));
  }
  auto body = decode_body(http, kind_name);
  if (auto* refused = std::get_if<HttpResponse>(&body)) return *refused;
  api.body = std::get<DecodedBody>(body).value;
  api.duplicate_fields = std::get<DecodedBody>(std::move(body)).duplicates;
  return std::nullopt;
}

bool has_verb(const Kind& kind, Verb verb) {
  const auto has = [&kind](std::string_view name) {
    return std::ranges::find(kind.verbs, name) != kind.verbs.end();
  };
  switch (verb) {
    case Verb::kGet:
      return has("get");
    case Verb::kList:
      return has("list");
    case Verb::kCreate:
      return has("create");
    case Verb::kUpdate:
      return has("update");
    case Verb::kPatch:
      return has("patch");
    case Verb::kDelete:
      return has("delete");
    case Verb::kDeleteCollection:
      return has("deletecollection");
  }
  return false;
}

/// The beginning of a body, as the real server quotes it: hexadecimal when it does not look like
/// JSON.
std::string summary(std::string_view body) {
  constexpr std::size_t kShown = 30;
  if (body.empty()) return "<empty>";
  const std::string_view shown = body.substr(0, kShown);
  std::string text;
  if (body[0] == '{') {
    text = shown;
  } else {
    for (const char c : shown) text += fmt::format("{:02x}", static_cast<unsigned char>(c));
  }
  return body.size() > kShown ? text + " ..." : text;
}

HttpResponse undecodable(std::string_view kind_name, std::string_view why, std::string_view body) {
  return answers::bad_request(
      fmt::format("the object provided is unrecognized (must be of type {}): couldn't get "
                  "version/kind; json parse error: {} ({})",
                  kind_name, why, summary(body)));
}

// Source: k8s.io/apiserver 0.32, pkg/endpoints/handlers/patch.go.
HttpResponse unreadable_patch(const HttpRequest& request, PatchType type, const std::string& why) {
  const bool lenient = request.query_value("fieldValidation") == "Ignore";
  if (type == PatchType::kMerge && lenient) return answers::bad_request("Invalid JSON Patch");
  if (type == PatchType::kStrategic || lenient) return answers::bad_request(why);
  return answers::bad_request("error decoding patch: " + why);
}

}  // namespace

std::variant<DecodedBody, HttpResponse> decode_body(const HttpRequest& request,
                                                    std::string_view kind_name) {
  const std::string type = parse_media_type(request.header("content-type")).type;
  DecodedBody result;
  if (type == "application/yaml" || type == "application/apply-patch+yaml") {
    auto documents = parse_yaml(request.body, "body");
    if (!documents) return answers::bad_request(documents.error().message);
    if (documents->size() != 1) {
      return answers::bad_request(
          fmt::format("the body holds {} documents, not one", documents->size()));
    }
    result.value = documents->front().value;
    result.duplicates = documents->front().duplicates;
    return result;
  }
  if (type == kProtobufMediaType) {
    auto decoded = decode_kube_protobuf(request.body);
    if (!decoded) {
      if (decoded.error().kind == ErrorKind::kNotFound) return answers::unsupported_body();
      return answers::bad_request(decoded.error().message);
    }
    result.value = *std::move(decoded);
    return result;
  }
  if (!type.empty() && type != "application/json" && !patch_type_of(type)) {
    return answers::unsupported_body();
  }
  auto parsed = parse_json(request.body, JsonLimits{.max_depth = kMaxDepth}, &result.duplicates);
  if (!parsed) {
    const std::string why(json_error_text(parsed.error()));
    const auto patch = patch_type_of(type);
    return patch ? unreadable_patch(request, *patch, why)
                 : undecodable(kind_name, why, request.body);
  }
  result.value = *std::move(parsed);
  return result;
}

std::variant<DecodedRequest, HttpResponse> decode_request(const HttpRequest& request,
                                                          const ResourcePath& path,
                                                          std::string_view user) {
  DecodedRequest result;
  ApiRequest& api = result.api;
  api.resource = path.kind->resource();
  if (path.kind->stored_as != nullptr) api.version = path.kind->version;
  api.ns = path.ns;
  api.name = path.name;
  api.subresource = path.subresource;
  api.user = user;
  api.source_ip = "127.0.0.1";  // nobody else is let in
  api.user_agent = audited_agent(request.header("user-agent"));
  const bool named = !path.name.empty();
  const bool creatable = !named && (!path.ns.empty() || !path.kind->namespaced);
  const std::string& method = request.method;
  std::optional<HttpResponse> refused;
  if (method == "GET") {
    api.verb = named ? Verb::kGet : Verb::kList;
    refused = read_list_options(request, result);
    result.watch.watch = (result.watch.watch || path.watch) && path.subresource.empty();
    if (!refused && (!named || result.watch.watch))
      refused = check_list_options(request, result.watch.watch);
    if (named && result.watch.watch) {
      // A watch of one object is a watch of the list that holds it alone.
      api.verb = Verb::kList;
      api.field_selector = "metadata.name=" + path.name;
      api.name.clear();
    }
  } else if (method == "POST" && (creatable || !path.subresource.empty())) {
    api.verb = Verb::kCreate;
    refused = read_write_options(request, api, path.kind->kind);
  } else if (method == "PUT" && named) {
    api.verb = Verb::kUpdate;
    refused = read_write_options(request, api, path.kind->kind);
  } else if (method == "PATCH" && named) {
    api.verb = Verb::kPatch;
    refused = read_write_options(request, api, path.kind->kind);
  } else if (method == "DELETE" && path.subresource.empty() && (named || creatable)) {
    api.verb = named ? Verb::kDelete : Verb::kDeleteCollection;
    refused = read_list_options(request, result);
    if (!refused && !named) refused = check_list_options(request, false);
    if (!refused) refused = read_delete_options(request, api);
  } else {
    return answers::method_not_allowed();
  }
  if (path.subresource.empty() && !has_verb(*path.kind, api.verb))
    return answers::method_not_allowed();
  if (refused) return *std::move(refused);
  if (path.kind->resource() == "bindings") {
    // The same as a Pod's own part, with its name in the body.
    api.resource = "pods";
    api.subresource = "binding";
    api.name = api.body["metadata"]["name"].str();
  }
  return result;
}

}  // namespace inferlab::sim
