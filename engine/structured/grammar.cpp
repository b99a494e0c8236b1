#include "engine/structured/grammar.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "engine/base/check.h"
#include "engine/structured/compile.h"

namespace inferlab::structured {
namespace {

// Contexts that the second look at undecided tokens knows. A token that ends more rules than these
// is looked at a third time, with the whole context.
constexpr std::uint32_t kNearLevels = 3;
// When a matcher's pushdown has become so large, only what is still needed is carried over.
constexpr std::size_t kMaxConfigs = 8192;
constexpr std::uint64_t kMaxWorkKept = 1'000'000;

}  // namespace

Result<std::shared_ptr<const Grammar>> Grammar::compile(const StructuredSpec& spec,
                                                        std::shared_ptr<const TokenTrie> trie,
                                                        GrammarOptions options) {
  INFERLAB_CHECK(trie != nullptr);
  INFERLAB_TRY(Network network, compile_network(spec, options.max_states));
  return std::shared_ptr<const Grammar>(new Grammar(std::move(network), std::move(trie), options));
}

Grammar::Grammar(Network network, std::shared_ptr<const TokenTrie> trie, GrammarOptions options)
    : network_(std::move(network)),
      trie_(std::move(trie)),
      options_(options),
      horizon_(static_cast<std::uint32_t>(trie_->longest_bytes() + 1)),
      masks_(options.mask_cache_bytes) {}

std::size_t Grammar::memory_bytes() const {
  return sizeof(*this) + network_.memory_bytes() + masks_.memory_bytes();
}

/// Without any context: what a state alone says of the whole vocabulary.
std::shared_ptr<const TokenMask> Grammar::first_mask_of(const Pushdown& pushdown,
                                                        ConfigId config) const {
  const Skeleton skeleton = pushdown.skeleton(config, 0, horizon_);
  if (auto known = masks_.find(skeleton.key)) return known;
  Pushdown scratch(network_);
  const auto mask = std::make_shared<TokenMask>();
  if (!decide_all(scratch, scratch.load(skeleton), *trie_, options_.max_work, *mask)) {
    return nullptr;
  }
  masks_.insert(skeleton.key, mask);
  return mask;
}

std::shared_ptr<const TokenMask> Grammar::mask_of(const Pushdown& pushdown, ConfigId config) const {
  const Skeleton skeleton = pushdown.skeleton(config, kNearLevels, horizon_);
  if (auto known = masks_.find(skeleton.key)) return known;
  const std::shared_ptr<const TokenMask> first = first_mask_of(pushdown, config);
  if (first == nullptr || first->undecided.empty()) return first;
  Pushdown scratch(network_);
  const auto mask = std::make_shared<TokenMask>();
  mask->allowed = first->allowed;
  if (!decide_rest(scratch, scratch.load(skeleton), *trie_, options_.max_work, first->undecided,
                   mask->undecided, mask->allowed)) {
    return nullptr;
  }
  masks_.insert(skeleton.key, mask);
  return mask;
}

TokenMatcher::TokenMatcher(std::shared_ptr<const Grammar> grammar)
    : grammar_(std::move(grammar)),
      pushdown_(std::make_unique<Pushdown>(grammar_->network_)),
      compact_at_work_(kMaxWorkKept),
      history_{{pushdown_->start(), false}} {}

Result<void> TokenMatcher::fill_mask(std::span<std::uint32_t> mask) {
  const TokenTrie& trie = *grammar_->trie_;
  INFERLAB_CHECK(mask.size() == trie.num_words());
  INFERLAB_CHECK(!is_finished());
  compact();
  const ConfigId config = history_.back().config;
  const std::shared_ptr<const TokenMask> known = grammar_->mask_of(*pushdown_, config);
  bool done = known != nullptr;
  if (done) {
    std::ranges::copy(known->allowed, mask.begin());
    std::vector<std::uint32_t> undecided;
    done = known->undecided.empty() ||
           decide_rest(*pushdown_, config, trie, pushdown_->work() + grammar_->options_.max_work,
                       known->undecided, undecided, mask);
    INFERLAB_CHECK(undecided.empty());
  }
  if (!done) {
    std::ranges::fill(mask, 0U);
    return Error{ErrorKind::kExhausted, "structured output: the grammar is too complex here",
                 "ask for a simpler pattern or schema"};
  }
  if (!is_complete()) return {};
  for (const TokenId end : trie.ends()) {
    mask[static_cast<std::size_t>(end) / 32] |= 1U << (static_cast<unsigned>(end) % 32);
  }
  return {};
}

bool TokenMatcher::accept(TokenId token) {
  const TokenTrie& trie = *grammar_->trie_;
  if (is_finished() || token < 0 || token >= trie.num_tokens()) return false;
  Place place = history_.back();
  if (trie.is_end(token)) {
    if (!is_complete()) return false;
    place.finished = true;
  } else {
    const std::string_view bytes = trie.bytes(token);
    if (bytes.empty()) return false;
    compact();
    place = history_.back();
    const std::uint64_t max_work = pushdown_->work() + grammar_->options_.max_work;
    for (const char byte : bytes) {
      place.config = pushdown_->step(place.config, static_cast<std::uint8_t>(byte));
      if (place.config == Pushdown::kDead || pushdown_->work() > max_work) return false;
    }
  }
  if (history_.size() > 2 * kMaxRollback) {
    history_.erase(history_.begin(), history_.end() - kMaxRollback);
  }
  history_.push_back(place);
  return true;
}

void TokenMatcher::rollback(std::size_t count) {
  INFERLAB_CHECK(count <= num_rollback());
  history_.resize(history_.size() - count, Place{});
}

bool TokenMatcher::is_complete() const {
  return pushdown_->accepts(history_.back().config);
}

bool TokenMatcher::must_end() const {
  return is_complete() && !pushdown_->goes_on(history_.back().config);
}

std::string TokenMatcher::forced_bytes(std::size_t max_bytes) {
  std::string forced;
  compact();
  ConfigId at = history_.back().config;
  if (is_finished()) return forced;
  const std::uint64_t max_work = pushdown_->work() + grammar_->options_.max_work;
  while (forced.size() < max_bytes && !pushdown_->accepts(at) && pushdown_->work() <= max_work) {
    int choices = 0;
    std::uint8_t byte = 0;
    ConfigId to = Pushdown::kDead;
    for (unsigned b = 0; b < 256 && choices < 2; ++b) {
      const ConfigId next = pushdown_->step(at, static_cast<std::uint8_t>(b));
      if (next == Pushdown::kDead) continue;
      ++choices;
      byte = static_cast<std::uint8_t>(b);
      to = next;
    }
    if (choices != 1) break;
    forced += static_cast<char>(byte);
    at = to;
  }
  return forced;
}

/// Leaves behind what the last tokens do not need any more.
void TokenMatcher::compact() {
  if (pushdown_->num_configs() <= kMaxConfigs && pushdown_->work() <= compact_at_work_) return;
  auto kept = std::make_unique<Pushdown>(grammar_->network_);
  if (history_.size() > kMaxRollback + 1) {
    history_.erase(history_.begin(), history_.end() - (kMaxRollback + 1));
  }
  ConfigId before = Pushdown::kDead;
  ConfigId after = Pushdown::kDead;
  for (Place& place : history_) {
    if (place.config != before) {
      before = place.config;
      after = kept->load(pushdown_->skeleton(before, Pushdown::kAllLevels));
    }
    place.config = after;
  }
  pushdown_ = std::move(kept);
  compact_at_work_ = pushdown_->work() + kMaxWorkKept;
}

}  // namespace inferlab::structured
