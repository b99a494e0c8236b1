#include "labs/bench/engine/engine_cases.h"

namespace inferlab::labs {
namespace {

/// The shapes of stories15M, SmolLM-360M and TinyLlama-1.1B, with fewer positions.
constexpr RandomModelShape k15M = {.vocab_size = 32000,
                                   .max_model_len = 1024,
                                   .hidden_size = 288,
                                   .ffn_size = 768,
                                   .num_layers = 6,
                                   .num_heads = 6,
                                   .num_kv_heads = 6};
constexpr RandomModelShape k400M = {.vocab_size = 49152,
                                    .max_model_len = 2048,
                                    .hidden_size = 960,
                                    .ffn_size = 2560,
                                    .num_layers = 32,
                                    .num_heads = 15,
                                    .num_kv_heads = 5};
constexpr RandomModelShape k1B = {.vocab_size = 32000,
                                  .max_model_len = 2048,
                                  .hidden_size = 2048,
                                  .ffn_size = 5632,
                                  .num_layers = 22,
                                  .num_heads = 32,
                                  .num_kv_heads = 4,
                                  .tied_embeddings = false};

constexpr RandomModelShape with(RandomModelShape shape, TensorType type) {
  shape.type = type;
  return shape;
}

constexpr EngineFile kFiles[] = {
    {"15M-Q8_0", with(k15M, TensorType::kQ8_0)}, {"0.4B-Q8_0", with(k400M, TensorType::kQ8_0)},
    {"0.4B-F16", with(k400M, TensorType::kF16)}, {"1.1B-Q8_0", with(k1B, TensorType::kQ8_0)},
    {"1.1B-Q4_0", with(k1B, TensorType::kQ4_0)}, {"1.1B-Q4_K", with(k1B, TensorType::kQ4_K)},
};

constexpr EngineCase kCases[] = {
    {"0.4B-Q8_0", EngineTask::kDecode, 1.5},  {"0.4B-Q8_0", EngineTask::kEight, 2.5},
    {"0.4B-Q8_0", EngineTask::kPrefill, 2.5}, {"0.4B-Q8_0", EngineTask::kBusy, 10},
    {"1.1B-Q8_0", EngineTask::kDecode, 1.5},  {"1.1B-Q8_0", EngineTask::kEight, 2.5},
    {"1.1B-Q8_0", EngineTask::kPrefill, 2.5}, {"1.1B-Q4_0", EngineTask::kDecode, 1.5},
    {"1.1B-Q4_0", EngineTask::kPrefill, 0},   {"1.1B-Q4_K", EngineTask::kDecode, 1.5},
    {"1.1B-Q4_K", EngineTask::kPrefill, 0},   {"0.4B-F16", EngineTask::kDecode, 0},
    {"0.4B-F16", EngineTask::kPrefill, 1.8},  {"15M-Q8_0", EngineTask::kDecode, 2},
};

}  // namespace

std::string_view to_string(EngineTask task) {
  switch (task) {
    case EngineTask::kDecode:
      return "decode";
    case EngineTask::kEight:
      return "eight";
    case EngineTask::kPrefill:
      return "prefill";
    case EngineTask::kBusy:
      return "busy";
  }
  return "";
}

std::span<const EngineFile> engine_files() {
  return kFiles;
}

std::span<const EngineCase> engine_cases() {
  return kCases;
}

}  // namespace inferlab::labs
