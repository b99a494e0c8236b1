// fact_tables.cpp: the forms of GPU models, models and CUDA releases, as assets/facts and labs
// write them.
#include "labs/spec/lab_tables.h"

namespace inferlab::labs {
namespace {

using enum SpecType;

constexpr SpecField kGpuFields[] = {
    {.name = "name", .description = "as pools name it", .required = true},
    {.name = "memory_bytes", .type = kBytes, .description = "of one GPU"},
    {.name = "memory_bandwidth",
     .type = kNumber,
     .description = "bytes per second",
     .minimum = 1e6},
    {.name = "bf16_flops", .type = kNumber, .description = "dense, per second", .minimum = 1e6},
    {.name = "mfu_prefill",
     .type = kNumber,
     .description = "fraction of bf16_flops that a prefill step reaches",
     .minimum = 0.001,
     .maximum = 1},
    {.name = "mfu_decode",
     .type = kNumber,
     .description = "fraction of bf16_flops that a decode step reaches",
     .minimum = 0.001,
     .maximum = 1},
    {.name = "source", .description = "where the figures are from"},
    {.name = "mfu_source", .description = "where the mfu figures are from"},
};

constexpr SpecField kModelFields[] = {
    {.name = "id", .description = "as --model names it", .required = true},
    {.name = "revisions", .type = kTexts, .description = "what --revision may name besides main"},
    {.name = "parameters", .type = kNumber, .description = "how many", .minimum = 1},
    {.name = "layers", .type = kInteger, .description = "how many", .minimum = 1, .maximum = 10000},
    {.name = "weights_bytes", .type = kBytes, .description = "as stored and as loaded"},
    {.name = "kv_bytes_per_token",
     .type = kBytes,
     .description = "KV cache of one token, all layers"},
    {.name = "max_model_len", .type = kInteger, .description = "tokens", .minimum = 1},
    {.name = "source", .description = "where the figures are from"},
};

constexpr SpecField kGpuFileFields[] = {
    {.name = "gpus",
     .type = kObjects,
     .description = "all of them",
     .required = true,
     .object = &kGpuTable},
};
constexpr SpecField kCudaFields[] = {
    {.name = "version", .description = "as images name it: 12.8", .required = true},
    {.name = "driver", .description = "that came with it: 570.26", .required = true},
    {.name = "least_driver",
     .description = "that runs it by minor version compatibility",
     .required = true},
    {.name = "compat_branches",
     .type = kTexts,
     .description = "older driver branches that its images let in",
     .required = true},
};
constexpr SpecTable kCudaTable = {"cuda", "A CUDA release.", kCudaFields};
constexpr SpecField kCudaFileFields[] = {
    {.name = "cuda",
     .type = kObjects,
     .description = "all of them",
     .required = true,
     .object = &kCudaTable,
     .min_items = 1},
};
constexpr SpecField kModelFileFields[] = {
    {.name = "models",
     .type = kObjects,
     .description = "all of them",
     .required = true,
     .object = &kModelTable},
};

}  // namespace

constexpr SpecTable kGpuTable = {"gpu", "A GPU model, as data sheets state it.", kGpuFields};
constexpr SpecTable kModelTable = {"model", "A model of the model hub.", kModelFields};
constexpr SpecTable kGpuFileTable = {"gpus", "GPU models.", kGpuFileFields};
constexpr SpecTable kCudaFileTable = {"cuda", "CUDA releases and drivers.", kCudaFileFields};
constexpr SpecTable kModelFileTable = {"models", "Models.", kModelFileFields};

}  // namespace inferlab::labs
