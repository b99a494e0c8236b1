#include "engine/serve/model_drafter.h"

#include <catch2/catch.hpp>

#include "engine/backend/registry.h"
#include "engine/model/random_model.h"
#include "tests/engine/serve/test_engine.h"

namespace inferlab {
namespace {

Result<std::unique_ptr<ModelDrafter>> drafter(const RandomModelShape& shape, const KvCacheShape& kv,
                                              std::int64_t max_batched_tokens = 2048) {
  Result<GgufFile> file = GgufFile::parse(random_model_bytes(shape), "draft");
  REQUIRE(file);
  Result<Model> model = Model::from(std::move(*file));
  REQUIRE(model);
  return ModelDrafter::create(
      std::make_unique<Model>(std::move(*model)), *make_backend("cpu"),
      {.num_speculative_tokens = 4, .kv = kv, .max_batched_tokens = max_batched_tokens},
      testing::tiny_model().config(), {});
}

Sequence sequence(const Tokenizer& tokenizer, RequestId id, std::vector<TokenId> tokens) {
  return Sequence{.request = {.id = id},
                  .name = {},
                  .tokens = std::move(tokens),
                  .sampler = Sampler({}),
                  .decoder = StreamDecoder(tokenizer),
                  .stop = StopChecker({}),
                  .prefix_hash = PrefixHash(16, "")};
}

struct Fixture {
  Model model = testing::tiny_model();
  Tokenizer tokenizer = *Tokenizer::load(model.file);
  std::vector<TokenId> prompt = tokenizer.encode("The node is cordoned");

  /// What the tiny model says next, greedily, without any cache.
  std::vector<TokenId> continuation(std::vector<TokenId> tokens, int count) const {
    const auto backend = *make_backend("cpu");
    REQUIRE(backend->load(model.weights, {.num_blocks = 1, .block_size = 256}));
    std::vector<float> logits(static_cast<std::size_t>(model.config().vocab_size));
    std::vector<TokenId> next;
    const std::vector<std::int32_t> table = {0};
    for (int i = 0; i < count; ++i) {
      Batch batch;
      batch.add(tokens, 0, table, 1);
      REQUIRE(backend->forward(batch, logits));
      next.push_back(argmax(logits));
      tokens.push_back(next.back());
    }
    return next;
  }
};

}  // namespace

TEST_CASE("ModelDrafter: guesses are the small model's greedy output, after right and wrong ones") {
  const Fixture fixture;
  auto made = drafter({}, {.num_blocks = 16, .block_size = 16});
  REQUIRE(made);
  ModelDrafter& guesser = **made;
  Sequence one = sequence(fixture.tokenizer, 1, fixture.prompt);
  Sequence* all[] = {&one};
  guesser.propose(all);
  CHECK(one.drafts == fixture.continuation(one.tokens, 4));
  // Two of them are kept, then something else comes.
  one.tokens.insert(one.tokens.end(), one.drafts.begin(), one.drafts.begin() + 2);
  one.tokens.push_back(one.drafts[2] == 50 ? 51 : 50);
  guesser.propose(all);
  CHECK(one.drafts == fixture.continuation(one.tokens, 4));
  // All of them, and one more.
  one.tokens.insert(one.tokens.end(), one.drafts.begin(), one.drafts.end());
  one.tokens.push_back(60);
  guesser.propose(all);
  CHECK(one.drafts == fixture.continuation(one.tokens, 4));
  CHECK(guesser.blocks().num_free_blocks() < 16);
  guesser.forget(1);
  CHECK(guesser.blocks().num_free_blocks() == 16);
  guesser.forget(1);
}

TEST_CASE("ModelDrafter: a long prompt is taken in pieces, and without blocks nothing is guessed") {
  const Fixture fixture;
  auto made = drafter({}, {.num_blocks = 3, .block_size = 16}, 8);
  REQUIRE(made);
  Sequence one = sequence(fixture.tokenizer, 1, fixture.prompt);
  Sequence two = sequence(fixture.tokenizer, 2, std::vector<TokenId>(100, 70));
  Sequence* all[] = {&two, &one};
  int rounds = 0;
  for (; one.drafts.empty() && rounds < 100; ++rounds) (*made)->propose(all);
  CHECK(rounds == static_cast<int>((fixture.prompt.size() + 7) / 8));
  CHECK(one.drafts == fixture.continuation(one.tokens, 4));
  CHECK(two.drafts.empty());
}

TEST_CASE("ModelDrafter: another vocabulary is refused, and no guess goes beyond its length") {
  const auto other = drafter({.vocab_size = 352}, {.num_blocks = 3, .block_size = 16});
  REQUIRE_FALSE(other);
  CHECK(other.error().kind == ErrorKind::kInvalid);
  CHECK(other.error().message.find("vocabulary of 352 tokens") != std::string::npos);

  const Fixture fixture;
  auto made = drafter({.max_model_len = 24}, {.num_blocks = 3, .block_size = 16});
  REQUIRE(made);
  Sequence one = sequence(fixture.tokenizer, 1, std::vector<TokenId>(21, 70));
  Sequence* all[] = {&one};
  (*made)->propose(all);
  CHECK(one.drafts.size() == 4);
  one.tokens.push_back(70);
  (*made)->propose(all);
  CHECK(one.drafts.empty());
  CHECK((*made)->blocks().num_free_blocks() == 3);
}

}  // namespace inferlab
