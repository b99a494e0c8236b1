// Kinds of checks that make something happen (drains, releases), or judge tables of what must be
// allowed and what must not, or answers to questions: holding, failing, and what lies between.
#include <catch2/catch.hpp>
#include <string>

#include "labs/grade/grade.h"
#include "labs/grade/submission.h"
#include "tests/labs/temp_dir.h"
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

const std::string kCareful =
    "  strategy: {rollingUpdate: {maxUnavailable: 0, maxSurge: 1}}\n  minReadySeconds: 2\n";

std::string release_of(const std::string& image) {
  return "{workload: Deployment default/front, service: front, at: 2m, undo_at: 5m, within: 2m, "
         "image: \"" +
         image + "\"}";
}

std::string policy(const std::string& spec) {
  return "---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: front}\n"
         "spec: " +
         spec + "\n";
}

}  // namespace

TEST_CASE("check rollout: a release and its rollback, and nobody notices") {
  const Finding holds = found("rollout", release_of("web:v2"), web_server({.spec = kCareful}));
  INFO(holds.seen);
  CHECK(holds.passed());
  CHECK_THAT(holds.seen, Contains("the release was through after") &&
                             Contains("the rollback was through after") &&
                             Contains("no request failed"));
}

TEST_CASE("check rollout: through in time, and clients have noticed: half of the points") {
  const Finding recreated = found("rollout", release_of("web:v2"),
                                  web_server({.spec = "  strategy: {type: Recreate}\n"}));
  INFO(recreated.seen);
  CHECK(recreated.percent == 50);
  CHECK_THAT(recreated.seen, Contains("requests failed during the release") &&
                                 Contains("requests failed during the rollback"));
  CHECK_THAT(recreated.expected, Contains("at most 0 failed"));
}

TEST_CASE("check rollout: a release that never gets through costs its own quarter") {
  const Finding broken = found("rollout", release_of("web:broken"), web_server({.spec = kCareful}));
  INFO(broken.seen);
  CHECK(broken.percent == 75);
  CHECK_THAT(broken.seen, StartsWith("the release was never through"));
}

TEST_CASE("check rollout: a server that nobody reaches is told before any release") {
  const Finding none = found("rollout", release_of("web:v2"), web_server({.image = "web:v9"}));
  CHECK(none.percent == 0);
  CHECK_THAT(none.seen, StartsWith("before any release: "));
  CHECK(none.cause == Cause::kImage);
}

TEST_CASE("check drains: the drain ends, and nobody notices") {
  const std::string params =
      "{workload: Deployment default/front, service: front, at: 3m, within: 2m}";
  const std::string apart =
      "      topologySpreadConstraints:\n        - {maxSkew: 1, topologyKey: "
      "kubernetes.io/hostname, whenUnsatisfiable: ScheduleAnyway, labelSelector: {matchLabels: "
      "{app: front}}}\n";
  const std::string budget =
      "---\napiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {name: front}\nspec: "
      "{selector: {matchLabels: {app: front}}, ";
  const Finding holds =
      found("drains", params, web_server({.pod = apart}) + budget + "maxUnavailable: 1}\n");
  INFO(holds.seen);
  CHECK(holds.passed());
  CHECK_THAT(holds.seen, Contains("was empty 2m0s after the drain began"));

  const Finding blocked =
      found("drains", params, web_server({.pod = apart}) + budget + "minAvailable: 2}\n");
  CHECK(blocked.percent == 50);  // nobody has noticed
  CHECK_THAT(blocked.seen, Contains("1 of its Pods are still there: front-"));
  CHECK_THAT(blocked.expected, Contains("ends within 2m0s"));

  // The Pod goes, and no other node will have it.
  const std::string one =
      web_server({.replicas = 1, .pod = "      nodeSelector: {kubernetes.io/hostname: a-1}\n"});
  const Finding noticed = found("drains", params, one);
  INFO(noticed.seen);
  CHECK(noticed.percent == 50);  // it has ended
  CHECK_THAT(noticed.seen, Contains("requests failed"));
  CHECK(found("drains", "{workload: Deployment default/front, at: 3m, within: 2m}", one).passed());
}

TEST_CASE("check drains: without a workload, or with one that lies nowhere") {
  const std::string params = "{workload: Deployment default/front, at: 3m, within: 2m}";
  const Finding missing =
      found("drains", params, "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n");
  CHECK(missing.seen == "there is no Deployment default/front");
  CHECK(missing.cause == Cause::kMissing);
  const Finding pending =
      found("drains", params, web_server({.pod = "      nodeSelector: {disk: fast}\n"}));
  CHECK(pending.seen == "no Pod of Deployment default/front lies on a node");
  CHECK(pending.cause == Cause::kPending);
}

