#include "engine/huggingface/tokenizer_json.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "engine/huggingface/base64.h"
#include "engine/tokenizer/chat_template.h"
#include "engine/tokenizer/own_keys.h"
#include "engine/tokenizer/tokenizer.h"

namespace inferlab {
namespace {

using Json = nlohmann::json;

/// A byte-level BPE of a few letters.
Json byte_bpe() {
  return Json::parse(R"({
    "added_tokens": [
      {"id": 7, "content": "<|end|>", "special": true},
      {"id": 8, "content": "<tool>", "special": false, "rstrip": true}],
    "normalizer": null,
    "pre_tokenizer": {"type": "Sequence", "pretokenizers": [
      {"type": "Split", "behavior": "Isolated", "invert": false, "pattern": {"Regex":
        "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"}},
      {"type": "ByteLevel", "add_prefix_space": false, "use_regex": false}]},
    "post_processor": null,
    "decoder": {"type": "ByteLevel"},
    "model": {"type": "BPE", "vocab": {"a": 0, "b": 1, "c": 2, "Ġ": 3, "ab": 4, "1": 5, "abc": 6},
              "merges": ["a b", "ab c"]}})");
}

struct Translated {
  GgufFile file;
  Tokenizer tokenizer;
};

Translated translate(const Json& tokenizer, TokenizerFiles files = {}) {
  files.tokenizer = tokenizer.dump();
  GgufWriter writer;
  const auto done = add_tokenizer_metadata(files, writer);
  INFO((done ? std::string() : done.error().message));
  REQUIRE(done.has_value());
  auto file = GgufFile::parse(writer.bytes(), "x");
  REQUIRE(file.has_value());
  auto loaded = Tokenizer::load(*file);
  INFO((loaded ? std::string() : loaded.error().message));
  REQUIRE(loaded.has_value());
  return {std::move(file).value(), std::move(loaded).value()};
}

std::string refusal(const Json& tokenizer, TokenizerFiles files = {}) {
  files.tokenizer = tokenizer.is_string() ? tokenizer.get<std::string>() : tokenizer.dump();
  GgufWriter writer;
  const auto done = add_tokenizer_metadata(files, writer);
  return done ? std::string() : done.error().message;
}

using Ids = std::vector<TokenId>;

TEST_CASE("tokenizer.json: byte-level BPE, its rule known by its expression") {
  const auto [file, tokenizer] = translate(byte_bpe());
  CHECK(file.text("tokenizer.ggml.model").value() == "gpt2");
  CHECK(file.text("tokenizer.ggml.pre").value() == "qwen2");
  CHECK_FALSE(file.has(own_keys::kSplit));
  CHECK(tokenizer.encode("abc ab11") == Ids{6, 3, 4, 5, 5});
  CHECK(tokenizer.encode("<tool>  a<|end|>") == Ids{8, 0});
  CHECK(tokenizer.encode("<|end|>", {.parse_special = true}) == Ids{7});
}

TEST_CASE("tokenizer.json: merges as pairs, words that are tokens first, a rule without a name") {
  Json json = byte_bpe();
  json["model"]["merges"] = Json::parse(R"([["a", "b"]])");
  json["model"]["ignore_merges"] = true;
  json["pre_tokenizer"]["pretokenizers"][0]["pattern"]["Regex"] = "\\p{L}+|[0-9]";
  const auto [file, tokenizer] = translate(json);
  CHECK_FALSE(file.has("tokenizer.ggml.pre"));
  CHECK(file.texts(own_keys::kSplit).value() == std::vector<std::string_view>{"\\p{L}+|[0-9]"});
  CHECK(tokenizer.encode("abc") == Ids{6});  // no merge makes it
  CHECK(tokenizer.encode("abca") == Ids{4, 2, 0});
}

TEST_CASE("tokenizer.json: steps behind ByteLevel see bytes") {
  Json json = byte_bpe();
  json["model"]["vocab"]["Â"] = 9;
  json["model"]["vocab"]["½"] = 10;
  json["model"]["vocab"]["Â½"] = 11;
  json["model"]["merges"].push_back("Â ½");
  json["pre_tokenizer"] = Json::parse(R"({"type": "Sequence", "pretokenizers": [
      {"type": "ByteLevel", "add_prefix_space": false, "use_regex": false},
      {"type": "Digits", "individual_digits": false}]})");
  // U+00BD is the bytes C2 BD, and BD is spelled by the character U+00BD, a number.
  CHECK(translate(json).tokenizer.encode("\u00bd") == Ids{9, 10});
  json["pre_tokenizer"]["pretokenizers"].erase(1);
  CHECK(translate(json).tokenizer.encode("\u00bd") == Ids{11});
}

