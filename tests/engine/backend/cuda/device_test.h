#pragma once

#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>
#include <span>
#include <vector>

#include "engine/backend/cuda/activation_rows.h"
#include "engine/backend/cuda/device_array.h"
#include "engine/backend/cuda/device_matrix.h"
#include "engine/backend/cuda/devices.h"
#include "engine/base/check.h"
#include "engine/base/rng.h"
#include "engine/formats/quantize.h"
#include "engine/formats/quants.h"

// What the tests of CUDA kernels share. They run on a device where one answers
// (test_engine_backend) and on the processor (test_emulated_cuda), there with smaller shapes.

namespace inferlab::cuda::test {

#ifdef INFERLAB_EMULATED_CUDA
inline constexpr bool kEmulated = true;
#else
inline constexpr bool kEmulated = false;
#endif

/// Says so where there is none: ctest counts such a test as skipped.
inline bool device_answers() {
  const auto found = devices();
  if (found.has_value() && !found->empty()) return true;
  WARN("SKIPPED: " << (found.has_value() ? "no CUDA device" : found.error().message));
  return false;
}

inline std::vector<float> random_floats(Rng& rng, std::int64_t count, double width = 1.0) {
  std::vector<float> values(static_cast<std::size_t>(count));
  for (float& value : values) value = static_cast<float>((rng.unit() * 2.0 - 1.0) * width);
  return values;
}

template <typename T>
DeviceArray<T> to_device(const std::vector<T>& values) {
  auto array = DeviceArray<T>::from(values);
  INFERLAB_CHECK(array.has_value());
  return std::move(array).value();
}
template <typename T>
DeviceArray<T> device_room(std::int64_t count) {
  auto array = DeviceArray<T>::create(static_cast<std::size_t>(count));
  INFERLAB_CHECK(array.has_value());
  INFERLAB_CHECK(count == 0 || cudaMemset(array->data(), 0xff, array->size_bytes()) == cudaSuccess);
  return std::move(array).value();
}
template <typename T>
std::vector<T> to_host(const DeviceArray<T>& array) {
  std::vector<T> values(array.size());
  INFERLAB_CHECK(array.copy_to(values).has_value());
  return values;
}

/// ||actual - expected|| / ||expected||; NaN where a value is none.
inline double relative_error(std::span<const float> actual, std::span<const float> expected) {
  INFERLAB_CHECK(actual.size() == expected.size());
  double difference = 0;
  double size = 0;
  for (std::size_t i = 0; i < actual.size(); ++i) {
    const double d = static_cast<double>(actual[i]) - static_cast<double>(expected[i]);
    difference += d * d;
    size += static_cast<double>(expected[i]) * static_cast<double>(expected[i]);
  }
  return std::sqrt(difference / size);
}

inline bool same_bits(std::span<const float> a, std::span<const float> b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size_bytes()) == 0;
}

/// Rows of activations in a form, made on the host from what activation_rows.h says.
struct TestRows {
  Form form;
  std::int64_t num_rows, width, stride;
  std::vector<float> wanted;  // the values that the form stands for, [num_rows, width]
  std::vector<std::uint8_t> values;
  std::vector<float> scales;
  std::vector<std::uint32_t> sums;
  DeviceArray<std::uint8_t> device_values;
  DeviceArray<float> device_scales;
  DeviceArray<std::uint32_t> device_sums;

  TestRows(Form which, std::span<const float> rows, std::int64_t count)
      : form(which),
        num_rows(count),
        width(std::ssize(rows) / count),
        stride(form_stride(which, width)),
        wanted(rows.begin(), rows.end()),
        values(static_cast<std::size_t>(count * stride * form_element_bytes(which))),
        scales(static_cast<std::size_t>(count * stride / 32)),
        sums(scales.size()) {
    for (std::int64_t r = 0; r < num_rows; ++r) {
      if (form == Form::kQ8) {
        for (std::int64_t slab = 0; slab < stride / 32; ++slab) quantize(r, slab);
      } else {
        for (std::int64_t c = 0; c < width; ++c) store(r, c);
      }
    }
    device_values = to_device(values);
    device_scales = to_device(scales);
    device_sums = to_device(sums);
  }

  [[nodiscard]] ActivationRows rows() const {
    return {.values = device_values.data(),
            .scales = device_scales.data(),
            .sums = device_sums.data(),
            .stride = stride};
  }

