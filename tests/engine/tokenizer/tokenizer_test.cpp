#include "engine/tokenizer/tokenizer.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "engine/formats/gguf_writer.h"
#include "engine/tokenizer/utf8.h"
#include "random_text.h"
#include "sentence_piece_vocabulary.h"

namespace inferlab {
namespace {

constexpr EncodeOptions kPlain{.add_special = false, .parse_special = false};
constexpr EncodeOptions kControl{.add_special = false, .parse_special = true};

Tokenizer byte_bpe() {
  auto file = GgufFile::open(INFERLAB_SOURCE_DIR "/assets/model/inferlab-tiny.gguf");
  INFERLAB_CHECK(file.has_value());
  auto tokenizer = Tokenizer::load(*file);
  INFERLAB_CHECK(tokenizer.has_value());
  return std::move(tokenizer).value();
}

Tokenizer sentence_piece(bool add_space_prefix = true) {
  auto tokenizer = Tokenizer::load(test::sentence_piece_file(add_space_prefix));
  INFERLAB_CHECK(tokenizer.has_value());
  return std::move(tokenizer).value();
}

std::vector<std::string> spelled(const Tokenizer& tokenizer, std::string_view text) {
  std::vector<std::string> result;
  for (const TokenId id : tokenizer.encode(text, kPlain)) {
    result.emplace_back(tokenizer.token_text(id));
  }
  return result;
}

TEST_CASE("Tokenizer: random Unicode comes back unchanged", "[seeds]") {
  const Tokenizer bpe = byte_bpe();
  const Tokenizer spm = sentence_piece();
  const Tokenizer bare = sentence_piece(false);
  Rng rng(7, "tokenizer", "round_trip");
  for (int round = 0; round < 400; ++round) {
    const std::string text = test::random_text(rng, rng.below(60));
    CAPTURE(text);
    for (const Tokenizer* tokenizer : {&bpe, &spm, &bare}) {
      REQUIRE(tokenizer->decode(tokenizer->encode(text, kPlain)) == text);
    }
  }
}

TEST_CASE("Tokenizer: a SentencePiece file that names no ids has Llama's own") {
  const std::vector<std::string> tokens = {"<unk>", "<s>", "</s>", "\xe2\x96\x81", "a"};
  const std::vector<std::int32_t> kinds = {2, 3, 3, 1, 1};
  const std::vector<float> scores(tokens.size());
  GgufWriter writer;
  writer.add("tokenizer.ggml.model", "llama");
  writer.add("tokenizer.ggml.tokens", tokens);
  writer.add("tokenizer.ggml.scores", std::span<const float>(scores));
  writer.add("tokenizer.ggml.token_type", std::span<const std::int32_t>(kinds));
  const auto file = GgufFile::parse(writer.bytes(), "x");
  REQUIRE(file.has_value());
  const auto tokenizer = Tokenizer::load(*file);
  REQUIRE(tokenizer.has_value());
  CHECK(tokenizer->bos() == 1);
  CHECK(tokenizer->eos() == 2);
  CHECK(tokenizer->encode("az") == std::vector<TokenId>{1, 3, 4, 0});
}

TEST_CASE("Tokenizer: BOS and whole words first are Llama 3's, not Smaug's") {
  const auto adds_bos = [](std::string_view pre) {
    const std::vector<std::string> tokens = {"<s>", "a"};
    GgufWriter writer;
    writer.add("tokenizer.ggml.model", "gpt2");
    writer.add("tokenizer.ggml.pre", pre);
    writer.add("tokenizer.ggml.tokens", tokens);
    writer.add("tokenizer.ggml.merges", std::span<const std::string>{});
    writer.add("tokenizer.ggml.bos_token_id", std::uint32_t{0});
    const auto file = GgufFile::parse(writer.bytes(), "x");
    REQUIRE(file.has_value());
    return Tokenizer::load(*file)->adds_bos();
  };
  CHECK(adds_bos("llama-bpe"));
  CHECK_FALSE(adds_bos("smaug-bpe"));
}

TEST_CASE("Tokenizer: what is no UTF-8 is read as U+FFFD", "[seeds]") {
  const Tokenizer bpe = byte_bpe();
  const Tokenizer spm = sentence_piece();
  CHECK(bpe.decode(bpe.encode("a\xff"
                              "b\xe2\x82",
                              kPlain)) ==
        "a\xef\xbf\xbd"
        "b\xef\xbf\xbd");
  Rng rng(7, "tokenizer", "bytes");
  for (int round = 0; round < 400; ++round) {
    const std::string bytes = test::random_bytes(rng, rng.below(40));
    REQUIRE(bpe.decode(bpe.encode(bytes, kPlain)) == to_valid_utf8(bytes));
    REQUIRE(spm.decode(spm.encode(bytes, kPlain)) == to_valid_utf8(bytes));
  }
}

TEST_CASE("StreamDecoder: never half a character, and together the same text", "[seeds]") {
  const Tokenizer bpe = byte_bpe();
  const Tokenizer spm = sentence_piece();
  Rng rng(7, "tokenizer", "stream");
  for (int round = 0; round < 400; ++round) {
    for (const Tokenizer* tokenizer : {&bpe, &spm}) {
      // Any ids, not only those that a text gives: a model may say anything.
      std::vector<TokenId> ids;
      for (std::uint64_t i = rng.below(40); i > 0; --i) {
        ids.push_back(static_cast<TokenId>(rng.below(tokenizer->size() + 2U)) - 1);
      }
      for (const bool at_start : {false, true}) {
        StreamDecoder decoder(*tokenizer, at_start);
        std::string text;
        for (const TokenId id : ids) {
          const std::string piece = decoder.push(id);
          REQUIRE(is_valid_utf8(piece));
          text += piece;
        }
        text += decoder.finish();
        REQUIRE(text == tokenizer->decode(ids, {.at_start = at_start}));
      }
    }
  }
}

TEST_CASE("Tokenizer: SentencePiece merges the best score first and falls back to bytes") {
  const Tokenizer tokenizer = sentence_piece();
  const std::string mark = "\xe2\x96\x81";
  CHECK(spelled(tokenizer, "the") == std::vector<std::string>{mark + "the"});
  // "aa" at the left first, then in pairs.
  CHECK(spelled(tokenizer, "xaaaaa") == std::vector<std::string>{mark, "x", "aaaa", "a"});
  CHECK(spelled(tokenizer, "\xc3\xa9") == std::vector<std::string>{mark, "<0xC3>", "<0xA9>"});
  CHECK(spelled(tokenizer, "").empty());
  CHECK(tokenizer.encode("the") ==
        std::vector<TokenId>{*tokenizer.bos(), *tokenizer.find(mark + "the")});
  CHECK(tokenizer.is_end(*tokenizer.eos()));
  CHECK_FALSE(tokenizer.is_end(*tokenizer.bos()));
}

TEST_CASE("Tokenizer: text never merges into a control or byte token") {
  const Tokenizer tokenizer = sentence_piece();
  // "</" and "s>" are tokens, and together they would spell EOS.
  const auto ids = tokenizer.encode("a</s>", kPlain);
  CHECK(std::ranges::find(ids, *tokenizer.eos()) == ids.end());
  CHECK(tokenizer.decode(ids) == "a</s>");
  CHECK(tokenizer.encode("</s>", kControl) == std::vector<TokenId>{*tokenizer.eos()});
  CHECK(tokenizer.encode("<0x0A>", kPlain) != std::vector<TokenId>{*tokenizer.find("<0x0A>")});
}

TEST_CASE("Tokenizer: control tokens are read on demand and shown on demand") {
  const Tokenizer tokenizer = byte_bpe();
  const std::string text = "<|im_start|>user\nHi<|im_end|>";
  const auto ids = tokenizer.encode(text, kControl);
  CHECK(ids.front() == *tokenizer.find("<|im_start|>"));
  CHECK(ids.back() == *tokenizer.find("<|im_end|>"));
  CHECK(tokenizer.decode(ids) == "user\nHi");
  CHECK(tokenizer.decode(ids, {.show_control = true}) == text);
  CHECK(tokenizer.is_end(ids.back()));
  const auto plain = tokenizer.encode(text, kPlain);
  CHECK(std::ranges::find(plain, ids.back()) == plain.end());
  CHECK(tokenizer.decode(plain) == text);
}

TEST_CASE("Tokenizer: a megabyte of one letter takes no quadratic time") {
  // Quadratic merging would take hours: that this ends is the test.
  const std::string text(1 << 20, 'a');
  for (const Tokenizer& tokenizer : {byte_bpe(), sentence_piece()}) {
    const auto ids = tokenizer.encode(text, kPlain);
    CHECK(tokenizer.decode(ids) == text);
  }
}

TEST_CASE("Tokenizer: metadata that contradict each other are refused by key") {
  const auto refusal = [](auto&& change) {
    GgufWriter writer;
    change(writer);
    const auto file = GgufFile::parse(writer.bytes(), "x");
    REQUIRE(file.has_value());
    const auto tokenizer = Tokenizer::load(*file);
    return tokenizer.has_value() ? std::string() : tokenizer.error().message;
  };
  const std::vector<std::string> tokens = {"a", "b", "ab"};
  const std::vector<std::string> merges = {"a b"};
  const std::vector<std::string> broken = {"ab"};
  const std::vector<std::int32_t> kinds = {1, 1};
  CHECK(refusal([](GgufWriter&) {}) == "x: tokenizer.ggml.model: is missing");
  CHECK(refusal([](GgufWriter& w) { w.add("tokenizer.ggml.model", "rwkv"); }) ==
        "x: tokenizer.ggml.model: rwkv is not supported");
  CHECK(refusal([&](GgufWriter& w) {
          w.add("tokenizer.ggml.model", "gpt2");
          w.add("tokenizer.ggml.pre", "klingon");
        }) == "x: tokenizer.ggml.pre: klingon is not supported");
  CHECK(refusal([&](GgufWriter& w) {
          w.add("tokenizer.ggml.model", "gpt2");
          w.add("tokenizer.ggml.tokens", tokens);
        }) == "x: tokenizer.ggml.merges: is missing");
  CHECK(refusal([&](GgufWriter& w) {
          w.add("tokenizer.ggml.model", "gpt2");
          w.add("tokenizer.ggml.tokens", tokens);
          w.add("tokenizer.ggml.merges", broken);
        }) == "x: tokenizer.ggml.merges: entry 0 has no two parts");
  CHECK(refusal([&](GgufWriter& w) {
          w.add("tokenizer.ggml.model", "gpt2");
          w.add("tokenizer.ggml.tokens", tokens);
          w.add("tokenizer.ggml.token_type", std::span<const std::int32_t>(kinds));
        }) == "x: tokenizer.ggml.token_type: has 2 entries for 3 tokens");
  CHECK(refusal([&](GgufWriter& w) {
          w.add("tokenizer.ggml.model", "gpt2");
          w.add("tokenizer.ggml.tokens", tokens);
          w.add("tokenizer.ggml.merges", merges);
          w.add("tokenizer.ggml.eos_token_id", std::uint32_t{3});
        }) == "x: tokenizer.ggml.eos_token_id: is 3, there are 3 tokens");
  CHECK(refusal([&](GgufWriter& w) {
          w.add("tokenizer.ggml.model", "gpt2");
          w.add("tokenizer.ggml.tokens", tokens);
          w.add("tokenizer.ggml.merges", merges);
        }).empty());
}

}  // namespace
}  // namespace inferlab
