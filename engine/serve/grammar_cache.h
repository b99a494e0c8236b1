#pragma once

#include <cstddef>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "engine/base/result.h"
#include "engine/structured/grammar.h"
#include "engine/tokenizer/tokenizer.h"

namespace inferlab {

/// What requests asked their answers to look like, compiled: the last few are kept, because a
/// service asks for the same few again and again. Any thread may call; compiling happens on the
/// caller's, beside the others.
class GrammarCache {
 public:
  /// Borrows the tokenizer.
  explicit GrammarCache(const Tokenizer& tokenizer) : tokenizer_(&tokenizer) {}

  /// kInvalid names the field and why.
  Result<std::shared_ptr<const structured::Grammar>> get(const structured::StructuredSpec& spec);

 private:
  static constexpr std::size_t kMost = 32;
  using Entry = std::pair<std::string, std::shared_ptr<const structured::Grammar>>;

  std::shared_ptr<const structured::TokenTrie> trie();

  const Tokenizer* tokenizer_;
  std::mutex trie_mutex_;
  std::shared_ptr<const structured::TokenTrie> trie_;  // made when somebody first asks
  std::mutex mutex_;                                   // of the entries
  std::list<Entry> entries_;                           // the one that was used last comes first
};

}  // namespace inferlab