TEST_CASE("tokenizer.json: normalizers and added tokens behind them") {
  Json json = byte_bpe();
  json["normalizer"] = Json::parse(R"({"type": "Sequence", "normalizers": [
      {"type": "Lowercase"}, {"type": "Replace", "pattern": {"String": "x"}, "content": "b"}]})");
  CHECK(translate(json).tokenizer.encode("AX <TOOL>").front() == 4);
  json["added_tokens"][1]["normalized"] = true;
  CHECK(translate(json).tokenizer.encode("<TOOL>") == Ids{8});
}

Json characters_bpe() {
  Json json = Json::parse(R"({
    "added_tokens": [{"id": 1, "content": "<s>", "special": true}],
    "normalizer": {"type": "Sequence", "normalizers": [
      {"type": "Prepend", "prepend": "▁"},
      {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}]},
    "post_processor": {"type": "TemplateProcessing",
      "single": [{"SpecialToken": {"id": "<s>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}],
      "special_tokens": {"<s>": {"id": "<s>", "ids": [1], "tokens": ["<s>"]}}},
    "decoder": {"type": "Sequence", "decoders": [
      {"type": "Replace", "pattern": {"String": "▁"}, "content": " "}, {"type": "ByteFallback"},
      {"type": "Fuse"}, {"type": "Strip", "content": " ", "start": 1, "stop": 0}]},
    "model": {"type": "BPE", "unk_token": "<unk>", "fuse_unk": true, "byte_fallback": true,
      "vocab": {"<unk>": 0, "<s>": 1, "▁": 2, "a": 3, "b": 4, "▁a": 5, "ab": 6, "<0xC3>": 7, "<0xA9>": 8},
      "merges": ["a b", "▁ a"]}})");
  return json;
}

TEST_CASE("tokenizer.json: BPE of characters merges by rank and falls back to bytes") {
  const auto [file, tokenizer] = translate(characters_bpe());
  CHECK(file.text("tokenizer.ggml.model").value() == "llama");
  CHECK(tokenizer.encode("ab a") == Ids{1, 2, 6, 5});
  CHECK(tokenizer.encode("\u00e9", {.add_special = false}) == Ids{2, 7, 8});
  CHECK(tokenizer.encode("xyb", {.add_special = false}) == Ids{2, 0, 4});
  CHECK(tokenizer.decode(Ids{1, 2, 6, 5}) == "ab a");
  Json apart = characters_bpe();
  apart["model"]["fuse_unk"] = false;
  CHECK(translate(apart).tokenizer.encode("xyb", {.add_special = false}) == Ids{2, 0, 0, 4});
}

TEST_CASE("tokenizer.json: Metaspace puts a space in front unless there is one") {
  Json json = characters_bpe();
  json["normalizer"] = nullptr;
  json["pre_tokenizer"] = Json::parse(
      R"({"type": "Metaspace", "replacement": "▁", "prepend_scheme": "first", "split": false})");
  const EncodeOptions special{.add_special = false, .parse_special = true};
  const Tokenizer first = translate(json).tokenizer;
  CHECK(first.encode("b", special) == Ids{2, 4});
  CHECK(first.encode(" b", special) == Ids{2, 4});
  CHECK(first.encode("b<s>b", special) == Ids{2, 4, 1, 4});
  json["pre_tokenizer"]["prepend_scheme"] = "always";
  CHECK(translate(json).tokenizer.encode("b<s>b", special) == Ids{2, 4, 1, 2, 4});
  json["pre_tokenizer"]["prepend_scheme"] = "never";
  CHECK(translate(json).tokenizer.encode("b", special) == Ids{4});
}

TEST_CASE("tokenizer.json: WordPiece and Unigram") {
  const Json word_piece = Json::parse(R"({
    "added_tokens": [{"id": 0, "content": "[UNK]", "special": true},
      {"id": 1, "content": "[CLS]", "special": true}, {"id": 2, "content": "[SEP]", "special": true}],
    "normalizer": {"type": "BertNormalizer", "lowercase": true},
    "pre_tokenizer": {"type": "BertPreTokenizer"},
    "post_processor": {"type": "BertProcessing", "sep": ["[SEP]", 2], "cls": ["[CLS]", 1]},
    "decoder": {"type": "WordPiece", "prefix": "##"},
    "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
      "vocab": {"[UNK]": 0, "[CLS]": 1, "[SEP]": 2, "un": 3, "##able": 4, "!": 5}}})");
  const auto [file, tokenizer] = translate(word_piece);
  CHECK(file.text("tokenizer.ggml.model").value() == "bert");
  CHECK(tokenizer.encode("UNable! x") == Ids{1, 3, 4, 5, 0, 2});

  const Json unigram = Json::parse(R"({
    "added_tokens": [{"id": 0, "content": "<unk>", "special": true}],
    "normalizer": null,
    "pre_tokenizer": {"type": "Sequence", "pretokenizers": [{"type": "WhitespaceSplit"},
      {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always"}]},
    "decoder": {"type": "Metaspace", "replacement": "▁"},
    "model": {"type": "Unigram", "unk_id": 0,
      "vocab": [["<unk>", 0.0], ["▁", -2.0], ["a", -3.0], ["▁a", -4.0], ["aa", -5.5]]}})");
  CHECK(translate(unigram).tokenizer.encode(" aa \n x") == Ids{3, 2, 1, 0});
}

TEST_CASE("tokenizer.json: the files beside it name tokens, ends and the chat template") {
  TokenizerFiles files;
  files.tokenizer_config =
      R"({"eos_token": {"content": "<|end|>"}, "bos_token": "a", "add_bos_token": true,
          "tokenizer_class": "LlamaTokenizerFast",
          "chat_template": [{"name": "tool_use", "template": "x"},
                            {"name": "default", "template": "<|im_start|><|im_end|>"}]})";
  files.generation_config = R"({"eos_token_id": [7, 5]})";
  files.config = R"({"vocab_size": 12, "eos_token_id": 1})";
  const auto [file, tokenizer] = translate(byte_bpe(), files);
  CHECK(tokenizer.bos() == 0);
  CHECK(tokenizer.eos() == 7);
  CHECK(tokenizer.adds_bos());
  CHECK(tokenizer.is_end(7));
  CHECK(tokenizer.is_end(5));
  CHECK_FALSE(tokenizer.is_end(1));
  CHECK(tokenizer.size() == 12);  // rows of the embedding
  CHECK_FALSE(tokenizer.find_special("[PAD11]").has_value());
  const auto chat = ChatTemplate::load(file);
  REQUIRE(chat.has_value());
  CHECK(chat->format() == ChatFormat::kChatMl);
  // A class that does not look at its settings.
  files.tokenizer_config = R"({"bos_token": "a", "add_bos_token": true})";
  CHECK_FALSE(translate(byte_bpe(), files).tokenizer.adds_bos());
}