TEST_CASE("check reachability: a table of connections, by its worse half") {
  const std::string params =
      "{hosts: [{name: server, workload: Deployment default/front}, {name: gateway, labels: {app: "
      "gateway}}, {name: ops, labels: {app: ops}}, {name: stranger, labels: {app: other}}, {name: "
      "internet, ip: 203.0.113.9}], probes: ["
      "{from: gateway, to: server, port: 8000, allowed: true}, "
      "{from: ops, to: server, port: 8000, allowed: true}, "
      "{from: stranger, to: server, port: 8000, allowed: false}, "
      "{from: server, to: internet, port: 443, allowed: false}]}";
  const std::string select = "{podSelector: {matchLabels: {app: front}}, ";
  const auto from = [](const std::string& app) {
    return "{from: [{podSelector: {matchLabels: {app: " + app + "}}}]}";
  };
  const std::string closed = "policyTypes: [Ingress, Egress]}";
  const Finding holds = found("reachability", params,
                              web_server() + policy(select + "ingress: [" + from("gateway") + ", " +
                                                    from("ops") + "], " + closed));
  INFO(holds.seen);
  CHECK(holds.passed());
  // One of two that must get through, both that must not are refused.
  const Finding half =
      found("reachability", params,
            web_server() + policy(select + "ingress: [" + from("gateway") + "], " + closed));
  CHECK(half.percent == 50);
  CHECK_THAT(half.seen, StartsWith("1 of 4 answers are wrong; the first: ops to server, TCP 8000 "
                                   "is refused: ingress is isolated by NetworkPolicy"));
  // Whoever allows all, or refuses all, gets nothing.
  const Finding open = found("reachability", params);
  CHECK(open.percent == 0);
  CHECK_THAT(open.seen, StartsWith("2 of 4 answers are wrong; the first: stranger to server"));
  CHECK(found("reachability", params, web_server() + policy(select + closed)).percent == 0);
  const Finding missing = found("reachability", params, policy(select + closed));
  CHECK(missing.cause == Cause::kMissing);
  CHECK(missing.seen == "Deployment default/front has no Pod");
}

TEST_CASE("check reachability: a Pod of the host's network is no Pod to policies") {
  const std::string params =
      "{hosts: [{name: server, workload: Deployment default/front}, {name: stranger, labels: {app: "
      "other}}], probes: [{from: stranger, to: server, port: 8000, allowed: false}]}";
  const std::string closed =
      policy("{podSelector: {matchLabels: {app: front}}, policyTypes: [Ingress]}");
  CHECK(found("reachability", params, web_server() + closed).passed());
  const std::string host = "      hostNetwork: true\n";
  CHECK(found("reachability", params, web_server({.pod = host}) + closed).percent == 0);
}

TEST_CASE("check rollout: a lab that leaves no time between the two ways is wrong") {
  TempDir folder;
  const LabSpec lab = load_web_lab(
      {.kind = "rollout",
       .params = "{workload: Deployment default/front, service: front, at: 2m, undo_at: 3m, "
                 "within: 2m, image: \"web:v2\"}"},
      folder);
  const auto report = grade(lab, *submission_from_files({{"all.yaml", web_server()}}, lab));
  REQUIRE_FALSE(report.has_value());
  CHECK_THAT(report.error().message, Contains("within: 2m0s is longer"));
}

TEST_CASE("check access: a table of requests, by its worse half") {
  const std::string params =
      "{requests: ["
      "{user: ann, verb: list, resource: pods, namespace: default, allowed: true}, "
      "{user: ann, verb: get, resource: pods/log, namespace: default, allowed: true}, "
      "{user: ann, verb: get, resource: secrets, namespace: default, allowed: false}, "
      "{user: bob, verb: list, resource: pods, namespace: default, allowed: false}]}";
  const auto role = [](const std::string& rule) {
    return "apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {name: reader}\nrules: "
           "[" +
           rule +
           "]\n---\napiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {name: "
           "readers}\nroleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: "
           "reader}\nsubjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: ann}]\n";
  };
  const Finding holds =
      found("access", params,
            role("{apiGroups: [\"\"], resources: [pods, pods/log], verbs: [get, list]}"));
  INFO(holds.seen);
  CHECK(holds.passed());
  const Finding half =
      found("access", params, role("{apiGroups: [\"\"], resources: [pods], verbs: [get, list]}"));
  CHECK(half.percent == 50);
  CHECK_THAT(half.seen, Contains("get pods/log by ann in default is refused"));
  const Finding wide =
      found("access", params, role("{apiGroups: [\"\"], resources: [\"*\"], verbs: [\"*\"]}"));
  CHECK(wide.percent == 50);
  CHECK_THAT(wide.seen, Contains("get secrets by ann in default is allowed"));
  CHECK(found("access", params).percent == 0);
}

