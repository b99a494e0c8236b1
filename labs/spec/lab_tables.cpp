#include "labs/spec/lab_tables.h"

#include "labs/checks/change.h"
#include "labs/spec/cause.h"
#include "labs/spec/incident.h"
#include "labs/spec/parameters.h"
#include "labs/spec/run_event.h"

namespace inferlab::labs {
namespace {

using enum SpecType;

constexpr SpecField kRunFields[] = {
    {.name = "seed", .type = kInteger, .description = "of all random streams", .minimum = 0},
    {.name = "horizon",
     .type = kDuration,
     .description = "virtual time of a graded run",
     .required = true},
    {.name = "apply_at",
     .type = kDuration,
     .description = "when a submission's manifests arrive",
     .required = true},
    {.name = "given",
     .description = "a folder of the lab with what is in the cluster from the beginning"},
    {.name = "events",
     .type = kObjects,
     .description = "what happens to the run besides: faults, drains, releases",
     .object = &kEventTable,
     .includes = true},
    {.name = "actions",
     .type = kBool,
     .description = "a submission may hold actions.yaml though the lab has no incidents: what was "
                    "done, and when"},
    {.name = "responder",
     .type = kObject,
     .description = "in whose name the actions of a submission are carried out; the cluster's "
                    "administrator if left out",
     .object = &kIdentityTable},
    {.name = "answer_kinds",
     .type = kTexts,
     .description = "kinds that a submission may hold; namespaced ones and Namespace if left out"},
};
constexpr SpecTable kRunTable = {"run", "How a submission is run.", kRunFields};

constexpr SpecField kCommandFields[] = {
    {.name = "run", .type = kMarkdown, .description = "to be typed", .required = true},
    {.name = "why", .type = kMarkdown, .description = "what it shows", .required = true},
};
constexpr SpecTable kCommandTable = {"command", "A command to try.", kCommandFields};

constexpr SpecField kProofFields[] = {
    {.name = "answer",
     .type = kId,
     .description = "whose run it is: solution (if left out), starter, or a mutant's id"},
    {.name = "change",
     .type = kObject,
     .description = "what the drill does to that run",
     .object = &kChangeTable},
    {.name = "kind", .type = kId, .description = "of a check", .required = true},
    {.name = "params",
     .type = kParams,
     .description = "of that kind: it holds in the drill, and not in the solution's own run",
     .required = true},
};
constexpr SpecTable kProofTable = {"proof", "How lab test sees that a drill's signals move.",
                                   kProofFields};

constexpr SpecField kDrillFields[] = {
    {.name = "title", .description = "what goes wrong", .required = true},
    {.name = "steps", .type = kMarkdown, .description = "how to bring it about", .required = true},
    {.name = "expect", .type = kMarkdown, .description = "what will be seen", .required = true},
    {.name = "proof",
     .type = kObjects,
     .description = "signals of the drill, for lab test",
     .object = &kProofTable},
};
constexpr SpecTable kDrillTable = {"drill", "A failure to bring about on purpose.", kDrillFields};

constexpr SpecField kCheckFields[] = {
    {.name = "id", .type = kId, .description = "its name in reports", .required = true},
    {.name = "kind", .type = kId, .description = "what is looked at", .required = true},
    {.name = "title", .description = "what must hold, for people", .required = true},
    {.name = "points",
     .type = kInteger,
     .description = "for holding",
     .required = true,
     .minimum = 1,
     .maximum = 100},
    {.name = "rows",
     .type = kTexts,
     .description = "of what must be taught",
     .required = true,
     .min_items = 1},
    {.name = "hint", .type = kId, .description = "the hint that helps"},
    {.name = "params", .type = kParams, .description = "of this kind", .required = true},
};
constexpr SpecTable kCheckTable = {"check", "Something that is graded.", kCheckFields};

constexpr SpecField kHintFields[] = {
    {.name = "id", .type = kId, .description = "to ask for it by", .required = true},
    {.name = "when", .description = "when it is of use", .required = true},
    {.name = "cost",
     .type = kInteger,
     .description = "points",
     .required = true,
     .minimum = 0,
     .maximum = 100},
    {.name = "text", .type = kMarkdown, .description = "the hint", .required = true},
    {.name = "causes",
     .type = kWords,
     .description = "what a failed check must have found for a report to name this hint; any, when "
                    "left out. finding: what the check itself looks for is not so; missing: an "
                    "object is not there; pending: no node takes a Pod; image: it cannot be "
                    "pulled; crash: a container ends again and again; not-ready: a Pod is not "
                    "Ready for another reason; service: a Service leads no request to a server; "
                    "refused: the server refuses what the clients send; other: something else",
     .words = kCauseWords,
     .min_items = 1},
};
constexpr SpecTable kHintTable = {"hint", "Help, for points.", kHintFields};

constexpr SpecField kEditFields[] = {
    {.name = "file", .description = "of the solution", .required = true},
    {.name = "from",
     .type = kMarkdown,
     .description = "a text that stands in it once",
     .required = true},
    {.name = "to", .type = kAny, .description = "what stands there instead; nothing if left out"},
};
constexpr SpecTable kEditTable = {"edit", "A change of a file of the solution.", kEditFields};

constexpr SpecField kMutantFields[] = {
    {.name = "id", .type = kId, .description = "its folder under mutants/", .required = true},
    {.name = "title", .description = "what is wrong with it", .required = true},
    {.name = "removes", .type = kTexts, .description = "files of the solution that it lacks"},
    {.name = "edits",
     .type = kObjects,
     .description = "what is different in files of the solution, in place of a folder of its own",
     .object = &kEditTable},
    {.name = "loses",
     .type = kIds,
     .description = "the checks that it fails, all of them, on every seed",
     .required = true,
     .min_items = 1},
    {.name = "may_lose",
     .type = kIds,
     .description = "checks that it fails on some seeds: who asks when is chance"},
};
constexpr SpecTable kMutantTable = {"mutant", "A wrong answer, as a change of the solution.",
                                    kMutantFields};

constexpr SpecField kReviewFields[] = {
    {.name = "sources",
     .type = kTexts,
     .description = "official documentation, by title",
     .required = true,
     .min_items = 1},
    {.name = "reviewed",
     .description = "the day of the last review, as YYYY-MM-DD",
     .required = true},
};
constexpr SpecTable kReviewTable = {"review", "What the lab was checked against.", kReviewFields};

constexpr SpecField kLabFields[] = {
    {.name = "id", .type = kId, .description = "the name of its folder", .required = true},
    {.name = "title", .description = "for lists", .required = true},
    {.name = "minutes",
     .type = kInteger,
     .description = "about how long it takes",
     .required = true,
     .minimum = 1,
     .maximum = 600},
    {.name = "rows",
     .type = kTexts,
     .description = "of what must be taught",
     .required = true,
     .min_items = 1},
    {.name = "objective",
     .type = kMarkdown,
     .description = "what can be done afterwards",
     .required = true},
    {.name = "prerequisites",
     .type = kTexts,
     .description = "what should be known before",
     .required = true,
     .min_items = 1},
    {.name = "story", .type = kMarkdown, .description = "the situation", .required = true},
    {.name = "tasks",
     .type = kTexts,
     .description = "what to do",
     .required = true,
     .min_items = 1},
    {.name = "commands",
     .type = kObjects,
     .description = "what to type to look around",
     .required = true,
     .object = &kCommandTable,
     .min_items = 1,
     .includes = true},
    {.name = "validation_signals",
     .type = kTexts,
     .description = "how to see that it works",
     .required = true,
     .min_items = 1},
    {.name = "failure_drills",
     .type = kObjects,
     .description = "what to break on purpose",
     .required = true,
     .object = &kDrillTable,
     .min_items = 1},
    {.name = "expected_signals",
     .type = kTexts,
     .description = "what the drills move",
     .required = true,
     .min_items = 1},
    {.name = "parameters",
     .type = kObjects,
     .description = "what differs between learners; stands in the lab's files as ${name}",
     .object = &kParameterTable},
    {.name = "cluster",
     .type = kObject,
     .description = "what it runs on",
     .required = true,
     .object = &kClusterTable},
    {.name = "traffic",
     .type = kObjects,
     .description = "who calls the service",
     .object = &kTrafficTable,
     .includes = true},
    {.name = "run",
     .type = kObject,
     .description = "how it is run",
     .required = true,
     .object = &kRunTable},
    {.name = "incidents",
     .type = kObjects,
     .description = "what goes wrong, for a responder to acknowledge, diagnose and end",
     .object = &kIncidentTable},
    {.name = "checks",
     .type = kObjects,
     .description = "what is graded",
     .required = true,
     .object = &kCheckTable,
     .min_items = 1,
     .includes = true},
    {.name = "pass_points",
     .type = kInteger,
     .description = "to pass; all when left out",
     .minimum = 1},
    {.name = "hints",
     .type = kObjects,
     .description = "help, for points",
     .required = true,
     .object = &kHintTable,
     .min_items = 1,
     .includes = true},
    {.name = "mutants",
     .type = kObjects,
     .description = "wrong answers that test the checks",
     .required = true,
     .object = &kMutantTable,
     .min_items = 1},
    {.name = "review",
     .type = kObject,
     .description = "what it was checked against",
     .required = true,
     .object = &kReviewTable},
};

}  // namespace

constexpr SpecTable kLabTable = {"lab", "A lab of inferlab.", kLabFields};

}  // namespace inferlab::labs
