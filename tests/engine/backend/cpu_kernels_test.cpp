// The CPU backend's kernels, for each instruction set that this processor has, against their
// definitions computed plainly in double.

#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>
#include <string>
#include <vector>

#include "engine/backend/cpu/activations.h"
#include "engine/backend/cpu/cpu_backend.h"
#include "engine/backend/cpu/kernels/kernels.h"
#include "engine/backend/cpu/matmul.h"
#include "engine/backend/cpu/memory.h"
#include "engine/backend/cpu/packed_matrix.h"
#include "engine/backend/cpu/thread_pool.h"
#include "engine/base/rng.h"
#include "engine/formats/half.h"
#include "engine/formats/quantize.h"
#include "engine/formats/quants.h"
#include "generation.h"

namespace inferlab::cpu {
namespace {

constexpr TensorType kTypes[] = {TensorType::kF32,  TensorType::kF16,  TensorType::kBF16,
                                 TensorType::kQ8_0, TensorType::kQ4_0, TensorType::kQ4_K,
                                 TensorType::kQ5_K, TensorType::kQ6_K};

std::vector<float> random_floats(Rng& rng, std::int64_t count, double width = 1.0) {
  std::vector<float> values(static_cast<std::size_t>(count));
  for (float& value : values) value = static_cast<float>((rng.unit() * 2.0 - 1.0) * width);
  return values;
}

/// A matrix of random values in the file's form, and its panels.
struct TestMatrix {
  std::vector<std::byte> bytes;
  Matrix matrix;
  Memory memory;
  PackedMatrix packed;

