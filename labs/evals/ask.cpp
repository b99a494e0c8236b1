#include "labs/evals/ask.h"

#include <fmt/format.h>

#include <latch>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <variant>

#include "engine/backend/registry.h"
#include "engine/base/hash.h"
#include "engine/serve/engine.h"
#include "engine/serve/generation_plan.h"
#include "sim/api/json.h"

namespace inferlab::labs {
namespace {

constexpr std::int64_t kMaxNumSeqs = 32;  // all cases in one batch

/// Answers by what they depend on: file, revision, messages, max_tokens. A class is graded, and a
/// lab is proved, with much the same cases over and over.
class AnswerMemory {
 public:
  std::optional<EvalAnswer> find(const std::string& key) {
    const std::scoped_lock lock(mutex_);
    const auto found = answers_.find(key);
    return found == answers_.end() ? std::nullopt : std::optional(found->second);
  }
  void keep(const std::string& key, const EvalAnswer& answer) {
    constexpr std::size_t kMost = 20'000;  // some 20 MB
    const std::scoped_lock lock(mutex_);
    if (answers_.size() >= kMost) answers_.clear();
    answers_[key] = answer;
  }

 private:
  std::mutex mutex_;
  std::map<std::string, EvalAnswer> answers_;
};

AnswerMemory& memory() {
  static AnswerMemory the_memory;
  return the_memory;
}

std::string asked(const EvalCase& each) {
  std::string out = fmt::format("{}", each.max_tokens);
  for (const ChatMessage& message : each.messages) {
    out += fmt::format("\n{} {} {}", message.role, message.content.size(), message.content);
  }
  return out;
}

ApiRequest request_of(const EvalCase& each, const ModelRevision& revision) {
  ApiRequest out;
  out.kind = ApiKind::kChat;
  out.messages = each.messages;
  out.max_tokens = each.max_tokens;
  out.sampling.temperature = static_cast<float>(revision.temperature);
  // By what is asked, so that an answer does not depend on the cases beside it.
  out.sampling.seed = hash_of(asked(each)) + static_cast<std::uint64_t>(revision.seed);
  out.has_seed = true;
  if (!revision.stop.empty()) out.stop = {revision.stop};
  out.bad_words = revision.bad_words;
  out.ignore_eos = revision.ignore_eos;
  return out;
}

}  // namespace

/// One engine, and what it is asked.
class ServedRevision::Asker {
 public:
  explicit Asker(const ModelRevision& revision) : revision_(revision) {}

  Result<void> start(const std::string& path) {
    INFERLAB_TRY(Model model, revised_model(path, revision_));
    INFERLAB_TRY(auto backend, make_backend("reference"));
    ServeOptions options;
    options.max_num_seqs = revision_.max_num_seqs > 0 ? revision_.max_num_seqs : kMaxNumSeqs;
    options.max_model_len = revision_.max_model_len;
    options.enable_prefix_caching = revision_.enable_prefix_caching;
    options.disable_log_stats = true;
    INFERLAB_TRY(engine_, Engine::start(options, std::move(model), std::move(backend), /*log=*/{}));
    return {};
  }

  /// All at once: a batch costs little more than its longest answer.
  Result<std::vector<EvalAnswer>> ask(const std::vector<const EvalCase*>& cases) {
    std::vector<EvalAnswer> out(cases.size());
    std::vector<GenerationRequest> requests;
    std::vector<GenerationCallbacks> callbacks;
    std::vector<std::size_t> sent;
    for (std::size_t i = 0; i < cases.size(); ++i) {
      auto plan = plan_generation(request_of(*cases[i], revision_), *engine_, /*max_logprobs=*/0,
                                  cases[i]->id, engine_->now());
      if (const auto* refused = std::get_if<ApiError>(&plan)) {
        out[i].error = fmt::format("{}: {}", refused->status, refused->message);
        continue;
      }
      requests.push_back(std::move(std::get<GenerationPlan>(plan).requests.front()));
      if (revision_.echo) out[i].text = engine_->tokenizer().decode(requests.back().prompt);
      sent.push_back(i);
    }
    std::latch running(static_cast<std::ptrdiff_t>(sent.size()));
    std::vector<std::optional<Error>> errors(cases.size());
    for (const std::size_t i : sent) {
      callbacks.push_back(
          {.on_piece = [&answer =
                            out[i]](const GenerationPiece& piece) { answer.text += piece.text; },
           .on_end =
               [&answer = out[i], &error = errors[i], &running](const GenerationResult& result) {
                 answer.finish_reason = to_string(result.finish_reason);
                 error = result.error;
                 running.count_down();
               }});
    }
    if (!sent.empty()) {
      INFERLAB_TRY_VOID(engine_->submit_all(std::move(requests), std::move(callbacks)));
    }
    running.wait();
    for (const std::optional<Error>& error : errors) {
      if (error) return *error;
    }
    return out;
  }

 private:
  const ModelRevision& revision_;
  std::unique_ptr<Engine> engine_;
};

ServedRevision::ServedRevision(std::string path, ModelRevision revision)
    : path_(std::move(path)), revision_(std::move(revision)) {}
ServedRevision::~ServedRevision() = default;

Result<std::vector<EvalAnswer>> ServedRevision::ask(std::span<const EvalCase> cases) {
  const std::string of_revision = path_ + "\n" + sim::to_json(revision_.document) + "\n";
  std::vector<EvalAnswer> out(cases.size());
  std::vector<const EvalCase*> open;
  std::vector<std::size_t> at;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    if (auto known = memory().find(of_revision + asked(cases[i]))) {
      out[i] = std::move(*known);
    } else {
      open.push_back(&cases[i]);
      at.push_back(i);
    }
  }
  if (open.empty()) return out;
  if (!asker_) {
    auto asker = std::make_unique<Asker>(revision_);
    INFERLAB_TRY_VOID(asker->start(path_));
    asker_ = std::move(asker);
  }
  INFERLAB_TRY(std::vector<EvalAnswer> answers, asker_->ask(open));
  for (std::size_t i = 0; i < open.size(); ++i) {
    memory().keep(of_revision + asked(*open[i]), answers[i]);
    out[at[i]] = std::move(answers[i]);
  }
  return out;
}

}  // namespace inferlab::labs
