#include "engine/huggingface/tokenizer_part.h"

#include <fmt/format.h>

#include <filesystem>
#include <string_view>
#include <system_error>
#include <vector>

#include "engine/huggingface/tokenizer_json.h"

namespace inferlab::huggingface {
namespace {

constexpr std::string_view kTokens = "tokenizer.ggml.tokens";
constexpr std::string_view kKinds = "tokenizer.ggml.token_type";
constexpr std::string_view kScores = "tokenizer.ggml.scores";

constexpr std::int32_t kNormal = 1;
constexpr std::int32_t kUnused = 5;
constexpr float kLeastScore = -1e9F;  // below every real one: no merge picks it

template <typename T, typename From>
std::vector<T> as(const std::vector<From>& from) {
  std::vector<T> result;
  result.reserve(from.size());
  for (const From& each : from) result.push_back(static_cast<T>(each));
  return result;
}

}  // namespace

Result<void> add_tokenizer(const std::string& folder, GgufWriter& writer) {
  std::error_code error;
  if (std::filesystem::exists(std::filesystem::path(folder) / "tokenizer.json", error)) {
    return add_tokenizer_metadata(folder, writer);
  }
  const std::string path = (std::filesystem::path(folder) / "tokenizer.gguf").string();
  if (!std::filesystem::exists(path, error)) return {};
  INFERLAB_TRY(const GgufFile file, GgufFile::open(path));
  for (const GgufValue& value : file.values()) {
    if (value.key.starts_with("tokenizer.")) writer.add(value);
  }
  return {};
}

Result<GgufWriter> pad_tokens(const GgufFile& metadata, std::int64_t vocab_size) {
  GgufWriter writer;
  const auto wanted = static_cast<std::size_t>(vocab_size);
  std::vector<std::string> tokens;
  std::vector<std::int32_t> kinds;
  std::vector<float> scores;
  if (metadata.has(kTokens)) {
    INFERLAB_TRY(const auto texts, metadata.texts(kTokens));
    tokens.assign(texts.begin(), texts.end());
  }
  const bool pads = !tokens.empty() && tokens.size() < wanted;
  if (pads) {
    kinds.assign(tokens.size(), kNormal);
    if (metadata.has(kKinds)) {
      INFERLAB_TRY(const auto numbers, metadata.integers(kKinds));
      kinds = as<std::int32_t>(numbers);
    }
    if (metadata.has(kScores)) {
      INFERLAB_TRY(const auto numbers, metadata.numbers(kScores));
      scores = as<float>(numbers);
      scores.resize(wanted, kLeastScore);
    }
    kinds.resize(wanted, kUnused);
    for (std::size_t i = tokens.size(); i < wanted; ++i)
      tokens.push_back(fmt::format("[PAD{}]", i));
  }
  for (const GgufValue& value : metadata.values()) {
    const bool changes = value.key == kTokens || value.key == kKinds || value.key == kScores;
    if (!pads || !changes) writer.add(value);
  }
  if (!pads) return writer;
  writer.add(kTokens, tokens);
  writer.add(kKinds, std::span<const std::int32_t>(kinds));
  if (!scores.empty()) writer.add(kScores, std::span<const float>(scores));
  return writer;
}

}  // namespace inferlab::huggingface
