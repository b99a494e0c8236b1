#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/time.h"
#include "engine/serve/generation.h"

namespace inferlab {

/// Carries the answer of one request, all its choices, from the engine's thread to who writes it.
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
  /// Everything that has come since the last take(), in place of what `news` held.
  void take(News& news);
  /// Waits up to `patience` for the end of a choice: an answer in one piece is not worth a wake for
  /// each of its tokens.
  void wait_for_end(Duration patience);
  /// `on_news` is called when something comes where nothing lay untaken: from the engine's thread,
  /// so it must not block, and it must not call the channel. Empty: nobody listens any more; no
  /// call is under way when this returns.
  void listen(std::function<void()> on_news);

 private:
  /// What `add` appends is told to the listener. For the engine's thread.
  template <typename Add>
  void tell(Add add);

  std::mutex mutex_;
  std::condition_variable ended_;
  News news_;
  std::function<void()> on_news_;
};

}  // namespace inferlab
