#include "engine/serve/reply_channel.h"

namespace inferlab {

void ReplyChannel::News::clear() {
  pieces.clear();
  ends.clear();
}

template <typename Add>
void ReplyChannel::tell(Add add) {
  const std::scoped_lock lock(mutex_);
  const bool is_first = news_.empty();
  add(news_);
  if (is_first && on_news_) on_news_();
}

GenerationCallbacks ReplyChannel::callbacks(const std::shared_ptr<ReplyChannel>& channel,
                                            int choice, bool keep_tokens) {
  GenerationCallbacks callbacks;
  callbacks.on_piece = [channel, choice, keep_tokens](const GenerationPiece& piece) {
    if (piece.text.empty() && (!keep_tokens || piece.tokens.empty())) return;
    channel->tell([&](News& news) {
      Piece& kept = news.pieces.emplace_back();
      kept.choice = choice;
      kept.text = piece.text;
      if (!keep_tokens) return;
      kept.tokens.assign(piece.tokens.begin(), piece.tokens.end());
      kept.logprobs.assign(piece.logprobs.begin(), piece.logprobs.end());
    });
  };
  callbacks.on_end = [channel, choice](const GenerationResult& result) {
    channel->tell([&](News& news) { news.ends.emplace_back(choice, result); });
    channel->ended_.notify_one();
  };
  return callbacks;
}

void ReplyChannel::take(News& news) {
  news.clear();  // its memory takes what comes next
  const std::scoped_lock lock(mutex_);
  std::swap(news, news_);
}

void ReplyChannel::wait_for_end(Duration patience) {
  std::unique_lock lock(mutex_);
  ended_.wait_for(lock, patience, [this] { return !news_.ends.empty(); });
}

void ReplyChannel::listen(std::function<void()> on_news) {
  const std::scoped_lock lock(mutex_);
  on_news_ = std::move(on_news);
}

}  // namespace inferlab