TEST_CASE("tokenizer.json: what cannot be carried is refused by name") {
  const auto with = [](const char* pointer, const char* value) {
    Json json = byte_bpe();
    json[Json::json_pointer(pointer)] = Json::parse(value);
    return refusal(json);
  };
  CHECK(with("/model/type", R"("WordLevel")") ==
        "tokenizer.json: model.type: WordLevel is not supported");
  CHECK(with("/model/dropout", "0.1") == "tokenizer.json: model.dropout: is not supported");
  CHECK(with("/model/end_of_word_suffix", R"("</w>")") ==
        "tokenizer.json: model.end_of_word_suffix: is not supported for BPE");
  CHECK(with("/normalizer", R"({"type": "Nmt"})") ==
        "tokenizer.json: normalizer: Nmt: is not supported");
  CHECK(with("/normalizer", R"({"type": "Replace", "pattern": {"Regex": "a+"}, "content": ""})") ==
        "tokenizer.json: normalizer: Replace: with this pattern is not supported");
  CHECK(with("/pre_tokenizer", R"({"type": "UnicodeScripts"})") ==
        "tokenizer.json: pre_tokenizer: UnicodeScripts: is not supported");
  CHECK(with("/pre_tokenizer/pretokenizers/0/behavior", R"("Removed")") ==
        "tokenizer.json: pre_tokenizer: Split: behavior Removed is not supported");
  CHECK(with("/pre_tokenizer/pretokenizers/1", R"({"type": "Digits"})") ==
        "tokenizer.json: pre_tokenizer: BPE needs either ByteLevel or spaces marked with U+2581");
  CHECK(with("/post_processor", R"({"type": "TemplateProcessing", "single": []})") ==
        "tokenizer.json: post_processor: TemplateProcessing: has no place for the text");
  CHECK(with("/decoder", R"({"type": "CTC"})") == "tokenizer.json: decoder: CTC: is not supported");
  CHECK(with("/model/vocab/z", "-1") == "tokenizer.json: model.vocab: has id -1");
  CHECK(with("/model/vocab/z", "3000000").find("and an id 3000000") != std::string::npos);
  CHECK(with("/model/vocab/z", "0") == "tokenizer.json: model.vocab: has the id 0 twice");
  CHECK(with("/model/vocab", "[]").find("is empty or of another form") != std::string::npos);
  CHECK(with("/model/merges/0", R"(["a b", "c"])").find("cannot be written") != std::string::npos);
  CHECK(with("/added_tokens/0/id", "0") ==
        "tokenizer.json: added_tokens: 0 is spelled a in the vocabulary");
  // An expression that cannot be run, and one that would lose text.
  Json json = byte_bpe();
  json["pre_tokenizer"]["pretokenizers"][0]["pattern"]["Regex"] = "(?<=a)b";
  CHECK(refusal(json).find("this kind of group is not supported") != std::string::npos);
  json["pre_tokenizer"]["pretokenizers"][0] = Json::parse(
      R"({"type": "Split", "pattern": {"Regex": "a+"}, "behavior": "Removed", "invert": true})");
  CHECK(refusal(json).find("would lose text") != std::string::npos);
}

