#include "sim/apiserver/option_rules.h"

#include <catch2/catch.hpp>

#include "sim/api/json.h"
#include "tests/sim/apiserver/router_client.h"

namespace inferlab::sim {
namespace {

using testing::make_request;

std::string message(const std::optional<HttpResponse>& answer) {
  if (!answer) return "fine";
  CHECK(answer->status == 422);
  const Value body = parse_json(answer->body).value_or(Value());
  CHECK_FALSE(body["details"]["causes"].empty());
  return body["message"].str();
}

std::string of_patch(const std::string& query, bool applies = false) {
  return message(
      check_write_options(make_request("PATCH", "/x?" + query), "PatchOptions", applies));
}

std::string of_list(const std::string& query, bool watch = false) {
  return message(check_list_options(make_request("GET", "/x?" + query), watch));
}

TEST_CASE("options: those of a write are checked") {
  CHECK(of_patch("dryRun=All&fieldValidation=Warn&fieldManager=me") == "fine");
  CHECK(of_patch("dryRun=Some&dryRun=All") ==
        "PatchOptions.meta.k8s.io \"\" is invalid: dryRun: Unsupported value: []string{\"Some\", "
        "\"All\"}: supported values: \"All\"");
  CHECK(of_patch("force=true") ==
        "PatchOptions.meta.k8s.io \"\" is invalid: force: Forbidden: may not be specified for "
        "non-apply patch");
  CHECK(of_patch("force=true", true) ==
        "PatchOptions.meta.k8s.io \"\" is invalid: fieldManager: Required value: is required for "
        "apply patch");
  CHECK(
      of_patch("fieldManager=" + std::string(129, 'a')) ==
      "PatchOptions.meta.k8s.io \"\" is invalid: fieldManager: Too long: may not be more than 128 "
      "bytes");
  CHECK(of_patch("fieldValidation=Maybe") ==
        "PatchOptions.meta.k8s.io \"\" is invalid: fieldValidation: Unsupported value: \"Maybe\": "
        "supported values: \"\", \"Ignore\", \"Strict\", \"Warn\"");
}

TEST_CASE("options: those of a list and a watch are checked") {
  CHECK(of_list("resourceVersion=5&resourceVersionMatch=Exact") == "fine");
  CHECK(of_list("resourceVersionMatch=Exact") ==
        "ListOptions.meta.k8s.io \"\" is invalid: resourceVersionMatch: Forbidden: "
        "resourceVersionMatch is forbidden unless resourceVersion is provided");
  CHECK(of_list("resourceVersion=0&resourceVersionMatch=Exact") ==
        "ListOptions.meta.k8s.io \"\" is invalid: resourceVersionMatch: Forbidden: "
        "resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\"");
  CHECK(of_list("resourceVersion=5&resourceVersionMatch=Newest") ==
        "ListOptions.meta.k8s.io \"\" is invalid: resourceVersionMatch: Unsupported value: "
        "\"Newest\": supported values: \"Exact\", \"NotOlderThan\", \"\"");
  CHECK(of_list("sendInitialEvents=true") ==
        "ListOptions.meta.k8s.io \"\" is invalid: sendInitialEvents: Forbidden: sendInitialEvents "
        "is forbidden for list");
  CHECK(of_list("sendInitialEvents=true&resourceVersionMatch=NotOlderThan", true) == "fine");
  CHECK(of_list("resourceVersion=5&resourceVersionMatch=NotOlderThan", true) ==
        "ListOptions.meta.k8s.io \"\" is invalid: resourceVersionMatch: Forbidden: "
        "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided");
}

}  // namespace
}  // namespace inferlab::sim
