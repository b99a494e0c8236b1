#include "engine/serve/reply_channel.h"

#include <utility>

namespace inferlab {

GenerationCallbacks ReplyChannel::callbacks(std::shared_ptr<ReplyChannel> channel) {
  GenerationCallbacks callbacks;
  callbacks.on_piece = [channel](const GenerationPiece& piece) {
    if (piece.text.empty()) return;
    {
      const std::scoped_lock lock(channel->mutex_);
      channel->news_.texts.emplace_back(piece.text);
    }
    channel->arrived_.notify_one();
  };
  callbacks.on_end = [channel](const GenerationResult& result) {
    {
      const std::scoped_lock lock(channel->mutex_);
      channel->news_.end = result;
    }
    channel->arrived_.notify_one();
  };
  return callbacks;
}

ReplyChannel::News ReplyChannel::take(Duration patience) {
  std::unique_lock lock(mutex_);
  arrived_.wait_for(lock, patience, [this] { return !news_.empty(); });
  return std::exchange(news_, {});
}

}  // namespace inferlab
