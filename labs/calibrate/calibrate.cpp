#include "labs/calibrate/calibrate.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <memory>

#include "engine/serve/engine_limits.h"
#include "labs/calibrate/device.h"
#include "labs/calibrate/engine_trial.h"
#include "labs/calibrate/measure_steps.h"

namespace inferlab::labs {
namespace {

constexpr std::int32_t kBlockSize = 16;
constexpr std::int64_t kLeastModelLen = 64;
/// Of the device's memory, what the KV cache of a measured step may take, within these bounds.
constexpr std::int64_t kMemoryPart = 16;
constexpr std::int64_t kLeastKvBytes = std::int64_t{256} << 20;
constexpr std::int64_t kMostKvBytes = std::int64_t{8} << 30;
constexpr int kTrialAttempts = 20;
constexpr Duration kTrialTime = 60s;  // after which there is no further attempt

class Calibrator {
 public:
  explicit Calibrator(const CalibrateOptions& options)
      : options_(options), is_cpu_(options.device == "cpu") {}

  Result<Calibrated> run() {
    INFERLAB_TRY_VOID(look_at_model());
    INFERLAB_TRY_VOID(steps());
    INFERLAB_TRY_VOID(engine());
    return std::move(out_);
  }

 private:
  /// Of a processor; 0 for another device.
  [[nodiscard]] int num_threads() const { return is_cpu_ ? options_.num_threads : 0; }

  Result<void> tell(std::string_view what, int done = 0, int of = 1) const {
    if (!options_.progress || options_.progress(what, done, of)) return {};
    return Error{ErrorKind::kConflict, "calibrate: was stopped"};
  }

  /// Shapes and sizes; the file is closed again, so that its cold start can be measured.
  Result<void> look_at_model() {
    INFERLAB_TRY_VOID(tell("reading the model"));
    INFERLAB_TRY(const Model model, Model::open(options_.model));
    if (model.encoder) {
      return Error{ErrorKind::kInvalid, options_.model + ": is an encoder: it generates no tokens",
                   "give a decoder, as of the architecture llama"};
    }
    if (model.config().max_model_len < kLeastModelLen) {
      return Error{ErrorKind::kInvalid,
                   fmt::format("{}: takes {} tokens: too few to measure contexts with",
                               options_.model, model.config().max_model_len)};
    }
    INFERLAB_TRY(const std::unique_ptr<Backend> backend,
                 make_device(options_.device, options_.num_threads));
    kv_type_ = backend->default_kv_type(model.weights);
    const DeviceInfo info = backend->info();
    Calibration& calibration = out_.calibration;
    calibration.device = {.backend = info.backend,
                          .name = clean_name(info.name),
                          .threads = num_threads(),
                          .memory_bytes = info.memory_bytes};
    calibration.model = shape_of(model);
    INFERLAB_TRY(calibration.kv,
                 kv_capacity(model, options_.device, options_.num_threads, kBlockSize, kv_type_));
    const std::int64_t bytes =
        std::clamp(info.memory_bytes / kMemoryPart, kLeastKvBytes, kMostKvBytes);
    const KvCacheShape block{.num_blocks = 1, .block_size = kBlockSize, .type = kv_type_};
    grid_ = step_grid({.max_model_len = model.config().max_model_len,
                       .max_kv_tokens = bytes / block.block_bytes(model.config()) * kBlockSize,
                       .quick = options_.quick});
    return {};
  }

