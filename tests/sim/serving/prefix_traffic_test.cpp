// What requests have in common, and what a replica's prefix cache makes of it.
#include <algorithm>
#include <set>

#include "tests/sim/serving/serving_rig.h"

namespace inferlab::sim {
namespace {

TEST_CASE("block_hashes: full blocks alone, equal as far as the texts are") {
  CHECK(block_hashes({}, 16).empty());
  const TokenRun brief[] = {{.text = 1, .tokens = 15}};
  CHECK(block_hashes(brief, 16).empty());
  const TokenRun one[] = {{.text = 1, .tokens = 32}, {.text = 2, .tokens = 20}};
  const TokenRun other[] = {{.text = 1, .tokens = 32}, {.text = 3, .tokens = 20}};
  const auto first = block_hashes(one, 16);
  const auto second = block_hashes(other, 16);
  REQUIRE(first.size() == 3);
  REQUIRE(second.size() == 3);
  CHECK(first[0] == second[0]);
  CHECK(first[1] == second[1]);
  CHECK(first[2] != second[2]);
  CHECK(first[0] != first[1]);
}

TEST_CASE("block_hashes: a block's name depends on all before it and on where it stands") {
  const TokenRun whole[] = {{.text = 1, .tokens = 64}};
  const auto hashes = block_hashes(whole, 16);
  CHECK(std::set(hashes.begin(), hashes.end()).size() == 4);
  const TokenRun later[] = {{.text = 2, .tokens = 16}, {.text = 1, .tokens = 48}};
  for (const BlockHash& hash : block_hashes(later, 16)) {
    CHECK(std::ranges::find(hashes, hash) == hashes.end());
  }
  // A text that goes on is the same text: a conversation's next turn has longer runs behind.
  const TokenRun longer[] = {{.text = 1, .tokens = 100}};
  const auto more = block_hashes(longer, 16);
  CHECK(std::equal(hashes.begin(), hashes.end(), more.begin()));
}

/// A simulated engine alone, with blocks of 16 tokens.
struct EngineRig {
  Simulation simulation{1};
  SimulatedEngine engine;

  explicit EngineRig(bool caching = true, std::int32_t blocks = 1000)
      : engine(simulation, config(caching, blocks), CostModel(profile()), "m") {}

