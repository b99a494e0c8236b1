#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "engine/backend/backend.h"
#include "engine/serve/engine.h"
#include "engine/serve/http_server.h"

namespace inferlab::testing {

/// Lets the steps of an engine through one by one. Open at first.
class Gate {
 public:
  void close();
  void open();
  /// Lets `steps` more through; the gate stays closed.
  void permit(int steps);
  /// Called by the backend: waits for a permit.
  void pass();

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = true;
  int permits_ = 0;
};

/// The CPU backend behind a gate, with logits that a test may bend.
class GatedBackend final : public Backend {
 public:
  using Bend = std::function<Result<void>(const Batch& batch, std::span<float> logits)>;
  GatedBackend(std::shared_ptr<Gate> gate, Bend bend);

  [[nodiscard]] DeviceInfo info() const override { return cpu_->info(); }
  Result<void> load(const ModelWeights& weights, const KvCacheShape& kv) override;
  Result<void> forward(const Batch& batch, std::span<float> logits) override;
  Result<void> enable_adapters(const AdapterRoom& room) override {
    return cpu_->enable_adapters(room);
  }
  Result<void> set_adapter(std::int32_t slot, std::shared_ptr<const LoraAdapter> adapter) override {
    return cpu_->set_adapter(slot, std::move(adapter));
  }
  Result<void> copy_kv_blocks(std::span<const KvBlockCopy> copies) override;

 private:
  std::shared_ptr<Gate> gate_;
  Bend bend_;
  std::unique_ptr<Backend> cpu_;
};

/// The generated model of engine/model/random_model.h.
Model tiny_model();

/// Continues the prompt greedily on the backend itself, without engine and scheduler.
std::string direct_greedy_text(const std::vector<TokenId>& prompt, std::int64_t max_tokens);

/// An engine on the tiny model.
struct TestEngine {
  explicit TestEngine(ServeOptions options = {}, GatedBackend::Bend bend = {}, LogSink log = {});
  ~TestEngine() { gate->open(); }

  std::shared_ptr<Gate> gate = std::make_shared<Gate>();
  std::unique_ptr<Engine> engine;
};

/// The same behind an HTTP server on a free port.
struct TestServer {
  explicit TestServer(ServeOptions options = {}, GatedBackend::Bend bend = {}, LogSink log = {});

  static ServeOptions on_free_port(ServeOptions options);
  [[nodiscard]] int port() const { return server->port(); }
  [[nodiscard]] Engine& engine() { return *test_engine.engine; }
  [[nodiscard]] Gate& gate() { return *test_engine.gate; }

  TestEngine test_engine;  // outlives the server
  std::unique_ptr<HttpServer> server;
};

/// Asks until it holds; false after half a minute.
bool eventually(const std::function<bool()>& condition);

/// What came of a request.
struct Outcome {
  std::string text;
  std::vector<TokenId> tokens;
  std::vector<TokenLogprobs> logprobs;
  GenerationResult result;
};
std::future<Outcome> start(Engine& engine, GenerationRequest request);
/// start() and wait for the end.
Outcome generate(Engine& engine, GenerationRequest request);

}  // namespace inferlab::testing
