#include "engine/backend/registry.h"

#include <fmt/format.h>

#include <utility>

#include "engine/backend/cpu/cpu_backend.h"
#include "engine/backend/processor.h"
#include "engine/backend/reference/reference_backend.h"
#if INFERLAB_HAVE_CUDA
#include "engine/backend/cuda/cuda_backend.h"
#include "engine/backend/cuda/devices.h"
#endif

namespace inferlab {
namespace {

constexpr BackendRow kBackends[] = {
    {"cpu", "this processor's own instructions, all its cores", cpu::make_cpu_backend},
    {"reference", "plain C++, one thread: the same bits on any machine",
     reference::make_reference_backend},
#if INFERLAB_HAVE_CUDA
    {"cuda", "the first CUDA device; large products by cuBLASLt where it is found",
     cuda::make_cuda_backend},
    {"cuda-invariant", "the first CUDA device; a row's bits do not depend on the batch",
     cuda::make_invariant_cuda_backend},
#endif
};

DeviceReport cpu_report() {
  return {.kind = "cpu", .built = true, .detail = {}, .devices = {processor_info()}};
}

DeviceReport cuda_report() {
#if INFERLAB_HAVE_CUDA
  DeviceReport report{.kind = "cuda", .built = true, .detail = {}, .devices = {}};
  auto devices = cuda::devices();
  if (devices.has_value()) {
    report.devices = std::move(devices).value();
  } else {
    report.detail = devices.error().message;
  }
  return report;
#else
  return {.kind = "cuda", .built = false, .detail = "built without nvcc", .devices = {}};
#endif
}

}  // namespace

std::span<const BackendRow> backends() {
  return kBackends;
}

Result<std::unique_ptr<Backend>> make_backend(std::string_view name) {
  std::string names;
  for (const BackendRow& row : kBackends) {
    if (row.name == name) return row.make();
    names += names.empty() ? "" : ", ";
    names += row.name;
  }
  return Error{ErrorKind::kNotFound, fmt::format("backend {}: there is none of this name", name),
               "take one of: " + names};
}

std::vector<DeviceReport> device_reports() {
  return {cpu_report(), cuda_report()};
}

}  // namespace inferlab
