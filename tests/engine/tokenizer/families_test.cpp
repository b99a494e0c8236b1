// WordPiece, Unigram, and what our own keys say of special tokens: small vocabularies.
#include <array>
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "engine/formats/gguf_writer.h"
#include "engine/tokenizer/own_keys.h"
#include "engine/tokenizer/tokenizer.h"

namespace inferlab {
namespace {

constexpr EncodeOptions kBare{.add_special = false};

Tokenizer load(const GgufWriter& writer) {
  const auto file = GgufFile::parse(writer.bytes(), "x");
  REQUIRE(file.has_value());
  auto tokenizer = Tokenizer::load(*file);
  INFO((tokenizer ? std::string() : tokenizer.error().message));
  REQUIRE(tokenizer.has_value());
  return std::move(tokenizer).value();
}

std::vector<std::string> spelled(const Tokenizer& tokenizer, std::string_view text,
                                 EncodeOptions options = kBare) {
  std::vector<std::string> result;
  for (const TokenId id : tokenizer.encode(text, options)) {
    result.emplace_back(tokenizer.token_text(id));
  }
  return result;
}

using Texts = std::vector<std::string>;

void add_tokens(GgufWriter& writer, const Texts& tokens, const std::vector<std::int32_t>& kinds) {
  writer.add("tokenizer.ggml.tokens", std::span<const std::string>(tokens));
  writer.add("tokenizer.ggml.token_type", std::span<const std::int32_t>(kinds));
}

GgufWriter word_piece() {
  GgufWriter writer;
  writer.add("tokenizer.ggml.model", "bert");
  add_tokens(writer,
             {"[UNK]", "[CLS]", "[SEP]", "\u2581the", "\u2581un", "aff", "able", "\u2581!",
              "\u2581\u4e2d", "\u2581a"},
             {3, 3, 3, 1, 1, 1, 1, 1, 1, 1});
  writer.add("tokenizer.ggml.unknown_token_id", std::uint32_t{0});
  writer.add("tokenizer.ggml.cls_token_id", std::uint32_t{1});
  writer.add("tokenizer.ggml.seperator_token_id", std::uint32_t{2});
  return writer;
}

TEST_CASE("WordPiece: the longest pieces from the left, words apart from punctuation") {
  const Tokenizer tokenizer = load(word_piece());
  CHECK(spelled(tokenizer, "The unaffable!") ==
        Texts{"\u2581the", "\u2581un", "aff", "able", "\u2581!"});
  CHECK(spelled(tokenizer, "the", {}) == Texts{"[CLS]", "\u2581the", "[SEP]"});
  CHECK(spelled(tokenizer, "", {}) == Texts{"[CLS]", "[SEP]"});
  // Accents and case go; an ideograph is a word.
  CHECK(spelled(tokenizer, "TH\u00c9\u4e2dA\u0301") ==
        Texts{"\u2581the", "\u2581\u4e2d", "\u2581a"});
  // A word that its pieces do not make up is unknown as a whole.
  CHECK(spelled(tokenizer, "unx the") == Texts{"[UNK]", "\u2581the"});
  // The mark in a text is no mark: "a" and then a piece that begins a word do not make this up.
  CHECK(spelled(tokenizer, "a\u2581the") == Texts{"[UNK]"});
  CHECK(spelled(tokenizer, "un" + std::string(99, 'x')) == Texts{"[UNK]"});
  CHECK(spelled(tokenizer, "the[SEP]", {.add_special = false, .parse_special = true}) ==
        Texts{"\u2581the", "[SEP]"});
  CHECK(tokenizer.decode(tokenizer.encode("the unaffable !")) == "the unaffable !");
}

TEST_CASE("WordPiece: words over the limit are unknown") {
  GgufWriter writer = word_piece();
  writer.add(own_keys::kMaxWord, std::uint32_t{4});
  const Tokenizer tokenizer = load(writer);
  CHECK(spelled(tokenizer, "the unaff") == Texts{"\u2581the", "[UNK]"});
}

GgufWriter unigram() {
  GgufWriter writer;
  writer.add("tokenizer.ggml.model", "t5");
  add_tokens(writer, {"<pad>", "</s>", "<unk>", "\u2581", "a", "b", "\u2581ab", "ba", "abb"},
             {3, 3, 2, 1, 1, 1, 1, 1, 1});
  const std::vector<float> scores = {0, 0, 0, -2, -3, -3.5F, -4, -5, -9};
  writer.add("tokenizer.ggml.scores", std::span<const float>(scores));
  return writer;
}

TEST_CASE("Unigram: the likeliest pieces") {
  const Tokenizer tokenizer = load(unigram());
  CHECK(spelled(tokenizer, "ab") == Texts{"\u2581ab"});
  // -4 -3.5 -3 is worse than -4 -5, and "ab" "ba" better than "a" "bb...".
  CHECK(spelled(tokenizer, "abba") == Texts{"\u2581ab", "ba"});
  CHECK(spelled(tokenizer, "b a") == Texts{"\u2581", "b", "\u2581", "a"});
  CHECK(spelled(tokenizer, "aXYb") == Texts{"\u2581", "a", "<unk>", "b"});
  CHECK(spelled(tokenizer, "ab", {}) == Texts{"\u2581ab", "</s>"});
  CHECK(tokenizer.decode(tokenizer.encode("ab ba")) == "ab ba");
}

TEST_CASE("Unigram: a megabyte takes no quadratic time") {
  const Tokenizer tokenizer = load(unigram());
  const std::string text(1 << 20, 'a');
  CHECK(tokenizer.decode(tokenizer.encode(text)) == text);
}

/// Bytes of ASCII as they are spelled, and added tokens.
Tokenizer with_added(const Texts& added, const std::vector<std::string_view>& particular) {
  Texts tokens;
  for (char c = '!'; c <= '~'; ++c) tokens.emplace_back(1, c);
  tokens.emplace_back("\u0120");
  std::vector<std::int32_t> kinds(tokens.size(), 1);
  std::vector<std::int32_t> ids;
  for (const std::string& token : added) {
    ids.push_back(static_cast<std::int32_t>(tokens.size()));
    tokens.push_back(token);
    kinds.push_back(4);
  }
  GgufWriter writer;
  writer.add("tokenizer.ggml.model", "gpt2");
  writer.add("tokenizer.ggml.pre", "gpt-2");
  writer.add("tokenizer.ggml.merges", std::span<const std::string>{});
  add_tokens(writer, tokens, kinds);
  for (const std::string_view key : particular) {
    writer.add(key, std::span<const std::int32_t>(ids));
  }
  return load(writer);
}

TEST_CASE("Tokenizer: special tokens take white space along where they are said to") {
  const Texts one = {"<t>"};
  CHECK(spelled(with_added(one, {}), "a <t> b") == Texts{"a", "\u0120", "<t>", "\u0120", "b"});
  CHECK(spelled(with_added(one, {own_keys::kLeftStrip}), "a  <t> b") ==
        Texts{"a", "<t>", "\u0120", "b"});
  CHECK(spelled(with_added(one, {own_keys::kRightStrip}), "a <t>  b") ==
        Texts{"a", "\u0120", "<t>", "b"});
  const Tokenizer word = with_added({"bc"}, {own_keys::kSingleWord});
  CHECK(spelled(word, "abc bc,bcd") == Texts{"a", "b", "c", "\u0120", "bc", ",", "b", "c", "d"});
  // From the left, the longest one.
  CHECK(spelled(with_added({"ab", "abc", "cd"}, {}), "abcd") == Texts{"abc", "d"});
}

TEST_CASE("Tokenizer: thousands of special tokens with one beginning take no quadratic time") {
  Texts added;
  for (int i = 0; i < 5000; ++i) added.push_back("II" + std::to_string(i) + "Z");
  const Tokenizer tokenizer = with_added(added, {});
  const std::string text(1 << 19, 'I');
  CHECK(tokenizer.encode(text, kBare).size() == text.size());
}

TEST_CASE("Tokenizer: a file that names an unknown rule is told what to do") {
  GgufWriter writer;
  writer.add("tokenizer.ggml.model", "gpt2");
  writer.add("tokenizer.ggml.pre", "klingon");
  const auto file = GgufFile::parse(writer.bytes(), "x");
  REQUIRE(file.has_value());
  const auto tokenizer = Tokenizer::load(*file);
  REQUIRE_FALSE(tokenizer.has_value());
  CHECK(tokenizer.error().hint.find("Hugging Face folder") != std::string::npos);
}

}  // namespace
}  // namespace inferlab
