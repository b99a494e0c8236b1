#include "engine/serve/reply_channel.h"

namespace inferlab {

void ReplyChannel::News::clear() {
  pieces.clear();
  ends.clear();
}

GenerationCallbacks ReplyChannel::callbacks(const std::shared_ptr<ReplyChannel>& channel,
                                            int choice, bool keep_tokens) {
  GenerationCallbacks callbacks;
  callbacks.on_piece = [channel, choice, keep_tokens](const GenerationPiece& piece) {
    if (piece.text.empty() && (!keep_tokens || piece.tokens.empty())) return;
    {
      const std::scoped_lock lock(channel->mutex_);
      Piece& kept = channel->news_.pieces.emplace_back();
      kept.choice = choice;
      kept.text = piece.text;
      if (keep_tokens) {
        kept.tokens.assign(piece.tokens.begin(), piece.tokens.end());
        kept.logprobs.assign(piece.logprobs.begin(), piece.logprobs.end());
      }
    }
    channel->arrived_.notify_one();
  };
  callbacks.on_end = [channel, choice](const GenerationResult& result) {
    {
      const std::scoped_lock lock(channel->mutex_);
      channel->news_.ends.emplace_back(choice, result);
    }
    channel->arrived_.notify_one();
  };
  return callbacks;
}

void ReplyChannel::take(News& news, Duration patience) {
  news.clear();  // its memory takes what comes next
  std::unique_lock lock(mutex_);
  arrived_.wait_for(lock, patience, [this] { return !news_.empty(); });
  std::swap(news, news_);
}

}  // namespace inferlab
