#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "sim/node/timers.h"
#include "sim/node/workload.h"
#include "sim/serving/model_spec.h"
#include "sim/serving/simulated_engine.h"
#include "sim/serving/vllm_args.h"

namespace inferlab::sim {

/// One chat request as a replica sees it.
struct ChatRequest {
  std::int64_t prompt_tokens = 0;
  std::int64_t output_tokens = 0;
};

/// A vLLM server in a container: reads its arguments, starts up in phases of virtual time, then
/// serves with the engine's own scheduler.
///
/// Until the model is loaded and the engine is warm the port is closed: a connection is refused, as
/// with vLLM, which binds after loading. What cannot work ends the process with vLLM's own kind of
/// error in the log: an unknown model or revision, no GPU, too few GPUs for tensor parallelism,
/// weights that do not fit, a max_model_len for which the KV cache is too small. A memory limit
/// under what the process itself needs is an OOM kill. On SIGTERM it closes its port, cuts the
/// requests under way and exits with 0, as vLLM does: whoever wants them to finish delays the
/// signal (preStop). Sources of the durations: assets/facts/SOURCE.md, engine_start and model_load.
class LlmServer final : public Workload {
 public:
  /// `models` outlive the server. `load_slowdown` multiplies every phase of the start-up.
  LlmServer(WorkloadContext context, const std::vector<ModelSpec>& models, double load_slowdown);
  ~LlmServer() override;

  void start() override;
  void terminate() override;
  void killed() override;
  [[nodiscard]] bool serving() const override { return serving_; }
  [[nodiscard]] bool listens_on(int port) const override;
  [[nodiscard]] HttpAnswer http_get(int port, std::string_view path) override;
  void scrape(std::vector<Sample>& samples) override;
  [[nodiscard]] GpuUse gpu_use() override;

  /// Takes a request in; the id names it for abort(). kInvalid (HTTP 400) and kUnavailable (no
  /// connection) come at once, and then no event does.
  Result<std::uint64_t> submit(const ChatRequest& request, RequestEvents events);
  /// The client has left.
  void abort(std::uint64_t id);

  [[nodiscard]] const VllmArgs& args() const { return args_; }
  /// nullptr before the engine is up.
  [[nodiscard]] const SimulatedEngine* engine() const { return engine_.get(); }

 private:
  struct Pending {
    RequestEvents events;
    RequestId engine_id = 0;  // 0: still on its way through the front end
  };
  void info(std::string_view line);
  void error(std::string_view line);
  void fail(std::string_view line, int code = 1);
  [[nodiscard]] Duration slowed(Duration duration) const;
  void boot();
  void check_devices();
  void load_weights();
  void weights_loaded(Time began);
  void compile();
  void capture_graphs();
  void serve();
  void enter_engine(std::uint64_t id, const ChatRequest& request, Time arrival);

  WorkloadContext context_;
  const std::vector<ModelSpec>& models_;
  double load_slowdown_;
  VllmArgs args_;
  const ModelSpec* model_ = nullptr;
  std::int64_t weights_on_gpu_ = 0;  // bytes of each GPU
  std::int64_t kv_bytes_ = 0;        // bytes of all GPUs
  SharedLink::TransferId transfer_ = 0;
  bool loading_ = false;
  bool serving_ = false;
  bool stopping_ = false;
  std::unique_ptr<SimulatedEngine> engine_;
  std::map<std::uint64_t, Pending> requests_;
  std::uint64_t last_id_ = 0;
  Timers timers_;
};

}  // namespace inferlab::sim
