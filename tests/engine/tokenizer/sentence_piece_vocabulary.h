#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "engine/base/check.h"
#include "engine/formats/gguf_writer.h"

namespace inferlab::test {

/// A small SentencePiece vocabulary: unknown, BOS, EOS, all bytes, letters, the marked space, and
/// some merges, the likelier the higher the score.
inline GgufFile sentence_piece_file(bool add_space_prefix = true) {
  std::vector<std::string> tokens = {"<unk>", "<s>", "</s>"};
  std::vector<std::int32_t> kinds = {2, 3, 3};
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  for (std::size_t byte = 0; byte < 256; ++byte) {
    tokens.push_back(std::string("<0x") + kDigits[byte / 16] + kDigits[byte % 16] + ">");
    kinds.push_back(6);
  }
  std::vector<float> scores(tokens.size(), 0.0F);
  const auto add = [&](std::string text, float score) {
    tokens.push_back(std::move(text));
    kinds.push_back(1);
    scores.push_back(score);
  };
  const std::string mark = "\xe2\x96\x81";
  const std::array<std::string, 12> merges = {mark + "t", "he",       mark + "the", "in",
                                              "</",       "s>",       "an",         "aa",
                                              "aaaa",     mark + "a", mark + mark,  "nd"};
  float score = -1.0F;
  for (const std::string& merge : merges) add(merge, score--);
  for (char c = 'a'; c <= 'z'; ++c) add(std::string(1, c), score--);
  for (const char c : std::string("</>")) add(std::string(1, c), score--);
  add(mark, score--);

  GgufWriter writer;
  writer.add("tokenizer.ggml.model", "llama");
  writer.add("tokenizer.ggml.tokens", tokens);
  writer.add("tokenizer.ggml.scores", std::span<const float>(scores));
  writer.add("tokenizer.ggml.token_type", std::span<const std::int32_t>(kinds));
  writer.add("tokenizer.ggml.bos_token_id", std::uint32_t{1});
  writer.add("tokenizer.ggml.eos_token_id", std::uint32_t{2});
  writer.add("tokenizer.ggml.unknown_token_id", std::uint32_t{0});
  writer.add("tokenizer.ggml.add_space_prefix", add_space_prefix);
  auto file = GgufFile::parse(writer.bytes(), "sentence_piece.gguf");
  INFERLAB_CHECK(file.has_value());
  return std::move(file).value();
}

}  // namespace inferlab::test
