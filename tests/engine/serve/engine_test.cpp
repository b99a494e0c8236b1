#include "engine/serve/engine.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <future>

#include "tests/engine/serve/test_engine.h"

namespace inferlab {
namespace {

using testing::direct_greedy_text;
using testing::eventually;
using testing::generate;
using testing::Outcome;
using testing::TestEngine;

GenerationRequest greedy(const Engine& engine, const std::string& prompt, std::int64_t max_tokens) {
  GenerationRequest request;
  request.name = "test";
  request.prompt = engine.tokenize(prompt);
  request.max_tokens = max_tokens;
  request.sampling.temperature = 0;
  return request;
}

ErrorKind refused(Engine& engine, GenerationRequest request) {
  const Result<RequestId> id = engine.submit(std::move(request), {});
  REQUIRE_FALSE(id);
  return id.error().kind;
}

/// Makes `token` the likeliest at the given position of every sequence.
testing::GatedBackend::Bend force_token(std::int32_t token, std::int32_t position) {
  return [token, position](const Batch& batch, std::span<float> logits) -> Result<void> {
    const std::size_t vocab_size =
        logits.size() / std::max<std::size_t>(1, batch.sampled_rows.size());
    for (std::size_t i = 0; i < batch.sampled_rows.size(); ++i) {
      if (batch.positions[static_cast<std::size_t>(batch.sampled_rows[i])] + 1 != position)
        continue;
      logits[i * vocab_size + static_cast<std::size_t>(token)] = 1e9F;
    }
    return {};
  };
}

}  // namespace

TEST_CASE("Engine: greedy output is what the backend alone gives") {
  TestEngine test;
  const Outcome outcome = generate(*test.engine, greedy(*test.engine, "Hello GPU", 24));
  CHECK(outcome.text == direct_greedy_text(test.engine->tokenize("Hello GPU"), 24));
  CHECK_FALSE(outcome.text.empty());
  CHECK(outcome.result.finish_reason == FinishReason::kLength);
  CHECK(outcome.result.num_output_tokens == 24);
  CHECK(outcome.result.e2e >= outcome.result.ttft);
}

TEST_CASE("Engine: chunked prefill, company and preemption change no output") {
  TestEngine alone;
  const std::string expected =
      generate(*alone.engine, greedy(*alone.engine, "The node is cordoned", 60)).text;
  ServeOptions tight;
  tight.max_num_batched_tokens = 7;
  tight.max_num_seqs = 4;
  tight.block_size = 8;
  tight.num_gpu_blocks_override = 14;
  tight.max_model_len = 96;
  TestEngine test(tight);
  std::vector<std::future<Outcome>> outcomes;
  for (int i = 0; i < 4; ++i) {
    outcomes.push_back(std::async(std::launch::async, [&] {
      return generate(*test.engine, greedy(*test.engine, "The node is cordoned", 60));
    }));
  }
  for (auto& outcome : outcomes) CHECK(outcome.get().text == expected);
  CHECK(test.engine->stats().scheduler.num_preemptions_total > 0);
  CHECK(test.engine->stats().num_free_blocks == 14);
}

TEST_CASE("Engine: an equal seed gives equal samples, another seed others") {
  TestEngine test;
  const auto sample = [&](std::uint64_t seed) {
    GenerationRequest request = greedy(*test.engine, "abc", 32);
    request.sampling.temperature = 1;
    request.sampling.seed = seed;
    request.has_seed = true;
    return generate(*test.engine, std::move(request)).text;
  };
  CHECK(sample(1) == sample(1));
  CHECK(sample(1) != sample(2));
}

TEST_CASE("Engine: the end token ends the output and counts as a token") {
  const Model model = testing::tiny_model();
  const Result<Tokenizer> tokenizer = Tokenizer::load(model.file);
  REQUIRE(tokenizer);
  const std::optional<TokenId> eos = tokenizer->eos();
  REQUIRE(eos);
  const auto prompt = static_cast<std::int32_t>(tokenizer->encode("abc").size());
  TestEngine test({}, force_token(*eos, prompt + 4));
  const Outcome outcome = generate(*test.engine, greedy(*test.engine, "abc", 32));
  CHECK(outcome.result.finish_reason == FinishReason::kStop);
  CHECK(outcome.result.num_output_tokens == 5);
  CHECK(outcome.text == direct_greedy_text(test.engine->tokenize("abc"), 4));

  GenerationRequest ignoring = greedy(*test.engine, "abc", 32);
  ignoring.ignore_eos = true;
  CHECK(generate(*test.engine, std::move(ignoring)).result.finish_reason == FinishReason::kLength);
}

TEST_CASE("Engine: a stop string ends the output before itself") {
  TestEngine test;
  const std::string whole = generate(*test.engine, greedy(*test.engine, "abc", 40)).text;
  REQUIRE(whole.size() > 12);
  const std::string stop = whole.substr(8, 3);
  GenerationRequest request = greedy(*test.engine, "abc", 40);
  request.stop = {"never in there", stop};
  const Outcome outcome = generate(*test.engine, std::move(request));
  CHECK(outcome.text == whole.substr(0, whole.find(stop)));
  CHECK(outcome.result.finish_reason == FinishReason::kStop);
  CHECK(outcome.result.stop_string == stop);
  CHECK(outcome.result.num_output_tokens < 40);
}

TEST_CASE("Engine: a stop token ends the output, with its text only when asked") {
  TestEngine test;
  const std::vector<TokenId> prompt = test.engine->tokenize("abc");
  constexpr TokenId kStop = 3 + 'S';  // the tiny vocabulary: three control tokens, then the bytes
  REQUIRE(test.engine->tokenizer().token_bytes(kStop) == "S");
  TestEngine bent({}, force_token(kStop, static_cast<std::int32_t>(prompt.size()) + 4));
  GenerationRequest request = greedy(*bent.engine, "abc", 32);
  request.stop_token_ids = {kStop};
  request.ignore_eos = true;  // says nothing about the request's own
  const Outcome outcome = generate(*bent.engine, request);
  CHECK(outcome.result.finish_reason == FinishReason::kStop);
  CHECK(outcome.result.stop_token == kStop);
  CHECK(outcome.result.num_output_tokens == 5);
  CHECK(outcome.text == direct_greedy_text(prompt, 4));
  request.include_stop = true;
  CHECK(generate(*bent.engine, request).text == outcome.text + "S");
  request.stop_token_ids = {-1};
  CHECK(refused(*bent.engine, request) == ErrorKind::kInvalid);
}

TEST_CASE("Engine: before min_tokens neither end token, stop token nor stop string ends it") {
  const Model model = testing::tiny_model();
  const Result<Tokenizer> tokenizer = Tokenizer::load(model.file);
  REQUIRE(tokenizer);
  const auto prompt = static_cast<std::int32_t>(tokenizer->encode("abc").size());
  TestEngine test({}, force_token(*tokenizer->eos(), prompt + 4));
  GenerationRequest request = greedy(*test.engine, "abc", 32);
  request.min_tokens = 10;
  const Outcome outcome = generate(*test.engine, request);
  CHECK(outcome.result.num_output_tokens >= 10);

  TestEngine plain;
  request = greedy(*plain.engine, "abc", 40);
  const std::string whole = generate(*plain.engine, request).text;
  request.stop = {whole.substr(0, 2)};
  request.min_tokens = 30;
  const Outcome late = generate(*plain.engine, request);
  CHECK(late.result.num_output_tokens >= 30);
  CHECK(whole.starts_with(late.text));
  request.min_tokens = 41;
  CHECK(refused(*plain.engine, request) == ErrorKind::kInvalid);
}

TEST_CASE("Engine: a raw prompt may spell control tokens, and a hopeless one is not tokenized") {
  TestEngine test;
  const auto marker = test.engine->tokenize_prompt("<|im_end|>");
  REQUIRE(marker);
  CHECK(marker->size() == 1);
  CHECK(test.engine->tokenize("<|im_end|>").size() > 1);
  const std::string huge(1'000'000, 'a');
  const auto refused_text = test.engine->tokenize_prompt(huge);
  REQUIRE_FALSE(refused_text);
  CHECK(refused_text.error().message.find("tokens at least") != std::string::npos);
  const std::vector<ChatMessage> messages = {{"user", huge}};
  CHECK(test.engine->render_chat(messages).error().kind == ErrorKind::kInvalid);
}

TEST_CASE("Engine: times count from the arrival that the front end saw") {
  TestEngine test;
  GenerationRequest request = greedy(*test.engine, "abc", 2);
  request.arrival = test.engine->now() - 10s;
  const Outcome outcome = generate(*test.engine, std::move(request));
  CHECK(outcome.result.ttft >= 10s);
  CHECK(outcome.result.e2e >= outcome.result.ttft);
}

TEST_CASE("Engine: logprobs of the prompt are those of its tokens, in one step or many") {
  const auto ask = [](const ServeOptions& options, bool twice) {
    TestEngine test(options);
    GenerationRequest request = greedy(*test.engine, "The node is cordoned", 3);
    request.num_prompt_logprobs = 2;
    if (twice) generate(*test.engine, request);  // what is known by then is computed all the same
    return generate(*test.engine, request);
  };
  const Outcome whole = ask({}, false);
  const auto& logprobs = whole.result.prompt_logprobs;
  REQUIRE(logprobs.size() == static_cast<std::size_t>(whole.result.num_prompt_tokens));
  CHECK_FALSE(logprobs[0]);
  for (std::size_t i = 1; i < logprobs.size(); ++i) {
    REQUIRE(logprobs[i]);
    CHECK(logprobs[i]->top.size() == 2);
    CHECK(logprobs[i]->top[0].logprob >= logprobs[i]->token.logprob);
  }
  for (const Outcome& other : {ask({.max_num_seqs = 2, .max_num_batched_tokens = 3}, false),
                               ask({.block_size = 4}, true)}) {
    CHECK(other.text == whole.text);
    REQUIRE(other.result.prompt_logprobs.size() == logprobs.size());
    for (std::size_t i = 1; i < logprobs.size(); ++i) {
      CHECK(other.result.prompt_logprobs[i]->token.logprob == logprobs[i]->token.logprob);
      CHECK(other.result.prompt_logprobs[i]->token.id == logprobs[i]->token.id);
    }
  }
}

TEST_CASE("Engine: a known prefix is counted, unless its salt is another") {
  TestEngine test({.block_size = 4});
  GenerationRequest request = greedy(*test.engine, "The node is cordoned", 3);
  const std::int64_t num_tokens = std::ssize(request.prompt);
  CHECK(generate(*test.engine, request).result.num_cached_tokens == 0);
  CHECK(generate(*test.engine, request).result.num_cached_tokens == (num_tokens - 1) / 4 * 4);
  request.cache_salt = "tenant";
  CHECK(generate(*test.engine, request).result.num_cached_tokens == 0);
  const std::string metrics = test.engine->render_metrics();
  CHECK(metrics.find(fmt::format("vllm:prefix_cache_queries_total{{engine=\"0\",model_name="
                                 "\"{}\"}} {}.0\n",
                                 test.engine->served_model_names()[0], 3 * num_tokens)) !=
        std::string::npos);
}

TEST_CASE("Engine: what is past its time ends, running or waiting") {
  TestEngine test({.max_num_seqs = 1});
  test.gate->close();
  GenerationRequest request = greedy(*test.engine, "abc", 200);
  auto patient = testing::start(*test.engine, greedy(*test.engine, "abc", 2));
  request.timeout = 1ms;
  auto waiting = testing::start(*test.engine, request);
  request.arrival = test.engine->now() - 10s;
  auto late = testing::start(*test.engine, request);
  CHECK(eventually([&] { return test.engine->stats().scheduler.num_requests_running == 1; }));
  test.gate->open();
  for (auto* ended : {&waiting, &late}) {
    const GenerationResult result = ended->get().result;
    CHECK(result.timed_out);
    CHECK(result.finish_reason == FinishReason::kAbort);
    CHECK_FALSE(result.error);
  }
  CHECK(patient.get().result.finish_reason == FinishReason::kLength);
  request.timeout = 0s;
  CHECK(refused(*test.engine, request) == ErrorKind::kInvalid);
}

TEST_CASE("Engine: requests that come together are taken together or not at all") {
  ServeOptions options;
  options.max_num_seqs = 1;
  options.max_num_waiting = 2;
  TestEngine test(options);
  const auto submit = [&](std::size_t count, bool with_a_bad_one) {
    std::vector<GenerationRequest> requests(count, greedy(*test.engine, "abc", 2));
    if (with_a_bad_one) requests.back().prompt.clear();
    return test.engine->submit_all(std::move(requests), std::vector<GenerationCallbacks>(count));
  };
  CHECK(submit(2, true).error().kind == ErrorKind::kInvalid);
  test.gate->close();
  REQUIRE(submit(1, false));
  CHECK(eventually([&] { return test.engine->stats().scheduler.num_requests_running == 1; }));
  REQUIRE(submit(1, false));
  CHECK(submit(2, false).error().kind == ErrorKind::kExhausted);
  CHECK(test.engine->stats().scheduler.num_requests_waiting == 1);
  test.gate->open();
  CHECK(eventually([&] { return test.engine->stats().num_finished_total == 2; }));
  CHECK(submit(5, false)->size() == 5);  // nobody else waits
  CHECK(eventually([&] { return test.engine->stats().num_finished_total == 7; }));
}

TEST_CASE("Engine: more KV blocks than the machine has memory for are refused") {
  auto backend =
      std::make_unique<testing::GatedBackend>(std::make_shared<testing::Gate>(), nullptr);
  const auto engine = Engine::start({.num_gpu_blocks_override = INT32_MAX}, testing::tiny_model(),
                                    std::move(backend));
  REQUIRE_FALSE(engine);
  CHECK(engine.error().kind == ErrorKind::kExhausted);
}

TEST_CASE("Engine: what cannot be served is refused at once") {
  TestEngine test;
  Engine& engine = *test.engine;
  const std::int64_t limit = engine.max_model_len();
  CHECK(refused(engine, greedy(engine, "abc", 0)) == ErrorKind::kInvalid);
  CHECK(refused(engine, greedy(engine, "abc", limit)) == ErrorKind::kInvalid);
  GenerationRequest request = greedy(engine, "abc", 1);
  request.prompt.clear();
  CHECK(refused(engine, request) == ErrorKind::kInvalid);
  request.prompt = {engine.model_config().vocab_size};
  CHECK(refused(engine, request) == ErrorKind::kInvalid);
  request.prompt.assign(static_cast<std::size_t>(limit), 1);
  CHECK(refused(engine, request) == ErrorKind::kInvalid);
  request = greedy(engine, "abc", 1);
  request.sampling.top_p = 0;
  CHECK(refused(engine, request) == ErrorKind::kInvalid);
  request = greedy(engine, "abc", 1);
  request.stop = {""};
  CHECK(refused(engine, request) == ErrorKind::kInvalid);
}

TEST_CASE("Engine: max_model_len ends what max_tokens does not") {
  ServeOptions options;
  options.max_model_len = 20;
  TestEngine test(options);
  GenerationRequest request = greedy(*test.engine, "abc", 1);
  request.max_tokens.reset();
  const Outcome outcome = generate(*test.engine, std::move(request));
  CHECK(outcome.result.finish_reason == FinishReason::kLength);
  CHECK(outcome.result.num_prompt_tokens + outcome.result.num_output_tokens == 20);
}

TEST_CASE("Engine: cancel frees the KV blocks and ends with abort") {
  TestEngine test;
  test.gate->close();
  std::promise<GenerationResult> ended;
  const Result<RequestId> id = test.engine->submit(
      greedy(*test.engine, "abc", 200),
      {.on_piece = {}, .on_end = [&](const GenerationResult& result) { ended.set_value(result); }});
  REQUIRE(id);
  CHECK(eventually([&] { return test.engine->stats().scheduler.num_requests_running == 1; }));
  test.engine->cancel(*id);
  test.gate->open();
  CHECK(ended.get_future().get().finish_reason == FinishReason::kAbort);
  const EngineStats stats = test.engine->stats();
  CHECK(stats.num_free_blocks == stats.num_blocks);
  test.engine->cancel(*id);  // nothing to cancel any more
}

TEST_CASE("Engine: a full waiting queue refuses and forgets nothing that it took") {
  ServeOptions options;
  options.max_num_seqs = 1;
  options.max_num_waiting = 2;
  TestEngine test(options);
  test.gate->close();
  std::atomic<int> num_ended = 0;
  const auto submit = [&] {
    return test.engine->submit(
        greedy(*test.engine, "abc", 2),
        {.on_piece = {}, .on_end = [&](const GenerationResult&) { ++num_ended; }});
  };
  REQUIRE(submit());
  CHECK(eventually([&] { return test.engine->stats().scheduler.num_requests_running == 1; }));
  REQUIRE(submit());
  REQUIRE(submit());
  CHECK(test.engine->stats().scheduler.num_requests_waiting == 2);
  const Result<RequestId> fourth = submit();
  REQUIRE_FALSE(fourth);
  CHECK(fourth.error().kind == ErrorKind::kExhausted);
  test.gate->open();
  CHECK(eventually([&] { return num_ended == 3; }));
}

TEST_CASE("Engine: a device that breaks down ends all requests with an error") {
  // Also where the device finds fault with the batch: no client made that.
  const ErrorKind kind = GENERATE(ErrorKind::kUnavailable, ErrorKind::kInvalid);
  TestEngine test({}, [kind](const Batch&, std::span<float>) -> Result<void> {
    return Error{kind, "device: has fallen off the bus"};
  });
  const Outcome outcome = generate(*test.engine, greedy(*test.engine, "abc", 4));
  REQUIRE(outcome.result.error);
  CHECK(outcome.result.error->kind == ErrorKind::kUnavailable);
  CHECK(outcome.result.finish_reason == FinishReason::kAbort);
  CHECK(eventually([&] { return test.engine->failure().has_value(); }));
  CHECK(refused(*test.engine, greedy(*test.engine, "abc", 4)) == ErrorKind::kUnavailable);
}

TEST_CASE("Engine: stop ends what runs and what waits") {
  ServeOptions options;
  options.max_num_seqs = 1;
  TestEngine test(options);
  test.gate->close();
  std::atomic<int> num_errors = 0;
  for (int i = 0; i < 3; ++i) {
    const auto on_end = [&](const GenerationResult& result) {
      if (result.error) ++num_errors;
    };
    REQUIRE(
        test.engine->submit(greedy(*test.engine, "abc", 100), {.on_piece = {}, .on_end = on_end}));
  }
  CHECK(eventually([&] { return test.engine->stats().scheduler.num_requests_running == 1; }));
  auto stopped = std::async(std::launch::async, [&] { test.engine->stop(); });
  // The step under way is finished first; how many there are before stop() is heard is not fixed.
  while (stopped.wait_for(20ms) != std::future_status::ready) test.gate->permit(1);
  CHECK(num_errors == 3);
}

TEST_CASE("Engine: options that contradict the model are refused") {
  const auto error_of = [](const ServeOptions& options) {
    auto backend =
        std::make_unique<testing::GatedBackend>(std::make_shared<testing::Gate>(), nullptr);
    const auto engine = Engine::start(options, testing::tiny_model(), std::move(backend));
    REQUIRE_FALSE(engine);
    CHECK(engine.error().kind == ErrorKind::kInvalid);
    return engine.error().message;
  };
  CHECK(error_of({.max_model_len = 100000}).find("max_model_len: is 100000") != std::string::npos);
  CHECK(error_of({.num_gpu_blocks_override = 1}).find("max_model_len") != std::string::npos);
  CHECK(error_of({.kv_cache_memory_bytes = 10}).find("kv_cache_memory_bytes") != std::string::npos);
  CHECK(error_of({.block_size = 7}).find("block_size") != std::string::npos);
  CHECK(error_of({.max_num_seqs = 0}).find("max_num_seqs") != std::string::npos);
}

TEST_CASE("Engine: the log has ids, counts and times, and never the text") {
  std::mutex mutex;
  std::string log;
  TestEngine test({}, {}, [&](LogLevel, std::string_view line) {
    const std::scoped_lock lock(mutex);
    log += std::string(line) + "\n";
  });
  GenerationRequest request = greedy(*test.engine, "secret words", 20);
  request.name = "cmpl-17";
  const Outcome outcome = generate(*test.engine, std::move(request));
  const std::scoped_lock lock(mutex);
  CHECK(log.find("Finished request cmpl-17: length, prompt_tokens: ") != std::string::npos);
  CHECK(log.find("output_tokens: 20") != std::string::npos);
  CHECK(log.find("secret") == std::string::npos);
  CHECK(log.find(outcome.text) == std::string::npos);
}

}  // namespace inferlab