  static SchedulerConfig config(bool caching, std::int32_t blocks) {
    SchedulerConfig config;
    config.num_gpu_blocks = blocks;
    config.max_model_len = 1024;
    config.enable_prefix_caching = caching;
    return *checked(config);
  }
  /// A millisecond, and one for each token beyond the first.
  static StepProfile profile() {
    StepProfile profile;
    profile.knots = {{1, 1'000'000}, {1001, 1'001'000'000}};
    return profile;
  }
  /// Its TTFT. The engine is idle before and after.
  Duration run(std::int64_t prompt, std::int64_t output, std::vector<TokenRun> content) {
    Duration ttft{};
    const Time arrival = simulation.now();
    REQUIRE(engine.submit(
        prompt, output, arrival,
        {.first_token = [&](Time when) { ttft = when - arrival; }, .finished = {}}, content));
    while (simulation.step()) {
    }
    return ttft;
  }
  double metric(const std::string& name) {
    std::vector<Sample> samples;
    engine.scrape(samples);
    const auto found = std::ranges::find(samples, name, &Sample::name);
    REQUIRE(found != samples.end());
    return found->value;
  }
};

TEST_CASE("SimulatedEngine: hits of the prefix cache, counted by hand") {
  EngineRig rig;
  const TokenRun system{.text = 7, .tokens = 32};
  // Nothing is known: 40 of 40 tokens are computed. Then the system prompt's two blocks are.
  CHECK(rig.run(40, 10, {system, {11, 8}, {12, 10}}) == 40ms);
  CHECK(rig.run(40, 4, {system, {21, 8}, {22, 4}}) == 8ms);
  CHECK(rig.metric("vllm:prefix_cache_queries_total") == 80);
  CHECK(rig.metric("vllm:prefix_cache_hits_total") == 32);
  // The first one's next turn: of its 50 tokens 49 were computed, which are three blocks.
  CHECK(rig.run(70, 4, {system, {11, 8}, {12, 10}, {13, 20}, {14, 4}}) == 22ms);
  // The second one's: 43 were computed, two blocks; the third is not full.
  CHECK(rig.run(64, 4, {system, {21, 8}, {22, 4}, {23, 20}, {24, 4}}) == 32ms);
  CHECK(rig.metric("vllm:prefix_cache_queries_total") == 80 + 70 + 64);
  CHECK(rig.metric("vllm:prefix_cache_hits_total") == 32 + 48 + 32);
  // A prompt that is known as a whole: its last token is computed all the same.
  CHECK(rig.run(32, 1, {system}) == 16ms);
  CHECK(rig.metric("vllm:prefix_cache_hits_total") == 32 + 48 + 32 + 16);
  CHECK(rig.metric("vllm:prompt_tokens_total") == 40 + 40 + 70 + 64 + 32);
}

TEST_CASE("SimulatedEngine: requests that say nothing of their content find nothing") {
  EngineRig rig;
  CHECK(rig.run(40, 4, {}) == 40ms);
  CHECK(rig.run(40, 4, {}) == 40ms);
  CHECK(rig.metric("vllm:prefix_cache_queries_total") == 80);
  CHECK(rig.metric("vllm:prefix_cache_hits_total") == 0);
}

TEST_CASE("SimulatedEngine: without prefix caching nothing is looked up") {
  EngineRig rig(false);
  const TokenRun system{.text = 7, .tokens = 32};
  CHECK(rig.run(40, 4, {system}) == 40ms);
  CHECK(rig.run(40, 4, {system}) == 40ms);
  CHECK(rig.metric("vllm:prefix_cache_queries_total") == 0);
  CHECK(rig.metric("vllm:prefix_cache_hits_total") == 0);
}

TEST_CASE("SimulatedEngine: a cache that is too small forgets the system prompt") {
  EngineRig rig(true, 64);  // 1,024 tokens
  const TokenRun system{.text = 7, .tokens = 320};
  CHECK(rig.run(336, 4, {system}) == 336ms);
  CHECK(rig.run(336, 4, {system}) == 16ms);
  CHECK(rig.run(1010, 4, {{.text = 8, .tokens = 1010}}) == 1010ms);  // takes all 64 blocks
  CHECK(rig.run(336, 4, {system}) == 336ms);
}

TrafficSpec chat() {
  return {.name = "chat",
          .service = "llm",
          .start = 150s,
          .end = 450s,
          .requests_per_second = 1,
          .prompt_tokens_min = 100,
          .prompt_tokens_max = 200,
          .output_tokens_min = 20,
          .output_tokens_max = 40};
}

/// A replica under that traffic, until all is answered.
struct TrafficRun {
  ServingRig rig;
  TrafficGenerator traffic;

  explicit TrafficRun(const TrafficSpec& spec, std::string_view more_args = {},
                      std::uint64_t seed = 7)
      : rig(1, seed), traffic(rig.simulation, *rig.gateway, spec) {
    rig.create_llm("v", ServingRig::container(ServingRig::with_model(more_args)));
    rig.run_until(150s);
    rig.serve("v", true);
    traffic.start();
    rig.run_until(700s);
    rig.telemetry.scrape(rig.simulation.now());
  }
  double metric(const std::string& name) {
    return rig.telemetry.sum_at(name, {{"pod", "v"}}, rig.simulation.now()).value_or(-1);
  }
  double mean_ttft() {
    Duration sum{};
    for (const RequestRecord& record : rig.gateway->records()) {
      REQUIRE(record.code == 200);
      sum += *record.first_token - record.arrival;
    }
    return to_seconds(sum) / static_cast<double>(rig.gateway->records().size());
  }
};

TEST_CASE("Traffic: requests that share system prompts hit the cache, and their TTFT falls") {
  TrafficSpec spec = chat();
  spec.system_prompts = 3;
  spec.system_prompt_tokens = 2000;
  TrafficRun cached(spec);
  TrafficRun not_cached(spec, R"(,"--no-enable-prefix-caching")");
  CHECK(cached.metric("vllm:prefix_cache_queries_total") ==
        cached.metric("vllm:prompt_tokens_total"));
  // All but the first request of each system prompt find its 125 blocks, unless they come at once.
  const auto sent = static_cast<double>(cached.traffic.sent());
  const double hits = cached.metric("vllm:prefix_cache_hits_total");
  CHECK(hits <= (sent - 3) * 2000);
  CHECK(hits >= (sent - 6) * 2000);
  CHECK(not_cached.metric("vllm:prefix_cache_hits_total") == 0);
  CHECK(not_cached.traffic.sent() == cached.traffic.sent());
  CHECK(cached.mean_ttft() < 0.5 * not_cached.mean_ttft());
}

TEST_CASE("Traffic: the arrivals and lengths of first requests do not depend on prefixes") {
  TrafficSpec with_prefix = chat();
  with_prefix.system_prompts = 2;
  with_prefix.system_prompt_tokens = 500;
  TrafficRun plain(chat());
  TrafficRun prefixed(with_prefix);
  const auto& before = plain.rig.gateway->records();
  const auto& after = prefixed.rig.gateway->records();
  REQUIRE(before.size() == after.size());
  for (std::size_t i = 0; i < before.size(); ++i) {
    CHECK(before[i].arrival == after[i].arrival);
    CHECK(before[i].prompt_tokens + 500 == after[i].prompt_tokens);
    CHECK(before[i].output_tokens == after[i].output_tokens);
  }
}

TEST_CASE("Traffic: a conversation's turns come after the answers, each with all that was said") {
  TrafficSpec spec = chat();
  spec.requests_per_second = 0.05;
  spec.turns_min = 3;
  spec.turns_max = 3;
  spec.pause = 5s;
  TrafficRun run(spec);
  const auto& records = run.rig.gateway->records();
  REQUIRE(records.size() > 9);
  CHECK(static_cast<std::int64_t>(records.size()) == run.traffic.sent());
  // The one that came first, followed by its tokens: those of the second are the first's and more.
  const RequestRecord& first = records.front();
  const std::int64_t said = first.prompt_tokens + first.output_tokens;
  const auto second = std::find_if(records.begin(), records.end(), [&](const RequestRecord& each) {
    return each.prompt_tokens >= said + 100 && each.prompt_tokens <= said + 200;
  });
  REQUIRE(second != records.end());
  CHECK(second->arrival > *first.end);
  CHECK(run.metric("vllm:prefix_cache_hits_total") > 0);
  // Almost all of a later turn's prompt is known: what is not is its own, and part of a block.
  const double known =
      run.metric("vllm:prefix_cache_hits_total") / run.metric("vllm:prefix_cache_queries_total");
  CHECK(known > 0.3);
  CHECK(known < 0.7);
}

TEST_CASE("Traffic: a conversation ends where its answer fails") {
  TrafficSpec spec = chat();
  spec.turns_min = 5;
  spec.turns_max = 5;
  spec.pause = 1s;
  spec.model = "nobody";  // a 404 for each
  TrafficRun run(spec);
  const auto& records = run.rig.gateway->records();
  CHECK(std::ranges::all_of(records, [](const RequestRecord& each) { return each.code == 404; }));
  CHECK(std::ranges::all_of(records,
                            [](const RequestRecord& each) { return each.prompt_tokens <= 200; }));
}

TEST_CASE("Traffic: prefixes and turns are the same for the same seed") {
  const auto run = [](std::uint64_t seed) {
    TrafficSpec spec = chat();
    spec.system_prompts = 5;
    spec.system_prompt_tokens = 300;
    spec.turns_min = 1;
    spec.turns_max = 4;
    TrafficRun of(spec, {}, seed);
    return of.rig.simulation.trace().digest();
  };
  CHECK(run(1) == run(1));
  CHECK(run(1) != run(2));
}

}  // namespace
}  // namespace inferlab::sim
