// Requests through a version or group that is served and not stored: what they say and what they
// are answered is converted on the way.
#include "sim/api/request.h"
#include "sim/api/status.h"

namespace inferlab::sim {
namespace {

bool is_of(const Value& object, const Kind& kind) {
  return object["apiVersion"].as_string() == kind.api_version() &&
         object["kind"].as_string() == kind.kind;
}

// An error tells of the resource that was asked for.
void tell_of_view(const Kind& kind, Value& status) {
  const std::string stored = kind.stored_as->resource() + " \"";
  std::string message = status["message"].str();
  const std::size_t at = message.find(stored);
  if (at == std::string::npos) return;
  message.replace(at, stored.size(), kind.resource() + " \"");
  status = status.with("message", Value(message)).with_path({"details", "group"}, kind.group);
}

// The answer of the stored version as this version would give it.
void convert_answer(const Kind& kind, ApiResponse& answer) {
  const Kind& stored = *kind.stored_as;
  if (is_of(answer.body, stored)) {
    answer.body = kind.from_stored(answer.body);
    return;
  }
  if (answer.body.has("details")) {
    tell_of_view(kind, answer.body);
    return;
  }
  if (answer.body["kind"].as_string() != stored.list_name()) return;
  Value::Array items;
  for (const Value& item : answer.body["items"].items()) {
    const Value shown = kind.from_stored(item);
    items.push_back(kind.custom ? shown : shown.without("apiVersion").without("kind"));
  }
  answer.body = answer.body.with("apiVersion", Value(kind.api_version()))
                    .with("items", Value::array(std::move(items)));
}

// The request in terms of the stored kind; the body is as it was.
ApiRequest stored_request(const Call& call) {
  ApiRequest out = call.request;
  out.resource = call.kind.stored_as->resource();
  out.version.clear();
  return out;
}

}  // namespace

ApiResponse handle_converted(Call& call, ApiResponse (*handle)(Call& call)) {
  const Kind& kind = call.kind;
  const ApiRequest& request = call.request;
  ApiResponse answer;
  if (request.verb == Verb::kPatch) {
    answer = handle(call);  // api_patch.cpp and api_apply.cpp convert what they patch
  } else {
    ApiRequest stored = stored_request(call);
    if (request.verb == Verb::kCreate || request.verb == Verb::kUpdate) {
      Decoded decoded = decode_body(call, request.body);
      if (decoded.failure) return *std::move(decoded.failure);
      stored.body = kind.to_stored(decoded.object);
      stored.duplicate_fields.clear();
      stored.field_validation = FieldValidation::kIgnore;
    }
    Call inner{call.api, stored, *kind.stored_as, {}, false};
    inner.asked = &kind;
    answer = handle(inner);
    call.warnings.insert(call.warnings.end(), inner.warnings.begin(), inner.warnings.end());
    call.audit = std::move(inner.audit);
  }
  convert_answer(kind, answer);
  return answer;
}

Value shown_in(const Kind& kind, const Value& stored) {
  return kind.from_stored == nullptr ? stored : kind.from_stored(stored);
}

ApiResponse store_patched(Call& call, Value object, const ObjectPtr& old) {
  if (call.kind.stored_as == nullptr) {
    return old == nullptr ? store_new(call, std::move(object))
                          : store_update(call, std::move(object), old);
  }
  const ApiRequest request = stored_request(call);
  Call stored{call.api, request, *call.kind.stored_as, {}, call.fields_tracked};
  stored.asked = &call.kind;
  object = call.kind.to_stored(object);
  ApiResponse answer = old == nullptr ? store_new(stored, std::move(object))
                                      : store_update(stored, std::move(object), old);
  call.warnings.insert(call.warnings.end(), stored.warnings.begin(), stored.warnings.end());
  call.audit = std::move(stored.audit);
  return answer;
}

}  // namespace inferlab::sim
