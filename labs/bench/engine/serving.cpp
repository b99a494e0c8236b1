#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <future>
#include <string>

#include "engine/serve/engine.h"
#include "labs/bench/engine/engine_cases.h"
#include "labs/bench/engine/engine_figures.h"

namespace inferlab::labs {
namespace {

constexpr std::string_view kFile = "0.4B-Q8_0";
constexpr std::int64_t kShared = 2000;  // tokens of the prefix
constexpr std::int64_t kOwn = 16;       // tokens behind it
constexpr std::int32_t kBlockSize = 16;

/// Tokens that every vocabulary has; their text does not matter.
std::vector<TokenId> prompt(std::int64_t count, std::int64_t first) {
  std::vector<TokenId> ids;
  for (std::int64_t i = 0; i < count; ++i) {
    ids.push_back(static_cast<TokenId>(3 + ((i + first) * 7919 + i / 251) % 256));
  }
  return ids;
}

Result<GenerationResult> generate(Engine& engine, std::vector<TokenId> tokens,
                                  std::int64_t max_tokens) {
  std::promise<GenerationResult> ended;
  GenerationRequest request;
  request.name = "bench";
  request.prompt = std::move(tokens);
  request.max_tokens = max_tokens;
  request.sampling.temperature = 0;
  request.ignore_eos = true;
  GenerationCallbacks callbacks;
  callbacks.on_end = [&](const GenerationResult& result) { ended.set_value(result); };
  INFERLAB_TRY([[maybe_unused]] const RequestId id,
               engine.submit(std::move(request), std::move(callbacks)));
  return ended.get_future().get();
}

double resident_bytes() {
  std::ifstream file("/proc/self/statm");
  double size = 0;
  double resident = 0;
  file >> size >> resident;
  return resident * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

/// A prompt that begins with the prefix, then another one that does too.
Result<Figure> measure_prefix(Engine& engine) {
  const std::vector<TokenId> shared = prompt(kShared, 0);
  const auto with = [&](std::int64_t seed) {
    std::vector<TokenId> tokens = shared;
    const std::vector<TokenId> own = prompt(kOwn, seed);
    tokens.insert(tokens.end(), own.begin(), own.end());
    return tokens;
  };
  INFERLAB_TRY(const GenerationResult first, generate(engine, with(1000), 1));
  INFERLAB_TRY(const GenerationResult second, generate(engine, with(2000), 1));
  return Figure{.what = fmt::format("TTFT of a prompt of {} tokens whose first {} are known, of "
                                    "the one before",
                                    kShared + kOwn, kShared),
                .value = 100 * to_seconds(second.ttft) / to_seconds(first.ttft),
                .unit = "%",
                .asked = 15,
                .better = Figure::Better::kLess};
}

}  // namespace

Result<Figures> measure_serving(const Doing& doing) {
  const auto file = std::ranges::find(engine_files(), kFile, &EngineFile::name);
  doing("writing the model");
  ServeOptions options;
  INFERLAB_TRY(options.model, engine_file_path(*file));
  options.block_size = kBlockSize;
  options.num_gpu_blocks_override = 2 * 2048 / kBlockSize;
  doing("loading the model");
  INFERLAB_TRY(const std::unique_ptr<Engine> engine, Engine::load(options));
  doing("two prompts with one prefix");
  INFERLAB_TRY(Figure prefix, measure_prefix(*engine));
  // Others, so that every KV block has been written to.
  for (int i = 1; i <= 2; ++i) {
    doing("filling the KV cache");
    INFERLAB_TRY([[maybe_unused]] const GenerationResult filled,
                 generate(*engine, prompt(kShared, 77 * i), 8));
  }
  const double resident = resident_bytes();
  INFERLAB_TRY(const Model model, Model::open(options.model));
  const KvCacheShape kv{.num_blocks = options.num_gpu_blocks_override,
                        .block_size = kBlockSize,
                        .type = KvType::kF16};
  const auto weights = static_cast<double>(model.weights.weights_bytes());
  const double cache = static_cast<double>(kv.block_bytes(model.config())) * kv.num_blocks;
  return Figures{
      std::move(prefix),
      {.what = fmt::format("resident beside weights ({:.0f} MB) and KV cache ({:.0f} MB)",
                           weights / 1e6, cache / 1e6),
       .value = (resident - weights - cache) / 1e6,
       .unit = "MB",
       .asked = 200,
       .better = Figure::Better::kLess}};
}

}  // namespace inferlab::labs
