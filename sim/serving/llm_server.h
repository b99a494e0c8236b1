#pragma once

#include <functional>
#include <memory>
#include <span>
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
  std::string model = {};    // as the client names it; empty: whatever is served
  std::string api_key = {};  // the bearer token; empty: none
  /// What prompt and answer say as far as another request may say the same: what a prefix cache
  /// can find.
  std::vector<TokenRun> content = {};
};

/// Whether a request gets in, and how the server answers one that does not.
struct Refusal {
  int status = 0;  // 401, 404; 0: it gets in
  std::string message = {};
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
  /// From the HTTP handler to the scheduler. Source: assets/facts/SOURCE.md,
  /// engine.per_request_overheads_us, api_queueing.
  static constexpr Duration kFrontEnd = 15563us;

  /// `models` and `profiles` outlive the server. `load_slowdown` multiplies the time that the
  /// weights take from the model storage to the GPU, and no other phase of the start-up. The first
  /// profile of its GPU and model stands for the GPU's own figures.
  LlmServer(WorkloadContext context, const std::vector<ModelSpec>& models, double load_slowdown,
            const std::vector<ReplicaProfile>& profiles);
  ~LlmServer() override;

  void start() override;
  void terminate() override;
  void killed() override;
  void gpu_failed(std::string_view cuda_error) override;
  [[nodiscard]] bool serving() const override { return serving_; }
  [[nodiscard]] bool listens_on(int port) const override;
  [[nodiscard]] HttpAnswer http_get(int port, std::string_view path) override;
  [[nodiscard]] HttpAnswer http_get_inside(int port, std::string_view path) override;
  void scrape(std::vector<Sample>& samples) override;
  [[nodiscard]] GpuUse gpu_use() override;
  [[nodiscard]] HostUse host_use() override;
  [[nodiscard]] CfsUse cfs_use() override;
  void set_cpu(const HostCpu& cpu) override;

  /// The part of the answer that the client's name for the model and its key decide: vLLM's 401
  /// without a key of --api-key (or VLLM_API_KEY), its 404 for a model that it does not serve.
  [[nodiscard]] Refusal refusal(const ChatRequest& request) const;
  /// Takes a request in; the id names it for abort(). kInvalid (HTTP 400, 401 and 404, see
  /// refusal()) and kUnavailable (no connection) come at once, and then no event does.
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
  [[nodiscard]] HttpAnswer answer(std::string_view path) const;
  /// Keys of which every request under /v1 must have one; none: everybody gets in.
  [[nodiscard]] std::vector<std::string> api_keys() const;
  [[nodiscard]] Duration slowed(Duration duration) const;
  void boot();
  void check_devices();
  void load_weights();
  void weights_loaded(Time began);
  void compile();
  void capture_graphs();
  void serve();
  void enter_engine(std::uint64_t id, const ChatRequest& request, Time arrival);
  /// nullptr: none is meant for this replica.
  [[nodiscard]] const StepProfile* profile() const;

  // llm_server_gpu.cpp: the devices that it was handed, and where its weights lie
  /// Those that tensor parallelism uses.
  [[nodiscard]] std::span<GpuDevice* const> devices() const;
  /// What vLLM says when it finds too little free memory on a device at its start; empty: enough.
  [[nodiscard]] std::string memory_shortage() const;
  /// Takes so much of each device, whatever it had before; false: CUDA is out of memory.
  [[nodiscard]] bool hold_on_gpus(std::int64_t bytes);
  [[nodiscard]] std::string out_of_memory(std::int64_t bytes) const;
  /// Tells the devices whether it computes.
  void share_gpus();
  /// Follows how fast they let it compute.
  void listen_to_gpus();
  [[nodiscard]] std::string cache_folder() const;
  [[nodiscard]] ModelStorage::Load model_load() const;

  WorkloadContext context_;
  const std::vector<ModelSpec>& models_;
  double load_slowdown_;
  const std::vector<ReplicaProfile>& profiles_;
  Duration front_end_ = kFrontEnd;
  VllmArgs args_;
  const ModelSpec* model_ = nullptr;
  std::int64_t weights_on_gpu_ = 0;  // bytes of each GPU
  std::int64_t kv_bytes_ = 0;        // bytes of all GPUs
  ModelStorage::LoadId transfer_ = 0;
  Time began_{};   // of the process
  Time served_{};  // when it began to serve
  bool loading_ = false;
  bool downloaded_ = false;  // the weights lie in the cache folder
  bool serving_ = false;
  bool stopping_ = false;
  HostDelay host_delay_;
  std::unique_ptr<SimulatedEngine> engine_;
  std::map<std::uint64_t, Pending> requests_;
  std::uint64_t last_id_ = 0;
  Timers timers_;
};

}  // namespace inferlab::sim
