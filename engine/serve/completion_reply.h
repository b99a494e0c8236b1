#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/serve/api_keys.h"
#include "engine/serve/api_response.h"
#include "engine/serve/chunk_writer.h"
#include "engine/serve/engine.h"
#include "engine/serve/generation_plan.h"
#include "engine/serve/reply_channel.h"
#include "engine/serve/request_record.h"
#include "engine/serve/tool_calls.h"

namespace inferlab {

/// One answer under way, all its choices: takes what the engine sends and turns it into a body or
/// into events. Its end, however it comes, ends the engine's requests too. One thread at a time.
class CompletionReply {
 public:
  struct Setup {
    ResponseHead head;
    bool tokens_as_ids = false;
    bool tells_cached_tokens = false;  ///< in usage
    bool shows_prompt_logprobs = false;
    bool echo = false;
    std::int64_t n = 1;
    std::uint64_t tool_call_seed = 0;  ///< of their ids
    std::unique_ptr<KeyLease> lease = {};
    RequestRecord record = {};  ///< as far as it is known
    RequestSink sink = {};
  };
  /// Borrows the engine.
  CompletionReply(Engine& engine, Setup setup, GenerationPlan plan);
  ~CompletionReply();
  CompletionReply(const CompletionReply&) = delete;
  CompletionReply& operator=(const CompletionReply&) = delete;

  /// Queues all choices, or none.
  Result<void> submit();

  /// Takes what is new; false when nothing is.
  bool take();
  /// The same; waits up to `patience` for the end of a choice.
  bool wait(Duration patience);
  /// As ReplyChannel::listen(): for who writes the events as they come.
  void listen(std::function<void()> on_news) { channel_->listen(std::move(on_news)); }
  /// What was taken last, as events; appended to `out`. With the last choice's end come usage and
  /// [DONE].
  void append_events(std::string& out);
  /// The same for the body.
  void collect();
  [[nodiscard]] std::string body() const;

  /// All choices have ended, or one with an error, which is then the answer.
  [[nodiscard]] bool done() const { return error_ || num_ended_ == choices_.size(); }
  [[nodiscard]] const std::optional<ApiError>& error() const { return error_; }
  void set_status(int status) { setup_.record.status = status; }

 private:
  void begin_stream(std::string& out);
  void append_piece(std::string& out, ReplyChannel::Piece& piece);
  void append_held(std::string& out, std::size_t choice);
  void note_end(std::size_t choice, GenerationResult&& result);
  void keep(ReplyChannel::Piece& piece);
  [[nodiscard]] std::size_t prompt_of(std::size_t choice) const;
  [[nodiscard]] Usage usage_of(std::size_t choice) const;
  [[nodiscard]] Usage total() const;
  void tell() const;

  Engine& engine_;
  Setup setup_;
  GenerationPlan plan_;
  LogprobsText logprobs_;
  ChunkWriter writer_;
  std::shared_ptr<ReplyChannel> channel_;
  ReplyChannel::News news_;
  std::vector<RequestId> ids_;
  std::vector<ChoiceAnswer> choices_;
  std::vector<ToolCalls> calls_;          // by choice, where they are forced
  std::vector<std::int64_t> offsets_;     // characters sent, by choice
  std::vector<std::int64_t> num_tokens_;  // that were sent, by choice; where tokens come at all
  std::vector<bool> ended_;
  std::size_t num_ended_ = 0;
  std::optional<ApiError> error_;
  bool plain_ = false;  // chunks of text alone
  bool held_ = false;   // a choice is sent when it is whole
  bool begun_ = false;
};

}  // namespace inferlab
