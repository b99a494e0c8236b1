#include "engine/backend/registry.h"

#include <fmt/format.h>

#include <utility>

#include "engine/backend/cpu/cpu_backend.h"
#include "engine/backend/processor.h"
#include "engine/backend/reference/reference_backend.h"
#if INFERLAB_HAVE_CUDA
#include "engine/backend/cuda/cuda_backend.h"
#include "engine/backend/cuda/devices.h"
#include "engine/backend/cuda/roofline.h"
#endif

namespace inferlab {
namespace {

constexpr BackendRow kBackends[] = {
    {"cpu", "this processor's own instructions, all its cores", cpu::make_cpu_backend},
    {"reference", "plain C++, one thread: the same bits on any machine",
     reference::make_reference_backend},
#if INFERLAB_HAVE_CUDA
    {"cuda", "the first CUDA device; large products by cuBLASLt where it is found",
     cuda::make_cuda_backend, cuda::roofline},
    {"cuda-invariant", "the first CUDA device; a row's bits do not depend on the batch",
     cuda::make_invariant_cuda_backend, cuda::roofline},
#endif
};

Result<const BackendRow*> find(std::string_view name) {
  std::string names;
  for (const BackendRow& row : kBackends) {
    if (row.name == name) return &row;
    names += names.empty() ? "" : ", ";
    names += row.name;
  }
  return Error{ErrorKind::kNotFound, fmt::format("backend {}: there is none of this name", name),
               "take one of: " + names};
}

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
  INFERLAB_TRY(const BackendRow* row, find(name));
  return row->make();
}

Result<DeviceRoofline> measure_roofline(std::string_view name) {
  INFERLAB_TRY(const BackendRow* row, find(name));
  if (row->roofline != nullptr) return row->roofline();
  return Error{ErrorKind::kUnavailable,
               fmt::format("backend {}: its roofline is not measured", name)};
}

std::vector<DeviceReport> device_reports() {
  return {cpu_report(), cuda_report()};
}

}  // namespace inferlab
