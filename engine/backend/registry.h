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

/// One row per backend that was built. A build without CUDA has one row less.
struct BackendRow {
  std::string_view name;  ///< "cpu"
  std::string_view what;  ///< one line for people
  Result<std::unique_ptr<Backend>> (*make)();
};

std::span<const BackendRow> backends();

/// kNotFound lists the names there are.
Result<std::unique_ptr<Backend>> make_backend(std::string_view name);

/// What `doctor` prints: devices found, per kind of device that this build knows.
struct DeviceReport {
  std::string kind;                 ///< "cpu", "cuda"
  bool built;                       ///< whether this program has code for it
  std::string detail;               ///< why there are no devices, else empty
  std::vector<DeviceInfo> devices;  ///< may be empty
};
std::vector<DeviceReport> device_reports();

}  // namespace inferlab
