#pragma once

#include <string>
#include <string_view>

#include "sim/api/api.h"
#include "sim/api/kind.h"

namespace inferlab::sim {

// The metav1.Status answers of the API server, with its texts. Names of resources are those of
// ObjectKey ("deployments.apps"). Source: k8s.io/apimachinery/pkg/api/errors.

ApiResponse status_failure(int code, std::string_view reason, std::string message,
                           Value details = {});
ApiResponse bad_request(std::string message);
/// 400: the body names another object than the URL.
ApiResponse name_mismatch(std::string_view in_body, std::string_view in_url);
ApiResponse not_found(std::string_view resource, std::string_view name);
ApiResponse already_exists(std::string_view resource, std::string_view name);
ApiResponse conflict(std::string_view resource, std::string_view name, std::string_view why);
/// conflict() because somebody else wrote first.
ApiResponse modified_meanwhile(std::string_view resource, std::string_view name);
ApiResponse forbidden(std::string_view resource, std::string_view name, std::string_view why);
ApiResponse method_not_allowed();
ApiResponse internal_error(std::string message);
/// 500 of a creation when the store is full (see Api::max_objects), as etcd's error comes out.
ApiResponse no_space();
/// 422 with one cause for each error.
ApiResponse invalid(std::string_view group, std::string_view kind, std::string_view name,
                    const FieldErrors& errors);
/// 400 for a body that is no JSON: `error` is parse_json()'s, `body` the text.
ApiResponse unreadable_body(const Kind& kind, const Error& error, std::string_view body);

/// metav1.Status Success, without details; `code` 201 is stated in the body as the server does.
ApiResponse status_success(int code);

}  // namespace inferlab::sim
