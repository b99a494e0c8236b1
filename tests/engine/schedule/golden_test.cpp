#include "tests/support/golden.h"

#include <fmt/format.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <memory>
#include <optional>

#include "engine/base/hash.h"
#include "engine/schedule/scheduler.h"

// The vocabulary of tests/golden/schedule:
//   config num_blocks= block_size= …   first; the other keys are SchedulerConfig's
//   add id= prompt_tokens= max_tokens= [priority=] [stop_after=] [like= [alike=]] [drafts=
//   accepted=] [lora=]
//       stop_after: ends by itself there; like: its tokens are those of all others with this word,
//       the first `alike` of them; drafts: guessed in each step, of which `accepted` are right
//   step N      N steps, one millisecond each; a line says what is true after the step
//   abort id=
//   stats, cached   the latter: how many tokens of each prompt were found in the KV cache
namespace inferlab {
namespace {

class ScheduleWorld final : public testing::GoldenWorld {
 public:
  std::string run(const testing::GoldenCommand& command) override {
    if (command.name == "config") return configure(command);
    if (!scheduler_) return command.place + ": config comes first\n";
    if (command.name == "add") return add(command);
    if (command.name == "step") return steps(command);
    if (command.name == "abort") return abort(command);
    if (command.name == "stats") return stats();
    if (command.name == "cached") return cached();
    return command.place + ": unknown command\n";
  }

 private:
  struct Entry {
    std::string name;
    Request request;
    std::int64_t stop_after = 0;
    std::int64_t num_drafts = 0;
    std::int64_t num_accepted = 0;
  };

  std::string configure(const testing::GoldenCommand& command) {
    SchedulerConfig config;
    config.num_gpu_blocks = static_cast<std::int32_t>(command.integer("num_blocks", 0));
    config.block_size = static_cast<std::int32_t>(command.integer("block_size", config.block_size));
    config.max_num_batched_tokens =
        command.integer("max_num_batched_tokens", config.max_num_batched_tokens);
    config.enable_prefix_caching = command.get("enable_prefix_caching", "true") == "true";
    config.max_num_seqs = command.integer("max_num_seqs", config.max_num_seqs);
    config.max_model_len = command.integer("max_model_len", 0);
    config.max_loras = command.integer("max_loras", 0);
    config.long_prefill_token_threshold = command.integer("long_prefill_token_threshold", 0);
    config.enable_chunked_prefill = command.get("enable_chunked_prefill", "true") == "true";
    config.scheduling_policy = command.get("scheduling_policy") == "priority"
                                   ? SchedulingPolicy::kPriority
                                   : SchedulingPolicy::kFcfs;
    const Result<SchedulerConfig> result = checked(config);
    if (!result) return "error: " + result.error().message + "\n";
    entries_.clear();
    scheduler_.emplace(*result);
    return "";
  }

  std::string add(const testing::GoldenCommand& command) {
    auto entry = std::make_unique<Entry>();
    entry->name = command.get("id");
    entry->stop_after = command.integer("stop_after", 0);
    entry->request.id = entries_.size() + 1;
    entry->request.num_prompt_tokens = command.integer("prompt_tokens", 0);
    entry->request.max_tokens = command.integer("max_tokens", 0);
    entry->request.priority = static_cast<std::int32_t>(command.integer("priority", 0));
    entry->request.lora = command.integer("lora", 0);
    entry->num_drafts = command.integer("drafts", 0);
    entry->num_accepted = command.integer("accepted", 0);
    name_blocks(entry->request, command);
    const Result<void> added = scheduler_->add(entry->request, now_);
    if (!added) return "error: " + added.error().message + "\n";
    entries_[entry->request.id] = std::move(entry);
    return "";
  }

  /// Of the prompt's blocks those that are alike have the word's names, the others their own.
  void name_blocks(Request& request, const testing::GoldenCommand& command) const {
    const std::string like = command.get("like");
    if (like.empty()) return;
    const std::int64_t alike = command.integer("alike", request.num_prompt_tokens);
    const std::int64_t size = scheduler_->config().block_size;
    for (std::int64_t end = size; end <= request.num_prompt_tokens; end += size) {
      const std::string all = like + std::to_string(request.lora);
      const std::uint64_t whose = end <= alike ? hash_of(all) : request.id;
      request.block_hashes.push_back({whose, static_cast<std::uint64_t>(end)});
    }
  }

  std::string cached() const {
    std::string line;
    for (const auto& [id, entry] : entries_) {
      line += fmt::format(" {}:{}", entry->name, entry->request.num_cached_tokens);
    }
    return "cached" + line + "\n";
  }

  std::string steps(const testing::GoldenCommand& command) {
    std::string out;
    const int count = command.words.empty() ? 1 : std::stoi(command.words[0]);
    for (int i = 0; i < count; ++i) out += one_step();
    return out;
  }

