#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/tokenizer/charsmap.h"

namespace inferlab {

/// What is done to a text before it is cut and merged. Immutable, so any thread may use it.
///
/// Steps are texts, a name and perhaps arguments after U+001F, as `inferlab.tokenizer.normalizer`
/// holds them:
///   nfc nfd nfkc nfkd           Unicode's normal forms
///   lowercase                   character by character
///   strip_accents               takes all marks off
///   strip_nonspacing            the same after nfd, of category Mn alone (BERT)
///   clean                       drops controls, makes white space a space (BERT)
///   separate_chinese            a space on both sides of each CJK ideograph (BERT)
///   strip_left strip_right      white space at the ends
///   squeeze                     both, and each run of white space within becomes a space
///   prepend TEXT                unless the text is empty
///   replace FROM TO             each FROM, from the left
///   replace_runs FROM TO        two or more FROM, which is one character
///   charsmap                    SentencePiece's table
/// Source: Hugging Face tokenizers' documentation, "Normalizers"; BERT's reference tokenizer.
class Normalizer {
 public:
  Normalizer() = default;
  /// kInvalid names the step that is not known.
  static Result<Normalizer> compile(std::span<const std::string_view> steps,
                                    Charsmap charsmap = {});

  /// Checks: valid UTF-8; the result is, too. Linear, but for n log n in runs of marks.
  [[nodiscard]] std::string apply(std::string_view text) const;
  [[nodiscard]] bool empty() const { return steps_.empty(); }

 private:
  enum class Kind : std::uint8_t {
    kNfc,
    kNfd,
    kNfkc,
    kNfkd,
    kLowercase,
    kStripAccents,
    kStripNonspacing,
    kClean,
    kSeparateChinese,
    kStripLeft,
    kStripRight,
    kSqueeze,
    kPrepend,
    kReplace,
    kReplaceRuns,
    kCharsmap,
  };
  struct Step {
    Kind kind;
    std::string from;
    std::string to;
  };
  struct Row;
  [[nodiscard]] std::string apply(const Step& step, std::string_view text) const;

  std::vector<Step> steps_;
  Charsmap charsmap_;
};

}  // namespace inferlab
