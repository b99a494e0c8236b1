#include "vocabularies.h"

#include <algorithm>
#include <utility>

#include "../tokenizer/sentence_piece_vocabulary.h"
#include "engine/base/check.h"
#include "engine/formats/gguf.h"

namespace inferlab::test {
namespace {

using structured::Grammar;
using structured::TokenMatcher;
using structured::TokenTrie;

Tokenizer load_model_tokenizer() {
  auto file = GgufFile::open(INFERLAB_SOURCE_DIR "/assets/model/inferlab-tiny.gguf");
  INFERLAB_CHECK(file.has_value());
  auto tokenizer = Tokenizer::load(*file);
  INFERLAB_CHECK(tokenizer.has_value());
  return std::move(tokenizer).value();
}

/// How soon an answer ends when it goes on with this byte; less is sooner.
int haste(char first) {
  constexpr std::string_view kOrder = "\"}]:ntf0123456789-";
  const std::size_t place = kOrder.find(first);
  if (place != std::string_view::npos) return static_cast<int>(place);
  if (first == '{' || first == '[') return 60;
  if (first == ' ' || first == '\n' || first == '\t' || first == '\r' || first == '\\') return 70;
  return first == ',' ? 50 : 40;
}

TokenId choose(const std::vector<TokenId>& allowed, const TokenTrie& trie, bool hurry, Rng& rng) {
  if (!hurry) return allowed[rng.below(allowed.size())];
  // The soonest, and of those a random one.
  int best = 1'000'000;
  std::vector<TokenId> soonest;
  for (const TokenId id : allowed) {
    const auto length = static_cast<int>(trie.bytes(id).size());
    const int order = trie.is_end(id) ? -1 : haste(trie.bytes(id)[0]) * 256 + length;
    if (order < best) soonest.clear();
    best = std::min(best, order);
    if (order == best) soonest.push_back(id);
  }
  return soonest[rng.below(soonest.size())];
}

}  // namespace

Trie byte_vocabulary(const std::vector<std::string>& more) {
  std::vector<std::string> bytes;
  for (int byte = 0; byte < 256; ++byte) bytes.emplace_back(1, static_cast<char>(byte));
  bytes.emplace_back();  // the end
  bytes.emplace_back();  // a control token
  bytes.insert(bytes.end(), more.begin(), more.end());
  return TokenTrie::build(std::move(bytes), {256});
}

Trie json_vocabulary() {
  std::vector<std::string> more = {"{\"",
                                   "\":",
                                   "\": ",
                                   "\": \"",
                                   "\":\"",
                                   "\",",
                                   "\", \"",
                                   "\",\"",
                                   "\"}",
                                   "\"},",
                                   "\"}, {\"",
                                   "}}",
                                   "}]",
                                   "]}",
                                   "}}}",
                                   "]]",
                                   "[[",
                                   "[{\"",
                                   "[\"",
                                   "\"]",
                                   "\"],",
                                   "{}",
                                   "[]",
                                   "[],",
                                   "{},",
                                   "true",
                                   "false",
                                   "null",
                                   "tru",
                                   "e}",
                                   "null,",
                                   "true}",
                                   "  ",
                                   "    ",
                                   "\n",
                                   "\n  ",
                                   "\n\n",
                                   ",\n",
                                   "{\n",
                                   "\r\n",
                                   " \"",
                                   " {",
                                   " [",
                                   " 1",
                                   " -",
                                   " true",
                                   "10",
                                   "100",
                                   "123",
                                   "00",
                                   "0.",
                                   ".5",
                                   "1e",
                                   "e+",
                                   "-1",
                                   "1}",
                                   "2]",
                                   "3,",
                                   "0,",
                                   "\\n",
                                   "\\u",
                                   "\\u00",
                                   "\\\"",
                                   "\\\\",
                                   "\\",
                                   "\\u0041",
                                   "\\ud83d\\ude00",
                                   "\xc3",
                                   "\xa9",
                                   "\xc3\xa9",
                                   "\xe2\x82",
                                   "\xac",
                                   "\xf0\x9f",
                                   "\x98\x80",
                                   "\xf0\x9f\x98\x80",
                                   "a\xc3",
                                   "name",
                                   "age",
                                   "the",
                                   " the",
                                   " a",
                                   "ab",
                                   "abc",
                                   "kind",
                                   "\"name",
                                   "\"name\"",
                                   "\"name\":",
                                   "\"age\": ",
                                   "value",
                                   "2024-",
                                   "-01",
                                   "-31",
                                   "T12:",
                                   ":00",
                                   "00Z",
                                   "https",
                                   "://",
                                   "@",
                                   ".com",
                                   "a@b",
                                   "::",
                                   "ff",
                                   "192.",
                                   "168.",
                                   "xyz",
                                   std::string(40, ' '),
                                   std::string(70, 'a')};
  return byte_vocabulary(more);
}

const Tokenizer& model_tokenizer() {
  static const Tokenizer kTokenizer = load_model_tokenizer();
  return kTokenizer;
}

Trie model_vocabulary() {
  static const Trie kTrie = TokenTrie::build(model_tokenizer());
  return kTrie;
}

Trie sentence_piece_vocabulary() {
  const auto tokenizer = Tokenizer::load(sentence_piece_file());
  INFERLAB_CHECK(tokenizer.has_value());
  return TokenTrie::build(*tokenizer);
}

std::vector<std::uint32_t> mask_of(TokenMatcher& matcher, const TokenTrie& trie) {
  std::vector<std::uint32_t> mask(trie.num_words(), 0xa5a5a5a5U);
  INFERLAB_CHECK(matcher.fill_mask(mask).has_value());
  return mask;
}

TokenId first_wrong_bit(TokenMatcher& matcher, const TokenTrie& trie) {
  const std::vector<std::uint32_t> mask = mask_of(matcher, trie);
  for (TokenId id = 0; id < trie.num_tokens(); ++id) {
    const bool accepted = matcher.accept(id);
    if (accepted) matcher.rollback(1);
    if (accepted != allows(mask, id)) return id;
  }
  return -1;
}

std::vector<TokenId> random_split(std::string_view text, const TokenTrie& trie, Rng& rng) {
  std::vector<TokenId> ids;
  while (!text.empty()) {
    std::vector<TokenId> fitting;
    for (const TokenId id : trie.sorted()) {
      if (text.starts_with(trie.bytes(id))) fitting.push_back(id);
    }
    INFERLAB_CHECK(!fitting.empty());
    ids.push_back(fitting[rng.below(fitting.size())]);
    text.remove_prefix(trie.bytes(ids.back()).size());
  }
  return ids;
}

bool matches(const std::shared_ptr<const Grammar>& grammar, std::string_view text, Rng& rng) {
  TokenMatcher matcher(grammar);
  for (const TokenId id : random_split(text, grammar->trie(), rng)) {
    if (!matcher.accept(id)) return false;
  }
  return matcher.is_complete();
}

std::string random_answer(const std::shared_ptr<const Grammar>& grammar, Rng& rng, bool check_masks,
                          std::string& error) {
  const TokenTrie& trie = grammar->trie();
  TokenMatcher matcher(grammar);
  std::string text;
  const std::uint64_t patience = rng.below(40);
  for (int step = 0; step < 4000; ++step) {
    const std::vector<std::uint32_t> mask = mask_of(matcher, trie);
    if (check_masks) {
      const TokenId wrong = first_wrong_bit(matcher, trie);
      if (wrong >= 0) error = "the mask is wrong of token " + std::to_string(wrong);
    }
    std::vector<TokenId> allowed;
    for (TokenId id = 0; id < trie.num_tokens(); ++id) {
      if (allows(mask, id)) allowed.push_back(id);
    }
    if (allowed.empty()) error = "nothing is allowed";
    if (!error.empty()) return text;
    const bool hurry = static_cast<std::uint64_t>(step) > patience;
    const TokenId id = choose(allowed, trie, hurry, rng);
    if (!matcher.accept(id)) error = "an allowed token is refused";
    if (matcher.is_finished()) return text;
    text += trie.bytes(id);
  }
  error = "no end";
  return text;
}

}  // namespace inferlab::test
