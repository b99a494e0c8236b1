// event_tables.cpp: the form of what happens to a run from outside.
#include "labs/spec/run_event.h"

namespace inferlab::labs {
namespace {

using enum SpecType;

constexpr SpecField kSetImageFields[] = {
    {.name = "container", .description = "its name; all containers if left out"},
    {.name = "image", .description = "the new one", .required = true},
};
constexpr std::string_view kPatchTypes[] = {"merge", "json"};
constexpr SpecField kPatchEventFields[] = {
    {.name = "body", .type = kAny, .description = "what kubectl patch sends", .required = true},
    {.name = "type", .type = kWord, .description = "merge if left out", .words = kPatchTypes},
};
constexpr SpecTable kPatchEventTable = {"patch", "A patch of an object.", kPatchEventFields};
constexpr SpecTable kSetImageTable = {"set_image", "Another image for a workload's Pods.",
                                      kSetImageFields};

constexpr SpecField kFillFields[] = {
    {.name = "word", .description = "that stands in the file", .required = true},
    {.name = "kind", .description = "of the object", .required = true},
    {.name = "where",
     .type = kLabels,
     .description = "only objects that have these values: JSONPath to text"},
    {.name = "path", .description = "of the value, a JSONPath without braces", .required = true},
};
constexpr SpecTable kFillTable = {
    "fill", "A word in whose place a value of the newest object of a kind stands.", kFillFields};

constexpr SpecField kIdentityFields[] = {
    {.name = "groups", .type = kTexts, .description = "that the user is in besides"},
    {.name = "secret",
     .description =
         "where the account's token lies, in its namespace: without it the token is worth "
         "nothing; a token of the account alone if left out"},
    {.name = "source_ip",
     .description = "from where he asks, as the audit log has it; the control plane if left out"},
    {.name = "user",
     .description = "ann, or system:serviceaccount:NAMESPACE:NAME",
     .required = true},
    {.name = "user_agent",
     .description = "with what program, as the audit log has it; kubectl's if left out"},
};

constexpr SpecField kGitEditFields[] = {
    {.name = "from", .type = kMarkdown, .description = "a text", .required = true},
    {.name = "to", .type = kMarkdown, .description = "what stands there instead", .required = true},
};
constexpr SpecTable kGitEditTable = {"git_edit", "A change wherever a text stands.",
                                     kGitEditFields};

constexpr SpecField kCommitEventFields[] = {
    {.name = "repository", .type = kId, .description = "by name", .required = true},
    {.name = "message", .description = "its first line", .required = true},
    {.name = "author", .description = "Name <mail>"},
    {.name = "branch", .description = "the default branch if left out"},
    {.name = "folder", .description = "of the lab: files that are added or changed"},
    {.name = "removes", .type = kTexts, .description = "files of the repository that go"},
    {.name = "edits",
     .type = kObjects,
     .description = "texts that are changed in all files of the repository that have them",
     .object = &kGitEditTable},
};
constexpr SpecTable kCommitEventTable = {"commit_event", "A commit to a Git repository.",
                                         kCommitEventFields};

constexpr SpecField kRevertEventFields[] = {
    {.name = "repository", .type = kId, .description = "by name", .required = true},
    {.name = "commit", .description = "its id, or last: the branch's newest", .required = true},
    {.name = "author", .description = "Name <mail>"},
    {.name = "branch", .description = "the default branch if left out"},
};
constexpr SpecTable kRevertEventTable = {"revert_event", "The revert of a commit.",
                                         kRevertEventFields};

constexpr SpecField kEventFields[] = {
    {.name = "apply", .description = "a file of the lab's folder with manifests"},
    {.name = "apply_answer",
     .description = "a file of what was handed in, which is held back until then when run.events "
                    "names it"},
    {.name = "as",
     .type = kObject,
     .description = "in whose name it is asked of the API, with his rights alone; the cluster's "
                    "administrator if left out",
     .object = &kIdentityTable},
    {.name = "at", .type = kDuration, .description = "from the start of the run", .required = true},
    {.name = "commit",
     .type = kObject,
     .description = "somebody pushes to a Git repository of the cluster",
     .object = &kCommitEventTable},
    {.name = "delete",
     .description = "the kind of the object to delete; `workload` names it without its kind"},
    {.name = "detail", .description = "of a fault: GPU and Xid \"0/79\", bytes …"},
    {.name = "drain",
     .type = kBool,
     .description = "kubectl drain of the node, trying again until all Pods are gone"},
    {.name = "every", .type = kDuration, .description = "it comes again each time, up to `until`"},
    {.name = "fill",
     .type = kObjects,
     .description = "of apply_answer: what an operator looks up and puts into the file",
     .object = &kFillTable},
    {.name = "fault", .description = "what breaks: node-down, gpu-xid …; see cluster inject"},
    {.name = "id", .type = kId, .description = "for an incident to name it by"},
    {.name = "node", .description = "its name; where most Pods of `workload` lie if left out"},
    {.name = "patch", .type = kObject, .description = "of `workload`", .object = &kPatchEventTable},
    {.name = "read",
     .description = "the kind of the object to read; `workload` names it without its kind, or is "
                    "NAMESPACE/* for all"},
    {.name = "revert",
     .type = kObject,
     .description = "git revert, pushed",
     .object = &kRevertEventTable},
    {.name = "restart", .type = kBool, .description = "kubectl rollout restart of `workload`"},
    {.name = "scale",
     .type = kInteger,
     .description = "kubectl scale of `workload` to so many replicas",
     .minimum = 0,
     .maximum = 1000},
    {.name = "set_image",
     .type = kObject,
     .description = "kubectl set image of `workload`",
     .object = &kSetImageTable},
    {.name = "uncordon", .type = kBool, .description = "kubectl uncordon of the node"},
    {.name = "undo", .type = kBool, .description = "kubectl rollout undo of `workload`"},
    {.name = "until", .type = kDuration, .description = "when an event comes for the last time"},
    {.name = "workload", .description = "Deployment NAMESPACE/NAME, or another kind of workload"},
};

}  // namespace

constexpr SpecTable kIdentityTable = {"identity", "In whose name something is asked of the API.",
                                      kIdentityFields};
constexpr SpecTable kEventTable = {"event", "Something that happens to the run from outside.",
                                   kEventFields};

}  // namespace inferlab::labs
