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

/// One row per backend that can run models.
struct BackendRow {
  std::string_view name;  ///< "cpu"
  std::string_view what;  ///< one line for people
  Result<std::unique_ptr<Backend>> (*make)();
};

std::span<const BackendRow> backends();

/// kNotFound lists the names there are.
Result<std::unique_ptr<Backend>> make_backend(std::string_view name);

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
