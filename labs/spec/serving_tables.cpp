// serving_tables.cpp: the forms of what a lab says of its traffic, and of profiles of replicas.
#include "labs/spec/lab_tables.h"

namespace inferlab::labs {
namespace {

using enum SpecType;

constexpr SpecField kTrafficFields[] = {
    {.name = "name", .type = kId, .description = "of the stream", .required = true},
    {.name = "namespace", .description = "of the Service"},
    {.name = "service", .description = "its name", .required = true},
    {.name = "port",
     .type = kInteger,
     .description = "the Service's",
     .required = true,
     .minimum = 1,
     .maximum = 65535},
    {.name = "start",
     .type = kDuration,
     .description = "from the start of the run",
     .required = true},
    {.name = "end",
     .type = kDuration,
     .description = "from the start of the run",
     .required = true},
    {.name = "requests_per_second",
     .type = kNumber,
     .description = "mean of Poisson arrivals",
     .required = true,
     .minimum = 0.001,
     .maximum = 10000},
    {.name = "prompt_tokens_min", .type = kInteger, .description = "of a request", .minimum = 1},
    {.name = "prompt_tokens_max", .type = kInteger, .description = "of a request", .minimum = 1},
    {.name = "output_tokens_min", .type = kInteger, .description = "of a request", .minimum = 1},
    {.name = "output_tokens_max", .type = kInteger, .description = "of a request", .minimum = 1},
    {.name = "timeout", .type = kDuration, .description = "after which the client gives up"},
    {.name = "model", .description = "that each request names; any model answers if left out"},
    {.name = "api_key", .description = "that each request bears; none if left out"},
    {.name = "system_prompts",
     .type = kInteger,
     .description = "different texts, one of which each request begins with; none if left out",
     .minimum = 1,
     .maximum = 100000},
    {.name = "system_prompt_tokens",
     .type = kInteger,
     .description = "of each of them, before the tokens of the request's own",
     .minimum = 1,
     .maximum = 1000000},
    {.name = "turns_min",
     .type = kInteger,
     .description = "requests of a conversation, each with all that was said before; 1 if left out",
     .minimum = 1,
     .maximum = 100},
    {.name = "turns_max",
     .type = kInteger,
     .description = "requests of a conversation at most",
     .minimum = 1,
     .maximum = 100},
    {.name = "pause",
     .type = kDuration,
     .description = "mean, from an answer to the next request of a conversation; 20s if left out"},
};

constexpr SpecField kReplicaProfileFields[] = {
    {.name = "file",
     .description = "that inferlab calibrate wrote; beside this one",
     .required = true},
    {.name = "gpu", .description = "whose replicas it is for, as in gpus; any if left out"},
    {.name = "model", .description = "that they serve, as in models; any if left out"},
};

}  // namespace

const SpecTable kTrafficTable = {"traffic", "A stream of chat requests to one Service.",
                                 kTrafficFields};

const SpecTable kReplicaProfileTable = {
    "profile", "Measured step times for replicas, in place of what a GPU's figures say.",
    kReplicaProfileFields};

}  // namespace inferlab::labs
