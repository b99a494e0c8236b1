// The check canary-exposure: how much of a release meets clients, and how it ends.
#include <catch2/catch.hpp>
#include <string>

#include "tests/labs/web_lab.h"

using namespace inferlab;        // NOLINT
using namespace inferlab::labs;  // NOLINT
using Catch::Contains;

namespace {

/// What is found of a release of `image` at minute 4.
Finding released(const std::string& image, const std::string& params,
                 const std::string& manifests = web_server()) {
  return web_finding(
      {.kind = "canary-exposure",
       .params = "{workload: Deployment default/front, service: front, at: 4m, to: 8m, " + params +
                 ", change: {events: [{at: 4m, workload: Deployment default/front, set_image: "
                 "{image: \"" +
                 image + "\"}}]}}"},
      manifests);
}

}  // namespace

TEST_CASE("check canary-exposure: a release that goes through") {
  const Finding through =
      released("web:v2", "promoted_within: 1m, failed_at_most: 0, available_at_least: 2");
  INFO(through.seen);
  CHECK(through.passed());
  CHECK_THAT(through.seen, Contains("2 of 2 Pods are of it, 2 Ready, 1m0s after it"));
  const Finding met = released("web:v2", "share_at_most: 0.1");
  CHECK_FALSE(met.passed());
  CHECK_THAT(met.seen, Contains("%) got it"));
  CHECK(met.expected == "at most 10 % of the requests get the new revision");
  const Finding stays = released("web:v2", "gone_within: 2m");
  CHECK_FALSE(stays.passed());
  CHECK(stays.seen == "2 Pods of it are there 2m0s after it");
}

TEST_CASE("check canary-exposure: a release that never gets Ready") {
  const Finding kept = released("web:broken", "share_at_most: 0, failed_at_most: 0");
  INFO(kept.seen);
  CHECK(kept.passed());
  CHECK_FALSE(released("web:broken", "promoted_within: 3m").passed());
  CHECK_FALSE(released("web:broken", "gone_within: 3m").passed());
}

TEST_CASE("check canary-exposure: Pods that are away are seen") {
  const Finding away = released(
      "web:v2", "available_at_least: 2",
      web_server({.spec = "  strategy: {rollingUpdate: {maxSurge: 0, maxUnavailable: 1}}\n"}));
  CHECK_FALSE(away.passed());
  CHECK_THAT(away.seen, Contains("1 were Ready at 4m"));
}

TEST_CASE("check canary-exposure: nothing was released") {
  const std::string params =
      "{workload: Deployment default/front, service: front, at: 4m, share_at_most: 1}";
  const Finding none = web_finding({.kind = "canary-exposure", .params = params}, web_server());
  CHECK_FALSE(none.passed());
  CHECK(none.seen == "Deployment default/front made no Pod of the revision that was released");
  const std::string other =
      "{workload: Rollout default/front, service: front, at: 4m, share_at_most: 1}";
  const Finding missing = web_finding({.kind = "canary-exposure", .params = other}, web_server());
  CHECK(missing.seen == "Rollout default/front is not there");
}