  Result<void> steps() {
    const KvSlots slots(grid_, kBlockSize);
    INFERLAB_TRY_VOID(tell("loading the model, cold and warm"));
    INFERLAB_TRY(
        const std::unique_ptr<Loaded> loaded,
        load_timed(options_.model, options_.device, options_.num_threads,
                   {.num_blocks = slots.num_blocks(), .block_size = kBlockSize, .type = kv_type_}));
    Calibration& calibration = out_.calibration;
    calibration.load = loaded->times;
    INFERLAB_TRY_VOID(tell("computing contexts"));
    StepRunner runner(*loaded->backend, slots, loaded->model.config().vocab_size);
    INFERLAB_TRY_VOID(runner.fill_contexts());
    INFERLAB_TRY(MeasuredSteps measured, measure_steps(runner, grid_,
                                                       {.num_threads = num_threads(),
                                                        .rounds = options_.quick ? 1 : 3,
                                                        .progress = options_.progress}));
    out_.num_void = measured.num_void;
    out_.num_left_out = measured.num_left_out;
    calibration.points = std::move(measured.points);
    calibration.steps = fit_profile(calibration.points, knot_rows(grid_));
    calibration.steps.name =
        fmt::format("{} on {}", calibration.model.name, calibration.device.name);
    calibration.fitted = fit_error(calibration.points, calibration.steps, false);
    calibration.held_out = fit_error(calibration.points, calibration.steps, true);
    return {};
  }

  /// The engine whole, on a backend of its own.
  Result<void> engine() {
    INFERLAB_TRY_VOID(tell("starting the engine"));
    INFERLAB_TRY(Model model, Model::open(options_.model));
    INFERLAB_TRY(std::unique_ptr<Backend> backend,
                 make_device(options_.device, options_.num_threads));
    ServeOptions serve;
    serve.block_size = kBlockSize;
    serve.kv_cache_dtype = kv_type_name(kv_type_);
    serve.enable_prefix_caching = false;  // a workload that is sent again would be known
    Calibration& calibration = out_.calibration;
    INFERLAB_TRY(const SchedulerConfig config, scheduler_config(serve, kv_type_, model.config()));
    serve.num_gpu_blocks_override = config.num_gpu_blocks;
    INFERLAB_TRY(const std::unique_ptr<Engine> engine,
                 Engine::start(serve, std::move(model), std::move(backend)));
    INFERLAB_TRY_VOID(tell("measuring the engine itself"));
    INFERLAB_TRY_VOID(measure_engine_itself(*engine, calibration.steps, num_threads()));
    return try_out(*engine, config);
  }

  /// Sends a workload some times over. One during which others had the cores says nothing; of the
  /// others the one with the middle TTFT is kept. None, where there is none.
  Result<void> try_out(Engine& engine, const SchedulerConfig& config) {
    Calibration& calibration = out_.calibration;
    const std::vector<TrialRequest> requests =
        make_requests(calibration.steps, config.max_model_len, options_.quick ? 8 : 24);
    const auto begin = std::chrono::steady_clock::now();
    std::vector<Trial> trials;
    const std::size_t wanted = options_.quick ? 1 : 3;
    for (int attempt = 0; attempt < kTrialAttempts && trials.size() < wanted; ++attempt) {
      if (attempt > 0 && std::chrono::steady_clock::now() - begin > kTrialTime) break;
      INFERLAB_TRY_VOID(tell("trying the profile with a workload", attempt, kTrialAttempts));
      Trial trial{.num_blocks = config.num_gpu_blocks,
                  .max_num_batched_tokens = config.max_num_batched_tokens,
                  .max_num_seqs = config.max_num_seqs,
                  .requests = requests,
                  .measured = {},
                  .simulated = {}};
      const CoreShare share;
      INFERLAB_TRY(trial.measured, run_on_engine(engine, trial.requests));
      if (had_its_cores(share, num_threads())) trials.push_back(std::move(trial));
    }
    if (trials.empty()) return {};
    std::ranges::sort(trials, {}, [](const Trial& each) { return each.measured.ttft_ns; });
    calibration.workload = std::move(trials[trials.size() / 2]);
    calibration.workload->simulated = simulate(*calibration.workload, calibration);
    return {};
  }

  const CalibrateOptions& options_;
  bool is_cpu_;
  KvType kv_type_ = KvType::kF16;
  std::vector<GridPoint> grid_;
  Calibrated out_;
};

}  // namespace

Result<Calibrated> calibrate(const CalibrateOptions& options) {
  return Calibrator(options).run();
}

}  // namespace inferlab::labs
