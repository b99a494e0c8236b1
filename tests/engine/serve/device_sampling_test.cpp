// What a device with memory and sampling of its own is asked for: a GPU, as the engine sees one.

#include <atomic>
#include <catch2/catch.hpp>
#include <functional>
#include <memory>
#include <utility>

#include "engine/backend/registry.h"
#include "engine/serve/engine_limits.h"
#include "tests/engine/serve/test_engine.h"

namespace inferlab {
namespace {

using testing::generate;
using testing::Outcome;
using testing::tiny_model;

constexpr std::int32_t kRoom = 40;  // KV blocks

struct Calls {
  std::atomic<int> forward = 0, sampled = 0, not_greedy = 0;
  int fits = 0;
  StepLimits limits = {};
  KvCacheShape kv = {.num_blocks = 0, .block_size = 0};  // that was reserved
};

/// The CPU, with the virtual functions of a device that samples and knows its memory.
class SamplingBackend final : public Backend {
 public:
  explicit SamplingBackend(std::shared_ptr<Calls> calls) : calls_(std::move(calls)) {
    auto made = make_backend("cpu");
    REQUIRE(made);
    cpu_ = std::move(*made);
  }
  [[nodiscard]] DeviceInfo info() const override { return cpu_->info(); }
  Result<void> load(const ModelWeights& weights, const KvCacheShape& kv) override {
    vocab_size_ = static_cast<std::size_t>(weights.config.vocab_size);
    calls_->kv = kv;
    return cpu_->load(weights, kv);
  }
  Result<void> forward(const Batch& batch, std::span<float> logits) override {
    ++calls_->forward;
    return cpu_->forward(batch, logits);
  }
  Result<void> copy_kv_blocks(std::span<const KvBlockCopy> copies) override {
    return cpu_->copy_kv_blocks(copies);
  }
  [[nodiscard]] KvType default_kv_type(const ModelWeights& /*weights*/) const override {
    return KvType::kF32;
  }
  Result<std::optional<std::int32_t>> fit_kv(const ModelWeights& /*weights*/,
                                             const KvCacheShape& block,
                                             const StepLimits& limits) override {
    ++calls_->fits;
    calls_->limits = limits;
    CHECK(block.block_size == 16);
    return std::optional(kRoom);
  }
  [[nodiscard]] bool can_sample() const override { return true; }
  Result<void> forward_sampled(const Batch& batch, std::span<const RowSampling> params,
                               std::span<std::int32_t> tokens) override {
    ++calls_->sampled;
    std::vector<float> logits(static_cast<std::size_t>(batch.num_sampled()) * vocab_size_);
    INFERLAB_TRY_VOID(cpu_->forward(batch, logits));
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      if (params[i].temperature != 0.0F) ++calls_->not_greedy;
      tokens[i] = argmax(std::span(logits).subspan(i * vocab_size_, vocab_size_));
    }
    return {};
  }

 private:
  std::shared_ptr<Calls> calls_;
  std::unique_ptr<Backend> cpu_;
  std::size_t vocab_size_ = 0;
};

std::unique_ptr<Engine> start_on_device(const ServeOptions& options,
                                        const std::shared_ptr<Calls>& calls) {
  auto engine =
      Engine::start(options, tiny_model(), std::make_unique<SamplingBackend>(calls), LogSink());
  if (!engine) FAIL(engine.error().message);
  return std::move(*engine);
}

GenerationRequest greedy(const Engine& engine) {
  GenerationRequest request;
  request.name = "test";
  request.prompt = engine.tokenize("The node is cordoned, and the pods go");
  request.max_tokens = 12;
  request.ignore_eos = true;
  request.sampling.temperature = 0;
  return request;
}

}  // namespace

