#include "engine/backend/cuda/roofline.h"

#include <algorithm>
#include <functional>
#include <vector>

#include "engine/backend/cuda/device_array.h"
#include "engine/backend/cuda/devices.h"
#include "engine/backend/cuda/gemm_library.h"
#include "engine/backend/cuda/numeric.h"
#include "engine/backend/cuda/stream.h"
#include "engine/base/rng.h"

namespace inferlab::cuda {
namespace {

constexpr int kWarmUps = 3;
constexpr int kRuns = 15;

/// Median milliseconds of what `queue` puts into the stream.
Result<double> median_ms(const Stream& stream, const std::function<Result<void>()>& queue) {
  INFERLAB_TRY(const Event begin, Event::create());
  INFERLAB_TRY(const Event end, Event::create());
  std::vector<double> times;
  for (int run = 0; run < kWarmUps + kRuns; ++run) {
    INFERLAB_TRY_VOID(begin.record(stream));
    INFERLAB_TRY_VOID(queue());
    INFERLAB_TRY_VOID(end.record(stream));
    INFERLAB_TRY_VOID(stream.wait());
    INFERLAB_TRY(const double ms, end.since(begin));
    if (run >= kWarmUps) times.push_back(ms);
  }
  std::sort(times.begin(), times.end());
  return times[times.size() / 2];
}

Result<double> copy_bytes_per_second(const Stream& stream) {
  constexpr std::size_t kBytes = std::size_t{1} << 30;
  INFERLAB_TRY(const DeviceArray<std::uint8_t> from, DeviceArray<std::uint8_t>::create(kBytes));
  INFERLAB_TRY(const DeviceArray<std::uint8_t> to, DeviceArray<std::uint8_t>::create(kBytes));
  INFERLAB_TRY_VOID(checked("memory", cudaMemset(from.data(), 0x5a, kBytes)));
  INFERLAB_TRY(const double ms, median_ms(stream, [&] {
                 return checked("copy", cudaMemcpyAsync(to.data(), from.data(), kBytes,
                                                        cudaMemcpyDeviceToDevice, stream.get()));
               }));
  return 2.0 * static_cast<double>(kBytes) * 1000.0 / ms;
}

Result<double> operations_per_second(const Stream& stream) {
  constexpr std::int64_t kSize = 8192;
  constexpr std::size_t kElements = std::size_t{kSize} * kSize;
  INFERLAB_TRY(const std::unique_ptr<GemmLibrary> library, GemmLibrary::find());
  // Random, as products of zeros take less power and run faster.
  Rng rng(1, "cuda", "roofline");
  std::vector<std::uint16_t> values(kElements);
  for (std::size_t i = 0; i < kElements; i += 4) {
    const std::uint64_t bits = rng.next();
    for (std::size_t j = 0; j < 4; ++j) {
      const auto part = static_cast<std::int16_t>(bits >> (16 * j));
      values[i + j] = bf16_from_float(static_cast<float>(part) * 0x1p-15F);
    }
  }
  INFERLAB_TRY(const auto a, DeviceArray<std::uint16_t>::from(values));
  std::reverse(values.begin(), values.end());
  INFERLAB_TRY(const auto b, DeviceArray<std::uint16_t>::from(values));
  INFERLAB_TRY(const auto y, DeviceArray<float>::create(kElements));
  const GemmArgs args = {.is_bf16 = true,
                         .w = a.data(),
                         .w_rows = kSize,
                         .columns = kSize,
                         .w_stride = kSize,
                         .x = b.data(),
                         .num_rows = kSize,
                         .x_stride = kSize,
                         .y = y.data(),
                         .y_stride = kSize};
  INFERLAB_TRY(const double ms,
               median_ms(stream, [&] { return library->multiply(args, stream.get()); }));
  return 2.0 * static_cast<double>(kElements) * static_cast<double>(kSize) * 1000.0 / ms;
}

}  // namespace

Result<DeviceRoofline> roofline() {
  INFERLAB_TRY(const std::vector<DeviceInfo> found, devices());
  if (found.empty()) return Error{ErrorKind::kUnavailable, "cuda: there is no device"};
  INFERLAB_TRY(const Stream stream, Stream::create());
  DeviceRoofline out{};
  INFERLAB_TRY(out.copy_bytes_per_second, copy_bytes_per_second(stream));
  INFERLAB_TRY(out.bf16_operations_per_second, operations_per_second(stream));
  return out;
}

}  // namespace inferlab::cuda
