#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/backend/backend.h"
#include "engine/base/result.h"

namespace inferlab {

/// What a device can do at most, measured now: what times are compared with.
struct DeviceRoofline {
  double copy_bytes_per_second;       ///< a large copy within its memory, bytes read and written
  double bf16_operations_per_second;  ///< a product of two matrices of 8192 x 8192
};

/// One row per backend that can run models.
struct BackendRow {
  std::string_view name;  ///< "cpu"
  std::string_view what;  ///< one line for people
  Result<std::unique_ptr<Backend>> (*make)();
  Result<DeviceRoofline> (*roofline)() = nullptr;  ///< null: not measured
};

std::span<const BackendRow> backends();

/// kNotFound lists the names there are.
Result<std::unique_ptr<Backend>> make_backend(std::string_view name);

/// kNotFound as make_backend(); kUnavailable for a backend that is not measured so.
Result<DeviceRoofline> measure_roofline(std::string_view name);

/// What `doctor` prints: devices found, per kind of device that it looks for. Also a kind without a
/// row above: no backend uses it then.
struct DeviceReport {
  std::string kind;                 ///< "cpu", "cuda"
  bool built;                       ///< whether this program can look for them
  std::string detail;               ///< why there are no devices, else empty
  std::vector<DeviceInfo> devices;  ///< may be empty
};
std::vector<DeviceReport> device_reports();

}  // namespace inferlab
