// The checks that the API server makes: labs/lint/api_rules.cpp tells its refusals apart. They have
// one file, as the rules behind them are not here but in sim/api.
#include "labs/lint/api_rules.h"

namespace inferlab::labs::lint {

constexpr std::string_view kNothingStarts =
    "kubectl apply stops at this object: nothing of it is there, and a pipeline that applies the "
    "rest leaves half a deployment.";

const Check kApiUnreadable = {
    .id = "api-unreadable",
    .tier = Tier::kApi,
    .severity = Severity::kError,
    .title = "no YAML, or no Kubernetes object",
    .why = kNothingStarts,
    .mend = "Write a document that begins with apiVersion, kind and metadata.",
    .rows = ""};

const Check kApiDuplicateKey = {
    .id = "api-duplicate-key",
    .tier = Tier::kApi,
    .severity = Severity::kError,
    .title = "the same key twice in one YAML mapping",
    .why =
        "A reader that is not strict takes one of the two, and not every reader the same one: "
        "what runs is not what the reviewer saw.",
    .mend = "Keep the one that is meant and take the other away.",
    .rows = ""};

const Check kApiRemovedVersion = {
    .id = "api-removed-version",
    .tier = Tier::kApi,
    .severity = Severity::kError,
    .title = "a kind that the cluster's Kubernetes does not serve in this apiVersion",
    .why =
        "After an upgrade of the control plane the object can no longer be applied; a disruption "
        "budget or a policy that was in it is missing without a sound.",
    .mend = "Write the apiVersion that is served.",
    .rows = ""};

const Check kApiUnknownField = {
    .id = "api-unknown-field",
    .tier = Tier::kApi,
    .severity = Severity::kError,
    .title = "a field that the kind does not have",
    .why =
        "Without strict validation the field is dropped in silence: a probe or a policy rule "
        "with a typing mistake protects nothing.",
    .mend = "Spell the field as `kubectl explain` does, capitals included.",
    .rows = ""};

const Check kApiMissingRequired = {.id = "api-missing-required",
                                   .tier = Tier::kApi,
                                   .severity = Severity::kError,
                                   .title = "a field that must be there is missing",
                                   .why = kNothingStarts,
                                   .mend = "Add the field.",
                                   .rows = ""};

const Check kApiTypeError = {
    .id = "api-type-error",
    .tier = Tier::kApi,
    .severity = Severity::kError,
    .title = "a value of another type than the field's",
    .why = kNothingStarts,
    .mend =
        "Quote what must be text (env values, annotations), and leave numbers and true/false "
        "bare where the field wants them.",
    .rows = ""};

const Check kApiInvalidQuantity = {
    .id = "api-invalid-quantity",
    .tier = Tier::kApi,
    .severity = Severity::kError,
    .title = "no Kubernetes quantity",
    .why = kNothingStarts,
    .mend = "Write a number with one of the suffixes m, k, M, G, T, Ki, Mi, Gi, Ti: 500m, 24Gi.",
    .rows = ""};

const Check kApiGpuNotInteger = {
    .id = "api-gpu-not-integer",
    .tier = Tier::kApi,
    .severity = Severity::kError,
    .title = "an extended resource that is no whole number",
    .why = "A device plugin hands out whole devices: half a GPU can be asked for nowhere.",
    .mend =
        "Ask for whole GPUs; to share one, let the cluster offer slices (MIG) or shared "
        "replicas (time-slicing) under their own resource name.",
    .rows = "GPU-01"};

const Check kApiGpuRequestWithoutLimit = {
    .id = "api-gpu-request-without-limit",
    .tier = Tier::kApi,
    .severity = Severity::kError,
    .title = "an extended resource requested without a limit",
    .why =
        "GPUs are not overcommitted, so the API server takes the request from the limit and "
        "refuses one that stands alone.",
    .mend = "Write the GPU under limits; the request follows by itself.",
    .rows = "GPU-01"};

const Check kApiGpuRequestNeLimit = {
    .id = "api-gpu-request-ne-limit",
    .tier = Tier::kApi,
    .severity = Severity::kError,
    .title = "request and limit of an extended resource differ",
    .why = "GPUs are not overcommitted: what is asked for is what may be used.",
    .mend = "Write the same number under both, or under limits alone.",
    .rows = "GPU-01"};

const Check kApiRequestExceedsLimit = {
    .id = "api-request-exceeds-limit",
    .tier = Tier::kApi,
    .severity = Severity::kError,
    .title = "a request above its limit",
    .why = kNothingStarts,
    .mend = "Raise the limit to what is used at the most, or lower the request.",
    .rows = ""};

const Check kApiSelectorMismatch = {
    .id = "api-selector-mismatch",
    .tier = Tier::kApi,
    .severity = Severity::kError,
    .title = "the selector does not match the template's labels",
    .why = "A controller that could not find its own Pods again would make them for ever.",
    .mend = "Give the template the labels that the selector names.",
    .rows = "K8S-02"};

const Check kApiLabelInvalid = {
    .id = "api-label-invalid",
    .tier = Tier::kApi,
    .severity = Severity::kError,
    .title = "a label that breaks the grammar of labels",
    .why =
        "Model names are what tempts to it: org/name, long tags and spaces fit annotations, not "
        "label values.",
    .mend =
        "At most 63 letters, digits, '-', '_' and '.', with a letter or digit at both ends; put "
        "the rest into an annotation.",
    .rows = ""};

const Check kApiProbeHandlers = {.id = "api-probe-handlers",
                                 .tier = Tier::kApi,
                                 .severity = Severity::kError,
                                 .title = "a probe without a handler, or with several",
                                 .why = kNothingStarts,
                                 .mend = "Give the probe one of httpGet, tcpSocket, exec and grpc.",
                                 .rows = "PRB-03"};

const Check kApiProbeSuccessThreshold = {
    .id = "api-probe-success-threshold",
    .tier = Tier::kApi,
    .severity = Severity::kError,
    .title = "successThreshold of a liveness or startup probe is not 1",
    .why = kNothingStarts,
    .mend = "Leave successThreshold out; only a readinessProbe may ask for several successes.",
    .rows = "PRB-01"};

const Check kApiVolumeMountUnknown = {
    .id = "api-volume-mount-unknown",
    .tier = Tier::kApi,
    .severity = Severity::kError,
    .title = "a mount names no volume of the Pod",
    .why = kNothingStarts,
    .mend = "Name one of spec.volumes or, in a StatefulSet, of volumeClaimTemplates.",
    .rows = ""};

const Check kApiPdbBoth = {
    .id = "api-pdb-both",
    .tier = Tier::kApi,
    .severity = Severity::kError,
    .title = "minAvailable and maxUnavailable together",
    .why = kNothingStarts,
    .mend = "Keep one: maxUnavailable follows the number of replicas by itself.",
    .rows = "K8S-10"};

const Check kApiHpaMinGtMax = {.id = "api-hpa-min-gt-max",
                               .tier = Tier::kApi,
                               .severity = Severity::kError,
                               .title = "minReplicas above maxReplicas",
                               .why = kNothingStarts,
                               .mend = "Raise maxReplicas, or lower minReplicas.",
                               .rows = "K8S-07"};

const Check kApiInvalid = {
    .id = "api-invalid",
    .tier = Tier::kApi,
    .severity = Severity::kError,
    .title = "something else that the API server refuses",
    .why = kNothingStarts,
    .mend = "The message is the API server's own; `kubectl explain` says what the field takes.",
    .rows = ""};

}  // namespace inferlab::labs::lint
