#include <fmt/format.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <memory>
#include <set>

#include "engine/base/hash.h"
#include "engine/base/rng.h"
#include "engine/schedule/scheduler.h"

namespace inferlab {
namespace {

struct Plan {
  Request request;
  std::vector<int> tokens;  ///< prompt and output; what the KV cache must hold
  std::vector<int> drafts;
  std::int64_t expected_tokens = 0;
  bool aborted = false;
};

/// What the keys and values of a block depend on: its tokens, all before them and the adapter.
void name_full_blocks(Plan& plan, std::int64_t block_size) {
  std::vector<BlockHash>& hashes = plan.request.block_hashes;
  while ((std::ssize(hashes) + 1) * block_size <= std::ssize(plan.tokens)) {
    RunHash hash;
    hash.add(static_cast<std::uint64_t>(plan.request.lora));
    if (!hashes.empty()) hash.add(hashes.back()[0]);
    const auto first = plan.tokens.begin() + std::ssize(hashes) * block_size;
    for (auto token = first; token != first + block_size; ++token) {
      hash.add(static_cast<std::uint64_t>(*token));
    }
    hashes.push_back({hash.digest(), 0});
  }
}

/// A random replica under random load, checked after every event. Its device is a table of tokens
/// by block and offset: a request that attends to anything but its own tokens is found out.
class RandomRun {
 public:
  explicit RandomRun(std::uint64_t seed, bool with_adapters = false)
      : rng_(seed), scheduler_(random_config(with_adapters)) {}

  std::uint64_t run() {
    const std::int64_t num_requests = rng_.between(std::int64_t{1}, std::int64_t{60});
    std::int64_t steps_without_news = 0;
    while (static_cast<std::int64_t>(plans_.size()) < num_requests || scheduler_.has_requests()) {
      now_ += rng_.between(Duration(1us), Duration(5ms));
      while (static_cast<std::int64_t>(plans_.size()) < num_requests && rng_.below(3) == 0)
        arrive();
      if (rng_.below(40) == 0) leave();
      one_step();
      check_blocks();
      // Nobody starves: the work that is left bounds the steps, whatever is preempted on the way.
      const bool all_here = static_cast<std::int64_t>(plans_.size()) == num_requests;
      steps_without_news = all_here ? steps_without_news + 1 : 0;
      REQUIRE(steps_without_news < 200000);
    }
    for (const auto& plan : plans_) check_end(*plan);
    CHECK(scheduler_.blocks().num_free_blocks() == scheduler_.blocks().num_blocks());
    CHECK(scheduler_.stats().kv_cache_usage == 0.0);
    return hash_.digest();
  }

  [[nodiscard]] SchedulerStats stats() const { return scheduler_.stats(); }
  [[nodiscard]] std::int64_t most_loras() const { return most_loras_; }

 private:
  SchedulerConfig random_config(bool with_adapters) {
    SchedulerConfig config;
    config.block_size = 1 << rng_.below(6);
    config.num_gpu_blocks =
        static_cast<std::int32_t>(rng_.between(std::int64_t{2}, std::int64_t{60}));
    config.max_num_seqs = rng_.between(std::int64_t{1}, std::int64_t{12});
    config.max_num_batched_tokens =
        config.max_num_seqs + rng_.between(std::int64_t{0}, std::int64_t{100});
    config.enable_prefix_caching = rng_.below(5) != 0;
    config.scheduling_policy =
        rng_.below(3) == 0 ? SchedulingPolicy::kPriority : SchedulingPolicy::kFcfs;
    config.enable_chunked_prefill = rng_.below(4) != 0;
    if (config.enable_chunked_prefill) {
      config.long_prefill_token_threshold =
          rng_.below(2) == 0 ? 0 : rng_.between(std::int64_t{1}, std::int64_t{50});
    } else {
      config.max_num_batched_tokens += std::int64_t{config.num_gpu_blocks} * config.block_size;
    }
    if (with_adapters) config.max_loras = rng_.between(std::int64_t{1}, std::int64_t{3});
    const Result<SchedulerConfig> result = checked(config);
    REQUIRE(result);
    return *result;
  }

