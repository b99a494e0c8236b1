#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/huggingface/tokenizer_model.h"

namespace inferlab::huggingface {

/// What the steps around the model come to: the fields that GGUF's keys, or our own, can say.
struct TokenizerSteps {
  std::vector<std::string> normalizer;  ///< as Normalizer::compile takes them
  std::vector<unsigned char> charsmap;
  std::vector<std::string> patterns;  ///< as PreTokenizer::compile takes them
  std::vector<std::string> byte_patterns;
  bool byte_level = false;
  bool marks_spaces = false;  ///< " " becomes U+2581
  bool bert_words = false;
  bool splits_white_space = false;
  bool space_prefix = false;
  std::string prefix_rule = "always";  ///< as own_keys::kSpacePrefix
  std::optional<TokenId> first;        ///< the post-processor puts it in front
  std::optional<TokenId> last;         ///< and this behind
};

/// Reads "normalizer", "pre_tokenizer", "post_processor" and "decoder". kInvalid names the step.
Result<TokenizerSteps> read_steps(const TokenizerModel& model);

}  // namespace inferlab::huggingface
