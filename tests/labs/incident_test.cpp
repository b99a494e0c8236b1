// Incidents: what a responder's actions may say, what they do to a run, and how a response is
// judged.
#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "labs/checks/table.h"
#include "labs/grade/actions.h"
#include "labs/grade/event_player.h"
#include "labs/grade/given.h"
#include "labs/grade/grade.h"
#include "labs/grade/runs.h"
#include "labs/session/record.h"
#include "labs/session/timeline.h"
#include "sim/cluster/audit_log.h"
#include "tests/labs/web_lab.h"

using namespace inferlab;        // NOLINT
using namespace inferlab::labs;  // NOLINT
using Catch::Contains;
using Catch::StartsWith;

namespace {

constexpr const char* kIncident = R"(incidents:
  - id: leak
    title: A key is out
    event: theft
    page: Somebody asks for Secrets.
    causes: [{id: token, text: a token}, {id: login, text: a login}]
    cause: token
    signals: [the audit log]
)";

// What an account of CI may do, the Secret with its token, and what the token is used for.
constexpr const char* kGiven = R"(apiVersion: v1
kind: ServiceAccount
metadata: {name: bot, namespace: default}
---
apiVersion: v1
kind: Secret
metadata:
  name: bot-token
  namespace: default
  annotations: {kubernetes.io/service-account.name: bot}
type: kubernetes.io/service-account-token
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: bot, namespace: default}
rules: [{apiGroups: [""], resources: [secrets, configmaps], verbs: [get, list, create, update]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: bot, namespace: default}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: bot}
subjects: [{kind: ServiceAccount, name: bot, namespace: default}]
)";