  void arrive() {
    auto plan = std::make_unique<Plan>();
    Request& request = plan->request;
    const std::int64_t longest = scheduler_.config().max_model_len;
    request.id = plans_.size() + 1;
    request.num_prompt_tokens = rng_.between(std::int64_t{1}, longest - 1);
    // Three families of prompts that part somewhere; within one all begin alike.
    const std::int64_t alike = rng_.between(std::int64_t{0}, request.num_prompt_tokens);
    const int family = 100 * static_cast<int>(rng_.below(3));
    for (std::int64_t i = 0; i < request.num_prompt_tokens; ++i) {
      plan->tokens.push_back(i < alike ? family : family + 1 + static_cast<int>(rng_.below(90)));
    }
    request.skip_prefix_cache = rng_.below(10) == 0;
    if (scheduler_.config().max_loras > 0)
      request.lora = rng_.between(std::int64_t{0}, std::int64_t{5});
    name_full_blocks(*plan, scheduler_.config().block_size);
    request.max_tokens = rng_.between(std::int64_t{1}, longest + 10);
    request.priority = static_cast<std::int32_t>(rng_.below(3));
    plan->expected_tokens = std::min(request.max_tokens, longest - request.num_prompt_tokens);
    REQUIRE(scheduler_.add(request, now_));
    plans_.push_back(std::move(plan));
  }

  void leave() {
    if (plans_.empty()) return;
    Plan& plan = *plans_[rng_.below(plans_.size())];
    if (scheduler_.abort(plan.request.id, now_)) plan.aborted = true;
  }

  void one_step() {
    for (const auto& plan : plans_) guess(*plan);
    const Step step = scheduler_.schedule(now_);
    if (step.empty()) {
      REQUIRE_FALSE(scheduler_.has_requests());
      return;
    }
    check_step(step);
    tables_.clear();
    for (const ScheduledRequest& entry : step.scheduled) {
      tables_[entry.id] = plans_[entry.id - 1]->request.block_table;
    }
    if (rng_.below(30) == 0) leave();  // also while the device works
    if (rng_.below(50) == 0) {
      scheduler_.cancel_step(step);
      return;
    }
    const StepOutput output = execute(step);
    now_ += 1ms;
    for (const RequestId id : scheduler_.complete(step, output, now_)) hash_.add(id);
  }

  void guess(Plan& plan) {
    plan.drafts.clear();
    if (plan.request.status != RequestStatus::kRunning || rng_.below(3) != 0) return;
    for (std::uint64_t i = rng_.below(6); i > 0; --i) {
      plan.drafts.push_back(static_cast<int>(rng_.below(2)));
    }
    plan.request.num_draft_tokens = std::ssize(plan.drafts);
  }

  /// As a device does: first everything is written, also for who was aborted meanwhile, then
  /// everything is read.
  StepOutput execute(const Step& step) {
    for (const ScheduledRequest& entry : step.scheduled) {
      for (std::int64_t i = 0; i < entry.num_tokens; ++i) {
        const std::int64_t position = entry.num_computed_tokens + i;
        place_of(entry, position) = written_by(*plans_[entry.id - 1], position);
      }
    }
    StepOutput output;
    for (const ScheduledRequest& entry : step.scheduled) {
      Plan& plan = *plans_[entry.id - 1];
      if (plan.request.status == RequestStatus::kRunning) {
        const std::int64_t end = entry.num_computed_tokens + entry.num_tokens;
        bool is_own = true;
        for (std::int64_t i = 0; i < end; ++i) is_own &= place_of(entry, i) == written_by(plan, i);
        CHECK(is_own);
      }
      if (!entry.samples) continue;
      SampledToken token;
      while (token.num_accepted_drafts < entry.num_draft_tokens &&
             plan.drafts[static_cast<std::size_t>(token.num_accepted_drafts)] == 1) {
        ++token.num_accepted_drafts;
      }
      output.sampled.push_back(token);
      if (plan.request.status != RequestStatus::kRunning) continue;  // aborted meanwhile
      plan.tokens.insert(plan.tokens.end(), static_cast<std::size_t>(token.num_accepted_drafts), 1);
      plan.tokens.push_back(static_cast<int>(rng_.below(2)));
      name_full_blocks(plan, scheduler_.config().block_size);
    }
    return output;
  }

