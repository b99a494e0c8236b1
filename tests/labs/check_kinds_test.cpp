// Each kind of check that looks at one thing: an answer for which it holds, and one for which it
// does not and says what it has seen.
#include <catch2/catch.hpp>
#include <string>

#include "tests/labs/web_lab.h"

using namespace inferlab;        // NOLINT
using namespace inferlab::labs;  // NOLINT
using Catch::Contains;
using Catch::StartsWith;

namespace {

Finding found(const std::string& kind, const std::string& params,
              const std::string& manifests = web_server()) {
  return web_finding({.kind = kind, .params = params}, manifests);
}

}  // namespace

TEST_CASE("check state: an object has a value") {
  const Finding holds = found("state",
                              "{kind: Deployment, namespace: default, name: front, "
                              "path: .status.availableReplicas, equals: \"2\"}");
  INFO(holds.seen);
  CHECK(holds.passed());
  const Finding fails = found("state",
                              "{kind: Deployment, namespace: default, name: front, "
                              "path: .status.availableReplicas, equals: \"3\"}");
  CHECK(fails.percent == 0);
  CHECK(fails.cause == Cause::kFinding);
  CHECK(fails.seen == "Deployment default/front: .status.availableReplicas is 2");
  CHECK(fails.expected == "Deployment default/front: .status.availableReplicas is 3");
}

TEST_CASE("check state: how many objects there are") {
  CHECK(found("state", "{kind: Pod, selector: app=front, count_at_least: 2, count_at_most: 2}")
            .passed());
  const Finding many = found("state", "{kind: Pod, selector: app=front, count_at_most: 1}");
  CHECK_FALSE(many.passed());
  CHECK(many.seen == "2 of Pods with app=front there");
  CHECK(many.expected == "Pods with app=front: at most 1");
  const Finding none = found("state", "{kind: Pod, selector: app=back, namespace: default}");
  CHECK(none.cause == Cause::kMissing);
  CHECK(none.seen == "0 of Pods with app=back in default there");
  CHECK(found("state", "{kind: Pod, selector: app=back, count_at_most: 0}").passed());
}

TEST_CASE("check state: at a time of the run") {
  CHECK(found("state", "{kind: Pod, selector: app=front, at: 5s, count_at_most: 0}").passed());
  const Finding early = found("state", "{kind: Pod, selector: app=front, at: 5s}");
  CHECK_FALSE(early.passed());
  CHECK_THAT(early.expected, Contains("after 5s"));
}

TEST_CASE("check state: bounds, parts, words and what is not there") {
  const std::string image =
      "{kind: Pod, selector: app=front, path: \".spec.containers[*].image\", ";
  CHECK(found("state", image + "contains: \"web:\"}").passed());
  CHECK(found("state", image + "one_of: [\"web:v1\", \"web:v2\"]}").passed());
  const Finding other = found("state", image + "one_of: [\"web:v2\"]}");
  CHECK_FALSE(other.passed());
  CHECK_THAT(other.seen, StartsWith("2 of 2 are not so, the first: Pod default/front-"));
  CHECK_THAT(other.seen, Contains(".spec.containers[*].image is web:v1"));
  const std::string memory = "{kind: Node, path: .status.allocatable.memory, ";
  CHECK(found("state", memory + "at_least: 16Gi, at_most: 32Gi}").passed());
  CHECK_FALSE(found("state", memory + "at_least: 64Gi}").passed());
  CHECK(found("state", "{kind: Pod, path: .spec.runtimeClassName, exists: false}").passed());
  const Finding missing = found("state", "{kind: Pod, path: .spec.runtimeClassName, exists: true}");
  CHECK_FALSE(missing.passed());
  CHECK_THAT(missing.seen, Contains(".spec.runtimeClassName is not there"));
  CHECK(found("state", "{kind: Node, where: {.metadata.name: a-1}, count_at_most: 1}").passed());
}

TEST_CASE("check metric: a scraped number lies between bounds") {
  const std::string measure =
      "{measure: {metric: kube_deployment_status_replicas_available, labels: {deployment: front}, "
      "statistic: last}, ";
  const Finding holds = found("metric", measure + "at_least: 2, at_most: 2}");
  INFO(holds.seen);
  CHECK(holds.passed());
  const Finding fails = found("metric", measure + "at_least: 3}");
  CHECK(fails.percent == 0);
  CHECK(fails.seen ==
        "last value of kube_deployment_status_replicas_available{deployment=\"front\"} is 2");
  CHECK_THAT(fails.expected, Contains("at least 3"));
}

