#include <fmt/format.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <fstream>
#include <future>
#include <map>

#include "engine/backend/registry.h"
#include "engine/base/rng.h"
#include "engine/model/logprobs.h"
#include "engine/model/random_model.h"
#include "engine/serve/engine_limits.h"
#include "tests/engine/serve/test_engine.h"
#include "tests/support/process.h"

// Whatever the engine does to be fast, the tokens are those of one request alone in one batch.
namespace inferlab {
namespace {

using testing::TestEngine;

struct Answer {
  std::vector<TokenId> tokens;
  std::vector<float> logprobs;
  friend bool operator==(const Answer&, const Answer&) = default;
};

/// All that a request's answer depends on.
struct Question {
  std::vector<TokenId> prompt;
  std::int64_t max_tokens = 0;
  float temperature = 0;
  float repetition_penalty = 1;
  std::uint64_t seed = 0;
  KvType kv_type = KvType::kF16;
  friend auto operator<=>(const Question&, const Question&) = default;
};

GenerationRequest request_of(const Question& question) {
  GenerationRequest request;
  request.name = "test";
  request.prompt = question.prompt;
  request.max_tokens = question.max_tokens;
  request.sampling.temperature = question.temperature;
  request.sampling.repetition_penalty = question.repetition_penalty;
  request.sampling.seed = question.seed;
  request.has_seed = true;
  request.ignore_eos = true;
  request.num_logprobs = 0;
  return request;
}

/// On the backend itself: the prompt in one batch, then a token at a time.
class PlainRun {
 public:
  PlainRun() : model_(testing::tiny_model()) {}

  const Answer& answer(const Question& question) {
    const auto [entry, is_new] = answers_.try_emplace(question);
    if (is_new) entry->second = run(question);
    return entry->second;
  }

 private:
  [[nodiscard]] Answer run(const Question& question) const {
    const Result<std::unique_ptr<Backend>> backend = make_backend("cpu");
    REQUIRE(backend);
    REQUIRE((*backend)->load(model_.weights,
                             {.num_blocks = 1, .block_size = 256, .type = question.kv_type}));
    Sampler sampler(request_of(question).sampling, question.prompt);
    std::vector<float> logits(static_cast<std::size_t>(model_.config().vocab_size));
    std::vector<TokenId> next = question.prompt;
    const std::vector<std::int32_t> table = {0};
    std::int32_t position = 0;
    Answer answer;
    while (std::ssize(answer.tokens) < question.max_tokens) {
      Batch batch;
      batch.add(next, position, table, 1);
      REQUIRE((*backend)->forward(batch, logits));
      position += static_cast<std::int32_t>(next.size());
      const std::vector<float> raw = logits;
      next = {sampler.sample(logits)};
      answer.tokens.push_back(next[0]);
      answer.logprobs.push_back(logprobs_of(raw, next[0], 0).token.logprob);
    }
    return answer;
  }

  Model model_;
  std::map<Question, Answer> answers_;
};

/// Models that guess: the tiny model itself, which is right whenever the choice is greedy and the
/// cache as exact, and one with other weights, which hardly ever is.
class DraftModels {
 public:
  DraftModels() {
    for (const std::uint64_t seed : {1, 2}) {
      const std::string path = fmt::format("{}/draft{}.gguf", folder_.path(), seed);
      const std::vector<std::byte> bytes = random_model_bytes({.seed = seed});
      std::ofstream(path, std::ios::binary)
          .write(reinterpret_cast<const char*>(bytes.data()), std::ssize(bytes));
      paths_.push_back(path);
    }
  }
  [[nodiscard]] const std::string& path(std::size_t index) const { return paths_[index]; }

