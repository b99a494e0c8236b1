#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/tokenizer/split_regex.h"

namespace inferlab {

/// How a text is cut into words before merging within each: expressions, applied one after the
/// other to the parts that the one before left; a part is a match or what lies between two.
/// Immutable, so any thread may use it.
class PreTokenizer {
 public:
  /// None: the whole text is one word.
  PreTokenizer() = default;
  /// `patterns` see characters. `byte_patterns`, which come after them, see the bytes as they are
  /// spelled in byte-level vocabularies, each a character: what stands behind the step "ByteLevel"
  /// in a Hugging Face tokenizer. kInvalid as SplitRegex::compile.
  static Result<PreTokenizer> compile(std::span<const std::string_view> patterns,
                                      std::span<const std::string_view> byte_patterns = {});

  /// Words that put together give the text again; views into `text`, which is valid UTF-8 of less
  /// than 4 GiB. Linear.
  [[nodiscard]] std::vector<std::string_view> split(std::string_view text) const;

  [[nodiscard]] bool empty() const { return stages_.empty() && byte_stages_.empty(); }
  /// Whether the first expression matches every character, so that nothing lies between matches.
  [[nodiscard]] bool matches_everything() const;
  /// Equal step by step, however the expressions are spelled.
  bool operator==(const PreTokenizer& other) const;

 private:
  SplitSets sets_;
  std::vector<SplitRegex> stages_;
  std::vector<SplitRegex> byte_stages_;
};

}  // namespace inferlab