constexpr const char* kEvents = R"(  given: given
  events:
    - id: theft
      at: 2m
      as: &bot {user: "system:serviceaccount:default:bot", secret: bot-token}
      read: Secret
      workload: default/*
    - {at: 150s, every: 30s, until: 10m, as: *bot, apply: intruder/map.yaml}
    - {at: 3m, as: *bot, apply: intruder/pod.yaml}
)";

WebLab incident_lab(const std::string& params = "{incident: leak, detect_within: 2m}") {
  return {.kind = "incident-response",
          .params = params,
          .run = kEvents,
          .parameters = kIncident,
          .files = {
              {"given/bot.yaml", kGiven},
              {"intruder/map.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: theirs}\n"},
              {"intruder/pod.yaml",
               "apiVersion: v1\nkind: Pod\nmetadata: {name: theirs}\nspec: {containers: "
               "[{name: x, image: web:v1}]}\n"}}};
}

/// A submission to the lab of incidents, with its runs.
class Response {
 public:
  explicit Response(const std::string& actions, const WebLab& lab = incident_lab(),
                    std::vector<SubmissionFile> more = {})
      : lab_(load_web_lab(lab, folder_)), submission_(read(actions, std::move(more))) {}

  Finding finding() {
    Runs runs(lab_, submission_);
    const auto found =
        find_check_row("incident-response")->run(runs, Params(lab_.checks[0].params));
    if (!found) FAIL(found.error().message);
    return *found;
  }
  std::vector<Deed> deeds() {
    Runs runs(lab_, submission_);
    const auto found = runs.deeds({});
    if (!found) FAIL(found.error().message);
    return **found;
  }
  Report report() {
    auto out = grade(lab_, submission_);
    if (!out) FAIL(out.error().message);
    return *out;
  }
  const LabSpec& lab() const { return lab_; }

 private:
  Submission read(const std::string& actions, std::vector<SubmissionFile> more) {
    more.push_back({"all.yaml", web_server()});
    more.push_back({"actions.yaml", "actions:\n" + actions});
    auto out = submission_from_files(more, lab_);
    if (!out) FAIL(out.error().message << " " << out.error().hint);
    return std::move(*out);
  }

  TempDir folder_;
  LabSpec lab_;
  Submission submission_;
};

// What is said of a file with this action.
std::string said(const std::string& action, const std::string& file = "kind: ConfigMap\n") {
  const TempDir folder;
  const LabSpec lab = load_web_lab(incident_lab(), folder);
  const auto read =
      actions_in({{"actions.yaml", "actions:\n  - " + action + "\n"}, {"later.yaml", file}}, lab);
  if (read) return "read";
  return read.error().message +
         (read.error().hint.empty() ? "" : " (hint: " + read.error().hint + ")");
}

// The codes that the intruder's requests to a resource got, in order.
std::vector<int> codes(const std::vector<Deed>& deeds, const std::string& resource) {
  std::vector<int> out;
  for (const Deed& deed : deeds) {
    if (!deed.is_response && deed.resource == resource) out.push_back(deed.code);
  }
  return out;
}

constexpr const char* kRevoke = "  - {at: 5m10s, delete: Secret/default/bot-token}\n";

}  // namespace

TEST_CASE("actions: what is wrong with them is told with its place") {
  CHECK(said("{at: 2m, acknowledge: leak}") == "read");
  CHECK(said("{at: 2m, acknowledge: laek}") ==
        "actions.yaml:2:14: actions[0].acknowledge: there is no incident \"laek\" (hint: known: "
        "leak)");
  CHECK(said("{at: 2m, diagnose: {incident: leak, cause: tokne}}") ==
        "actions.yaml:2:41: actions[0].diagnose.cause: there is no cause \"tokne\" (hint: known: "
        "token, login)");
  CHECK(said("{at: 5s, acknowledge: leak}") ==
        "actions.yaml:2:6: actions[0].at: is before the submission is applied (hint: that is at "
        "10s)");
  CHECK(said("{at: 11m, acknowledge: leak}") ==
        "actions.yaml:2:6: actions[0].at: is after the end of the run (hint: it ends after 10m0s)");
  CHECK_THAT(said("{at: 2m}"), StartsWith("actions.yaml:2:5: actions[0]: says not what was done"));
  CHECK_THAT(said("{at: 2m, cordon: a-0, drain: a-0}"), Contains("is cordon and drain at once"));
  CHECK_THAT(said("{at: 2m, acknowlege: leak}"), Contains("did you mean \"acknowledge\"?"));
  CHECK_THAT(said("{at: 2m, delete: Deploymnt/default/x}"),
             Contains("did you mean \"Deployment\"?"));
  CHECK_THAT(said("{at: 2m, delete: Secret/a/b/c}"), Contains("names no object"));
  CHECK_THAT(said("{at: 2m, restart: Deployment/a/*}"), Contains("names no object"));
  CHECK(said("{at: 2m, delete: Secret/a/*, where: {.type: Opaque}}") == "read");
  CHECK_THAT(said("{at: 2m, delete: Secret/a/b, where: {.type: Opaque}}"),
             Contains("is one object, and where chooses among all (hint: write * for its name)"));
  CHECK_THAT(said("{at: 2m, cordon: a-0, where: {.type: Opaque}}"), Contains("is of no use here"));
  CHECK_THAT(said("{at: 2m, delete: Node/a-0}"), Contains("a Node is no answer to this lab"));
  CHECK_THAT(said("{at: 2m, undo: StatefulSet/a/b}"), Contains("has no revision to go back to"));
  CHECK_THAT(said("{at: 2m, patch: {object: Secret/a/b, patch: []}}"), Contains("must be a map"));
  CHECK_THAT(said("{at: 2m, apply: latr.yaml}"), Contains("did you mean \"later.yaml\"?"));
  CHECK_THAT(said("{at: 2m, apply: later.yaml}", "kind: Node\n"),
             StartsWith("later.yaml:1:1: kind: a Node is no answer to this lab"));
}

TEST_CASE("actions: an action is carried out at its time, and its file is held back until then") {
  Response response(
      "  - {at: 3m, apply: later.yaml}\n"
      "  - {at: 4m, scale: {object: Deployment/default/front, replicas: 3}}\n"
      "  - {at: 5m, patch: {object: Deployment/default/front, type: merge, patch: {metadata: "
      "{labels: {seen: \"yes\"}}}}}\n"
      "  - {at: 6m, delete: ConfigMap/default/later}\n"
      "  - {at: 7m, delete: ConfigMap/default/later}\n"
      "  - {at: 8m, restart: Deployment/default/back}\n",
      incident_lab(),
      {{"later.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: later}\n"}});
  std::vector<std::string> done;
  for (const Deed& deed : response.deeds()) {
    if (!deed.is_response) continue;
    done.push_back(
        fmt::format("{} {} {}", format_duration(deed.at.time_since_epoch()), deed.what, deed.code));
  }
  CHECK(done == std::vector<std::string>{"3m0s apply of later.yaml 201",
                                         "4m0s Deployment default/front scaled to 3 200",
                                         "5m0s patch of Deployment default/front 200",
                                         "6m0s deletion of ConfigMap default/later 200",
                                         "7m0s deletion of ConfigMap default/later 404",
                                         "8m0s restart of Deployment default/back 404"});
  const std::vector<std::string> notes = response.report().notes;
  REQUIRE(notes.size() == 2);
  CHECK(notes[0] ==
        "refused after 7m0s: deletion of ConfigMap default/later: configmaps \"later\" not found");
  CHECK(notes[1] ==
        "refused after 8m0s: restart of Deployment default/back: Deployment default/back is not "
        "there");
}

TEST_CASE("actions: what is for all objects of a kind is for those that have the values") {
  const std::string three =
      "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {x: one}\n---\n"
      "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: b}\ndata: {x: two}\n---\n"
      "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {x: one}\n";
  Response response(
      "  - {at: 3m, where: {.data.x: one}, patch: {object: ConfigMap/default/*, type: merge, "
      "patch: {data: {x: three}}}}\n"
      "  - {at: 4m, where: {.data.x: one}, delete: ConfigMap/default/*}\n"
      "  - {at: 5m, where: {.data.x: three}, delete: ConfigMap/default/*}\n",
      incident_lab(), {{"three.yaml", three}});
  std::vector<std::string> done;
  for (const Deed& deed : response.deeds()) {
    if (deed.is_response) done.push_back(fmt::format("{} {}", deed.what, deed.code));
  }
  CHECK(done == std::vector<std::string>{
                    "patch of ConfigMap default/a 200", "patch of ConfigMap default/c 200",
                    "deletion of ConfigMap default/* 404", "deletion of ConfigMap default/a 200",
                    "deletion of ConfigMap default/c 200"});
}

TEST_CASE("events: in somebody's name they do what his roles allow, as long as his token holds") {
  const std::vector<Deed> deeds = Response(kRevoke).deeds();
  CHECK(codes(deeds, "secrets") == std::vector<int>{200});
  CHECK(codes(deeds, "pods") == std::vector<int>{403});
  const std::vector<int> maps = codes(deeds, "configmaps");
  REQUIRE(maps.size() == 16);  // from 2m30s to 10m
  CHECK(maps.front() == 201);
  CHECK(maps[5] == 200);  // at 5m
  CHECK(maps[6] == 401);
  CHECK(maps.back() == 401);
}

TEST_CASE("events: a token is of one account, and not of another one of its name") {
  const std::vector<Deed> deeds =
      Response("  - {at: 4m, delete: ServiceAccount/default/bot}\n  - {at: 4m, apply: bot.yaml}\n",
               incident_lab(),
               {{"bot.yaml", "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: bot}\n"}})
          .deeds();
  CHECK(codes(deeds, "configmaps").back() == 401);
}

TEST_CASE("incident response: times, a wrong diagnosis, and what it has cost") {
  const std::string params =
      "{incident: leak, detect_within: 2m, diagnose_within: 6m, mitigate_within: 4m, mitigated: "
      "[{refused: \"system:serviceaccount:default:bot\"}, {kind: state, params: {kind: ConfigMap, "
      "name: theirs, count_at_most: 0}}], harm: [{what: objects-changed, at_most: 1, user: "
      "\"system:serviceaccount:default:bot\"}]}";
  const std::string good = std::string("  - {at: 3m, acknowledge: leak}\n") + kRevoke +
                           "  - {at: 5m20s, delete: ConfigMap/default/theirs}\n"
                           "  - {at: 6m, diagnose: {incident: leak, cause: token}}\n";
  const Finding holds = Response(good, incident_lab(params)).finding();
  CHECK(holds.seen ==
        "leak: acknowledged after 1m0s; diagnosed after 4m0s; ended after 3m30s; 1 objects changed "
        "by system:serviceaccount:default:bot");
  CHECK(holds.passed());

  const Finding guessed =
      Response("  - {at: 4m, diagnose: {incident: leak, cause: login}}\n" + good,
               incident_lab(params))
          .finding();
  CHECK(guessed.percent == 87);  // half of a quarter is gone
  CHECK_THAT(guessed.seen, Contains("with 1 wrong diagnosis(es) before"));

  // Deleted before the token is gone: it comes back, and stays.
  const Finding back = Response(
                           "  - {at: 3m, acknowledge: leak}\n"
                           "  - {at: 280s, delete: ConfigMap/default/theirs}\n" +
                               std::string(kRevoke),
                           incident_lab(params))
                           .finding();
  CHECK(back.percent == 50);
  CHECK_THAT(back.seen, Contains("no diagnosis") && Contains("not ended: "));
  CHECK(back.seen.find("token;") == std::string::npos);

  const Finding nothing = Response("  []\n", incident_lab(params)).finding();
  CHECK(nothing.percent == 25);
  CHECK(nothing.cause == Cause::kMissing);
  CHECK_THAT(nothing.seen, Contains("nobody has acknowledged it") && Contains("still granted"));
}

TEST_CASE("incident response: an acknowledgement before it begins does not count") {
  const Finding early = Response("  - {at: 1m, acknowledge: leak}\n").finding();
  CHECK(early.percent == 0);
  CHECK(early.seen == "leak: acknowledged before it began, and not again");
}

TEST_CASE("record: a session's writes and words become actions at their times") {
  const TempDir folder;
  const LabSpec lab = load_web_lab(incident_lab(), folder);
  sim::Cluster cluster(lab.cluster, lab.seed);
  const auto ask = [&](Duration at, sim::ApiRequest request) {
    cluster.run_until(Time{at});
    request.groups = {"system:masters"};
    REQUIRE(cluster.request(request).ok());
  };
  sim::ApiRequest request;
  request.verb = sim::Verb::kCreate;
  request.resource = "configmaps";
  request.ns = "default";
  request.body = sim::Value::object({{"apiVersion", "v1"}, {"kind", "ConfigMap"}})
                     .with_path({"metadata", "name"}, "mine");
  ask(3s, request);
  request.verb = sim::Verb::kPatch;
  request.name = "mine";
  request.body = sim::Value::object().with_path({"data", "a"}, "b");
  ask(3min, request);
  request.resource = "nodes";
  request.ns.clear();
  request.name = "a-0";
  request.body = sim::Value::object().with_path({"spec", "unschedulable"}, true);
  ask(4min, request);
  request.verb = sim::Verb::kDelete;
  request.body = {};
  ask(5min, request);
  SessionJournal journal;
  journal.entries = cluster.journal();
  journal.notes = {{Time{210s}, "leak", ""}, {Time{220s}, "leak", "token"}};
  std::vector<std::string> notes;
  const std::vector<SubmissionFile> files = record_session(lab, journal, notes);
  REQUIRE(files.size() == 2);
  CHECK(files[0].name == "001-configmap-mine.yaml");
  CHECK(files[1].text == R"(actions:
- apply: 001-configmap-mine.yaml
  at: 10s
- at: 3m0s
  patch:
    object: ConfigMap/default/mine
    patch:
      data:
        a: b
    type: merge
- acknowledge: leak
  at: 3m30s
- at: 3m40s
  diagnose:
    cause: token
    incident: leak
- at: 4m0s
  cordon: a-0
)");
  CHECK(notes ==
        std::vector<std::string>{
            "what was done before 10s is done then",
            "Node a-0 belongs to the lab's cluster: what is changed of it does not count"});
  const auto handed_in = submission_from_files(files, lab);
  REQUIRE(handed_in.has_value());
  CHECK(handed_in->actions.size() == 5);
  CHECK(handed_in->journal.empty());
}

TEST_CASE("timeline: what an event does in somebody's name is told by that name") {
  const TempDir folder;
  const LabSpec lab = load_web_lab(incident_lab(), folder);
  sim::Cluster run(lab.cluster, lab.seed);
  REQUIRE(give(lab, run).has_value());
  EventPlayer player(run, lab, lab.events);
  player.run_until(Time{3min});
  std::vector<std::string> written;
  for (const TimelineEntry& entry : timeline_of(run, run.gateway())) {
    if (entry.kind == TimelineEntry::Kind::kWrite)
      written.push_back(entry.about + " " + entry.text);
  }
  REQUIRE(written.size() >= 1);
  CHECK(written.front() ==
        "configmaps default/theirs created by system:serviceaccount:default:bot");
}

TEST_CASE("events: a token that is gone is answered with 401, and the audit log names nobody") {
  const TempDir folder;
  const LabSpec lab = load_web_lab(incident_lab(), folder);
  sim::Cluster run(lab.cluster, lab.seed);
  REQUIRE(give(lab, run).has_value());
  EventPlayer player(run, lab, lab.events);
  player.run_until(Time{1min});
  sim::ApiRequest request;
  request.verb = sim::Verb::kDelete;
  request.resource = "secrets";
  request.ns = "default";
  request.name = "bot-token";
  REQUIRE(run.request(request).ok());
  player.run_until(Time{2min});
  const sim::AuditEvent& event = run.audit().recent().back();
  CHECK(event.code == 401);
  CHECK(event.user.empty());
  CHECK(event.verb == "list");
  CHECK(event.resource == "secrets");
  CHECK(event.ns == "default");
}
