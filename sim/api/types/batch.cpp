// Schema tables: Jobs and CronJobs.
// Facts: OpenAPI documents of Kubernetes 1.32.
#include "sim/api/types/types.h"

namespace inferlab::sim::types {
namespace {

constexpr Field kPodFailurePolicyOnExitCodesRequirementFields[] = {
    {.name = "containerName"},
    {.name = "operator", .required = true, .default_json = "\"\""},
    {.name = "values",
     .type = FieldType::kList,
     .element = FieldType::kInt32,
     .required = true,
     .list_type = "set"},
};
constinit const Type kPodFailurePolicyOnExitCodesRequirement = {
    "io.k8s.api.batch.v1.PodFailurePolicyOnExitCodesRequirement", "",
    kPodFailurePolicyOnExitCodesRequirementFields};

constexpr Field kPodFailurePolicyOnPodConditionsPatternFields[] = {
    {.name = "status", .required = true, .default_json = "\"\""},
    {.name = "type", .required = true, .default_json = "\"\""},
};
constinit const Type kPodFailurePolicyOnPodConditionsPattern = {
    "io.k8s.api.batch.v1.PodFailurePolicyOnPodConditionsPattern", "",
    kPodFailurePolicyOnPodConditionsPatternFields};

constexpr Field kPodFailurePolicyRuleFields[] = {
    {.name = "action",
     .description = "FailJob, FailIndex, Ignore or Count.",
     .required = true,
     .default_json = "\"\""},
    {.name = "onExitCodes",
     .type = FieldType::kObject,
     .object = &kPodFailurePolicyOnExitCodesRequirement},
    {.name = "onPodConditions",
     .type = FieldType::kList,
     .element = FieldType::kObject,
     .object = &kPodFailurePolicyOnPodConditionsPattern,
     .list_type = "atomic"},
};
constinit const Type kPodFailurePolicyRule = {"io.k8s.api.batch.v1.PodFailurePolicyRule", "",
                                              kPodFailurePolicyRuleFields};

constexpr Field kPodFailurePolicyFields[] = {
    {.name = "rules",
     .type = FieldType::kList,
     .element = FieldType::kObject,
     .object = &kPodFailurePolicyRule,
     .required = true,
     .list_type = "atomic"},
};
constinit const Type kPodFailurePolicy = {"io.k8s.api.batch.v1.PodFailurePolicy", "",
                                          kPodFailurePolicyFields};

constexpr Field kSuccessPolicyRuleFields[] = {
    {.name = "succeededCount", .type = FieldType::kInt32},
    {.name = "succeededIndexes", .omit_zero = true},
};
constinit const Type kSuccessPolicyRule = {"io.k8s.api.batch.v1.SuccessPolicyRule", "",
                                           kSuccessPolicyRuleFields};

constexpr Field kSuccessPolicyFields[] = {
    {.name = "rules",
     .type = FieldType::kList,
     .element = FieldType::kObject,
     .object = &kSuccessPolicyRule,
     .required = true,
     .list_type = "atomic"},
};
constinit const Type kSuccessPolicy = {"io.k8s.api.batch.v1.SuccessPolicy", "",
                                       kSuccessPolicyFields};

constexpr Field kJobSpecFields[] = {
    {.name = "activeDeadlineSeconds",
     .type = FieldType::kInt64,
     .description = "Seconds after which the Job is ended as failed."},
    {.name = "backoffLimit",
     .type = FieldType::kInt32,
     .description = "How many failures are retried before the Job fails; 6 if not stated."},
    {.name = "backoffLimitPerIndex",
     .type = FieldType::kInt32,
     .description = "How many failures of one index are retried."},
    {.name = "completionMode",
     .description =
         "NonIndexed, or Indexed: each Pod has a number from 0 to completions less one."},
    {.name = "completions",
     .type = FieldType::kInt32,
     .description = "How many Pods must succeed."},
    {.name = "managedBy",
     .description = "The controller in charge; the built-in one if not stated."},
    {.name = "manualSelector",
     .type = FieldType::kBool,
     .description = "Says that the selector is ours, not made by the server."},
    {.name = "maxFailedIndexes",
     .type = FieldType::kInt32,
     .description = "How many indexes may fail before the Job does."},
    {.name = "parallelism",
     .type = FieldType::kInt32,
     .description = "How many Pods may run at the same time."},
    {.name = "podFailurePolicy",
     .type = FieldType::kObject,
     .object = &kPodFailurePolicy,
     .description = "What a failure of a Pod means, by exit code or condition."},
    {.name = "podReplacementPolicy",
     .description = "When a Pod is replaced: TerminatingOrFailed, or once it has Failed."},
    {.name = "selector",
     .type = FieldType::kObject,
     .object = &kLabelSelector,
     .description = "Which Pods belong to it: made by the server.",
     .atomic_map = true},
    {.name = "successPolicy",
     .type = FieldType::kObject,
     .object = &kSuccessPolicy,
     .description = "Which indexes suffice for success."},
    {.name = "suspend",
     .type = FieldType::kBool,
     .description = "While set, no Pods are made and running ones are deleted."},
    {.name = "template",
     .type = FieldType::kObject,
     .object = &kPodTemplateSpec,
     .description = "The Pods to make; their restartPolicy is Never or OnFailure.",
     .required = true,
     .default_json = "{}"},
    {.name = "ttlSecondsAfterFinished",
     .type = FieldType::kInt32,
     .description = "Seconds after its end at which the Job is deleted."},
};
constexpr Field kJobConditionFields[] = {
    {.name = "lastProbeTime", .type = FieldType::kTime, .default_json = "null"},
    {.name = "lastTransitionTime", .type = FieldType::kTime, .default_json = "null"},
    {.name = "message", .omit_zero = true},
    {.name = "reason", .omit_zero = true},
    {.name = "status", .required = true, .default_json = "\"\""},
    {.name = "type", .required = true, .default_json = "\"\""},
};
constinit const Type kJobCondition = {"io.k8s.api.batch.v1.JobCondition", "", kJobConditionFields};

constexpr Field kUncountedTerminatedPodsFields[] = {
    {.name = "failed", .type = FieldType::kList, .list_type = "set"},
    {.name = "succeeded", .type = FieldType::kList, .list_type = "set"},
};
constinit const Type kUncountedTerminatedPods = {"io.k8s.api.batch.v1.UncountedTerminatedPods", "",
                                                 kUncountedTerminatedPodsFields};

constexpr Field kJobStatusFields[] = {
    {.name = "active", .type = FieldType::kInt32, .omit_zero = true},
    {.name = "completedIndexes", .omit_zero = true},
    {.name = "completionTime", .type = FieldType::kTime},
    {.name = "conditions",
     .type = FieldType::kList,
     .element = FieldType::kObject,
     .object = &kJobCondition,
     .merge_key = "type",
     .patch_strategy = "merge",
     .list_type = "atomic"},
    {.name = "failed", .type = FieldType::kInt32, .omit_zero = true},
    {.name = "failedIndexes"},
    {.name = "ready", .type = FieldType::kInt32},
    {.name = "startTime", .type = FieldType::kTime},
    {.name = "succeeded", .type = FieldType::kInt32, .omit_zero = true},
    {.name = "terminating", .type = FieldType::kInt32},
    {.name = "uncountedTerminatedPods",
     .type = FieldType::kObject,
     .object = &kUncountedTerminatedPods},
};
constinit const Type kJobStatus = {"io.k8s.api.batch.v1.JobStatus", "", kJobStatusFields};

constexpr Field kJobFields[] = {
    {.name = "apiVersion",
     .description = "The version of the schema in which this object is written.",
     .omit_zero = true},
    {.name = "kind", .description = "What kind of object this is.", .omit_zero = true},
    {.name = "metadata",
     .type = FieldType::kObject,
     .object = &kObjectMeta,
     .description = "Name, labels and what else every object has.",
     .default_json = "{}"},
    {.name = "spec",
     .type = FieldType::kObject,
     .object = &kJobSpec,
     .description = "What is wished for.",
     .default_json = "{}"},
    {.name = "status",
     .type = FieldType::kObject,
     .object = &kJobStatus,
     .description = "What was last observed.",
     .default_json = "{}"},
};
constexpr Field kJobTemplateSpecFields[] = {
    {.name = "metadata",
     .type = FieldType::kObject,
     .object = &kObjectMeta,
     .description = "Name, labels and what else every object has.",
     .default_json = "{}"},
    {.name = "spec",
     .type = FieldType::kObject,
     .object = &kJobSpec,
     .description = "What is wished for.",
     .default_json = "{}"},
};
constinit const Type kJobTemplateSpec = {"io.k8s.api.batch.v1.JobTemplateSpec", "",
                                         kJobTemplateSpecFields};

constexpr Field kCronJobSpecFields[] = {
    {.name = "concurrencyPolicy",
     .description = "What to do while the last Job still runs: Allow, Forbid (skip) or Replace.",
     .omit_zero = true},
    {.name = "failedJobsHistoryLimit",
     .type = FieldType::kInt32,
     .description = "How many failed Jobs are kept; 1 if not stated."},
    {.name = "jobTemplate",
     .type = FieldType::kObject,
     .object = &kJobTemplateSpec,
     .description = "The Jobs to make.",
     .required = true,
     .default_json = "{}"},
    {.name = "schedule",
     .description = "Minute, hour, day of the month, month, day of the week.",
     .required = true,
     .default_json = "\"\""},
    {.name = "startingDeadlineSeconds",
     .type = FieldType::kInt64,
     .description = "Seconds that a Job may be late; after that it is skipped."},
    {.name = "successfulJobsHistoryLimit",
     .type = FieldType::kInt32,
     .description = "How many succeeded Jobs are kept; 3 if not stated."},
    {.name = "suspend", .type = FieldType::kBool, .description = "While set, no Jobs are made."},
    {.name = "timeZone",
     .description = "The zone of the schedule's times; that of the controller if not stated."},
};
constinit const Type kCronJobSpec = {"io.k8s.api.batch.v1.CronJobSpec", "", kCronJobSpecFields};

constexpr Field kCronJobStatusFields[] = {
    {.name = "active",
     .type = FieldType::kList,
     .element = FieldType::kObject,
     .object = &kObjectReference,
     .list_type = "atomic"},
    {.name = "lastScheduleTime", .type = FieldType::kTime},
    {.name = "lastSuccessfulTime", .type = FieldType::kTime},
};
constinit const Type kCronJobStatus = {"io.k8s.api.batch.v1.CronJobStatus", "",
                                       kCronJobStatusFields};

constexpr Field kCronJobFields[] = {
    {.name = "apiVersion",
     .description = "The version of the schema in which this object is written.",
     .omit_zero = true},
    {.name = "kind", .description = "What kind of object this is.", .omit_zero = true},
    {.name = "metadata",
     .type = FieldType::kObject,
     .object = &kObjectMeta,
     .description = "Name, labels and what else every object has.",
     .default_json = "{}"},
    {.name = "spec",
     .type = FieldType::kObject,
     .object = &kCronJobSpec,
     .description = "What is wished for.",
     .default_json = "{}"},
    {.name = "status",
     .type = FieldType::kObject,
     .object = &kCronJobStatus,
     .description = "What was last observed.",
     .default_json = "{}"},
};
}  // namespace

constinit const Type kJobSpec = {"io.k8s.api.batch.v1.JobSpec", "", kJobSpecFields};
constinit const Type kJob = {"io.k8s.api.batch.v1.Job",
                             "Runs Pods until a number of them have succeeded.", kJobFields};
constinit const Type kCronJob = {"io.k8s.api.batch.v1.CronJob", "Makes a Job at set times.",
                                 kCronJobFields};

}  // namespace inferlab::sim::types
