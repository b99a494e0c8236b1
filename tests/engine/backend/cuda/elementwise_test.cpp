// The kernels between the matrices, each against the CPU function of the same name.

#include "engine/backend/cuda/embed.h"
#include "engine/backend/cuda/finish_heads.h"
#include "engine/backend/cuda/rope_table.h"
#include "engine/backend/cuda/swiglu.h"
#include "engine/backend/reference/rms_norm.h"
#include "engine/backend/reference/swiglu.h"
#include "engine/backend/rope.h"
#include "engine/formats/fp8.h"
#include "engine/model/stable_math.h"
#include "tests/engine/backend/cuda/device_test.h"

namespace inferlab::cuda::test {
namespace {

TEST_CASE("cuda::swiglu: equals reference::swiglu to 1e-6") {
  if (!device_answers()) return;
  Rng rng(7, "cuda", "swiglu");
  for (const std::int64_t width : {1, 96, 1000}) {
    const std::int64_t rows = 3;
    const std::vector<float> both = random_floats(rng, rows * 2 * width, 12.0);
    const auto device_both = to_device(both);
    const std::int64_t stride = form_stride(Form::kF32, width);
    const auto out = device_room<float>(rows * stride);
    REQUIRE(swiglu(device_both.data(), rows, width, Form::kF32,
                   {.values = out.data(), .stride = stride}, nullptr)
                .has_value());
    const std::vector<float> padded = to_host(out);
    for (std::int64_t r = 0; r < rows; ++r) {
      std::vector<float> gate(both.begin() + r * 2 * width, both.begin() + (r * 2 + 1) * width);
      const std::vector<float> up(both.begin() + (r * 2 + 1) * width,
                                  both.begin() + (r * 2 + 2) * width);
      reference::swiglu(gate.data(), up.data(), width);
      const auto actual = std::span(padded).subspan(static_cast<std::size_t>(r * stride),
                                                    static_cast<std::size_t>(width));
      CHECK(relative_error(actual, gate) < 1e-6);
      for (std::int64_t c = width; c < stride; ++c) {
        REQUIRE(padded[static_cast<std::size_t>(r * stride + c)] == 0.0F);
      }
    }
  }
}

TEST_CASE("cuda::embed: rows of every type, to the bit") {
  if (!device_answers()) return;
  Rng rng(8, "cuda", "embed");
  for (const TensorType type : kTypes) {
    const std::int64_t columns = tensor_block(type).elements > 32 ? 512 : 96;
    const TestMatrix matrix(rng, type, 50, columns);
    const std::vector<std::int32_t> ids = {49, 0, 17, 17, 16};
    const auto device_ids = to_device(ids);
    const auto hidden = device_room<float>(std::ssize(ids) * columns);
    REQUIRE(embed(matrix.matrix, device_ids.data(), std::ssize(ids), hidden.data(), nullptr)
                .has_value());
    const std::vector<float> rows = to_host(hidden);
    for (std::size_t i = 0; i < ids.size(); ++i) {
      const auto count = static_cast<std::size_t>(columns);
      CAPTURE(std::string(tensor_type_name(type)), i);
      REQUIRE(same_bits(
          std::span(rows).subspan(i * count, count),
          std::span(matrix.wanted).subspan(static_cast<std::size_t>(ids[i]) * count, count)));
    }
  }
}

TEST_CASE("cuda::rope_table: the angles of stable_sincos(), to the bit") {
  if (!device_answers()) return;
  const std::vector<double> frequencies = {1.0, 0.37, 1e-3, 3.1e-7, 4.0};
  const std::int64_t positions = kEmulated ? 3000 : 100000;
  const auto device_frequencies = to_device(frequencies);
  const auto table = device_room<float2>(positions * std::ssize(frequencies));
  for (const double magnitude : {1.0, 1.1386294361119891}) {
    REQUIRE(rope_table(device_frequencies.data(), std::ssize(frequencies), magnitude, positions,
                       table.data(), nullptr)
                .has_value());
    const std::vector<float2> turns = to_host(table);
    for (std::int64_t p = 0; p < positions; ++p) {
      for (std::size_t i = 0; i < frequencies.size(); ++i) {
        const SinCos wanted = stable_sincos(static_cast<double>(p) * frequencies[i]);
        const float2 turn = turns[static_cast<std::size_t>(p) * frequencies.size() + i];
        REQUIRE(turn.x == static_cast<float>(wanted.cos * magnitude));
        REQUIRE(turn.y == static_cast<float>(wanted.sin * magnitude));
      }
    }
  }
}

/// One step's heads on the CPU.
struct HeadsCase {
  RopePairs pairs;
  bool bias, norms;
  std::int32_t head_dim, rope_dim;
  RopeScaling scaling = {};
};

float read(KvType type, const std::vector<std::uint8_t>& from, std::int64_t at) {
  if (type == KvType::kFp8) return fp8_to_float(from[static_cast<std::size_t>(at)]);
  if (type == KvType::kF32) {
    float value = 0;
    std::memcpy(&value, &from[static_cast<std::size_t>(at * 4)], 4);
    return value;
  }
  std::uint16_t bits = 0;
  std::memcpy(&bits, &from[static_cast<std::size_t>(at * 2)], 2);
  return type == KvType::kF16 ? float_from_f16(bits) : float_from_bf16(bits);
}

TEST_CASE("cuda::finish_heads: biases, norms, both rotations, and every element in its place") {
  if (!device_answers()) return;
  Rng rng(9, "cuda", "finish_heads");
  constexpr std::int32_t kHeads = 6;
  constexpr std::int32_t kKvHeads = 2;
  constexpr std::int32_t kLayers = 2;
  constexpr std::int32_t kLayer = 1;
  constexpr std::int32_t kBlocks = 5;
  constexpr std::int32_t kShift = 2;
  const std::vector<std::int32_t> positions = {3, 4, 5, -1, 9};
  const std::vector<std::int32_t> offsets = {0, 0, 0, 0, 2};
  const std::vector<std::int32_t> tables = {4, 1, 0, 2, 3};
  const std::int64_t rows = std::ssize(positions);
  const HeadsCase cases[] = {{RopePairs::kAdjacent, false, false, 16, 16},
                             {RopePairs::kHalves, true, false, 24, 24},
                             {RopePairs::kHalves, false, true, 40, 40},
                             {RopePairs::kHalves,
                              true,
                              false,
                              24,
                              24,
                              {.factor = 4.0F,
                               .attention_factor = 1.14F,
                               .yarn = YarnScaling{.original_context_length = 64},
                               .llama3 = {}}},
                             {RopePairs::kAdjacent, true, true, 64, 32}};
  for (const HeadsCase& each : cases) {
    const std::int32_t dim = each.head_dim;
    const std::int32_t all = (kHeads + 2 * kKvHeads) * dim;
    const std::vector<float> qkv = random_floats(rng, rows * all, 2.0);
    const std::vector<float> bias = random_floats(rng, each.bias ? all : 0);
    std::vector<float> q_norm = random_floats(rng, each.norms ? dim : 0);
    std::vector<float> k_norm = random_floats(rng, each.norms ? dim : 0);
    const std::vector<float> factors = random_floats(rng, each.rope_dim / 2, 0.2);
    std::vector<float> freq_factors = factors;
    for (float& factor : freq_factors) factor += 1.0F;
    LlamaConfig config{};
    config.rope_dim = each.rope_dim;
    config.rope_freq_base = 10000.0F;
    config.rope_pairs = each.pairs;
    config.rope_scaling = each.scaling;
    Rope rope(config, freq_factors);

    const std::vector<double> frequencies(rope.frequencies().begin(), rope.frequencies().end());
    const auto device_frequencies = to_device(frequencies);
    const auto turns = device_room<float2>(16 * std::ssize(frequencies));
    REQUIRE(rope_table(device_frequencies.data(), std::ssize(frequencies), rope.magnitude(), 16,
                       turns.data(), nullptr)
                .has_value());
    const auto device_qkv = to_device(qkv);
    const auto device_bias = to_device(bias);
    const auto device_q_norm = to_device(q_norm);
    const auto device_k_norm = to_device(k_norm);
    const auto device_positions = to_device(positions);
    const auto device_offsets = to_device(offsets);
    const auto device_tables = to_device(tables);
    FinishHeadsArgs args = {
        .qkv = device_qkv.data(),
        .num_heads = kHeads,
        .bias = device_bias.data(),  // null where there is none
        .q_norm = device_q_norm.data(),
        .k_norm = device_k_norm.data(),
        .eps = 1e-5F,
        .turns = turns.data(),
        .rope_dim = each.rope_dim,
        .pairs = each.pairs,
        .rows = {device_positions.data(), device_offsets.data(), device_tables.data()},
        .kv = {nullptr, kLayers, kKvHeads, dim, kShift},
        .layer = kLayer,
        .q = nullptr};
    for (const KvType type : {KvType::kF32, KvType::kF16, KvType::kBF16, KvType::kFp8}) {
      CAPTURE(dim, static_cast<int>(type));
      const KvType q_type = type == KvType::kFp8 ? KvType::kF16 : type;
      const auto cache =
          device_room<std::uint8_t>(args.kv.block_elements() * kBlocks * kv_element_bytes(type));
      const auto q = device_room<std::uint8_t>(rows * kHeads * dim * kv_element_bytes(q_type));
      args.kv.data = cache.data();
      args.q = q.data();
      REQUIRE(finish_heads(args, type, rows, nullptr).has_value());
      const auto host_cache = to_host(cache);
      const auto host_q = to_host(q);
      std::vector<float> actual;
      std::vector<float> expected;
      for (std::int64_t r = 0; r < rows; ++r) {
        const std::int32_t position = positions[static_cast<std::size_t>(r)];
        if (position < 0) continue;
        std::vector<float> heads(qkv.begin() + r * all, qkv.begin() + (r + 1) * all);
        for (std::size_t i = 0; i < bias.size(); ++i) heads[i] += bias[i];
        float* k = heads.data() + kHeads * dim;
        if (each.norms) {
          reference::rms_norm(heads.data(), q_norm.data(), 1e-5F, kHeads, dim, heads.data());
          reference::rms_norm(k, k_norm.data(), 1e-5F, kKvHeads, dim, k);
        }
        rope.set_positions(std::span(&position, 1));
        rope.apply(heads.data(), kHeads, dim);
        rope.apply(k, kKvHeads, dim);
        expected.insert(expected.end(), heads.begin(), heads.end());
        const std::int32_t block =
            tables[static_cast<std::size_t>(offsets[static_cast<std::size_t>(r)] + position / 4)];
        for (std::int32_t i = 0; i < kHeads * dim; ++i) {
          actual.push_back(read(q_type, host_q, r * kHeads * dim + i));
        }
        for (std::int32_t i = 0; i < kKvHeads * dim; ++i) {
          actual.push_back(
              read(type, host_cache, args.kv.key(block, kLayer, i / dim, position % 4) + i % dim));
        }
        for (std::int32_t i = 0; i < kKvHeads * dim; ++i) {
          actual.push_back(
              read(type, host_cache, args.kv.value(block, kLayer, i / dim, i % dim, position % 4)));
        }
      }
      const double tolerance = type == KvType::kF32   ? 1e-6
                               : type == KvType::kF16 ? 4e-4
                               : type == KvType::kFp8 ? 4e-2
                                                      : 3e-3;
      CHECK(relative_error(actual, expected) < tolerance);
      if (type == KvType::kF32 && !each.norms) CHECK(same_bits(actual, expected));
    }
  }
}

}  // namespace
}  // namespace inferlab::cuda::test
