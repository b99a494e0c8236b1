#include "sim/serving/traffic_generator.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <string_view>
#include <utility>

#include "engine/base/hash.h"

namespace inferlab::sim {
namespace {

/// Names what one side says: the same for the same stream, part and numbers, and for no others.
std::uint64_t text_of(const std::string& stream, std::string_view part, std::uint64_t which,
                      std::uint64_t turn = 0) {
  RunHash hash;
  hash.add(stream);
  hash.add(part);
  hash.add(which);
  hash.add(turn);
  return hash.digest();
}

/// At least 1.
std::int64_t draw(Rng& rng, std::int64_t low, std::int64_t high) {
  return std::max<std::int64_t>(rng.between(low, high), 1);
}

}  // namespace

TrafficGenerator::TrafficGenerator(Simulation& simulation, Gateway& gateway, TrafficSpec spec)
    : gateway_(gateway),
      spec_(std::move(spec)),
      rng_(simulation.rng("traffic", spec_.name)),
      timers_(simulation),
      begin_(simulation.start()) {
  spec_.prompt_tokens_max = std::max(spec_.prompt_tokens_min, spec_.prompt_tokens_max);
  spec_.output_tokens_max = std::max(spec_.output_tokens_min, spec_.output_tokens_max);
  spec_.turns_max = std::max(spec_.turns_min, spec_.turns_max);
}

void TrafficGenerator::start() {
  gateway_.add_route(spec_.ns, spec_.service);
  schedule_next(begin_ + spec_.start);
}

void TrafficGenerator::schedule_next(Time after) {
  if (!(spec_.requests_per_second > 0)) return;
  const Duration mean{std::llround(1e9 / spec_.requests_per_second)};
  const Time next = after + rng_.exponential(mean);
  if (next > begin_ + spec_.end) return;
  timers_.at(next, "traffic/arrival", [this] { arrive(); });
}

bool TrafficGenerator::has_prefixes() const {
  return spec_.turns_max > 1 || (spec_.system_prompts > 0 && spec_.system_prompt_tokens > 0);
}

void TrafficGenerator::arrive() {
  const std::int64_t prompt = draw(rng_, spec_.prompt_tokens_min, spec_.prompt_tokens_max);
  const std::int64_t output = draw(rng_, spec_.output_tokens_min, spec_.output_tokens_max);
  if (has_prefixes()) {
    const std::uint64_t id = ++last_conversation_;
    Conversation conversation = begin_conversation();
    const std::int64_t whole = add_turn(id, conversation, prompt, output);
    std::vector<TokenRun> content = conversation.said;
    if (conversation.turns > 1) conversations_.emplace(id, std::move(conversation));
    send(whole, output, std::move(content), id);
  } else {
    send(prompt, output, {}, 0);
  }
  schedule_next(timers_.now());
}

TrafficGenerator::Conversation TrafficGenerator::begin_conversation() {
  Rng& rng = timers_.simulation().rng("traffic-prefix", spec_.name);
  Conversation conversation;
  if (spec_.system_prompts > 0 && spec_.system_prompt_tokens > 0) {
    const std::uint64_t which = rng.below(static_cast<std::uint64_t>(spec_.system_prompts));
    conversation.said.push_back({text_of(spec_.name, "system", which), spec_.system_prompt_tokens});
  }
  if (spec_.turns_max > 1) conversation.turns = draw(rng, spec_.turns_min, spec_.turns_max);
  return conversation;
}

std::int64_t TrafficGenerator::add_turn(std::uint64_t id, Conversation& conversation,
                                        std::int64_t prompt, std::int64_t output) {
  const auto turn = static_cast<std::uint64_t>(++conversation.turn);
  conversation.said.push_back({text_of(spec_.name, "question", id, turn), prompt});
  std::int64_t whole = 0;
  for (const TokenRun& run : conversation.said) whole += run.tokens;
  conversation.said.push_back({text_of(spec_.name, "answer", id, turn), output});
  return whole;
}

void TrafficGenerator::send(std::int64_t prompt, std::int64_t output, std::vector<TokenRun> content,
                            std::uint64_t conversation) {
  ++sent_;
  Gateway::Call call{.ns = spec_.ns,
                     .service = spec_.service,
                     .port = spec_.port,
                     .request = {.prompt_tokens = prompt,
                                 .output_tokens = output,
                                 .model = spec_.model,
                                 .api_key = spec_.api_key,
                                 .content = std::move(content)},
                     .timeout = spec_.timeout};
  if (conversations_.contains(conversation)) {
    call.on_end = timers_.guarded(
        [this, conversation](const RequestRecord& record) { answered(conversation, record); });
  }
  gateway_.send(call);
}

void TrafficGenerator::answered(std::uint64_t id, const RequestRecord& record) {
  const auto found = conversations_.find(id);
  if (found == conversations_.end()) return;
  const Conversation& conversation = found->second;
  Rng& rng = timers_.simulation().rng("traffic-prefix", spec_.name);
  const bool goes_on = record.code == 200 && conversation.turn < conversation.turns;
  const Time next = goes_on ? *record.end + rng.exponential(spec_.pause) : Time::max();
  if (next > begin_ + spec_.end) {
    conversations_.erase(found);
    return;
  }
  timers_.at(next, "traffic/turn", [this, id] { next_turn(id); });
}

void TrafficGenerator::next_turn(std::uint64_t id) {
  Rng& rng = timers_.simulation().rng("traffic-prefix", spec_.name);
  Conversation& conversation = conversations_.at(id);
  const std::int64_t prompt = draw(rng, spec_.prompt_tokens_min, spec_.prompt_tokens_max);
  const std::int64_t output = draw(rng, spec_.output_tokens_min, spec_.output_tokens_max);
  const std::int64_t whole = add_turn(id, conversation, prompt, output);
  send(whole, output, conversation.said, id);
}

}  // namespace inferlab::sim
