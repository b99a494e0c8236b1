#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/apiserver/http.h"

namespace inferlab::sim {

// Rules for the options that come in a query, with the API server's words.
// Source: k8s.io/apimachinery 0.32, pkg/apis/meta/v1/validation and internalversion/validation.

/// Of CreateOptions, UpdateOptions or PatchOptions; `applies`: of an apply patch.
std::optional<HttpResponse> check_write_options(const HttpRequest& request,
                                                std::string_view options_kind, bool applies);
/// Of a list or a watch.
std::optional<HttpResponse> check_list_options(const HttpRequest& request, bool watch);
/// dryRun of DeleteOptions.
std::optional<HttpResponse> check_delete_dry_run(const std::vector<std::string>& values);

}  // namespace inferlab::sim
