#pragma once

#include <memory>
#include <span>

#include "engine/schedule/request.h"
#include "engine/serve/ngram_drafts.h"
#include "engine/serve/sequence.h"

namespace inferlab {

/// Guesses what sequences go on with, so that one step checks several tokens. Right or wrong, a
/// guess changes how long the output takes and never what it is. Runs on the engine's thread.
class Drafter {
 public:
  Drafter() = default;
  Drafter(const Drafter&) = delete;
  Drafter& operator=(const Drafter&) = delete;
  virtual ~Drafter() = default;

  /// Sets `drafts` of each sequence, maybe to none. Each is running and has just got a token.
  virtual void propose(std::span<Sequence* const> sequences) = 0;
  /// The request has ended.
  virtual void forget(RequestId id) = 0;
  /// Most guesses for a sequence in a step.
  [[nodiscard]] virtual std::int32_t num_speculative_tokens() const = 0;
};

/// By looking up what followed the same words before.
class NgramDrafter final : public Drafter {
 public:
  explicit NgramDrafter(const NgramConfig& config) : config_(config) {}

  void propose(std::span<Sequence* const> sequences) override {
    for (Sequence* sequence : sequences) {
      sequence->drafts = ngram_drafts(sequence->tokens, config_);
    }
  }
  void forget(RequestId /*id*/) override {}
  [[nodiscard]] std::int32_t num_speculative_tokens() const override {
    return config_.num_speculative_tokens;
  }

 private:
  NgramConfig config_;
};

}  // namespace inferlab
