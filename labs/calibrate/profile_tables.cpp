#include "labs/calibrate/profile_tables.h"

namespace inferlab::labs {
namespace {

using enum SpecType;

// Figures beyond these are of no machine; sums of them stay far below 2^63.
constexpr double kMostNs = 3600e9;  // an hour
constexpr double kMostPs = 1e12;    // a second
constexpr double kMostBytes = 1e15;
constexpr double kMostTokens = 16777216;
constexpr double kMostBlocks = 1073741823;

constexpr SpecField text(std::string_view name, std::string_view description) {
  return {.name = name, .description = description, .required = true};
}
constexpr SpecField whole(std::string_view name, std::string_view description, double minimum,
                          double maximum) {
  return {.name = name,
          .type = kInteger,
          .description = description,
          .required = true,
          .minimum = minimum,
          .maximum = maximum};
}
constexpr SpecField number(std::string_view name, std::string_view description) {
  return {.name = name,
          .type = kNumber,
          .description = description,
          .required = true,
          .minimum = 0,
          .maximum = 1e9};
}
constexpr SpecField truth(std::string_view name, std::string_view description) {
  return {.name = name, .type = kBool, .description = description, .required = true};
}
constexpr SpecField part(std::string_view name, std::string_view description,
                         const SpecTable& table) {
  return {.name = name,
          .type = kObject,
          .description = description,
          .required = true,
          .object = &table};
}
constexpr SpecField list(std::string_view name, std::string_view description,
                         const SpecTable& table) {
  return {.name = name,
          .type = kObjects,
          .description = description,
          .required = true,
          .object = &table,
          .min_items = 1};
}
constexpr SpecField optional(SpecField field) {
  field.required = false;
  return field;
}

constexpr SpecField kDeviceFields[] = {
    text("backend", "cpu, cuda …"),
    text("name", "as the machine shows it"),
    whole("threads", "that computed; 0 for a device of its own", 0, 4096),
    whole("memoryBytes", "of the device", 0, kMostBytes),
};
constexpr SpecTable kDeviceTable = {"device", "What was measured.", kDeviceFields};

constexpr SpecField kModelFields[] = {
    text("name", "as its file says"),
    text("architecture", "as its file says"),
    text("weightType", "of its matrices"),
    whole("parameters", "how many", 0, kMostBytes),
    whole("weightsBytes", "in its file", 0, kMostBytes),
    whole("layers", "how many", 1, 10000),
    whole("hiddenSize", "elements", 1, kMostTokens),
    whole("ffnSize", "elements", 1, kMostTokens),
    whole("heads", "of queries", 1, kMostTokens),
    whole("kvHeads", "of keys and values", 1, kMostTokens),
    whole("headDim", "elements", 1, kMostTokens),
    whole("vocabulary", "tokens that there are", 1, kMostTokens),
    whole("maxModelLen", "tokens", 1, kMostTokens),
};
constexpr SpecTable kModelTableOfProfile = {"model", "The model that ran.", kModelFields};

constexpr SpecField kLoadFields[] = {
    whole("warmNs", "from a file in memory", 0, kMostNs),
    optional(whole("coldNs", "from a file that was not", 0, kMostNs)),
    number("coldResident", "part of the file that was in memory for coldNs all the same"),
};
constexpr SpecTable kLoadTable = {"load", "From the file to a backend that takes steps.",
                                  kLoadFields};

constexpr SpecField kCapacityFields[] = {
    text("type", "of keys and values"),
    whole("bytesPerBlock", "of all layers", 1, kMostBytes),
    whole("blocks", "that fit", 0, kMostBlocks),
};
constexpr SpecTable kCapacityTable = {"capacity", "KV blocks of one type.", kCapacityFields};

constexpr SpecField kKvFields[] = {
    text("type", "that steps were measured with"),
    whole("blockSize", "tokens", 1, 65536),
    whole("memoryBytes", "left for the KV cache", 0, kMostBytes),
    list("capacity", "what fits there", kCapacityTable),
};
constexpr SpecTable kKvTable = {"kv", "The KV cache.", kKvFields};

constexpr SpecField kPointFields[] = {
    whole("prompts", "of the step", 0, kMostTokens),
    whole("promptTokens", "of each, computed by the step", 0, kMostTokens),
    whole("promptContext", "of each, computed before", 0, kMostTokens),
    truth("promptSamples", "logits are wanted"),
    whole("sequences", "that decode", 0, kMostTokens),
    whole("context", "of each, before the step", 0, kMostTokens),
    truth("heldOut", "not used for the fit"),
    whole("ns", "median", 1, kMostNs),
    whole("runs", "that count", 1, kMostTokens),
};
constexpr SpecTable kPointTable = {"point", "A step that was measured.", kPointFields};

constexpr SpecField kKnotFields[] = {
    whole("rows", "tokens of a step", 1, kMostTokens),
    whole("ns", "that their products take", 1, kMostNs),
};
constexpr SpecTable kKnotTable = {"knot", "A step of so many rows.", kKnotFields};

constexpr SpecField kStepsFields[] = {
    list("knots", "linear in between", kKnotTable),
    whole("logitsNs", "where any row is sampled", 0, kMostNs),
    whole("sampledPs", "each sampled row beyond the first", 0, kMostPs),
    whole("decodeContextPs", "each token that a decoding one sees", 0, kMostPs),
    whole("prefillPairPs", "each pair of a prompt's token and one that it sees", 0, kMostPs),
    whole("stepNs", "of the engine, each step", 0, kMostNs),
    whole("tokenNs", "of the engine, each token", 0, kMostNs),
    whole("requestNs", "of the engine, each request", 0, kMostNs),
};
constexpr SpecTable kStepsTable = {"steps", "How long a step takes.", kStepsFields};

constexpr SpecField kErrorFields[] = {
    whole("points", "how many", 0, kMostTokens),
    number("mean", "relative"),
    number("p95", "relative"),
};
constexpr SpecTable kErrorTable = {"error", "Of computed times.", kErrorFields};
constexpr SpecField kErrorsFields[] = {
    part("fitted", "of points that the fit knew", kErrorTable),
    part("heldOut", "of points that it did not", kErrorTable),
};
constexpr SpecTable kErrorsTable = {"errors", "Of computed times.", kErrorsFields};

constexpr SpecField kRequestFields[] = {
    whole("arrivalNs", "from the first one's", 0, kMostNs),
    whole("promptTokens", "of the request", 1, kMostTokens),
    whole("outputTokens", "of the request", 1, kMostTokens),
};
constexpr SpecTable kRequestTable = {"request", "One of the workload's.", kRequestFields};
constexpr SpecField kOutcomeFields[] = {
    whole("ttftNs", "mean", 0, kMostNs),
    whole("itlNs", "mean", 0, kMostNs),
};
constexpr SpecTable kOutcomeTable = {"outcome", "What the workload came to.", kOutcomeFields};
constexpr SpecField kWorkloadFields[] = {
    whole("numBlocks", "of the KV cache", 1, kMostTokens),
    whole("maxNumBatchedTokens", "of a step", 1, kMostTokens),
    whole("maxNumSeqs", "of a step", 1, kMostTokens),
    list("requests", "in order of arrival", kRequestTable),
    part("measured", "of the engine", kOutcomeTable),
    part("simulated", "with these steps", kOutcomeTable),
};
constexpr SpecTable kWorkloadTable = {"workload", "Requests to try the profile with.",
                                      kWorkloadFields};

constexpr SpecField kProfileFields[] = {
    text("kind", "inferlab-profile"),
    whole("version", "of this form", 1, 1),
    part("device", "what was measured", kDeviceTable),
    part("model", "what ran on it", kModelTableOfProfile),
    part("load", "how long it took to load", kLoadTable),
    part("kv", "what fits", kKvTable),
    list("points", "the steps that were measured", kPointTable),
    part("steps", "what is computed with", kStepsTable),
    part("error", "of what is computed", kErrorsTable),
    optional(part("workload", "what the profile was tried with", kWorkloadTable)),
};

}  // namespace

constexpr SpecTable kProfileTable = {"profile", "What inferlab calibrate has measured.",
                                     kProfileFields};

}  // namespace inferlab::labs
