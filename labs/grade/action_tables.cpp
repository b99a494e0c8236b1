#include "labs/grade/action_tables.h"

#include <string_view>

namespace inferlab::labs {
namespace {

using enum SpecType;

constexpr std::string_view kPatchTypes[] = {"strategic", "merge", "json", "apply"};

constexpr SpecField kObjectParam = {
    .name = "object", .description = "Kind/NAMESPACE/NAME, or Kind/NAME", .required = true};
constexpr SpecField kDiagnosisFields[] = {
    {.name = "cause", .type = kId, .description = "one of the incident's", .required = true},
    {.name = "incident", .type = kId, .description = "its id", .required = true},
};
constexpr SpecTable kDiagnosisTable = {"diagnosis", "What an incident comes of.", kDiagnosisFields};
constexpr SpecField kPatchFields[] = {
    {.name = "object",
     .description = "Kind/NAMESPACE/NAME, or Kind/NAME; all of them with * for the name",
     .required = true},
    {.name = "patch", .type = kAny, .description = "what kubectl patch sends", .required = true},
    {.name = "type",
     .type = kWord,
     .description = "strategic if left out, as kubectl's; apply is a server-side apply",
     .words = kPatchTypes},
};
constexpr SpecTable kPatchTable = {"patch", "A patch of an object.", kPatchFields};
constexpr SpecField kScaleFields[] = {
    kObjectParam,
    {.name = "replicas",
     .type = kInteger,
     .description = "how many",
     .required = true,
     .minimum = 0,
     .maximum = 1000},
};
constexpr SpecTable kScaleTable = {"scale", "Another number of Pods for a workload.", kScaleFields};
constexpr SpecField kImageFields[] = {
    {.name = "container", .description = "its name; all containers if left out"},
    {.name = "image", .description = "the new one", .required = true},
    kObjectParam,
};
constexpr SpecTable kImageTable = {"set_image", "Another image for a workload.", kImageFields};

constexpr SpecField kActionFields[] = {
    {.name = "acknowledge", .type = kId, .description = "an incident: somebody has seen it"},
    {.name = "apply", .description = "a file of the submission, applied now and not before"},
    {.name = "at", .type = kDuration, .description = "from the start of the run", .required = true},
    {.name = "cordon", .description = "a node, by name"},
    {.name = "delete",
     .description = "an object, as Kind/NAMESPACE/NAME or Kind/NAME; all of them with * for "
                    "the name"},
    {.name = "diagnose",
     .type = kObject,
     .description = "what an incident comes of",
     .object = &kDiagnosisTable},
    {.name = "drain", .description = "a node, by name"},
    {.name = "evict", .description = "a Pod, as NAMESPACE/NAME"},
    {.name = "patch", .type = kObject, .description = "of an object", .object = &kPatchTable},
    {.name = "restart", .description = "a workload, as Kind/NAMESPACE/NAME"},
    {.name = "scale", .type = kObject, .description = "a workload", .object = &kScaleTable},
    {.name = "set_image", .type = kObject, .description = "of a workload", .object = &kImageTable},
    {.name = "uncordon", .description = "a node, by name"},
    {.name = "where",
     .type = kLabels,
     .description = "of * alone: objects that have these values, JSONPath to text"},
    {.name = "undo", .description = "a Deployment, as Deployment/NAMESPACE/NAME"},
};
constexpr SpecTable kActionTable = {"action", "What a responder did.", kActionFields};
constexpr SpecField kFileFields[] = {
    {.name = "actions",
     .type = kObjects,
     .description = "what was done, as in: - {at: 12m, acknowledge: INCIDENT}",
     .required = true,
     .object = &kActionTable},
};

}  // namespace

constexpr SpecTable kActionsFileTable = {"actions", "What a responder did, and when.", kFileFields};

}  // namespace inferlab::labs
