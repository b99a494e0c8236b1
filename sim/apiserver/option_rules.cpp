#include "sim/apiserver/option_rules.h"

#include <fmt/core.h>

#include "sim/api/status.h"
#include "sim/api/validation/errors.h"
#include "sim/api/validation/go_text.h"
#include "sim/apiserver/answers.h"

namespace inferlab::sim {
namespace {

constexpr std::size_t kLongestManager = 128;

std::vector<std::string> values_of(const HttpRequest& request, std::string_view name) {
  std::vector<std::string> out;
  const auto [begin, end] = request.query.equal_range(name);
  for (auto it = begin; it != end; ++it) out.push_back(it->second);
  return out;
}

std::optional<HttpResponse> refusal(std::string_view options_kind, const FieldErrors& errors) {
  if (errors.empty()) return std::nullopt;
  const ApiResponse refused = invalid("meta.k8s.io", options_kind, "", errors);
  return answers::failure(refused.code, "Invalid", refused.message(), refused.body["details"]);
}

void check_dry_run(const std::vector<std::string>& values, FieldErrors& errors) {
  bool known = true;
  Value::Array all;
  for (const std::string& value : values) {
    known = known && value == "All";
    all.push_back(Value(value));
  }
  if (!known) {
    errors.push_back(unsupported_raw("dryRun", go_strings(Value::array(std::move(all))), {"All"}));
  }
}

void check_manager(const HttpRequest& request, bool applies, FieldErrors& errors) {
  const FieldPath path("fieldManager");
  const std::string_view manager = request.query_value("fieldManager");
  if (manager.size() > kLongestManager) errors.push_back(too_long_field(path, kLongestManager));
  if (manager.empty() && applies) errors.push_back(required(path, "is required for apply patch"));
  for (std::size_t i = 0; i < manager.size(); ++i) {
    const auto byte = static_cast<unsigned char>(manager[i]);
    if (byte >= 0x20 && byte != 0x7f) continue;
    errors.push_back(invalid_value(
        path, Value(manager), fmt::format("invalid character U+{:04X} (at position {})", byte, i)));
  }
}

}  // namespace

std::optional<HttpResponse> check_write_options(const HttpRequest& request,
                                                std::string_view options_kind, bool applies) {
  FieldErrors errors;
  if (options_kind == "PatchOptions" && !applies && request.has_query("force"))
    errors.push_back(forbidden_field("force", "may not be specified for non-apply patch"));
  check_manager(request, applies, errors);
  check_dry_run(values_of(request, "dryRun"), errors);
  const std::string_view validation = request.query_value("fieldValidation");
  if (!validation.empty() && validation != "Ignore" && validation != "Strict" &&
      validation != "Warn") {
    errors.push_back(
        unsupported("fieldValidation", Value(validation), {"", "Ignore", "Strict", "Warn"}));
  }
  return refusal(options_kind, errors);
}

std::optional<HttpResponse> check_list_options(const HttpRequest& request, bool watch) {
  FieldErrors errors;
  const FieldPath path("resourceVersionMatch");
  const std::string_view match = request.query_value("resourceVersionMatch");
  const std::string_view version = request.query_value("resourceVersion");
  const bool initial = request.has_query("sendInitialEvents");
  const bool newer = match == "NotOlderThan";
  const auto forbid = [&](std::string_view why) { errors.push_back(forbidden_field(path, why)); };
  if (watch && initial && !newer)
    forbid("sendInitialEvents requires setting resourceVersionMatch to NotOlderThan");
  if (!match.empty()) {
    if (watch && !initial) {
      forbid("resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided");
    } else if (!watch && version.empty()) {
      forbid("resourceVersionMatch is forbidden unless resourceVersion is provided");
    }
    if (watch && !newer) errors.push_back(unsupported(path, Value(match), {"NotOlderThan"}));
    if (!request.query_value("continue").empty())
      forbid("resourceVersionMatch is forbidden when continue is provided");
    if (!watch && !newer && match != "Exact")
      errors.push_back(unsupported(path, Value(match), {"Exact", "NotOlderThan", ""}));
    if (!watch && match == "Exact" && version == "0")
      forbid("resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\"");
  }
  if (!watch && initial) {
    errors.push_back(
        forbidden_field("sendInitialEvents", "sendInitialEvents is forbidden for list"));
  }
  return refusal("ListOptions", errors);
}

std::optional<HttpResponse> check_delete_dry_run(const std::vector<std::string>& values) {
  FieldErrors errors;
  check_dry_run(values, errors);
  return refusal("DeleteOptions", errors);
}

}  // namespace inferlab::sim
