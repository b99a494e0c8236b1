#include "tests/fuzz/structured_walk.h"

#include <utility>
#include <vector>

#include "engine/base/check.h"

namespace inferlab::fuzz {
namespace {

using structured::Grammar;
using structured::TokenMatcher;
using structured::TokenTrie;

std::shared_ptr<const TokenTrie> make_vocabulary() {
  std::vector<std::string> bytes(1);
  for (int byte = 0; byte < 256; ++byte) bytes.emplace_back(1, static_cast<char>(byte));
  for (const char* more : {"{\"", "\":", "\",\"", "\"}", "}}", "]}", "[]", "ab", "\xc3\xa9",
                           "\\u00", "\xf0\x9f", "  ", "12", "0.", "true", "null"}) {
    bytes.emplace_back(more);
  }
  return TokenTrie::build(std::move(bytes), {0});
}

void check_mask(TokenMatcher& matcher, const TokenTrie& trie,
                const std::vector<std::uint32_t>& mask) {
  for (TokenId id = 0; id < trie.num_tokens(); ++id) {
    const bool accepted = matcher.accept(id);
    if (accepted) matcher.rollback(1);
    INFERLAB_CHECK(accepted == (((mask[id / 32] >> (id % 32)) & 1U) != 0));
  }
}

}  // namespace

void walk_grammar(const structured::StructuredSpec& spec, std::string_view choices,
                  const std::function<void(std::string_view text)>& visit) {
  static const auto kTrie = make_vocabulary();
  // Less than a server would give: an input should not take long.
  const structured::GrammarOptions options{.max_states = 20'000, .max_work = 200'000};
  const auto grammar = Grammar::compile(spec, kTrie, options);
  if (!grammar) {
    INFERLAB_CHECK(grammar.error().kind == ErrorKind::kInvalid);
    INFERLAB_CHECK(!grammar.error().message.empty());
    return;
  }
  TokenMatcher matcher(*grammar);
  std::string text;
  std::vector<std::uint32_t> mask(kTrie->num_words());
  for (std::size_t i = 0; i < choices.size() && i < 64; ++i) {
    if (!matcher.fill_mask(mask)) return;
    if (i % 8 == 0) check_mask(matcher, *kTrie, mask);
    std::vector<TokenId> allowed;
    for (TokenId id = 0; id < kTrie->num_tokens(); ++id) {
      if (((mask[id / 32] >> (id % 32)) & 1U) != 0) allowed.push_back(id);
    }
    INFERLAB_CHECK(!allowed.empty());
    // The token that the byte spells where it is allowed, so that texts can be written as such.
    const auto choice = static_cast<unsigned char>(choices[i]);
    const TokenId spelled = choice + 1;
    const bool fits = ((mask[spelled / 32] >> (spelled % 32)) & 1U) != 0;
    const TokenId id = fits ? spelled : allowed[choice % allowed.size()];
    INFERLAB_CHECK(matcher.accept(id));
    if (matcher.is_finished()) break;
    text += kTrie->bytes(id);
    if (matcher.is_complete()) visit(text);
  }
  const std::string forced = matcher.forced_bytes(50);
  INFERLAB_CHECK(forced.size() <= 50);
}

}  // namespace inferlab::fuzz
