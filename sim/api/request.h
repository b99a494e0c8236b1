#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/api/api.h"
#include "sim/api/kind.h"

namespace inferlab::sim {

/// What the handlers of one request share. Internal to sim/api; lives for one call of Api::handle.
struct Call {
  Api& api;
  const ApiRequest& request;
  const Kind& kind;
  std::vector<std::string> warnings;  // what the answer will carry
  bool fields_tracked = false;        // metadata.managedFields is up to date already
  /// What else is stored with the object, just before it: quotas with its cost.
  std::vector<std::pair<ObjectKey, Value>> charges = {};
  /// The view by which the request came; nullptr: `kind` itself.
  const Kind* asked = nullptr;
  /// Of a write that a subresource leads to: that ("scale"). It is what admission looks at, and
  /// what metadata.managedFields names.
  std::string_view led_by = {};
  std::vector<std::pair<std::string, std::string>> audit = {};  // see ApiResponse::audit

  [[nodiscard]] Store& store() const { return api.store(); }
  [[nodiscard]] Time now() const { return api.simulation().now(); }
  [[nodiscard]] ObjectKey key() const {
    return {kind.stored_as == nullptr ? request.resource : kind.stored_as->resource(), request.ns,
            request.name};
  }
  /// "deployments.apps", for messages.
  [[nodiscard]] const std::string& resource() const { return request.resource; }
};

// One for each verb and subresource: api_read.cpp, api_write.cpp, api_patch.cpp, api_delete.cpp,
// api_subresources.cpp, api_metrics.cpp, api_components.cpp.
ApiResponse handle_get(Call& call);
ApiResponse handle_list(Call& call);
ApiResponse handle_create(Call& call);
ApiResponse handle_update(Call& call);
ApiResponse handle_patch(Call& call);
ApiResponse handle_apply(Call& call);
ApiResponse handle_delete(Call& call);
ApiResponse handle_delete_collection(Call& call);
ApiResponse handle_binding(Call& call);
ApiResponse handle_eviction(Call& call);
ApiResponse handle_scale(Call& call);
ApiResponse handle_finalize(Call& call);
ApiResponse handle_metrics(Call& call);
ApiResponse handle_component_status(Call& call);

/// Answers a request through a version that is not the stored one with `handle`, which is one of
/// the above: api_versions.cpp.
ApiResponse handle_converted(Call& call, ApiResponse (*handle)(Call& call));
/// A stored document in this version.
Value shown_in(const Kind& kind, const Value& stored);
/// store_update(), or store_new() without `old`, of an object in the version of the request.
ApiResponse store_patched(Call& call, Value object, const ObjectPtr& old);

/// The list of a kind after selectors; items are complete documents.
Result<std::vector<ObjectPtr>> select_objects(Call& call, std::vector<ObjectPtr> all);

/// Decodes `body` as the kind, or an ApiResponse that says why not. Notes unknown and duplicate
/// fields as the request's fieldValidation asks.
struct Decoded {
  Value object;
  std::optional<ApiResponse> failure;
};
Decoded decode_body(Call& call, const Value& body);
/// Why what says to be of another kind is not of the request's; empty: it is.
std::string kind_mismatch(const Call& call, const Value& body);
/// `unknown field "spec.foo"` and `duplicate field "a"`: what strict decoding objects to.
std::vector<std::string> strict_faults(const ApiRequest& request,
                                       const std::vector<std::string>& unknown);
std::string strict_error_text(const std::vector<std::string>& faults);

/// Defaults, validates and stores `object` in place of `old`: the second half of PUT and PATCH.
/// `object` is decoded; its metadata is that of the request.
ApiResponse store_update(Call& call, Value object, const ObjectPtr& old);
/// The second half of POST: name, admission, defaults, validation, store.
ApiResponse store_new(Call& call, Value object);

/// Deletes one object by the rules of its kind.
ApiResponse delete_object(Call& call, const ObjectPtr& object);

}  // namespace inferlab::sim
