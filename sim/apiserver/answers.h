#pragma once

#include <string>
#include <string_view>

#include "sim/api/value.h"
#include "sim/apiserver/http.h"

namespace inferlab::sim::answers {

/// A metav1.Status of a failure. `reason` and `details` may be empty.
/// Source: Kubernetes API reference, "Status"; API conventions, "Response Status Kind".
Value failure_status(int code, std::string_view reason, std::string_view message,
                     const Value& details = {});

/// The same as an answer. The body is compact JSON with a newline at its end.
HttpResponse failure(int code, std::string_view reason, std::string_view message,
                     const Value& details = {});

// The real server's own words for what goes wrong before a resource is asked.
HttpResponse not_found_page();      // text/plain, for a path that no API group serves
HttpResponse unknown_resource();    // 404: the group is served, the resource is not
HttpResponse method_not_allowed();  // 405
HttpResponse not_acceptable();      // 406
HttpResponse unsupported_body();    // 415 of a POST or PUT
HttpResponse unsupported_patch();   // 415 of a PATCH
HttpResponse body_too_large();      // 413
HttpResponse unauthorized();        // 401
HttpResponse run_has_ended();       // 503
HttpResponse bad_request(std::string_view message);
/// 404 for an object that is not there.
HttpResponse not_found(std::string_view resource, std::string_view name);

/// A JSON document as the body of a 200.
HttpResponse json_response(const Value& value);

}  // namespace inferlab::sim::answers