  TestMatrix(Rng& rng, TensorType type, std::int64_t rows, std::int64_t columns) {
    encode_elements(type, random_floats(rng, rows * columns), bytes);
    matrix = {.type = type, .rows = rows, .columns = columns, .data = bytes};
    memory = Memory::reserve(PackedMatrix::bytes_needed(matrix), "test").value();
    packed = PackedMatrix(matrix, memory.bytes());
    packed.pack(matrix, 0, packed.num_panels());
  }
};

std::int64_t columns_for(TensorType type) {
  return tensor_block(type).elements > 32 ? 512 : 96;
}

TEST_CASE("PackedMatrix: gives every row back as the file has it") {
  Rng rng(1, "cpu_kernels", "pack");
  for (const TensorType type : kTypes) {
    CAPTURE(std::string(tensor_type_name(type)));
    const TestMatrix test(rng, type, 21, columns_for(type));
    for (std::int64_t r = 0; r < 21; ++r) {
      std::vector<float> expected(static_cast<std::size_t>(test.matrix.columns));
      std::vector<float> row = expected;
      decode_elements(type, test.matrix.row(r), expected);
      test.packed.unpack_row(r, row);
      REQUIRE(row == expected);
    }
  }
}

TEST_CASE("multiply: every type and instruction set, the same bits for one row and for many") {
  Rng rng(2, "cpu_kernels", "multiply");
  constexpr std::int64_t kRows = 50;  // three panels and a bit
  constexpr std::int64_t kTokens = 13;
  ThreadPool pool(3);
  for (const Kernels* kernels : supported_kernels()) {
    for (const TensorType type : kTypes) {
      CAPTURE(std::string(kernels->name), std::string(tensor_type_name(type)));
      const std::int64_t columns = columns_for(type);
      const TestMatrix test(rng, type, kRows, columns);
      const auto x = random_floats(rng, kTokens * columns);
      Activations activations;
      const auto multiply_rows = [&](const float* rows, std::int64_t num_rows) {
        std::vector<float> y(static_cast<std::size_t>(num_rows * kRows));
        const Activations::Forms forms{.floats = !is_quantized(type), .quants = is_quantized(type)};
        activations.assign(*kernels, pool, forms, rows, num_rows, columns);
        const Product product = {.w = &test.packed, .y = y.data(), .y_stride = kRows};
        multiply(*kernels, pool, activations, std::span(&product, 1));
        return y;
      };
      const std::vector<float> many = multiply_rows(x.data(), kTokens);
      std::vector<float> row(static_cast<std::size_t>(columns));
      std::vector<std::int8_t> quants(row.size());
      std::vector<float> scales(row.size() / 32);
      for (std::int64_t t = 0; t < kTokens; ++t) {
        const std::vector<float> one = multiply_rows(x.data() + t * columns, 1);
        std::vector<float> input(x.begin() + t * columns, x.begin() + (t + 1) * columns);
        if (is_quantized(type)) {
          kernels->quantize(input.data(), columns, quants.data(), scales.data());
          for (std::size_t i = 0; i < input.size(); ++i) {
            const float value = static_cast<float>(quants[i]) * scales[i / 32];
            // Half a step of a 127th, and what rounding the scale to half precision costs.
            REQUIRE(std::abs(value - input[i]) < 0.0045F);
            input[i] = value;
          }
        }
        for (std::int64_t r = 0; r < kRows; ++r) {
          decode_elements(type, test.matrix.row(r), row);
          double expected = 0.0;
          for (std::size_t i = 0; i < row.size(); ++i) {
            expected += static_cast<double>(row[i]) * static_cast<double>(input[i]);
          }
          REQUIRE(one[r] == many[t * kRows + r]);
          REQUIRE(std::abs(static_cast<double>(one[r]) - expected) < 2e-5);
        }
      }
    }
  }
}

TEST_CASE("multiply: the largest quants and activations do not overflow") {
  ThreadPool pool(1);
  for (const Kernels* kernels : supported_kernels()) {
    CAPTURE(std::string(kernels->name));
    // Q8_0 of other programs may hold -128; 127 * -128 * 4096 stays far below 2^31.
    std::vector<std::byte> bytes;
    for (int block = 0; block < 128; ++block) {
      const Half one = float_to_half(1.0F);
      const auto* scale = reinterpret_cast<const std::byte*>(&one);
      bytes.insert(bytes.end(), scale, scale + sizeof one);
      for (int i = 0; i < 32; ++i) bytes.push_back(static_cast<std::byte>(i % 2 == 0 ? 127 : 128));
    }
    const Matrix matrix{.type = TensorType::kQ8_0, .rows = 1, .columns = 4096, .data = bytes};
    Memory memory = Memory::reserve(PackedMatrix::bytes_needed(matrix), "test").value();
    PackedMatrix packed(matrix, memory.bytes());
    packed.pack(matrix, 0, 1);
    std::vector<float> x(4096);
    for (std::size_t i = 0; i < x.size(); ++i) x[i] = i % 2 == 0 ? 127.0F : -127.0F;
    Activations activations;
    activations.assign(*kernels, pool, {.quants = true}, x.data(), 1, 4096);
    float y = 0.0F;
    const Product product = {.w = &packed, .y = &y, .y_stride = 1};
    multiply(*kernels, pool, activations, std::span(&product, 1));
    CHECK(y == 2048.0F * (127.0F * 127.0F + 128.0F * 127.0F));
  }
}

TEST_CASE("quantize: zeros, NaN and infinity leave numbers") {
  for (const Kernels* kernels : supported_kernels()) {
    CAPTURE(std::string(kernels->name));
    std::vector<float> x(64, 0.0F);
    x[33] = std::nanf("");
    x[40] = -2.0F;
    std::vector<std::int8_t> quants(64);
    std::vector<float> scales(2);
    kernels->quantize(x.data(), 64, quants.data(), scales.data());
    CHECK(scales[0] == 0.0F);
    CHECK(std::vector<std::int8_t>(quants.begin(), quants.begin() + 32) ==
          std::vector<std::int8_t>(32, 0));
    CHECK(quants[40] == -127);
    CHECK(std::isfinite(scales[1]));
  }
}

TEST_CASE("rms_norm and swiglu: rows of any width") {
  Rng rng(3, "cpu_kernels", "elementwise");
  for (const Kernels* kernels : supported_kernels()) {
    for (const std::int64_t width : {1, 7, 16, 100}) {
      CAPTURE(std::string(kernels->name), width);
      const auto x = random_floats(rng, width, 20.0);
      const auto weight = random_floats(rng, width);
      std::vector<float> out = x;
      kernels->rms_norm(out.data(), weight.data(), 1e-5F, width, out.data());
      std::vector<float> gated = x;
      kernels->swiglu(gated.data(), weight.data(), width);
      double sum = 0.0;
      for (const float value : x) sum += static_cast<double>(value) * static_cast<double>(value);
      const double scale = 1.0 / std::sqrt(sum / static_cast<double>(width) + 1e-5);
      for (std::int64_t i = 0; i < width; ++i) {
        const auto value = static_cast<double>(x[i]);
        const auto factor = static_cast<double>(weight[i]);
        REQUIRE(std::abs(static_cast<double>(out[i]) - value * scale * factor) < 1e-5);
        const double expected = value / (1.0 + std::exp(-value)) * factor;
        REQUIRE(std::abs(static_cast<double>(gated[i]) - expected) < 1e-5);
      }
    }
    std::vector<float> far = {-1000.0F, 1000.0F};
    const std::vector<float> ones = {1.0F, 1.0F};
    kernels->swiglu(far.data(), ones.data(), 2);
    CHECK(std::abs(far[0]) < 1e-30F);
    CHECK(far[1] == 1000.0F);
  }
}

TEST_CASE("CpuBackend: close to the reference, the same bits for any number of threads") {
  Rng rng(4, "cpu_kernels", "backend");
  struct Case {
    std::string_view architecture;
    TensorType type;
    std::int32_t head_count;  // hidden_size 256: heads of 64, 32 or 16
    float tolerance;          // of the largest logit's magnitude
  };
  for (const Case& test :
       {Case{"llama", TensorType::kF32, 4, 2e-4F}, Case{"llama", TensorType::kF16, 8, 2e-4F},
        Case{"qwen2", TensorType::kF16, 4, 2e-4F}, Case{"qwen3", TensorType::kF16, 4, 2e-4F},
        Case{"llama", TensorType::kQ8_0, 4, 0.05F}, Case{"llama", TensorType::kQ4_K, 16, 0.05F}}) {
    const Model model = inferlab::test::load_random_model({.architecture = test.architecture,
                                                           .type = test.type,
                                                           .hidden_size = 256,
                                                           .ffn_size = 512,
                                                           .num_heads = test.head_count,
                                                           .num_kv_heads = test.head_count / 2});
    std::vector<std::int32_t> ids;
    for (int i = 0; i < 70; ++i) ids.push_back(static_cast<std::int32_t>(rng.below(300)));
    for (const KvCacheShape kv :
         {KvCacheShape{.num_blocks = 24, .block_size = 16},
          KvCacheShape{.num_blocks = 24, .block_size = 4},
          KvCacheShape{.num_blocks = 3, .block_size = 32},
          KvCacheShape{.num_blocks = 24, .block_size = 16, .type = KvType::kF16},
          KvCacheShape{.num_blocks = 24, .block_size = 16, .type = KvType::kBF16},
          KvCacheShape{.num_blocks = 24, .block_size = 16, .type = KvType::kFp8},
          KvCacheShape{.num_blocks = 24, .block_size = 8, .type = KvType::kFp8},
          KvCacheShape{.num_blocks = 24, .block_size = 16, .type = KvType::kQ8},
          KvCacheShape{.num_blocks = 24, .block_size = 8, .type = KvType::kQ8}}) {
      // A key that lies between two that the cache can hold may be rounded either way.
      const float step = kv.type == KvType::kFp8    ? 0.05F
                         : kv.type == KvType::kQ8   ? 0.02F
                         : kv.type == KvType::kBF16 ? 0.005F
                                                    : 0.0F;
      const float tolerance = std::max(test.tolerance, step);
      const auto count = static_cast<std::int32_t>((70 - 1) / kv.block_size + 1);
      Batch batch;
      batch.add(ids, 0, inferlab::test::block_table(count), true);
      batch.sampled_rows = {0, 15, 16, 69};
      const auto reference = inferlab::test::load_backend(model, kv, "reference");
      const auto expected = inferlab::test::forward(*reference, model, batch);
      float largest = 0.0F;
      for (const float logit : expected) largest = std::max(largest, std::abs(logit));
      for (const Kernels* kernels : supported_kernels()) {
        CAPTURE(std::string(kernels->name), std::string(tensor_type_name(test.type)),
                kv.block_size);
        std::vector<float> alone;
        for (const int num_threads : {1, 2, 5}) {
          CpuBackend backend(*kernels, num_threads);
          REQUIRE(backend.load(model.weights, kv).has_value());
          const auto logits = inferlab::test::forward(backend, model, batch);
          if (alone.empty()) alone = logits;
          REQUIRE(std::memcmp(logits.data(), alone.data(), logits.size() * sizeof(float)) == 0);
          for (std::size_t i = 0; i < logits.size(); ++i) {
            REQUIRE(std::abs(logits[i] - expected[i]) < tolerance * largest);
          }
        }
      }
    }
  }
}

TEST_CASE("ThreadPool: every item once, whatever the number of threads") {
  for (const int num_threads : {1, 2, 7}) {
    ThreadPool pool(num_threads);
    CHECK(pool.num_threads() == num_threads);
    for (int round = 0; round < 200; ++round) {
      std::vector<std::atomic<int>> seen(static_cast<std::size_t>(round % 40));
      pool.run(std::ssize(seen),
               [&](std::int64_t item, int) { ++seen[static_cast<std::size_t>(item)]; });
      for (const auto& count : seen) REQUIRE(count == 1);
    }
  }
  CHECK(available_processors() >= 1);
}

}  // namespace
}  // namespace inferlab::cpu