TEST_CASE("Engine: a device that samples does so for plain greedy requests, and for no others") {
  struct Case {
    const char* what;
    std::function<void(GenerationRequest&)> change;
    bool on_device;
  };
  const Case cases[] = {
      {"greedy", [](GenerationRequest&) {}, true},
      {"greedy, with what greedy ignores",
       [](GenerationRequest& request) {
         request.sampling.top_k = 3;
         request.sampling.top_p = 0.5F;
         request.sampling.min_p = 0.1F;
       },
       true},
      {"temperature", [](GenerationRequest& request) { request.sampling.temperature = 1; }, false},
      {"logprobs", [](GenerationRequest& request) { request.num_logprobs = 0; }, false},
      {"prompt logprobs", [](GenerationRequest& request) { request.num_prompt_logprobs = 0; },
       false},
      {"min_tokens", [](GenerationRequest& request) { request.min_tokens = 12; }, false},
      {"logit_bias",
       [](GenerationRequest& request) {
         request.sampling.logit_bias = {{5, 9.0F}};
       },
       false},
      {"allowed_token_ids",
       [](GenerationRequest& request) {
         request.sampling.allowed_token_ids = {5, 6};
       },
       false},
      {"bad_words",
       [](GenerationRequest& request) {
         request.sampling.bad_words = {{5, 6}};
       },
       false},
      {"repetition_penalty",
       [](GenerationRequest& request) { request.sampling.repetition_penalty = 1.5F; }, false},
      {"frequency_penalty",
       [](GenerationRequest& request) { request.sampling.frequency_penalty = 1; }, false},
      {"presence_penalty",
       [](GenerationRequest& request) { request.sampling.presence_penalty = 1; }, false},
  };
  ServeOptions options;
  options.max_num_batched_tokens = 7;  // the prompt takes several steps
  options.max_num_seqs = 4;
  options.kv_cache_dtype = "f32";
  testing::TestEngine plain(options);
  for (const Case& each : cases) {
    CAPTURE(each.what);
    const auto calls = std::make_shared<Calls>();
    const auto engine = start_on_device(options, calls);
    GenerationRequest request = greedy(*engine);
    request.has_seed = true;
    each.change(request);
    const Outcome outcome = generate(*engine, request);
    CHECK(outcome.tokens.size() == 12);
    // The same without such a device.
    const Outcome expected = generate(*plain.engine, request);
    CHECK(outcome.tokens == expected.tokens);
    CHECK(outcome.text == expected.text);
    CHECK(outcome.logprobs.size() == expected.logprobs.size());
    CHECK(outcome.result.prompt_logprobs.size() == expected.result.prompt_logprobs.size());
    if (each.on_device) {
      CHECK(calls->forward.load() == 0);
      CHECK(calls->sampled.load() >= 12);
      CHECK(calls->not_greedy.load() == 0);
    } else {
      CHECK(calls->forward.load() >= 12);  // parts of a prompt may go either way
    }
  }
}

TEST_CASE("Engine: guesses and structured answers are checked with logits, not on the device") {
  ServeOptions options;
  options.speculative_config = {
      .num_speculative_tokens = 3, .prompt_lookup_max = 3, .prompt_lookup_min = 1};
  auto calls = std::make_shared<Calls>();
  auto engine = start_on_device(options, calls);
  GenerationRequest request = greedy(*engine);
  request.prompt = engine->tokenize("ab ab ab ab ab ab ab ab ab");
  request.max_tokens = 40;
  const Outcome guessed = generate(*engine, request);
  CHECK(guessed.tokens.size() == 40);
  testing::TestEngine plain({.kv_cache_dtype = "f32"});
  CHECK(guessed.tokens == generate(*plain.engine, request).tokens);
  CHECK(calls->forward.load() > 0);  // steps with guesses
  CHECK(calls->sampled.load() > 0);  // steps without

  calls = std::make_shared<Calls>();
  engine = start_on_device({}, calls);
  request = greedy(*engine);
  request.ignore_eos = false;
  structured::StructuredSpec spec;
  spec.kind = structured::StructuredSpec::Kind::kRegex;
  spec.text = "[0-9]{4}";
  auto grammar = engine->grammar(spec);
  REQUIRE(grammar);
  request.grammar = *grammar;
  CHECK(generate(*engine, request).text.size() == 4);
  CHECK(calls->sampled.load() == 0);
}

TEST_CASE("Engine: the device's memory says how many KV blocks there are, unless somebody does") {
  auto calls = std::make_shared<Calls>();
  ServeOptions options;
  options.max_num_batched_tokens = 64;
  options.max_num_seqs = 8;
  options.gpu_memory_utilization = 0.7;
  options.speculative_config.num_speculative_tokens = 3;
  {
    const auto engine = start_on_device(options, calls);
    CHECK(calls->kv.num_blocks == kRoom);
    CHECK(calls->kv.type == KvType::kF32);  // auto: as the device likes it
    CHECK(calls->limits.max_num_batched_tokens == 64);
    CHECK(calls->limits.max_num_seqs == 8);
    CHECK(calls->limits.max_sampled_rows == 32);
    CHECK(calls->limits.max_state_rows == 0);
    CHECK(calls->limits.max_model_len == engine->max_model_len());
    CHECK(calls->limits.memory_utilization == 0.7);
  }
  options.num_gpu_blocks_override = 20;
  options.kv_cache_dtype = "f16";
  calls = std::make_shared<Calls>();
  start_on_device(options, calls);
  CHECK(calls->fits == 0);
  CHECK(calls->kv.num_blocks == 20);
  CHECK(calls->kv.type == KvType::kF16);
}

TEST_CASE("Engine: what the device cannot be asked for is refused before it is") {
  const auto error_of = [](const ServeOptions& options, int fits) {
    const auto calls = std::make_shared<Calls>();
    const auto engine =
        Engine::start(options, tiny_model(), std::make_unique<SamplingBackend>(calls), LogSink());
    REQUIRE_FALSE(engine);
    CHECK(calls->fits == fits);
    return engine.error().message;
  };
  CHECK(error_of({.max_model_len = 100000}, 0).starts_with("max_model_len: is 100000"));
  ServeOptions named;
  named.kv_cache_dtype = "fp8_e5m2";
  CHECK(error_of(named, 0) == "kv_cache_dtype: is fp8_e5m2");
  ServeOptions drafted;
  drafted.speculative_model = "small.gguf";
  drafted.speculative_config.num_speculative_tokens = 2;
  CHECK(error_of(drafted, 1).starts_with("speculative_config.model: the KV cache would leave"));
}

}  // namespace inferlab
