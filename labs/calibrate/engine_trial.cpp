#include "labs/calibrate/engine_trial.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <future>
#include <limits>
#include <thread>

#include "engine/base/rng.h"
#include "labs/calibrate/measure_steps.h"

namespace inferlab::labs {
namespace {

constexpr std::int64_t kPrompt = 16;
constexpr std::int64_t kTokens = 48;
constexpr std::int64_t kTogether = 8;  // sequences of the second run
constexpr std::int64_t kSettled = 8;   // steps after which all of them decode
constexpr int kFirstTokens = 9;        // runs that request_ns is the median of
constexpr int kAttempts = 12;          // while others have the cores

double now_ns() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration<double, std::nano>(now).count();
}

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

std::int64_t whole(double ns) {
  return std::llround(std::clamp(ns, 0.0, 1e12));
}

/// One request on its way through the engine. The callbacks run on the engine's thread; what they
/// write is read after `ended`.
struct Flight {
  std::vector<double> stamps;  // of its tokens
  std::promise<GenerationResult> ended;
};

/// Random tokens that every vocabulary has, so that no two prompts begin alike.
GenerationRequest request_of(const Engine& engine, std::int64_t prompt, std::int64_t output,
                             Rng& rng) {
  const auto kinds = static_cast<std::uint64_t>(
      std::clamp<std::int64_t>(engine.model_config().vocab_size - 3, 1, 256));
  const std::uint64_t first = engine.model_config().vocab_size > 3 ? 3 : 0;
  GenerationRequest request;
  request.name = "calibrate";
  for (std::int64_t i = 0; i < prompt; ++i) {
    request.prompt.push_back(static_cast<TokenId>(first + rng.below(kinds)));
  }
  request.max_tokens = output;
  request.sampling.temperature = 0;
  request.ignore_eos = true;
  return request;
}

GenerationCallbacks callbacks_of(Flight& flight) {
  GenerationCallbacks callbacks;
  callbacks.on_piece = [&flight](const GenerationPiece& piece) {
    if (!piece.tokens.empty()) flight.stamps.push_back(now_ns());
  };
  callbacks.on_end = [&flight](const GenerationResult& result) { flight.ended.set_value(result); };
  return callbacks;
}

Result<GenerationResult> wait_for(Flight& flight) {
  GenerationResult result = flight.ended.get_future().get();
  if (result.error) return *result.error;
  return result;
}

/// The median of what an interval between two tokens takes beyond the device's own time.
Result<double> beside_device(Engine& engine, const sim::StepProfile& steps, std::int64_t count,
                             Rng& rng) {
  std::vector<Flight> flights(static_cast<std::size_t>(count));
  std::vector<GenerationRequest> requests;
  std::vector<GenerationCallbacks> callbacks;
  for (Flight& flight : flights) {
    requests.push_back(request_of(engine, kPrompt, kTokens, rng));
    callbacks.push_back(callbacks_of(flight));
  }
  INFERLAB_TRY([[maybe_unused]] const std::vector<RequestId> ids,
               engine.submit_all(std::move(requests), std::move(callbacks)));
  for (Flight& flight : flights) {
    INFERLAB_TRY([[maybe_unused]] const GenerationResult result, wait_for(flight));
  }
  const std::vector<double>& stamps = flights.front().stamps;
  std::vector<double> rests;
  for (std::size_t i = kSettled; i + 1 < stamps.size(); ++i) {
    const std::int64_t context = kPrompt + static_cast<std::int64_t>(i) + 1;
    const double device = steps.device_ns(
        {.rows = count, .sampled = count, .decode_context = count * context, .prefill_pairs = 0});
    rests.push_back(stamps[i + 1] - stamps[i] - device);
  }
  if (rests.empty()) {
    return Error{ErrorKind::kInvalid, "calibrate: the model ends its answers at once"};
  }
  return median(std::move(rests));
}

/// The same of a request's first token.
Result<double> beside_first_step(Engine& engine, const sim::StepProfile& steps, Rng& rng) {
  const double computed = steps.step_time_ns({.rows = kPrompt,
                                              .sampled = 1,
                                              .decode_context = 0,
                                              .prefill_pairs = kPrompt * (kPrompt + 1) / 2});
  std::vector<double> rests;
  for (int i = 0; i < kFirstTokens; ++i) {
    Flight flight;
    INFERLAB_TRY([[maybe_unused]] const RequestId id,
                 engine.submit(request_of(engine, kPrompt, 1, rng), callbacks_of(flight)));
    INFERLAB_TRY(const GenerationResult result, wait_for(flight));
    rests.push_back(static_cast<double>(result.ttft.count()) - computed);
  }
  return median(std::move(rests));
}

/// What `measure` gives when no other process had the cores meanwhile, or else the least of what it
/// gave: others can only add to it.
template <typename Measure>
Result<double> least_disturbed(int num_threads, const Measure& measure) {
  double least = std::numeric_limits<double>::max();
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    const CoreShare share;
    INFERLAB_TRY(const double ns, measure());
    if (had_its_cores(share, num_threads)) return ns;
    least = std::min(least, ns);
  }
  return least;
}

}  // namespace