 private:
  void store(std::int64_t r, std::int64_t c) {
    float& value = wanted[static_cast<std::size_t>(r * width + c)];
    const std::int64_t at = (r * stride + c) * form_element_bytes(form);
    if (form == Form::kF32) {
      std::memcpy(&values[static_cast<std::size_t>(at)], &value, sizeof value);
      return;
    }
    const bool is_bf16 = form == Form::kBF16;
    const std::uint16_t bits = is_bf16 ? bf16_from_float(value) : f16_from_float(within_f16(value));
    std::memcpy(&values[static_cast<std::size_t>(at)], &bits, sizeof bits);
    value = is_bf16 ? float_from_bf16(bits) : float_from_f16(bits);
  }
  void quantize(std::int64_t r, std::int64_t slab) {
    const std::int64_t first = slab * 32;
    float largest = 0;
    for (std::int64_t c = first; c < std::min(first + 32, width); ++c) {
      largest = std::max(largest, std::abs(wanted[static_cast<std::size_t>(r * width + c)]));
    }
    const float scale = float_from_f16(f16_from_float(largest / 127.0F));
    int halves[2] = {};
    for (std::int64_t c = first; c < std::min(first + 32, width); ++c) {
      float& value = wanted[static_cast<std::size_t>(r * width + c)];
      const float inverse = largest > 0 ? 127.0F / largest : 0.0F;
      const int quant = static_cast<int>(std::nearbyint(value * inverse));
      halves[(c - first) / 16] += quant;
      values[static_cast<std::size_t>(r * stride + q8_place(c))] =
          static_cast<std::uint8_t>(static_cast<std::int8_t>(quant));
      value = scale * static_cast<float>(quant);
    }
    const auto at = static_cast<std::size_t>(r * stride / 32 + slab);
    scales[at] = scale;
    sums[at] = (static_cast<std::uint32_t>(halves[0]) & 0xffffU) |
               static_cast<std::uint32_t>(halves[1]) << 16;
  }
};

/// A random matrix as a file has it, decoded, and on the device.
struct TestMatrix {
  std::vector<std::byte> bytes;
  std::vector<float> wanted;  // [rows, columns]
  DeviceArray<std::uint8_t> memory;
  DeviceMatrix matrix;

  TestMatrix(Rng& rng, TensorType type, std::int64_t rows, std::int64_t columns,
             double width = 1.0) {
    encode_elements(type, random_floats(rng, rows * columns, width), bytes);
    const TensorBlock block = tensor_block(type);
    const std::int64_t row_bytes = columns / block.elements * block.bytes;
    wanted.resize(static_cast<std::size_t>(rows * columns));
    for (std::int64_t r = 0; r < rows; ++r) {
      decode_elements(type, bytes.data() + r * row_bytes,
                      std::span(wanted).subspan(static_cast<std::size_t>(r * columns),
                                                static_cast<std::size_t>(columns)));
    }
    std::vector<std::uint8_t> host(static_cast<std::size_t>(matrix_bytes(type, rows, columns)));
    const std::int64_t stride = matrix_stride(type, columns);
    if (is_packed(type)) {
      const RawRows raw = {type, reinterpret_cast<const std::uint8_t*>(bytes.data()), rows, columns,
                           row_bytes};
      const PackedOffsets offsets = packed_offsets(type);
      const std::int64_t units = ceil_div(columns, offsets.columns);
      for (std::int64_t i = 0; i < ceil_div(rows, kTileRows) * units; ++i) {
        for (std::int64_t word = 0; word < offsets.bytes / 4; ++word) {
          const std::uint32_t value = packed_word(raw, i / units, i % units, word);
          std::memcpy(host.data() + i * offsets.bytes + word * 4, &value, sizeof value);
        }
      }
    } else {
      for (std::int64_t r = 0; r < rows; ++r) {
        std::memcpy(host.data() + r * stride * (row_bytes / columns), bytes.data() + r * row_bytes,
                    static_cast<std::size_t>(row_bytes));
      }
    }
    memory = to_device(host);
    matrix = {
        .type = type, .rows = rows, .columns = columns, .stride = stride, .data = memory.data()};
  }
};

inline constexpr TensorType kTypes[] = {TensorType::kF32,  TensorType::kF16,  TensorType::kBF16,
                                        TensorType::kQ8_0, TensorType::kQ4_0, TensorType::kQ4_K,
                                        TensorType::kQ5_K, TensorType::kQ6_K};

}  // namespace inferlab::cuda::test