  std::string one_step() {
    for (const auto& [id, entry] : entries_) {
      if (entry->request.num_output_tokens > 0) entry->request.num_draft_tokens = entry->num_drafts;
    }
    const Step step = scheduler_->schedule(now_);
    now_ += 1ms;
    if (step.empty()) return "idle\n";
    std::string line = fmt::format("{} scheduled:", step.number);
    StepOutput output;
    for (const ScheduledRequest& scheduled : step.scheduled) {
      const Entry& entry = *entries_.at(scheduled.id);
      line += fmt::format(" {}+{}", entry.name, scheduled.num_tokens);
      if (!scheduled.samples) continue;
      const bool stop = entry.request.num_output_tokens + 1 == entry.stop_after;
      output.sampled.push_back(SampledToken{
          .stop = stop,
          .num_accepted_drafts = std::min(entry.num_accepted, scheduled.num_draft_tokens)});
    }
    line += names("preempted", step.preempted);
    std::string finished;
    for (const RequestId id : scheduler_->complete(step, output, now_)) {
      const Entry& entry = *entries_.at(id);
      finished += fmt::format(" {}({}, {})", entry.name, entry.request.num_output_tokens,
                              to_string(*entry.request.finish_reason));
    }
    if (!finished.empty()) line += "  finished:" + finished;
    std::vector<RequestId> waiting;
    for (const Request* request : scheduler_->waiting()) waiting.push_back(request->id);
    line += names("waiting", waiting);
    return line + fmt::format("  free_blocks: {}\n", scheduler_->blocks().num_free_blocks());
  }

  std::string abort(const testing::GoldenCommand& command) {
    for (const auto& [id, entry] : entries_) {
      if (entry->name == command.get("id") && scheduler_->abort(id, now_)) {
        return fmt::format("aborted, free_blocks: {}\n", scheduler_->blocks().num_free_blocks());
      }
    }
    return "no such request\n";
  }

  std::string stats() {
    const SchedulerStats stats = scheduler_->stats();
    std::string line = fmt::format("running {} waiting {} kv_cache_usage {:.3f} preemptions {}",
                                   stats.num_requests_running, stats.num_requests_waiting,
                                   stats.kv_cache_usage, stats.num_preemptions_total);
    if (stats.prefix_cache_queries_total > 0) {
      line += fmt::format(" prefix_cache {} of {}", stats.prefix_cache_hits_total,
                          stats.prefix_cache_queries_total);
    }
    if (stats.num_draft_tokens_total > 0) {
      line += fmt::format(" drafts {} of {}", stats.num_accepted_tokens_total,
                          stats.num_draft_tokens_total);
    }
    return line + "\n";
  }

  std::string names(std::string_view title, const std::vector<RequestId>& ids) const {
    if (ids.empty()) return "";
    std::string text = fmt::format("  {}:", title);
    for (const RequestId id : ids) text += " " + entries_.at(id)->name;
    return text;
  }

  std::optional<Scheduler> scheduler_;
  std::map<RequestId, std::unique_ptr<Entry>> entries_;
  Time now_ = {};
};

}  // namespace

TEST_CASE("Scheduler: golden cases") {
  const auto make_world = [] { return std::make_unique<ScheduleWorld>(); };
  for (const std::string& failure : testing::run_golden_cases("schedule", make_world)) {
    FAIL_CHECK(failure);
  }
}

TEST_CASE("golden cases: a difference is shown with its place and both sides") {
  struct Echo final : testing::GoldenWorld {
    std::string run(const testing::GoldenCommand& command) override {
      return command.name + " " + command.get("x", "-") + "\n" + command.text;
    }
  };
  const auto make_world = [] { return std::make_unique<Echo>(); };
  std::string rewritten;
  CHECK(testing::run_golden_text(
            "a.txt", "say x=\"1 2\"\n----\nsay 1 2\n\nsay <<E\ntext\nE\n----\nsay -\ntext\n",
            make_world, rewritten)
            .empty());
  const auto failures = testing::run_golden_text(
      "b.txt", "one\n----\none -\n\ntwo <<E\n\nE\n----\nold\n", make_world, rewritten);
  REQUIRE(failures.size() == 1);
  CHECK(failures[0] == "b.txt:8: output differs (- expected, + actual)\n- old\n+ two -\n+ \n");
  // The blank line needs the doubled separator, and the rewritten file then passes.
  CHECK(rewritten == "one\n----\none -\n\ntwo <<E\n\nE\n----\n----\ntwo -\n\n----\n----\n");
  std::string again;
  CHECK(testing::run_golden_text("b.txt", rewritten, make_world, again).empty());
  CHECK(again == rewritten);
  CHECK(testing::run_golden_text("c.txt", "one\n", make_world, rewritten).size() == 1);
}

}  // namespace inferlab