  int& place_of(const ScheduledRequest& entry, std::int64_t position) {
    const std::vector<BlockId>& table = tables_.at(entry.id);
    const std::int64_t size = scheduler_.config().block_size;
    const auto block = static_cast<std::size_t>(table[static_cast<std::size_t>(position / size)]);
    device_.resize(static_cast<std::size_t>(scheduler_.blocks().num_blocks() * size), -1);
    return device_[block * static_cast<std::size_t>(size) +
                   static_cast<std::size_t>(position % size)];
  }

  /// The token as its adapter leaves it in the KV cache.
  static int written_by(const Plan& plan, std::int64_t position) {
    return token_at(plan, position) + 1000 * static_cast<int>(plan.request.lora);
  }

  static int token_at(const Plan& plan, std::int64_t position) {
    const std::int64_t known = std::ssize(plan.tokens);
    return position < known ? plan.tokens[static_cast<std::size_t>(position)]
                            : plan.drafts[static_cast<std::size_t>(position - known)];
  }

  void check_step(const Step& step) {
    const SchedulerConfig& config = scheduler_.config();
    std::int64_t num_tokens = 0;
    std::set<RequestId> seen;
    std::set<LoraId> loras;
    hash_.add(step.number);
    for (const ScheduledRequest& entry : step.scheduled) {
      const Request& request = plans_[entry.id - 1]->request;
      CHECK(seen.insert(entry.id).second);
      CHECK(request.status == RequestStatus::kRunning);
      CHECK(entry.num_tokens >= 1);
      CHECK(entry.num_computed_tokens == request.num_computed_tokens);
      const std::int64_t end = entry.num_computed_tokens + entry.num_tokens;
      CHECK(entry.samples == (end >= request.num_tokens()));
      CHECK(entry.num_draft_tokens == std::max<std::int64_t>(0, end - request.num_tokens()));
      CHECK(end <= config.max_model_len);
      CHECK(request.num_cached_tokens < request.num_prompt_tokens);
      CHECK(static_cast<std::int64_t>(request.block_table.size()) * config.block_size >= end);
      num_tokens += entry.num_tokens;
      if (request.lora != 0) loras.insert(request.lora);
      hash_.add(entry.id);
      hash_.add(static_cast<std::uint64_t>(entry.num_tokens));
    }
    for (const RequestId id : step.preempted) {
      CHECK(seen.count(id) == 0);
      CHECK(plans_[id - 1]->request.num_computed_tokens == 0);
    }
    CHECK(std::ssize(loras) <= config.max_loras);
    most_loras_ = std::max(most_loras_, std::ssize(loras));
    CHECK(num_tokens == step.num_scheduled_tokens);
    CHECK(num_tokens <= config.max_num_batched_tokens);
    CHECK(static_cast<std::int64_t>(step.scheduled.size()) <= config.max_num_seqs);
  }

  /// Free and owned KV blocks add up to all of them, and each counts those that use it.
  void check_blocks() {
    const BlockManager& blocks = scheduler_.blocks();
    std::map<BlockId, std::int32_t> users;
    for (const auto& plan : plans_) {
      const Request& request = plan->request;
      if (request.status != RequestStatus::kRunning) CHECK(request.block_table.empty());
      for (const BlockId block : request.block_table) ++users[block];
    }
    bool is_equal = true;
    for (const auto& [block, count] : users) is_equal &= blocks.num_users(block) == count;
    CHECK(is_equal);
    CHECK(std::ssize(users) + blocks.num_free_blocks() == blocks.num_blocks());
  }

