#include "engine/serve/grammar_cache.h"

#include <algorithm>

namespace inferlab {

std::shared_ptr<const structured::TokenTrie> GrammarCache::trie() {
  const std::scoped_lock lock(trie_mutex_);
  if (trie_ == nullptr) trie_ = structured::TokenTrie::build(*tokenizer_);
  return trie_;
}

Result<std::shared_ptr<const structured::Grammar>> GrammarCache::get(
    const structured::StructuredSpec& spec) {
  const std::string key = spec.key();
  {
    const std::scoped_lock lock(mutex_);
    const auto found = std::ranges::find(entries_, key, &Entry::first);
    if (found != entries_.end()) {
      entries_.splice(entries_.begin(), entries_, found);
      return found->second;
    }
  }
  INFERLAB_TRY(std::shared_ptr<const structured::Grammar> grammar,
               structured::Grammar::compile(spec, trie()));
  const std::scoped_lock lock(mutex_);
  entries_.emplace_front(key, grammar);
  if (entries_.size() > kMost) entries_.pop_back();
  return grammar;
}

}  // namespace inferlab
