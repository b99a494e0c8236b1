// llm_server_gpu.cpp: a server and the GPUs that it was handed, alone or with others, and the
// folder in which its weights are kept.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "sim/serving/llm_server.h"

namespace inferlab::sim {
namespace {

double gib(std::int64_t bytes) {
  return static_cast<double>(bytes) / 1073741824.0;
}

/// What --gpu-memory-utilization asks for.
std::int64_t wanted(const GpuDevice& gpu, double utilization) {
  return static_cast<std::int64_t>(static_cast<double>(gpu.spec().memory_bytes) * utilization);
}

}  // namespace

std::span<GpuDevice* const> LlmServer::devices() const {
  const std::size_t used =
      std::min(static_cast<std::size_t>(args_.tensor_parallel_size), context_.gpus.size());
  return {context_.gpus.data(), used};
}

/// Text of vLLM's V1 worker, which looks at the device before it takes anything.
std::string LlmServer::memory_shortage() const {
  for (const GpuDevice* gpu : devices()) {
    const std::int64_t needed = wanted(*gpu, args_.gpu_memory_utilization);
    if (gpu->free_bytes() >= needed) continue;
    return fmt::format(
        "ValueError: Free memory on device ({:.2f}/{:.2f} GiB) on startup is less than desired GPU "
        "memory utilization ({}, {:.2f} GiB). Decrease GPU memory utilization or reduce GPU memory "
        "used by other processes.",
        gib(gpu->free_bytes()), gib(gpu->spec().memory_bytes), args_.gpu_memory_utilization,
        gib(needed));
  }
  return {};
}

bool LlmServer::hold_on_gpus(std::int64_t bytes) {
  return std::all_of(devices().begin(), devices().end(), [&](GpuDevice* gpu) {
    return gpu->hold(context_.process, std::min(bytes, gpu->spec().memory_bytes));
  });
}

std::string LlmServer::out_of_memory(std::int64_t bytes) const {
  const GpuDevice& gpu = *devices().front();
  return fmt::format(
      "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate {:.2f} GiB. GPU 0 has a total "
      "capacity of {:.2f} GiB of which {:.2f} GiB is free. Process has {:.2f} GiB memory in use.",
      gib(bytes), gib(gpu.spec().memory_bytes), gib(gpu.free_bytes()), gib(gpu.used_bytes()));
}

/// Only time slices have others to be told.
void LlmServer::share_gpus() {
  const bool is_busy = serving_ && !requests_.empty();
  for (GpuDevice* gpu : devices()) {
    if (gpu->shared()) gpu->set_busy(context_.process, is_busy);
  }
}

/// A low clock concerns every server, the others of a shared device its own.
void LlmServer::listen_to_gpus() {
  for (GpuDevice* gpu : devices()) {
    gpu->on_change(context_.process, [this] {
      // Later: the change may come from the midst of this engine's own step.
      timers_.after(0s, "llm/gpu-share", [this] {
        double slowdown = 1;
        for (const GpuDevice* one : devices()) slowdown = std::max(slowdown, one->slowdown());
        if (engine_) engine_->set_slowdown(slowdown);
      });
    });
  }
}

void LlmServer::gpu_failed(std::string_view cuda_error) {
  if (stopping_) return;
  stopping_ = true;
  error("EngineCore encountered an issue. See stack trace (above) for the root cause.");
  context_.host.log(fmt::format("torch.AcceleratorError: CUDA error: {}", cuda_error));
  killed();
  if (loading_) context_.model_storage.cancel(transfer_);
  loading_ = false;
  timers_.drop();
  context_.host.exit(1);
}

/// Where Hugging Face's hub library keeps what it has downloaded. Source: huggingface_hub
/// documentation, "Environment variables".
std::string LlmServer::cache_folder() const {
  if (!args_.download_dir.empty()) return args_.download_dir;
  const auto variable = [this](const char* name) {
    const auto found = context_.container.env.find(name);
    return found == context_.container.env.end() ? std::string() : found->second;
  };
  if (const std::string folder = variable("HF_HUB_CACHE"); !folder.empty()) return folder;
  if (const std::string home = variable("HF_HOME"); !home.empty()) return home + "/hub";
  return "/root/.cache/huggingface/hub";
}

const StepProfile* LlmServer::profile() const {
  for (const ReplicaProfile& each : profiles_) {
    const bool fits = (each.gpu.empty() || each.gpu == context_.gpu->name) &&
                      (each.model.empty() || each.model == model_->id);
    if (fits) return &each.steps;
  }
  return nullptr;
}

ModelStorage::Load LlmServer::model_load() const {
  ModelStorage::Load load;
  load.model = args_.model + "@" + args_.revision;
  load.bytes = model_->weights_bytes;
  load.slowdown = load_slowdown_;
  if (context_.place_of) load.place = context_.place_of(cache_folder());
  return load;
}

}  // namespace inferlab::sim
