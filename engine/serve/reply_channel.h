#pragma once

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/time.h"
#include "engine/serve/generation.h"

namespace inferlab {

/// Carries the answer of one request from the engine's thread to a connection's. Thread-safe; never
/// blocks the engine. Bounded by max_model_len, so a slow client costs little memory.
class ReplyChannel {
 public:
  /// Callbacks that fill `channel` and keep it alive.
  static GenerationCallbacks callbacks(std::shared_ptr<ReplyChannel> channel);

  struct News {
    std::deque<std::string> texts;
    std::optional<GenerationResult> end;  ///< nothing comes after it
    [[nodiscard]] bool empty() const { return texts.empty() && !end; }
  };
  /// Everything that has come since the last take(); waits up to `patience` for something.
  News take(Duration patience);

 private:
  std::mutex mutex_;
  std::condition_variable arrived_;
  News news_;
};

}  // namespace inferlab
