#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/time.h"
#include "engine/serve/generation.h"

namespace inferlab {

/// Carries the answer of one request, all its choices, from the engine's thread to a connection's.
/// Thread-safe; never blocks the engine. Bounded by max_model_len for each choice, so a slow client
/// costs little memory.
class ReplyChannel {
 public:
  /// Callbacks for one choice; they fill `channel` and keep it alive. Without `keep_tokens` the
  /// pieces have text alone, and those without text do not come.
  static GenerationCallbacks callbacks(const std::shared_ptr<ReplyChannel>& channel, int choice,
                                       bool keep_tokens);

  struct Piece {
    int choice = 0;
    std::string text = {};
    std::vector<TokenId> tokens = {};
    std::vector<TokenLogprobs> logprobs = {};
  };
  struct News {
    std::vector<Piece> pieces;
    std::vector<std::pair<int, GenerationResult>> ends;  ///< by choice; its pieces are above
    [[nodiscard]] bool empty() const { return pieces.empty() && ends.empty(); }
    void clear();
  };
  /// Everything that has come since the last take(), in place of what `news` held; waits up to
  /// `patience` for something.
  void take(News& news, Duration patience);

 private:
  std::mutex mutex_;
  std::condition_variable arrived_;
  News news_;
};

}  // namespace inferlab