TEST_CASE("check admission-corpus: good manifests are taken, bad ones refused") {
  const auto map = [](const std::string& labels) {
    return "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x, labels: " + labels + "}\n";
  };
  const WebLab lab = {
      .kind = "admission-corpus",
      .params = "{good: corpus/good, bad: corpus/bad}",
      .run =
          "  answer_kinds: [ValidatingAdmissionPolicy, ValidatingAdmissionPolicyBinding, "
          "ConfigMap]\n",
      .files = {{"corpus/good/owned.yaml", map("{owner: ann}")},
                {"corpus/good/shared.yaml", map("{owner: ann, tier: x}")},
                {"corpus/bad/nobodys.yaml", map("{}")},
                {"corpus/bad/empty.yaml", map("{owner: \"\"}")}}};
  const auto rule = [](const std::string& expression) {
    return "apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingAdmissionPolicy\n"
           "metadata: {name: owned}\nspec:\n  matchConstraints: {resourceRules: [{apiGroups: "
           "[\"\"], apiVersions: [v1], operations: [CREATE], resources: [configmaps]}]}\n"
           "  validations: [{expression: '" +
           expression +
           "'}]\n---\napiVersion: admissionregistration.k8s.io/v1\nkind: "
           "ValidatingAdmissionPolicyBinding\nmetadata: {name: owned}\nspec: {policyName: owned, "
           "validationActions: [Deny]}\n";
  };
  const std::string has = "has(object.metadata.labels) && \"owner\" in object.metadata.labels";
  const Finding holds =
      web_finding(lab, rule(has + " && object.metadata.labels[\"owner\"] != \"\""));
  INFO(holds.seen);
  CHECK(holds.passed());
  const Finding half = web_finding(lab, rule(has));
  CHECK(half.percent == 50);
  CHECK_THAT(half.seen, StartsWith("1 of 4 answers are wrong; the first: empty is allowed"));
  const Finding strict = web_finding(lab, rule("false"));
  CHECK(strict.percent == 0);
  CHECK_THAT(strict.seen, Contains("owned is refused: ") && Contains("ValidatingAdmissionPolicy"));
  CHECK(web_finding(lab, "# nothing\n").percent == 0);
}

TEST_CASE("check quiz: each question counts the same, and what is wrong is named") {
  const WebLab lab = {.kind = "quiz",
                      .params = "{questions: [why, much, pods]}",
                      .files = {{"quiz.yaml", R"(questions:
  - id: why
    type: single
    text: Why?
    options: [{id: a, text: A}, {id: b, text: B}]
    answer: [a]
    explanation: So.
  - id: much
    type: number
    text: How much?
    number: {value: 16, unit: GiB, tolerance: 0.1}
    explanation: So.
  - id: pods
    type: number
    text: How many replicas are available in the solution's run?
    number:
      measure: {metric: kube_deployment_status_replicas_available, statistic: last}
      run: solution
      tolerance: 0
    explanation: So.
)"},
                                {"solution/all.yaml", web_server({.replicas = 4})}}};
  const std::string none = "# nothing\n";
  const Finding holds = web_finding(lab, none, "why: a\nmuch: 16384 MiB\npods: 4\n");
  INFO(holds.seen);
  CHECK(holds.passed());
  const Finding two = web_finding(lab, none, "why: b\nmuch: 17 GiB\npods: 4\n");
  CHECK(two.percent == 66);
  CHECK(two.seen == "not right: why");
  CHECK(two.expected == "the right answers to why, much, pods");
  const Finding one = web_finding(lab, none, "why: c\npods: 4\n");
  CHECK(one.percent == 33);
  CHECK(one.seen == "no possible answer: why; not answered: much");
  const Finding nothing = web_finding(lab, web_server());
  CHECK(nothing.percent == 0);
  CHECK(nothing.cause == Cause::kMissing);
  CHECK(nothing.seen == "not answered: why, much, pods");
}
