#include "engine/structured/pushdown.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "engine/base/check.h"

namespace inferlab::structured {
namespace {

constexpr ConfigId kNotYet = UINT32_MAX;
constexpr std::size_t kFew = 24;

std::uint64_t mix(std::uint64_t hash, std::uint64_t value) {
  hash = (hash ^ value) * 0x9e3779b97f4a7c15ULL;
  return hash ^ (hash >> 29);
}

std::uint64_t pair_of(std::uint32_t high, std::uint32_t low) {
  return (static_cast<std::uint64_t>(high) << 32) | low;
}

/// The least count that no text shorter than `horizon` can tell from `count`.
std::uint32_t same_count(const Network::State& state, std::uint32_t count, std::uint32_t horizon) {
  const bool far_from_max = state.max_chars - count >= horizon;
  if (!far_from_max) return count;
  if (count >= state.min_chars) return state.min_chars;
  return state.min_chars - count >= horizon ? 0 : count;
}

}  // namespace

Pushdown::Pushdown(const Network& network) : net_(network) {
  configs_.emplace_back();   // kDead
  contexts_.emplace_back();  // kRoot
}

ConfigId Pushdown::start() {
  arrive(net_.rules[net_.root].start, kRoot);
  return close();
}

ConfigId Pushdown::step(ConfigId from, std::uint8_t byte) {
  if (from == kDead) return kDead;
  if (configs_[from].next == nullptr) {
    configs_[from].next = std::make_unique<std::array<ConfigId, 256>>();
    configs_[from].next->fill(kNotYet);
  }
  const ConfigId known = (*configs_[from].next)[byte];
  if (known != kNotYet) return known;
  for (const Item& item : configs_[from].items) advance(item, byte);
  const ConfigId to = close();
  (*configs_[from].next)[byte] = to;
  return to;
}

void Pushdown::arrive(StateId state, ContextId context) {
  to_visit_.push_back({state, context, 0, 0});
}

/// Follows everything that needs no byte.
void Pushdown::visit(const Item& item) {
  ++work_;
  const Network::State& state = net_.states[item.state];
  if (state.accepting) {
    if (item.context == kRoot) {
      accepts_ = true;
    } else if (contexts_[item.context].is_unknown) {
      escaped_ = true;
    } else {
      for (const Return& back : contexts_[item.context].returns) arrive(back.state, back.context);
    }
  }
  for (const StateId to : net_.epsilons_of(state)) arrive(to, item.context);
  for (const Network::Call& call : net_.calls_of(state)) {
    auto& waiting = calls_[net_.rules[call.rule].rank];
    waiting.first = call.rule;
    waiting.second.push_back({call.to, item.context});
  }
  if (state.num_chars > 0 || state.is_counted || state.quote_to != kNoState) {
    ready_.push_back(item);
  }
}

ConfigId Pushdown::close() {
  while (true) {
    while (!to_visit_.empty()) {
      const Item item = to_visit_.back();
      to_visit_.pop_back();
      bool is_new = false;
      if (seen_few_.size() < kFew) {
        is_new = std::ranges::find(seen_few_, item) == seen_few_.end();
        if (is_new) seen_few_.push_back(item);
      } else {
        const bool among_few = std::ranges::find(seen_few_, item) != seen_few_.end();
        is_new = !among_few && seen_many_.insert(pair_of(item.state, item.context)).second;
      }
      if (is_new) visit(item);
    }
    if (calls_.empty()) break;
    // By rank: when a rule's turn has come, all its callers at this place are known.
    auto first = calls_.begin();
    const RuleId rule = first->second.first;
    std::vector<Return> returns = std::move(first->second.second);
    calls_.erase(first);
    arrive(net_.rules[rule].start, intern(std::move(returns)));
  }
  seen_few_.clear();
  if (!seen_many_.empty()) seen_many_.clear();
  return intern_config();
}

ContextId Pushdown::intern(std::vector<Return> returns) {
  std::ranges::sort(returns);
  returns.erase(std::unique(returns.begin(), returns.end()), returns.end());
  std::uint64_t hash = returns.size();
  for (const Return& back : returns) hash = mix(hash, pair_of(back.state, back.context));
  work_ += returns.size();
  std::vector<ContextId>& same_hash = context_numbers_[hash];
  for (const ContextId id : same_hash) {
    if (contexts_[id].returns == returns) return id;
  }
  const auto id = static_cast<ContextId>(contexts_.size());
  contexts_.push_back({.returns = std::move(returns)});
  same_hash.push_back(id);
  return id;
}

ConfigId Pushdown::intern_config() {
  std::ranges::sort(ready_);
  ready_.erase(std::unique(ready_.begin(), ready_.end()), ready_.end());
  const bool accepts = std::exchange(accepts_, false);
  const bool escaped = std::exchange(escaped_, false);
  std::uint64_t hash = (accepts ? 1U : 0U) + (escaped ? 2U : 0U);
  if (ready_.empty() && hash == 0) return kDead;
  for (const Item& item : ready_) {
    hash = mix(mix(hash, pair_of(item.state, item.context)), pair_of(item.partial, item.count));
  }
  std::vector<ConfigId>& same_hash = config_numbers_[hash];
  for (const ConfigId id : same_hash) {
    const Config& config = configs_[id];
    if (config.accepts == accepts && config.escaped == escaped && config.items == ready_) {
      ready_.clear();
      return id;
    }
  }
  const auto id = static_cast<ConfigId>(configs_.size());
  configs_.push_back({.items = ready_, .accepts = accepts, .escaped = escaped});
  same_hash.push_back(id);
  ready_.clear();
  return id;
}

Skeleton Pushdown::skeleton(ConfigId config, std::uint32_t levels, std::uint32_t horizon) const {
  // The contexts that show, level by level.
  std::map<ContextId, bool> shown;  // whether known
  std::vector<ContextId> level;
  const auto show = [&](ContextId id, std::vector<ContextId>& next, bool known) {
    if (id == kRoot) return;
    known = known && !contexts_[id].is_unknown;
    if (shown.emplace(id, known).second && known) next.push_back(id);
  };
  for (const Item& item : configs_[config].items) show(item.context, level, levels > 0);
  for (std::uint32_t depth = 1; !level.empty(); ++depth) {
    std::vector<ContextId> next;
    for (const ContextId id : level) {
      for (const Return& back : contexts_[id].returns) show(back.context, next, depth < levels);
    }
    level = std::move(next);
  }

  Skeleton result;
  result.accepts = configs_[config].accepts;
  result.key.push_back(result.accepts ? 1 : 0);
  // A context holds only earlier ones, so in the order of their numbers each comes behind them.
  std::map<ContextId, ContextId> renumbered = {{kRoot, kRoot}};
  for (const auto& [id, known] : shown) {
    Skeleton::Context context{.is_unknown = !known, .returns = {}};
    if (known) context.returns = contexts_[id].returns;
    for (Return& back : context.returns) back.context = renumbered.at(back.context);
    std::ranges::sort(context.returns);
    result.contexts.push_back(std::move(context));
    renumbered.emplace(id, static_cast<ContextId>(result.contexts.size()));
  }
  for (Item item : configs_[config].items) {
    item.context = renumbered.at(item.context);
    const Network::State& state = net_.states[item.state];
    if (horizon > 0 && state.is_counted) item.count = same_count(state, item.count, horizon);
    result.items.push_back(item);
  }
  std::ranges::sort(result.items);
  for (const Item& item : result.items) {
    result.key.push_back(pair_of(item.state, item.context));
    result.key.push_back(pair_of(item.partial, item.count));
  }
  for (const Skeleton::Context& context : result.contexts) {
    // No item has this state: what follows is a context.
    result.key.push_back(pair_of(kNoState, context.is_unknown ? 1 : 0));
    for (const Return& back : context.returns) {
      result.key.push_back(pair_of(back.state, back.context));
    }
  }
  return result;
}

ConfigId Pushdown::load(const Skeleton& skeleton) {
  std::vector<ContextId> numbers = {kRoot};
  for (const Skeleton::Context& context : skeleton.contexts) {
    if (context.is_unknown) {
      numbers.push_back(static_cast<ContextId>(contexts_.size()));
      contexts_.push_back({.returns = {}, .is_unknown = true});
      continue;
    }
    std::vector<Return> returns = context.returns;
    for (Return& back : returns) back.context = numbers[back.context];
    numbers.push_back(intern(std::move(returns)));
  }
  ready_ = skeleton.items;
  for (Item& item : ready_) item.context = numbers[item.context];
  accepts_ = skeleton.accepts;
  return intern_config();
}

}  // namespace inferlab::structured
