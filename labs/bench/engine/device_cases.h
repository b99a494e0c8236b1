#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/backend/registry.h"
#include "engine/base/result.h"
#include "engine/model/random_model.h"

namespace inferlab::labs {

/// A step that is measured on a device with memory of its own, against what the device can do.
struct DeviceCase {
  std::int32_t num_sequences;
  std::int32_t context;  ///< tokens before; 0 with `prompt`
  std::int32_t prompt;   ///< tokens of one prompt; 0: a decode
  double asked;          ///< part of the roofline; 0: nothing
};
struct DeviceModel {
  std::string_view name;
  RandomModelShape shape;
  std::span<const DeviceCase> cases;
};
std::span<const DeviceModel> device_models();

struct DeviceTime {
  DeviceCase what;
  double milliseconds;  ///< median of the steps
  double bound_ms;      ///< what the bytes, or the operations, take at the roofline
  std::string bound;    ///< "bytes", "operations"
};
struct DeviceTimes {
  std::vector<DeviceTime> times;
  double load_seconds = 0;
  std::int64_t load_bytes = 0;
};

/// Loads the model's shape with random weights onto the device and times the steps; `doing` is told
/// what comes next.
Result<DeviceTimes> measure_device(std::string_view backend, const DeviceModel& model,
                                   const DeviceRoofline& roofline,
                                   const std::function<void(std::string_view)>& doing);

}  // namespace inferlab::labs
