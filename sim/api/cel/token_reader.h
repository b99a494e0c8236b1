#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sim/api/cel/issues.h"
#include "sim/api/cel/lexer.h"

namespace inferlab::sim::cel {

/// The parser's place in the tokens, and its complaints about what stands there, in the words and
/// with the small repairs of the API server's generated parser: one token too many or too few is
/// reported and passed over, anything worse ends the parse.
class TokenReader {
 public:
  /// `tokens` end with kEnd. `issues` outlives the reader.
  TokenReader(std::vector<Token> tokens, Issues& issues)
      : tokens_(std::move(tokens)), issues_(issues) {}

  [[nodiscard]] const Token& current() const { return tokens_[at_]; }
  [[nodiscard]] const Token& next() const;
  void advance() { ++at_; }
  bool accept(std::string_view symbol);

  /// After the first error of the grammar: what follows it would be guesswork.
  [[nodiscard]] bool failed() const { return failed_; }
  [[nodiscard]] Issues& issues() { return issues_; }
  void syntax(const std::string& message);
  void too_deep(std::string message);

  /// Takes `symbol`, or says what stands there instead. `may_follow`: what stands there could come
  /// behind the symbol, which is then merely missing.
  void expect(std::string_view symbol, const std::string& expecting, bool may_follow);
  /// Whether an expression begins here; one foreign token before it is reported and left out.
  bool ready(char closer = 0);

  /// A bracket is open that `closer` closes.
  void open(char closer) { closers_.push_back(closer); }
  void close() { closers_.pop_back(); }
  /// Whether what stands here could come behind the bracket that has just been closed.
  [[nodiscard]] bool follows_closer() const;

 private:
  std::vector<Token> tokens_;
  std::size_t at_ = 0;
  Issues& issues_;
  bool failed_ = false;
  std::string closers_;  // of the brackets that are open, the innermost last
};

}  // namespace inferlab::sim::cel