Result<void> measure_engine_itself(Engine& engine, sim::StepProfile& steps, int num_threads) {
  Rng rng(1, "calibrate", "engine");
  INFERLAB_TRY([[maybe_unused]] const double warm_up, beside_device(engine, steps, 1, rng));
  const auto undisturbed = [&](const auto& measure) {
    return least_disturbed(num_threads, measure);
  };
  INFERLAB_TRY(const double one, undisturbed([&] { return beside_device(engine, steps, 1, rng); }));
  INFERLAB_TRY(const double many,
               undisturbed([&] { return beside_device(engine, steps, kTogether, rng); }));
  steps.token_ns = whole((many - one) / static_cast<double>(kTogether - 1));
  steps.step_ns = whole(one - static_cast<double>(steps.token_ns));
  INFERLAB_TRY(const double request,
               undisturbed([&] { return beside_first_step(engine, steps, rng); }));
  steps.request_ns = whole(request);
  return {};
}

std::vector<TrialRequest> make_requests(const sim::StepProfile& steps, std::int64_t max_model_len,
                                        int count) {
  Rng rng(1, "calibrate", "workload");
  const std::int64_t longest_prompt = std::min<std::int64_t>(512, max_model_len / 2);
  const std::int64_t longest_output = std::min<std::int64_t>(64, max_model_len / 4);
  // What a request of the middle takes by itself: beyond that, how long the queue is would decide.
  const std::int64_t prompt = longest_prompt / 2;
  const double prefill = steps.step_time_ns(
      {.rows = prompt, .sampled = 1, .decode_context = 0, .prefill_pairs = prompt * prompt / 2});
  const double decode =
      steps.step_time_ns({.rows = 1, .sampled = 1, .decode_context = prompt, .prefill_pairs = 0});
  const Duration gap{whole(prefill + decode * static_cast<double>(longest_output) / 2)};
  std::vector<TrialRequest> requests;
  Duration at{};
  for (int i = 0; i < count; ++i) {
    requests.push_back({.arrival_ns = at.count(),
                        .prompt_tokens = rng.between(longest_prompt / 8, longest_prompt),
                        .output_tokens = rng.between(longest_output / 4, longest_output)});
    at += rng.exponential(std::max(gap, Duration{1}));
  }
  return requests;
}

Result<TrialOutcome> run_on_engine(Engine& engine, std::span<TrialRequest> requests) {
  Rng rng(1, "calibrate", "tokens");
  std::vector<Flight> flights(requests.size());
  std::vector<GenerationRequest> prepared;
  for (const TrialRequest& each : requests) {
    prepared.push_back(request_of(engine, each.prompt_tokens, each.output_tokens, rng));
  }
  const auto begin = std::chrono::steady_clock::now();
  std::optional<Error> refused;
  std::size_t sent = 0;
  for (; sent < requests.size() && !refused; ++sent) {
    std::this_thread::sleep_until(begin + Duration{requests[sent].arrival_ns});
    // Never just when it was due.
    requests[sent].arrival_ns = Duration(std::chrono::steady_clock::now() - begin).count();
    const auto id = engine.submit(std::move(prepared[sent]), callbacks_of(flights[sent]));
    if (!id) refused = id.error();
  }
  if (refused) --sent;  // the last one has no answer to wait for
  Duration ttft{};
  Duration decoding{};
  std::int64_t intervals = 0;
  for (std::size_t i = 0; i < sent; ++i) {
    const Result<GenerationResult> result = wait_for(flights[i]);
    if (!result) {
      if (!refused) refused = result.error();
      continue;
    }
    ttft += result->ttft;
    decoding += result->e2e - result->ttft;
    intervals += result->num_output_tokens - 1;
  }
  if (refused) return *refused;
  return TrialOutcome{.ttft_ns = ttft.count() / std::max<std::int64_t>(std::ssize(requests), 1),
                      .itl_ns = decoding.count() / std::max<std::int64_t>(intervals, 1)};
}

}  // namespace inferlab::labs
