#pragma once

#include <string>
#include <string_view>

#include "engine/serve/api_response.h"

namespace inferlab {

/// Writes the chunks of one answer that is streamed as server-sent events: role (chat only) for
/// each choice, a piece for each text, an end for each choice, usage (with include_usage),
/// kSseDone. Not thread-safe: one owner, the answer.
class ChunkWriter {
 public:
  /// Borrows both.
  ChunkWriter(const ResponseHead& head, const LogprobsText& logprobs);

  // All append whole events to `out`.

  /// `prompt` goes into the first of a chat that asked for token ids.
  void append_role(std::string& out, int choice, const std::vector<TokenId>* prompt,
                   const Usage& usage) const;
  /// `piece` has what is new in the choice: text, tokens, logprobs; of completions also the prompt
  /// where its ids are asked for, and an echo. Offsets of logprobs begin with `first_offset`.
  void append_piece(std::string& out, int choice, const ChoiceAnswer& piece,
                    std::int64_t first_offset, const Usage& usage) const;
  /// The same without tokens and logprobs, which is most of all chunks.
  void append_text(std::string& out, int choice, std::string_view text, const Usage& usage) const;
  void append_end(std::string& out, int choice, const GenerationResult& result,
                  const Usage& usage) const;
  void append_total(std::string& out, const Usage& usage) const;

 private:
  void open(std::string& out, int choice) const;
  void close(std::string& out, const Usage& usage) const;   // the choice and what is around it
  void finish(std::string& out, const Usage& usage) const;  // what is behind the choices

  const ResponseHead& head_;
  const LogprobsText& logprobs_;
  std::string common_;  // up to the choices
  bool is_chat_;
};

std::string sse(std::string_view json);
inline constexpr std::string_view kSseDone = "data: [DONE]\n\n";

}  // namespace inferlab