TEST_CASE("tokenizer.json: what is no JSON, or too deep, is refused") {
  CHECK(refusal(Json("{")).starts_with("tokenizer.json: not JSON: "));
  CHECK(refusal(Json("[]")).find("no object") != std::string::npos);
  CHECK(refusal(Json(R"({"x": )" + std::string(100'000, '['))).starts_with("tokenizer.json: "));
  TokenizerFiles files;
  files.generation_config = R"({"eos_token_id": 99})";
  CHECK(refusal(byte_bpe(), files) == "generation_config.json: eos_token_id: names no token");
  CHECK_FALSE(TokenizerFiles::read("/nonexistent").has_value());
}

TEST_CASE("base64: as the standard has it") {
  using huggingface::decode_base64;
  const auto text = [](std::string_view encoded) {
    const auto bytes = decode_base64(encoded);
    return bytes ? std::string(bytes->begin(), bytes->end()) : std::string("(none)");
  };
  // The vectors of RFC 4648, section 10.
  CHECK(text("").empty());
  CHECK(text("Zg==") == "f");
  CHECK(text("Zm8=") == "fo");
  CHECK(text("Zm9v") == "foo");
  CHECK(text("Zm9vYmFy") == "foobar");
  CHECK(text("Zm9") == "(none)");
  CHECK(text("Zm9*") == "(none)");
  CHECK(text("Zh==") == "(none)");
}

}  // namespace
}  // namespace inferlab
