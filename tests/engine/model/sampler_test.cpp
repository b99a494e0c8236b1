#include "engine/model/sampler.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <map>
#include <vector>

namespace inferlab {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

std::int32_t sampled(Sampler& sampler, std::vector<float> logits) {
  return sampler.sample(logits);
}

std::map<std::int32_t, int> counts(const SamplingParams& params, const std::vector<float>& logits,
                                   int draws) {
  Sampler sampler(params);
  std::map<std::int32_t, int> result;
  for (int i = 0; i < draws; ++i) ++result[sampled(sampler, logits)];
  return result;
}

TEST_CASE("Sampler: greedy takes the highest logit, of equals the lowest id") {
  CHECK(argmax(std::vector<float>{1.0F, 3.0F, 3.0F, 2.0F}) == 1);
  CHECK(argmax(std::vector<float>{kNan, -1.0F, kNan}) == 1);
  CHECK(argmax(std::vector<float>{kNan, kNan}) == 0);
  Sampler sampler({.temperature = 0.0F});
  CHECK(sampled(sampler, {-5.0F, -4.0F, -4.0F}) == 1);
}

TEST_CASE("Sampler: the same seed draws the same tokens, another seed others") {
  const std::vector<float> logits(50, 0.0F);
  const auto drawn = [&](std::uint64_t seed) {
    Sampler sampler({.seed = seed});
    std::vector<std::int32_t> ids;
    for (int i = 0; i < 20; ++i) ids.push_back(sampled(sampler, logits));
    return ids;
  };
  CHECK(drawn(1) == drawn(1));
  CHECK(drawn(1) != drawn(2));
}

TEST_CASE("Sampler: tokens are drawn with the probabilities of the softmax") {
  // Probabilities 0.6, 0.3, 0.1 at temperature 1.
  const std::vector<float> logits = {std::log(0.6F), std::log(0.3F), std::log(0.1F)};
  auto drawn = counts({.seed = 3}, logits, 20000);
  // Five standard deviations of a binomial are below 350.
  CHECK(std::abs(drawn[0] - 12000) < 350);
  CHECK(std::abs(drawn[1] - 6000) < 350);
  CHECK(std::abs(drawn[2] - 2000) < 350);
  // At temperature 0.5 the probabilities are squared: 36 : 9 : 1.
  drawn = counts({.temperature = 0.5F, .seed = 3}, logits, 20000);
  CHECK(std::abs(drawn[0] - 20000 * 36 / 46) < 350);
}

TEST_CASE("Sampler: top_k and top_p leave only the likeliest") {
  const std::vector<float> logits = {std::log(0.1F), std::log(0.5F), std::log(0.25F),
                                     std::log(0.15F)};
  const auto ids = [&](const SamplingParams& params) {
    std::vector<std::int32_t> result;
    for (const auto& [id, count] : counts(params, logits, 2000)) result.push_back(id);
    return result;
  };
  CHECK(ids({}) == std::vector<std::int32_t>{0, 1, 2, 3});
  CHECK(ids({.top_k = 2}) == std::vector<std::int32_t>{1, 2});
  CHECK(ids({.top_k = 1}) == std::vector<std::int32_t>{1});
  CHECK(ids({.top_k = 100}) == std::vector<std::int32_t>{0, 1, 2, 3});
  CHECK(ids({.top_k = -1}) == std::vector<std::int32_t>{0, 1, 2, 3});
  // The token that crosses the limit belongs to the set.
  CHECK(ids({.top_p = 0.6F}) == std::vector<std::int32_t>{1, 2});
  CHECK(ids({.top_p = 0.01F}) == std::vector<std::int32_t>{1});
  CHECK(ids({.top_k = 3, .top_p = 0.8F}) == std::vector<std::int32_t>{1, 2});
}

TEST_CASE("Sampler: odd logits give a token all the same") {
  const std::vector<std::vector<float>> odd = {
      {kNan, kNan}, {kInfinity, 1.0F}, {-kInfinity, -kInfinity}, {kNan, -kInfinity, 3.0F}};
  for (const auto& logits : odd) {
    for (const float top_p : {0.5F, 1.0F}) {
      Sampler sampler({.top_p = top_p});
      const std::int32_t id = sampled(sampler, logits);
      CHECK(id == argmax(logits));
    }
  }
}

TEST_CASE("Sampler: min_p leaves what is likely enough beside the likeliest") {
  // Probabilities 0.5, 0.3, 0.15, 0.05.
  const std::vector<float> logits = {std::log(0.5F), std::log(0.3F), std::log(0.15F),
                                     std::log(0.05F)};
  const auto ids = [&](const SamplingParams& params) {
    std::vector<std::int32_t> result;
    for (const auto& [id, count] : counts(params, logits, 3000)) result.push_back(id);
    return result;
  };
  CHECK(ids({.min_p = 0.05F}) == std::vector<std::int32_t>{0, 1, 2, 3});
  CHECK(ids({.min_p = 0.25F}) == std::vector<std::int32_t>{0, 1, 2});
  CHECK(ids({.min_p = 0.5F}) == std::vector<std::int32_t>{0, 1});
  CHECK(ids({.min_p = 1.0F}) == std::vector<std::int32_t>{0});
  // The temperature comes before: at 2 the fourth is sqrt(0.1) as likely as the first.
  CHECK(ids({.temperature = 2.0F, .min_p = 0.3F}) == std::vector<std::int32_t>{0, 1, 2, 3});
  // What min_p takes away is no part of top_p's sum: 0.5 of 0.8 is less than 0.7.
  CHECK(ids({.top_p = 0.7F, .min_p = 0.5F}) == std::vector<std::int32_t>{0, 1});
}

TEST_CASE("Sampler: penalties count what is in prompt and output") {
  const std::vector<float> logits = {2.0F, 1.9F, -1.0F, -1.1F};
  const auto greedy = [&](SamplingParams params, std::vector<std::int32_t> prompt, int draws) {
    params.temperature = 0.0F;
    Sampler sampler(params, prompt);
    std::vector<std::int32_t> ids;
    for (int i = 0; i < draws; ++i) ids.push_back(sampled(sampler, logits));
    return ids;
  };
  using Ids = std::vector<std::int32_t>;
  CHECK(greedy({}, {}, 3) == Ids{0, 0, 0});
  // Once in the output a token loses 0.2, however often: 1.8 and 1.7 then.
  CHECK(greedy({.presence_penalty = 0.2F}, {}, 4) == Ids{0, 1, 0, 0});
  // Each time anew: 2.0 | 1.8, 1.9 | 1.8, 1.7 | 1.6, 1.7 | …
  CHECK(greedy({.frequency_penalty = 0.2F}, {}, 5) == Ids{0, 1, 0, 1, 0});
  CHECK(greedy({.frequency_penalty = -0.2F}, {}, 3) == Ids{0, 0, 0});
  // The prompt counts for repetition alone: 2 / 1.5 against 1.9, then both are divided.
  CHECK(greedy({.repetition_penalty = 1.5F}, {0}, 3) == Ids{1, 0, 0});
  CHECK(greedy({.presence_penalty = 2.0F}, {0}, 1) == Ids{0});
  // A negative logit is multiplied: -1 * 2 is below -1.1.
  CHECK(greedy({.allowed_token_ids = {2, 3}, .repetition_penalty = 2.0F}, {2}, 2) == Ids{3, 2});
}

TEST_CASE("Sampler: bias, allowed tokens and bad words") {
  const std::vector<float> logits = {2.0F, 1.0F, 0.0F};
  const auto greedy = [&](SamplingParams params, int draws) {
    params.temperature = 0.0F;
    Sampler sampler(params);
    std::vector<std::int32_t> ids;
    for (int i = 0; i < draws; ++i) ids.push_back(sampled(sampler, logits));
    return ids;
  };
  using Ids = std::vector<std::int32_t>;
  CHECK(greedy({.logit_bias = {{0, -100.0F}, {2, 3.0F}}}, 2) == Ids{2, 2});
  CHECK(greedy({.allowed_token_ids = {1, 2}}, 2) == Ids{1, 1});
  CHECK(greedy({.bad_words = {{0}}}, 2) == Ids{1, 1});
  CHECK(greedy({.bad_words = {{0, 0}}}, 5) == Ids{0, 1, 0, 1, 0});
  CHECK(greedy({.bad_words = {{0, 0, 0}, {1}}}, 6) == Ids{0, 0, 2, 0, 0, 2});
}

TEST_CASE("SamplingParams: values out of range are refused by name") {
  CHECK(SamplingParams{}.check().has_value());
  CHECK(SamplingParams{.temperature = 2.1F}.check().error().message ==
        "temperature: is 2.1, need a number from 0 to 2");
  CHECK_FALSE(SamplingParams{.temperature = kNan}.check().has_value());
  CHECK_FALSE(SamplingParams{.top_k = -2}.check().has_value());
  CHECK_FALSE(SamplingParams{.top_p = 0.0F}.check().has_value());
  CHECK_FALSE(SamplingParams{.top_p = kNan}.check().has_value());
  const auto message = [](const SamplingParams& params) { return params.check().error().message; };
  CHECK(message({.min_p = 1.5F}) == "min_p: is 1.5, need a number from 0 to 1");
  CHECK(message({.logit_bias = {{7, 101.0F}}}) ==
        "logit_bias.7: is 101, need a number from -100 to 100");
  CHECK(message({.repetition_penalty = 0.0F}) == "repetition_penalty: is 0, need a number above 0");
  CHECK(message({.frequency_penalty = 2.5F}) ==
        "frequency_penalty: is 2.5, need a number from -2 to 2");
  CHECK(message({.presence_penalty = kNan}) ==
        "presence_penalty: is nan, need a number from -2 to 2");
  CHECK(message({.allowed_token_ids = {3, 3}}) == "allowed_token_ids: must ascend by token id");
  CHECK(message({.bad_words = {{}}}) == "bad_words: has one of no tokens");
}

}  // namespace
}  // namespace inferlab
