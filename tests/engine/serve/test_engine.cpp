#include "tests/engine/serve/test_engine.h"

#include <catch2/catch.hpp>
#include <chrono>
#include <future>
#include <thread>

#include "engine/backend/registry.h"
#include "engine/model/random_model.h"
#include "engine/model/sampler.h"

namespace inferlab::testing {

void Gate::close() {
  const std::scoped_lock lock(mutex_);
  open_ = false;
  permits_ = 0;
}

void Gate::open() {
  {
    const std::scoped_lock lock(mutex_);
    open_ = true;
  }
  changed_.notify_all();
}

void Gate::permit(int steps) {
  {
    const std::scoped_lock lock(mutex_);
    permits_ += steps;
  }
  changed_.notify_all();
}

void Gate::pass() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return open_ || permits_ > 0; });
  if (!open_) --permits_;
}

GatedBackend::GatedBackend(std::shared_ptr<Gate> gate, Bend bend)
    : gate_(std::move(gate)), bend_(std::move(bend)), cpu_(*make_backend("cpu")) {}

Result<void> GatedBackend::load(const ModelWeights& weights, const KvCacheShape& kv) {
  return cpu_->load(weights, kv);
}

Result<void> GatedBackend::forward(const Batch& batch, std::span<float> logits) {
  gate_->pass();
  INFERLAB_TRY_VOID(cpu_->forward(batch, logits));
  return bend_ ? bend_(batch, logits) : Result<void>();
}

Result<void> GatedBackend::copy_kv_blocks(std::span<const KvBlockCopy> copies) {
  return cpu_->copy_kv_blocks(copies);
}

Model tiny_model() {
  Result<GgufFile> file = GgufFile::parse(random_model_bytes(), "tiny");
  REQUIRE(file);
  Result<Model> model = Model::from(std::move(*file));
  REQUIRE(model);
  return std::move(*model);
}

std::string direct_greedy_text(const std::vector<TokenId>& prompt, std::int64_t max_tokens) {
  const Model model = tiny_model();
  const Result<Tokenizer> tokenizer = Tokenizer::load(model.file);
  REQUIRE(tokenizer);
  const Result<std::unique_ptr<Backend>> backend = make_backend("cpu");
  REQUIRE(backend);
  REQUIRE(
      (*backend)->load(model.weights, {.num_blocks = 16, .block_size = 16, .type = KvType::kF16}));
  std::vector<std::int32_t> table;
  for (std::int32_t block = 0; block < 16; ++block) table.push_back(block);

  std::vector<TokenId> next = prompt;
  std::int32_t position = 0;
  std::vector<float> logits(static_cast<std::size_t>(model.config().vocab_size));
  StreamDecoder decoder(*tokenizer);
  std::string text;
  for (std::int64_t i = 0; i < max_tokens; ++i) {
    Batch batch;
    batch.add(next, position, table, true);
    REQUIRE((*backend)->forward(batch, logits));
    position += static_cast<std::int32_t>(next.size());
    next = {argmax(logits)};
    if (tokenizer->is_end(next[0])) break;
    text += decoder.push(next[0]);
  }
  return text + decoder.finish();
}

TestEngine::TestEngine(ServeOptions options, GatedBackend::Bend bend, LogSink log) {
  auto backend = std::make_unique<GatedBackend>(gate, std::move(bend));
  auto started = Engine::start(options, tiny_model(), std::move(backend), std::move(log));
  if (!started) FAIL(started.error().message);
  engine = std::move(*started);
}

TestServer::TestServer(ServeOptions options, GatedBackend::Bend bend, LogSink log)
    : test_engine(options, std::move(bend), log) {
  auto started = HttpServer::start(on_free_port(options), std::move(log));
  if (!started) FAIL(started.error().message);
  server = std::move(*started);
  server->attach(*test_engine.engine);
}

ServeOptions TestServer::on_free_port(ServeOptions options) {
  options.port = 0;
  if (options.num_threads == 0) options.num_threads = 32;
  return options;
}

bool eventually(const std::function<bool()>& condition) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return true;
}

std::future<Outcome> start(Engine& engine, GenerationRequest request) {
  struct Pending {
    Outcome outcome;
    std::promise<Outcome> ended;
  };
  const auto pending = std::make_shared<Pending>();
  GenerationCallbacks callbacks;
  callbacks.on_piece = [pending](const GenerationPiece& piece) {
    Outcome& outcome = pending->outcome;
    outcome.text += piece.text;
    outcome.tokens.insert(outcome.tokens.end(), piece.tokens.begin(), piece.tokens.end());
    outcome.logprobs.insert(outcome.logprobs.end(), piece.logprobs.begin(), piece.logprobs.end());
  };
  callbacks.on_end = [pending](const GenerationResult& result) {
    pending->outcome.result = result;
    pending->ended.set_value(std::move(pending->outcome));
  };
  std::future<Outcome> ended = pending->ended.get_future();
  const auto id = engine.submit(std::move(request), std::move(callbacks));
  if (!id) FAIL(id.error().message);
  return ended;
}

Outcome generate(Engine& engine, GenerationRequest request) {
  return start(engine, std::move(request)).get();
}

}  // namespace inferlab::testing
