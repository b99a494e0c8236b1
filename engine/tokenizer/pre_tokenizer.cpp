#include "engine/tokenizer/pre_tokenizer.h"

#include <algorithm>
#include <limits>

#include "engine/base/check.h"
#include "engine/tokenizer/byte_spelling.h"
#include "engine/tokenizer/utf8.h"

namespace inferlab {
namespace {

SplitText characters_of(std::string_view text, const SplitSets& sets) {
  SplitText result;
  result.masks.reserve(text.size());
  result.offsets.reserve(text.size() + 1);
  for (std::size_t offset = 0; offset < text.size();) {
    const Utf8Step step = utf8_step(text.substr(offset));
    result.masks.push_back(sets.mask_of(step.code));
    result.offsets.push_back(static_cast<std::uint32_t>(offset));
    offset += step.bytes;
  }
  result.offsets.push_back(static_cast<std::uint32_t>(text.size()));
  return result;
}

SplitText bytes_of(std::string_view text, const SplitSets& sets) {
  static const ByteSpelling kSpelling;
  std::array<std::uint64_t, 256> masks;
  for (std::size_t byte = 0; byte < masks.size(); ++byte) {
    masks[byte] = sets.mask_of(utf8_step(kSpelling.of(static_cast<unsigned char>(byte))).code);
  }
  SplitText result;
  result.masks.reserve(text.size());
  result.offsets.reserve(text.size() + 1);
  for (std::size_t i = 0; i < text.size(); ++i) {
    result.masks.push_back(masks[static_cast<unsigned char>(text[i])]);
    result.offsets.push_back(static_cast<std::uint32_t>(i));
  }
  result.offsets.push_back(static_cast<std::uint32_t>(text.size()));
  return result;
}

/// Cuts the parts of `text` that begin at `begins` (character numbers) further.
void apply(std::span<const SplitRegex> stages, const SplitText& text,
           std::vector<std::uint32_t>& begins) {
  for (const SplitRegex& regex : stages) {
    SplitMatcher matcher(regex, text);
    std::vector<std::uint32_t> cut;
    for (std::size_t i = 0; i < begins.size(); ++i) {
      const std::size_t end = i + 1 < begins.size() ? begins[i + 1] : text.masks.size();
      matcher.cut(begins[i], end, cut);
    }
    begins = std::move(cut);
  }
}

}  // namespace

Result<PreTokenizer> PreTokenizer::compile(std::span<const std::string_view> patterns,
                                           std::span<const std::string_view> byte_patterns) {
  PreTokenizer result;
  for (const std::string_view pattern : patterns) {
    INFERLAB_TRY(SplitRegex regex, SplitRegex::compile(pattern, result.sets_));
    result.stages_.push_back(std::move(regex));
  }
  for (const std::string_view pattern : byte_patterns) {
    INFERLAB_TRY(SplitRegex regex, SplitRegex::compile(pattern, result.sets_));
    result.byte_stages_.push_back(std::move(regex));
  }
  return result;
}

std::vector<std::string_view> PreTokenizer::split(std::string_view text) const {
  INFERLAB_CHECK(text.size() < std::numeric_limits<std::uint32_t>::max());
  if (text.empty()) return {};
  std::vector<std::uint32_t> begins = {0};
  if (!stages_.empty()) {
    const SplitText characters = characters_of(text, sets_);
    apply(stages_, characters, begins);
    for (std::uint32_t& begin : begins) begin = characters.offsets[begin];
  }
  if (!byte_stages_.empty()) apply(byte_stages_, bytes_of(text, sets_), begins);
  std::vector<std::string_view> words;
  words.reserve(begins.size());
  for (std::size_t i = 0; i < begins.size(); ++i) {
    const std::size_t end = i + 1 < begins.size() ? begins[i + 1] : text.size();
    words.push_back(text.substr(begins[i], end - begins[i]));
  }
  return words;
}

bool PreTokenizer::matches_everything() const {
  return !stages_.empty() && stages_.front().matches_everything(sets_);
}

bool PreTokenizer::operator==(const PreTokenizer& other) const {
  return sets_ == other.sets_ && stages_ == other.stages_ && byte_stages_ == other.byte_stages_;
}

}  // namespace inferlab
