#include "labs/checks/table.h"

#include <algorithm>

#include "engine/base/check.h"
#include "labs/checks/kinds.h"
#include "labs/checks/latency.h"

namespace inferlab::labs {
namespace {

// By name. A new kind is one file, one pair of lines in kinds.h and one row here.
constexpr CheckRow kChecks[] = {
    {"access", "roles allow what they must and nothing else", &kAccessParams, access,
     Judges::kDetail, judged_at_horizon, /*tells_present=*/true},
    {"admission-corpus", "policies take good manifests and refuse bad ones",
     &kAdmissionCorpusParams, admission_corpus},
    {"audit-policy", "an audit policy logs what it must and no more", &kAuditPolicyParams,
     audit_policy, Judges::kDetail, audit_policy_judged_from, /*tells_present=*/true},
    {"canary-exposure", "how many requests a release gets, and whether it goes back or through",
     &kCanaryExposureParams, canary_exposure},
    {"clients-answered", "the clients' requests in a window of the run are answered",
     &kClientsAnsweredParams, clients_answered, Judges::kDetail, judged_at_its_time},
    {"compare", "what a change does to a number made of scraped series", &kCompareParams, compare},
    {"data-copies", "of somebody's data no copy is left anywhere, and what is another's is there",
     &kDataCopiesParams, data_copies},
    {"deployment-available", "a Deployment has its replicas available by a time",
     &kDeploymentAvailableParams, deployment_available, Judges::kWhole},
    {"drains", "the drain of a node ends, and the clients are answered", &kDrainsParams, drains},
    {"drift", "the cluster is as a folder of a Git repository says", &kDriftParams, drift},
    {"eval-corpus", "an evaluation passes good revisions of the model and stops bad ones",
     &kEvalCorpusParams, eval_corpus, Judges::kDetail, judged_at_once},
    {"gpu-requested", "a container of a Deployment was given its GPUs", &kGpuRequestedParams,
     gpu_requested},
    {"holds-under", "another check holds in a run with something changed", &kHoldsUnderParams,
     holds_under},
    {"image-pinned", "a Deployment runs the same images after moving tags have moved",
     &kImagePinnedParams, image_pinned},
    {"incident-response", "an incident is seen, understood and ended in time, with little harm",
     &kIncidentResponseParams, incident_response, Judges::kDetail, incident_response_judged_from},
    {"itl-p95-below", "95th percentile of inter-token latency is under a limit", &kLatencyParams,
     itl_p95_below},
    {"manifest", "the linter finds nothing in what was handed in", &kManifestParams, manifest,
     Judges::kDetail, judged_at_once},
    {"metric", "a number made of scraped series lies between bounds", &kMetricParams, metric},
    {"model-pinned", "an LLM server loads a revision that does not move", &kModelPinnedParams,
     model_pinned},
    {"never-routes-unloaded", "no request reaches a replica that has not loaded its model",
     &kNeverRoutesUnloadedParams, never_routes_unloaded},
    {"quiz", "questions are answered right", &kQuizParams, quiz, Judges::kDetail, judged_at_once},
    {"reachability", "NetworkPolicies let through what they must and nothing else",
     &kReachabilityParams, reachability, Judges::kDetail, judged_at_horizon,
     /*tells_present=*/true},
    {"recovery", "after a loss a Deployment is back in time, with data that is new enough",
     &kRecoveryParams, recovery},
    {"requests-answered", "a share of the clients' requests is answered", &kRequestsAnsweredParams,
     requests_answered},
    {"rollout", "a release and its rollback get through, and the clients are answered",
     &kRolloutParams, rollout},
    {"runs-on-pool", "a Deployment runs on one pool by its own choice", &kRunsOnPoolParams,
     runs_on_pool},
    {"service-routes", "a Service reaches a listening port of a ready Pod", &kServiceRoutesParams,
     service_routes, Judges::kWhole, judged_at_horizon, /*tells_present=*/true},
    {"spread", "the Pods of a workload do not lie in one place", &kSpreadParams, spread,
     Judges::kDetail, judged_at_its_time, /*tells_present=*/true},
    {"state", "what objects of the cluster look like at a time", &kStateParams, state,
     Judges::kDetail, judged_at_its_time, /*tells_present=*/true},
    {"streams-completion", "the real engine, configured as the containers are, streams an answer",
     &kStreamsCompletionParams, streams_completion},
    {"survives-slow-start", "a slow model load restarts no container", &kSurvivesSlowStartParams,
     survives_slow_start},
    {"toleration-exact", "a Deployment tolerates the taints of one pool and of no other",
     &kTolerationExactParams, toleration_exact},
    {"ttft-p95-below", "95th percentile of time to first token is under a limit", &kLatencyParams,
     ttft_p95_below},
};

}  // namespace

Duration judged_at_once(const LabSpec&, const Params&) {
  return {};
}

Duration judged_at_its_time(const LabSpec& lab, const Params& params) {
  for (const char* name : {"at", "to"}) {
    if (params.has(name)) return params.duration(name);
  }
  return lab.horizon;
}

Duration judged_at_horizon(const LabSpec& lab, const Params&) {
  return lab.horizon;
}

Duration judged_from(const LabSpec& lab, const LabCheck& check) {
  const CheckRow* row = find_check_row(check.kind);
  INFERLAB_CHECK(row != nullptr);  // the loader refuses a lab with an unknown kind
  return std::min(row->judged_from(lab, Params(check.params)), lab.horizon);
}

std::span<const CheckRow> check_table() {
  return kChecks;
}

const CheckRow* find_check_row(std::string_view kind) {
  for (const CheckRow& row : kChecks) {
    if (row.kind == kind) return &row;
  }
  return nullptr;
}

}  // namespace inferlab::labs
