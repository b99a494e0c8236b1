#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/structured/network.h"
#include "engine/structured/pushdown.h"
#include "engine/structured/structured_spec.h"
#include "engine/structured/token_mask.h"
#include "engine/structured/token_trie.h"

namespace inferlab::structured {

struct GrammarOptions {
  /// What the masks that a grammar keeps for later may take; 0: none are kept.
  std::size_t mask_cache_bytes = std::size_t{32} << 20;
  std::size_t max_states = 100'000;
  /// Items (see Pushdown) that one call of a TokenMatcher may look at: what a hostile pattern can
  /// cost at most. Ordinary grammars need thousands; eight million take about a second.
  std::uint64_t max_work = 8'000'000;
};

/// What an answer must look like, compiled against one vocabulary. To be made once for each
/// different StructuredSpec (StructuredSpec::key()) and shared by all requests that ask for it.
///
/// Masks are made when they are first needed and kept, so that the first requests pay for them:
/// for a vocabulary of 100,000 tokens milliseconds for each kind of place in the text, then
/// microseconds. Any thread may use it.
class Grammar {
 public:
  /// kInvalid names the field, the keyword and why: HTTP status 400. Time and memory are bounded
  /// whatever the spec says.
  static Result<std::shared_ptr<const Grammar>> compile(const StructuredSpec& spec,
                                                        std::shared_ptr<const TokenTrie> trie,
                                                        GrammarOptions options = {});

  [[nodiscard]] const TokenTrie& trie() const { return *trie_; }
  [[nodiscard]] const Network& network() const { return network_; }
  /// Now; grows up to GrammarOptions::mask_cache_bytes more than it has at the beginning.
  [[nodiscard]] std::size_t memory_bytes() const;

 private:
  friend class TokenMatcher;
  Grammar(Network network, std::shared_ptr<const TokenTrie> trie, GrammarOptions options);

  /// Null when it would take more than max_work.
  std::shared_ptr<const TokenMask> mask_of(const Pushdown& pushdown, ConfigId config) const;
  std::shared_ptr<const TokenMask> first_mask_of(const Pushdown& pushdown, ConfigId config) const;

  Network network_;
  std::shared_ptr<const TokenTrie> trie_;
  GrammarOptions options_;
  std::uint32_t horizon_;  // characters: more than any token has
  mutable MaskCache masks_;
};

/// Where one answer stands in its grammar.
///
///     TokenMatcher matcher(grammar);
///     while (!matcher.is_finished()) {
///       matcher.fill_mask(mask);             // then sample among the allowed tokens
///       matcher.accept(token);
///     }
///
/// Whatever is accepted can be completed: the mask is never empty, but for the one case that
/// must_end() tells, when the vocabulary has no end token. Memory grows slowly with the answer.
/// Not thread-safe: one owner.
class TokenMatcher {
 public:
  /// How many of the last tokens rollback() can take back.
  static constexpr std::size_t kMaxRollback = 128;

  explicit TokenMatcher(std::shared_ptr<const Grammar> grammar);

  /// Sets bit id % 32 of word id / 32 for each token that may come next, and clears the others.
  /// All end tokens are set where the text is complete; no other special token ever is.
  /// kExhausted, and the mask cleared, when the grammar is too complex at this place: the request
  /// should fail. Checks: `mask` has trie().num_words() words; not is_finished().
  Result<void> fill_mask(std::span<std::uint32_t> mask);
  /// Whether the token may come next; if not, nothing changes. Any id may be given. After an end
  /// token, none.
  bool accept(TokenId token);
  /// Takes the last `count` accepted tokens back. Checks: count <= num_rollback().
  void rollback(std::size_t count);
  [[nodiscard]] std::size_t num_rollback() const { return history_.size() - 1; }

  /// 32-bit words of a mask.
  [[nodiscard]] std::size_t num_words() const { return grammar_->trie().num_words(); }

  /// Whether the text so far is a whole match: an end token is allowed.
  [[nodiscard]] bool is_complete() const;
  /// Whether it is complete and no text may follow.
  [[nodiscard]] bool must_end() const;
  /// Whether an end token was accepted.
  [[nodiscard]] bool is_finished() const { return history_.back().finished; }

  /// The bytes that must follow whatever the model says, at most `max_bytes`, perhaps cut within a
  /// character: for jump-forward decoding. Empty where there is a choice, or the text may end.
  std::string forced_bytes(std::size_t max_bytes);

 private:
  struct Place {
    ConfigId config;
    bool finished;
  };
  void compact();

  std::shared_ptr<const Grammar> grammar_;
  std::unique_ptr<Pushdown> pushdown_;
  std::uint64_t compact_at_work_;
  std::vector<Place> history_;  // behind each token; never empty
};

}  // namespace inferlab::structured