TEST_CASE("check metric: where nothing was scraped that is said, or counts as nothing") {
  const std::string measure = "{measure: {metric: no_such_metric, statistic: increase}, ";
  const Finding none = found("metric", measure + "at_most: 0}");
  CHECK_FALSE(none.passed());
  CHECK(none.seen == "nothing was measured: there is no such series in the window");
  CHECK(found("metric", measure + "at_most: 0, nothing_is_zero: true}").passed());
  CHECK_FALSE(found("metric", measure + "at_least: 1, nothing_is_zero: true}").passed());
  // With no server behind the clients, that is what is wrong.
  const Finding no_server = found("metric", measure + "at_most: 0}", web_server({.replicas = 0}));
  CHECK_THAT(no_server.seen, StartsWith("nothing was measured: "));
  CHECK_THAT(no_server.seen, !Contains("no such series"));
}

TEST_CASE("check compare: a change multiplies a number") {
  const std::string requests =
      "{change: {traffic_factor: 3}, measure: {metric: gateway_requests_total, labels: {code: "
      "\"200\"}, statistic: increase}, ";
  const Finding holds = found("compare", requests + "ratio_at_least: 2, ratio_at_most: 4}");
  INFO(holds.seen);
  CHECK(holds.passed());
  const Finding fails = found("compare", requests + "ratio_at_most: 1.5}");
  CHECK(fails.percent == 0);
  CHECK_THAT(fails.seen, Contains("without the change") && Contains("with it"));
  CHECK_THAT(fails.expected, Contains("at most 1.5 times"));
}

TEST_CASE("check holds-under: another check in a run with something changed") {
  const auto scaled = [](const char* replicas) {
    return std::string(
               "{change: {events: [{at: 3m, workload: Deployment default/front, scale: 3}]}, "
               "check: {kind: state, params: {kind: Deployment, name: front, path: "
               ".status.availableReplicas, equals: \"") +
           replicas + "\"}}}";
  };
  CHECK(found("holds-under", scaled("3")).passed());
  const Finding fails = found("holds-under", scaled("2"));
  CHECK_FALSE(fails.passed());
  CHECK(fails.seen ==
        "with Deployment default/front scaled to 3 after 3m0s: Deployment default/front: "
        ".status.availableReplicas is 3");
}

TEST_CASE("check holds-under: changes of both checks come together, and points go through") {
  const Finding nested = found(
      "holds-under",
      "{change: {events: [{at: 3m, workload: Deployment default/front, scale: 3}]}, check: {kind: "
      "holds-under, params: {change: {events: [{at: 4m, node: b-0, drain: true}]}, check: {kind: "
      "state, params: {kind: Pod, selector: app=front, where: {.spec.nodeName: b-0}, "
      "count_at_most: 0}}}}}");
  INFO(nested.seen);
  CHECK(nested.passed());
  const Finding part = found("holds-under",
                             "{change: {traffic_factor: 2}, check: {kind: manifest, params: {lint: "
                             "[image-mutable-tag, spread-missing]}}}",
                             web_server({.replicas = 3}));
  INFO(part.seen);
  CHECK(part.percent == 50);
}

TEST_CASE("check clients-answered: a share, in a window") {
  const std::string window = "{service: front, from: 2m, to: 8m, ";
  const Finding holds = found("clients-answered", window + "share: 1, failed_at_most: 0}");
  INFO(holds.seen);
  CHECK(holds.passed());
  // Both Pods end and begin again.
  const std::string crashed =
      "change: {events: [{at: 4m, workload: Deployment default/front, scale: 0}, {at: 5m, "
      "workload: Deployment default/front, scale: 2}]}, ";
  const Finding fails = found("clients-answered", window + crashed + "share: 0.99}");
  CHECK(fails.percent == 0);
  CHECK_THAT(fails.seen, Contains(" answered; ") && Contains("503"));
  CHECK_THAT(fails.expected, Contains("between 2m0s and 8m0s") && Contains("at least 99 %"));
  CHECK(found("clients-answered", window + crashed + "share: 0.5}").passed());
  CHECK(found("clients-answered",
              "{service: front, from: 6m, to: 8m, " + crashed + "failed_at_most: 0}")
            .passed());
}

TEST_CASE("check clients-answered: with nobody to answer the trouble is named") {
  const Finding none =
      found("clients-answered", "{service: front, share: 0.5}", web_server({.image = "web:v9"}));
  CHECK_FALSE(none.passed());
  INFO(none.seen);
  CHECK(none.cause == Cause::kImage);
  CHECK_THAT(none.seen, StartsWith("0 of "));
  const Finding missing = found("clients-answered", "{service: front, share: 0.5}",
                                "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n");
  CHECK(missing.cause == Cause::kMissing);
  const Finding few = found("clients-answered", "{service: front, at_least: 100000}");
  CHECK_FALSE(few.passed());
}

