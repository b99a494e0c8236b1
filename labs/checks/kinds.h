#pragma once

#include "labs/checks/check.h"
#include "labs/spec/spec_table.h"

namespace inferlab::labs {

// One function a kind; what each looks at stands in its file. The tables are the params they take.

extern const SpecTable kAccessParams;
Result<Finding> access(CheckContext& context, const Params& params);

extern const SpecTable kAdmissionCorpusParams;
Result<Finding> admission_corpus(CheckContext& context, const Params& params);

extern const SpecTable kAuditPolicyParams;
Result<Finding> audit_policy(CheckContext& context, const Params& params);
Duration audit_policy_judged_from(const LabSpec& lab, const Params& params);

extern const SpecTable kCanaryExposureParams;
Result<Finding> canary_exposure(CheckContext& context, const Params& params);

extern const SpecTable kClientsAnsweredParams;
Result<Finding> clients_answered(CheckContext& context, const Params& params);

extern const SpecTable kCompareParams;
Result<Finding> compare(CheckContext& context, const Params& params);

extern const SpecTable kDataCopiesParams;
Result<Finding> data_copies(CheckContext& context, const Params& params);

extern const SpecTable kDeploymentAvailableParams;
Result<Finding> deployment_available(CheckContext& context, const Params& params);

extern const SpecTable kDrainsParams;
Result<Finding> drains(CheckContext& context, const Params& params);

extern const SpecTable kDriftParams;
Result<Finding> drift(CheckContext& context, const Params& params);

extern const SpecTable kEvalCorpusParams;
Result<Finding> eval_corpus(CheckContext& context, const Params& params);

extern const SpecTable kGpuRequestedParams;
Result<Finding> gpu_requested(CheckContext& context, const Params& params);

extern const SpecTable kHoldsUnderParams;
Result<Finding> holds_under(CheckContext& context, const Params& params);

extern const SpecTable kImagePinnedParams;
Result<Finding> image_pinned(CheckContext& context, const Params& params);

extern const SpecTable kIncidentResponseParams;
Result<Finding> incident_response(CheckContext& context, const Params& params);
Duration incident_response_judged_from(const LabSpec& lab, const Params& params);

Result<Finding> itl_p95_below(CheckContext& context, const Params& params);

extern const SpecTable kManifestParams;
Result<Finding> manifest(CheckContext& context, const Params& params);

extern const SpecTable kMetricParams;
Result<Finding> metric(CheckContext& context, const Params& params);

extern const SpecTable kModelPinnedParams;
Result<Finding> model_pinned(CheckContext& context, const Params& params);

extern const SpecTable kNeverRoutesUnloadedParams;
Result<Finding> never_routes_unloaded(CheckContext& context, const Params& params);

extern const SpecTable kQuizParams;
Result<Finding> quiz(CheckContext& context, const Params& params);

extern const SpecTable kReachabilityParams;
Result<Finding> reachability(CheckContext& context, const Params& params);

extern const SpecTable kRequestsAnsweredParams;
Result<Finding> requests_answered(CheckContext& context, const Params& params);

extern const SpecTable kRecoveryParams;
Result<Finding> recovery(CheckContext& context, const Params& params);

extern const SpecTable kRolloutParams;
Result<Finding> rollout(CheckContext& context, const Params& params);

extern const SpecTable kRunsOnPoolParams;
Result<Finding> runs_on_pool(CheckContext& context, const Params& params);

extern const SpecTable kServiceRoutesParams;
Result<Finding> service_routes(CheckContext& context, const Params& params);

extern const SpecTable kSpreadParams;
Result<Finding> spread(CheckContext& context, const Params& params);

extern const SpecTable kStateParams;
Result<Finding> state(CheckContext& context, const Params& params);

extern const SpecTable kStreamsCompletionParams;
Result<Finding> streams_completion(CheckContext& context, const Params& params);

extern const SpecTable kSurvivesSlowStartParams;
Result<Finding> survives_slow_start(CheckContext& context, const Params& params);

extern const SpecTable kTolerationExactParams;
Result<Finding> toleration_exact(CheckContext& context, const Params& params);

Result<Finding> ttft_p95_below(CheckContext& context, const Params& params);

}  // namespace inferlab::labs