  static void check_end(const Plan& plan) {
    const Request& request = plan.request;
    CHECK(request.status == RequestStatus::kFinished);
    if (plan.aborted) {
      CHECK(request.finish_reason == FinishReason::kAbort);
      CHECK(request.num_output_tokens < plan.expected_tokens);
      return;
    }
    CHECK(request.finish_reason == FinishReason::kLength);
    CHECK(request.num_output_tokens == plan.expected_tokens);
    CHECK(request.first_scheduled >= request.arrival);
    CHECK(request.first_token > request.first_scheduled);
    CHECK(request.finished == request.last_token);
  }

  Rng rng_;
  Scheduler scheduler_;
  std::vector<std::unique_ptr<Plan>> plans_;
  std::vector<int> device_;
  std::map<RequestId, std::vector<BlockId>> tables_;  // of the step in flight
  RunHash hash_;
  std::int64_t most_loras_ = 0;
  Time now_ = {};
};

}  // namespace

TEST_CASE("Scheduler: every accepted request gets exactly its tokens, whatever the load") {
  SchedulerStats sum;
  std::int64_t most_loras = 0;
  for (std::uint64_t seed = 1; seed <= 150; ++seed) {
    INFO("seed " << seed);
    const bool with_adapters = seed % 2 == 0;
    RandomRun run(seed, with_adapters);
    const std::uint64_t hash = run.run();
    const SchedulerStats stats = run.stats();
    most_loras = std::max(most_loras, run.most_loras());
    sum.num_preemptions_total += stats.num_preemptions_total;
    sum.prefix_cache_hits_total += stats.prefix_cache_hits_total;
    sum.num_accepted_tokens_total += stats.num_accepted_tokens_total;
    CHECK(stats.prefix_cache_hits_total <= stats.prefix_cache_queries_total);
    CHECK(stats.num_accepted_tokens_total <= stats.num_draft_tokens_total);
    if (seed % 10 == 0) CHECK(RandomRun(seed, with_adapters).run() == hash);
  }
  // The runs do reach what they are meant to test.
  CHECK(sum.num_preemptions_total > 1000);
  CHECK(sum.prefix_cache_hits_total > 10000);
  CHECK(sum.num_accepted_tokens_total > 10000);
  CHECK(most_loras == 3);
}

TEST_CASE("Scheduler: equal input gives equal steps on every machine") {
  CHECK(fmt::format("{:016x}", RandomRun(7).run()) == "bb30432c4417e75d");
}

TEST_CASE("Scheduler: the times of a request are those of its steps") {
  SchedulerConfig config;
  config.num_gpu_blocks = 8;
  config.max_num_batched_tokens = 4;
  config.max_num_seqs = 4;
  Scheduler scheduler(*checked(config));
  Request request{.id = 1, .num_prompt_tokens = 6, .max_tokens = 2};
  REQUIRE(scheduler.add(request, Time(1s)));
  const auto step_from = [&](Duration start, Duration end) {
    const Step step = scheduler.schedule(Time(start));
    StepOutput output;
    if (step.scheduled.at(0).samples) output.sampled.push_back({.token_id = 5});
    return scheduler.complete(step, output, Time(end));
  };
  CHECK(step_from(2s, 3s).empty());
  CHECK_FALSE(request.first_token);
  CHECK(step_from(3s, 4s).empty());
  CHECK(step_from(5s, 6s) == std::vector<RequestId>{1});
  CHECK(request.arrival == Time(1s));
  CHECK(request.first_scheduled == Time(2s));
  CHECK(request.first_token == Time(4s));
  CHECK(request.finished == Time(6s));
}

}  // namespace inferlab