TEST_CASE("check manifest: the linter finds nothing, or a part of the points is lost") {
  CHECK(found("manifest", "{lint: [image-mutable-tag]}").passed());
  const std::string moving = web_server({.replicas = 3, .image = "web:latest"});
  const Finding one = found("manifest", "{lint: [image-mutable-tag]}", moving);
  CHECK(one.percent == 0);
  CHECK_THAT(one.seen, StartsWith("image-mutable-tag: Deployment/front: ") && Contains("latest"));
  CHECK(one.expected == "inferlab lint finds none of image-mutable-tag");
  const Finding part =
      found("manifest", "{lint: [image-mutable-tag, secret-in-env-literal]}", moving);
  CHECK(part.percent == 50);
  CHECK(found("manifest", "{lint: [image-mutable-tag, secret-in-env-literal], whole: true}", moving)
            .percent == 0);
  const Finding both = found("manifest", "{lint: [image-mutable-tag, spread-missing]}", moving);
  CHECK(both.percent == 0);
  CHECK_THAT(both.seen, Contains("; and 1 more of these checks"));
}

TEST_CASE("check manifest: what is refused keeps nothing else from being looked at") {
  // The API server takes a StatefulSet whose Pods it would refuse; the linter does not.
  const std::string decoy =
      "---\napiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: decoy}\nspec:\n"
      "  replicas: 0\n  serviceName: decoy\n  selector: {matchLabels: {app: decoy}}\n"
      "  template:\n    metadata: {labels: {app: decoy}}\n    spec:\n      containers:\n"
      "        - {name: main, image: \"web:v1\", volumeMounts: [{name: none, mountPath: /x}]}\n";
  const Finding refused =
      found("manifest", "{lint: [image-mutable-tag]}", web_server({.image = "web:latest"}) + decoy);
  CHECK(refused.percent == 0);
  CHECK_THAT(refused.seen, StartsWith("api-volume-mount-unknown: StatefulSet/decoy: "));
}

TEST_CASE("check quiz: a run without the number that is asked for is no fault of the lab") {
  const WebLab lab = {
      .kind = "quiz",
      .params = "{questions: [wait]}",
      .files = {{"quiz.yaml",
                 "questions:\n  - id: wait\n    type: number\n    text: How long?\n"
                 "    number: {measure: {metric: no_such_seconds, statistic: last}, "
                 "run: submission, unit: s, tolerance: 0.1}\n    explanation: So.\n"}}};
  const Finding finding = web_finding(lab, web_server(), "wait: 1 s\n");
  CHECK(finding.percent == 0);
  CHECK(finding.seen == "nothing to measure in this run: wait");
}

TEST_CASE("check manifest: of some kinds alone, of which there must be one") {
  const std::string moving = web_server({.image = "web:latest"});
  CHECK(found("manifest", "{lint: [image-mutable-tag], kinds: [Service]}", moving).passed());
  const Finding none = found("manifest", "{lint: [image-mutable-tag], kinds: [StatefulSet]}");
  CHECK_FALSE(none.passed());
  CHECK(none.cause == Cause::kMissing);
  CHECK(none.seen == "there is no StatefulSet");
  const Finding nothing = found("manifest", "{lint: [image-mutable-tag]}", "# later\n");
  CHECK(nothing.cause == Cause::kMissing);
  CHECK(nothing.seen == "nothing was handed in");
}

TEST_CASE("check spread: how many Pods may lie in one place") {
  const std::string apart =
      "      topologySpreadConstraints:\n        - {maxSkew: 1, topologyKey: "
      "kubernetes.io/hostname, whenUnsatisfiable: DoNotSchedule, labelSelector: {matchLabels: "
      "{app: front}}}\n";
  const Finding holds =
      found("spread", "{workload: Deployment default/front}", web_server({.pod = apart}));
  CHECK(holds.passed());
  CHECK(holds.seen == "2 Pods in 2 places");
  const std::string together = web_server({.pod = "      nodeSelector: {kubernetes.io/hostname: "
                                                  "a-1}\n"});
  const Finding fails = found("spread", "{workload: Deployment default/front}", together);
  CHECK(fails.percent == 0);
  CHECK(fails.seen == "2 of 2 Pods lie in a-1");
  CHECK(found("spread", "{workload: Deployment default/front, at_most: 2}", together).passed());
  const Finding zone =
      found("spread", "{workload: Deployment default/front, topology: topology.kubernetes.io/zone}",
            together);
  CHECK(zone.seen == "2 of 2 Pods lie in zone-a");
}

TEST_CASE("check spread: too few Pods are told, with what keeps them away") {
  const Finding few =
      found("spread", "{workload: Deployment default/front}", web_server({.replicas = 1}));
  CHECK_FALSE(few.passed());
  CHECK(few.seen == "1 Pod(s) on nodes");
  const Finding pending = found("spread", "{workload: Deployment default/front}",
                                web_server({.pod = "      nodeSelector: {disk: fast}\n"}));
  CHECK(pending.cause == Cause::kPending);
  CHECK_THAT(pending.seen, StartsWith("0 Pod(s) on nodes: "));
}
