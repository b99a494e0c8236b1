// PATCH: JSON patch, merge patch, strategic merge patch, server-side apply.
#include "sim/api/decode.h"
#include "sim/api/json.h"
#include "sim/api/patch/merge_patch.h"
#include "sim/api/patch/strategic_patch.h"
#include "sim/api/request.h"
#include "sim/api/status.h"
#include "sim/api/validation/errors.h"

namespace inferlab::sim {
namespace {

ApiResponse bad_patch(const std::string& patch, const std::string& why) {
  return invalid("", "", "", {invalid_value("patch", Value(patch), why)});
}

// A patched object that cannot be read, or that has unknown fields where these are refused.
// `text_of_patch` makes what the message quotes: whole documents, so only when there is a message.
template <typename Text>
Decoded decode_patched(Call& call, const Value& patched, const Text& text_of_patch,
                       DecodeWords words) {
  Decoded out;
  // Its types are what other patches go by: theirs cannot make another kind of an object.
  const std::string mismatch =
      words == DecodeWords::kJson ? kind_mismatch(call, patched) : std::string();
  if (!mismatch.empty()) {
    out.failure = bad_patch(text_of_patch(), mismatch);
    return out;
  }
  const bool reports = call.request.field_validation != FieldValidation::kIgnore;
  std::vector<std::string> unknown;
  auto decoded = call.kind.decode
                     ? call.kind.decode(patched, reports ? &unknown : nullptr, nullptr)
                     : decode(*call.kind.schema, patched, reports ? &unknown : nullptr, words);
  if (!decoded) {
    out.failure = bad_patch(text_of_patch(), decoded.error().message);
    return out;
  }
  const std::vector<std::string> faults = strict_faults(call.request, unknown);
  if (call.request.field_validation == FieldValidation::kWarn) {
    call.warnings.insert(call.warnings.end(), faults.begin(), faults.end());
  } else if (reports && !faults.empty()) {
    out.failure = bad_patch(text_of_patch(), strict_error_text(faults));
    return out;
  }
  out.object = std::move(decoded).value();
  const std::string version = call.kind.api_version();
  if (out.object["apiVersion"].as_string() != version)
    out.object = out.object.with("apiVersion", Value(version));
  if (out.object["kind"].as_string() != call.kind.kind)
    out.object = out.object.with("kind", Value(call.kind.kind));
  return out;
}

bool is_lenient(const ApiRequest& request) {
  return request.field_validation == FieldValidation::kIgnore;
}

// Source: k8s.io/apiserver 0.32, pkg/endpoints/handlers/patch.go.
ApiResponse wrong_shape(const ApiRequest& request, const std::string& wanted) {
  const Value& body = request.body;
  const std::string shape = body.is_object()   ? "object"
                            : body.is_array()  ? "array"
                            : body.is_string() ? "string"
                            : body.is_bool()   ? "bool"
                                               : "number";
  const bool says_what = request.patch_type != PatchType::kStrategic && !is_lenient(request);
  return bad_request((says_what ? "error decoding patch: " : "") +
                     ("json: cannot unmarshal " + shape + " into Go value of type " + wanted));
}

// Source: Kubernetes API concepts, "Strategic merge patch": custom resources have no merge keys.
ApiResponse no_strategic_patch() {
  return status_failure(415, "UnsupportedMediaType",
                        "the body of the request was in an unknown format - accepted media types "
                        "include: application/json-patch+json, application/merge-patch+json, "
                        "application/apply-patch+yaml");
}

// A patch may not move an object.
std::optional<ApiResponse> moved(const Call& call, const Value& object) {
  const Value& name = object["metadata"]["name"];
  if (name.as_string() != call.request.name) {
    return name_mismatch(name.as_string(), call.request.name);
  }
  const Value& ns = object["metadata"]["namespace"];
  if (call.kind.namespaced && !ns.empty() && ns.as_string() != call.request.ns) {
    return bad_request(
        "the namespace of the provided object does not match the namespace sent on the request");
  }
  return std::nullopt;
}

}  // namespace

ApiResponse handle_patch(Call& call) {
  const ApiRequest& request = call.request;
  if (request.patch_type == PatchType::kApply) return handle_apply(call);
  const ObjectPtr old = call.store().get(call.key());
  if (old == nullptr) return not_found(call.resource(), request.name);
  const Value before = shown_in(call.kind, old->document);
  Decoded decoded;
  switch (request.patch_type) {
    case PatchType::kJson: {
      if (!request.body.is_array()) {
        return wrong_shape(request,
                           is_lenient(request) ? "jsonpatch.Patch" : "[]handlers.jsonPatchOp");
      }
      auto patched = json_patch(before, request.body);
      if (!patched && patched.error().kind == ErrorKind::kExhausted) {
        return status_failure(413, "RequestEntityTooLarge",
                              "Request entity too large: " + patched.error().message);
      }
      if (!patched) {
        return status_failure(422, "Invalid",
                              "the server rejected our request due to an error in our request",
                              Value::object());
      }
      decoded = decode_patched(
          call, *patched, [&] { return to_json(*patched); }, DecodeWords::kJson);
      break;
    }
    case PatchType::kMerge: {
      if (!request.body.is_object()) {
        return is_lenient(request) ? bad_request("Invalid JSON Patch")
                                   : wrong_shape(request, "map[string]interface {}");
      }
      const Value patched = merge_patch(before, request.body);
      decoded = decode_patched(
          call, patched, [&] { return to_json(patched); }, DecodeWords::kJson);
      break;
    }
    case PatchType::kStrategic: {
      if (call.kind.custom) return no_strategic_patch();
      if (!request.body.is_object()) return wrong_shape(request, "map[string]interface {}");
      auto patched = strategic_patch(*call.kind.schema, before, request.body);
      if (!patched) return internal_error(patched.error().message);
      decoded = decode_patched(
          call, *patched, [&] { return go_map_text(request.body); }, DecodeWords::kConverter);
      break;
    }
    case PatchType::kApply:
      break;
  }
  if (decoded.failure) return *std::move(decoded.failure);
  if (auto refused = moved(call, decoded.object)) return *std::move(refused);
  return store_patched(call, std::move(decoded.object), old);
}

}  // namespace inferlab::sim
