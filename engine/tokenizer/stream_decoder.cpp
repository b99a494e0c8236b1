#include <string_view>
#include <utility>

#include "engine/tokenizer/tokenizer.h"
#include "engine/tokenizer/utf8.h"

namespace inferlab {

StreamDecoder::StreamDecoder(const Tokenizer& tokenizer, bool at_start, bool show_control)
    : tokenizer_(&tokenizer),
      at_start_(at_start && tokenizer.adds_space_prefix()),
      show_control_(show_control) {}

std::string StreamDecoder::push(TokenId id) {
  std::string_view added = tokenizer_->token_bytes(id);
  if (show_control_ && added.empty() && id >= 0 && id < tokenizer_->size() &&
      tokenizer_->token_kind(id) == TokenKind::kControl) {
    added = tokenizer_->token_text(id);
  }
  if (at_start_ && !added.empty()) {
    if (added.starts_with(' ')) added.remove_prefix(1);
    at_start_ = false;
  }
  pending_ += added;
  std::string result;
  std::string_view rest = pending_;
  while (!rest.empty()) {
    const Utf8Step step = utf8_step(rest);
    if (step.kind == Utf8Step::Kind::kIncomplete) break;
    const bool whole = step.kind == Utf8Step::Kind::kCharacter;
    result += whole ? rest.substr(0, step.bytes) : kReplacementUtf8;
    rest.remove_prefix(step.bytes);
  }
  pending_.erase(0, pending_.size() - rest.size());
  return result;
}

std::string StreamDecoder::finish() {
  return to_valid_utf8(std::exchange(pending_, {}));
}

}  // namespace inferlab