 private:
  testing::TemporaryFolder folder_;
  std::vector<std::string> paths_;
};

ServeOptions random_options(Rng& rng, const DraftModels& models) {
  ServeOptions options;
  options.max_model_len = 128;
  options.block_size = 1 << rng.between(std::int64_t{1}, std::int64_t{4});
  const std::int64_t per_request = options.max_model_len / options.block_size;
  options.num_gpu_blocks_override =
      static_cast<std::int32_t>(rng.between(per_request, 3 * per_request));
  options.max_num_seqs = rng.between(std::int64_t{1}, std::int64_t{6});
  options.enable_chunked_prefill = rng.below(4) != 0;
  options.max_num_batched_tokens =
      options.enable_chunked_prefill
          ? options.max_num_seqs + rng.between(std::int64_t{0}, std::int64_t{60})
          : 160;
  options.enable_prefix_caching = rng.below(4) != 0;
  if (rng.below(2) == 0) {
    options.speculative_config = {
        .num_speculative_tokens = static_cast<std::int32_t>(1 + rng.below(6)),
        .prompt_lookup_max = static_cast<std::int32_t>(2 + rng.below(3)),
        .prompt_lookup_min = static_cast<std::int32_t>(1 + rng.below(2))};
    const std::uint64_t how = rng.below(4);
    if (how < 2) options.speculative_model = models.path(how);
  }
  options.kv_cache_dtype = std::vector<std::string>{"f16", "f32", "fp8", "q8"}[rng.below(4)];
  if (rng.below(3) == 0) options.scheduling_policy = SchedulingPolicy::kPriority;
  return options;
}

/// Few beginnings and few ends, so that prompts have much in common and questions come again.
Question random_question(Rng& rng) {
  static const std::vector<std::string> kBegins = {"You are a careful operator of GPU clusters. ",
                                                   "pod pod pod pod pod node node node ", "x"};
  static const std::vector<std::string> kEnds = {"Drain the node.", "pod pod pod", "ab", "Why?"};
  const std::string text = kBegins[rng.below(kBegins.size())] + kEnds[rng.below(kEnds.size())];
  Question question;
  for (const char c : text) question.prompt.push_back(3 + static_cast<unsigned char>(c));
  question.max_tokens = rng.below(2) == 0 ? 40 : 12;
  if (rng.below(3) == 0) {
    question.temperature = 0.8F;
    question.seed = rng.below(2);
  }
  if (rng.below(5) == 0) question.repetition_penalty = 1.3F;
  return question;
}

}  // namespace

TEST_CASE("Engine: no schedule changes a token or a bit of its logprob") {
  PlainRun plain;
  const DraftModels models;
  SchedulerStats sum;
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    Rng rng(seed, "schedule_equality", "run");
    const ServeOptions options = random_options(rng, models);
    TestEngine test(options);
    std::vector<Question> questions;
    std::vector<std::future<testing::Outcome>> outcomes;
    const std::uint64_t num_questions = 2 + rng.below(9);
    for (std::uint64_t i = 0; i < num_questions; ++i) {
      questions.push_back(random_question(rng));
      questions.back().kv_type = *kv_type(options, KvType::kF16);
      GenerationRequest request = request_of(questions.back());
      request.priority = static_cast<std::int32_t>(rng.below(3));
      outcomes.push_back(testing::start(*test.engine, std::move(request)));
    }
    for (std::size_t i = 0; i < questions.size(); ++i) {
      const testing::Outcome outcome = outcomes[i].get();
      Answer answer{.tokens = outcome.tokens, .logprobs = {}};
      for (const TokenLogprobs& logprobs : outcome.logprobs) {
        answer.logprobs.push_back(logprobs.token.logprob);
      }
      INFO("seed " << seed << ", question " << i);
      CHECK(answer == plain.answer(questions[i]));
    }
    const EngineStats stats = test.engine->stats();
    CHECK(stats.num_free_blocks == stats.num_blocks);
    sum.num_preemptions_total += stats.scheduler.num_preemptions_total;
    sum.prefix_cache_hits_total += stats.scheduler.prefix_cache_hits_total;
    sum.num_draft_tokens_total += stats.scheduler.num_draft_tokens_total;
    sum.num_accepted_tokens_total += stats.scheduler.num_accepted_tokens_total;
  }
  // The runs do reach what they are meant to test.
  CHECK(sum.num_preemptions_total > 100);
  CHECK(sum.prefix_cache_hits_total > 1000);
  CHECK(sum.num_accepted_tokens_total > 1000);
  CHECK(sum.num_draft_tokens_total > sum.num_accepted_tokens_total);
}

}  // namespace inferlab
