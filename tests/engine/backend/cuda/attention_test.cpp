// Paged attention against reference::Attention, in pieces and in tiles.

#include "engine/backend/cuda/attention.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "engine/backend/cuda/step_plan.h"
#include "engine/backend/reference/attention.h"
#include "engine/formats/fp8.h"
#include "tests/engine/backend/cuda/device_test.h"

namespace inferlab::cuda::test {
namespace {

struct Shape {
  std::int32_t num_heads, num_kv_heads, head_dim, block_size;
};

constexpr std::int32_t kLayers = 2;
constexpr std::int32_t kLayer = 1;

LlamaConfig config_of(const Shape& shape) {
  LlamaConfig config{};
  config.num_layers = kLayers;
  config.num_heads = shape.num_heads;
  config.num_kv_heads = shape.num_kv_heads;
  config.head_dim = shape.head_dim;
  return config;
}

/// A batch of sequences, each [context before, tokens now], with blocks in disorder.
struct Contexts {
  Batch batch;
  std::int32_t num_blocks = 0;
};
struct Context {
  std::int32_t before, tokens;
};
Contexts make_contexts(Rng& rng, const std::vector<Context>& contexts, std::int32_t block_size) {
  Contexts out;
  std::vector<std::int32_t> counts;
  for (const Context& context : contexts) {
    counts.push_back((context.before + context.tokens - 1) / block_size + 1);
    out.num_blocks += counts.back();
  }
  std::vector<std::int32_t> blocks(static_cast<std::size_t>(out.num_blocks));
  std::iota(blocks.begin(), blocks.end(), 0);
  for (std::size_t i = blocks.size(); i > 1; --i) std::swap(blocks[i - 1], blocks[rng.below(i)]);
  std::size_t used = 0;
  for (std::size_t i = 0; i < contexts.size(); ++i) {
    const std::vector<std::int32_t> ids(static_cast<std::size_t>(contexts[i].tokens));
    const auto count = static_cast<std::size_t>(counts[i]);
    out.batch.add(ids, contexts[i].before, std::span(blocks).subspan(used, count), true);
    used += count;
  }
  return out;
}

/// Everything on the device for one batch.
class Run {
 public:
  Run(const Shape& shape, const Contexts& contexts, KvType type, std::span<const float> keys,
      std::span<const float> values, std::span<const float> queries)
      : shape_(shape), contexts_(&contexts), type_(type) {
    for (std::int32_t s = shape.block_size; s > 1; s /= 2) ++args_.kv.block_shift;
    args_.kv.num_layers = kLayers;
    args_.kv.num_kv_heads = shape.num_kv_heads;
    args_.kv.head_dim = shape.head_dim;
    args_.layer = kLayer;
    args_.heads.heads_per_kv = shape.num_heads / shape.num_kv_heads;
    args_.num_heads = shape.num_heads;
    // Slots that no token reached are full of NaN.
    std::vector<std::uint8_t> cache(
        static_cast<std::size_t>(args_.kv.block_elements() * contexts.num_blocks *
                                 kv_element_bytes(type)),
        0xff);
    const std::int32_t kv_size = shape.num_kv_heads * shape.head_dim;
    std::int64_t token = 0;
    for (const BatchSequence& sequence : contexts.batch.sequences) {
      const std::int32_t last =
          contexts.batch
              .positions[static_cast<std::size_t>(sequence.first_row + sequence.num_tokens - 1)];
      for (std::int32_t p = 0; p <= last; ++p, ++token) {
        const std::int32_t block =
            sequence.block_table[static_cast<std::size_t>(p / shape.block_size)];
        const std::int32_t slot = p % shape.block_size;
        for (std::int32_t i = 0; i < kv_size; ++i) {
          const std::int32_t head = i / shape.head_dim;
          const std::int32_t element = i % shape.head_dim;
          const auto at = static_cast<std::size_t>(token * kv_size + i);
          put(type_, cache, args_.kv.key(block, kLayer, head, slot) + element, keys[at]);
          put(type_, cache, args_.kv.value(block, kLayer, head, element, slot), values[at]);
        }
      }
    }
    const KvType q_type = type == KvType::kFp8 ? KvType::kF16 : type;
    std::vector<std::uint8_t> q(queries.size() *
                                static_cast<std::size_t>(kv_element_bytes(q_type)));
    for (std::size_t i = 0; i < queries.size(); ++i) {
      put(q_type, q, static_cast<std::int64_t>(i), queries[i]);
    }
    cache_ = to_device(cache);
    q_ = to_device(q);
    args_.kv.data = cache_.data();
    args_.q = q_.data();
  }

  /// The result of all rows. `pieces`: every sequence in pieces; else in tiles.
  std::vector<float> operator()(bool pieces) {
    Batch batch = contexts_->batch;
    StepPlan plan = plan_step(batch, shape_.block_size, args_.heads, 0, type_ != KvType::kF32);
    if (type_ != KvType::kF32) force(plan, pieces);
    const auto positions = to_device(plan.positions);
    const auto offsets = to_device(plan.table_offsets);
    const auto tables = to_device(plan.block_tables);
    const auto tiles = to_device(plan.tiles);
    const auto items = to_device(plan.items);
    const auto num_items =
        to_device(std::vector<std::int32_t>{static_cast<std::int32_t>(plan.items.size())});
    const auto row_tiles = to_device(plan.row_tiles);
    const auto prefill_tiles = to_device(plan.prefill_tiles);
    const std::int64_t partial_rows = plan.num_partial_tokens * args_.heads.heads_per_tile() *
                                      args_.kv.num_kv_heads * args_.heads.groups_per_kv();
    const auto partials = device_room<float>(partial_rows * shape_.head_dim);
    const auto sums = device_room<float2>(partial_rows);
    const std::int64_t width = std::int64_t{shape_.num_heads} * shape_.head_dim;
    const auto attended = device_room<float>(plan.num_rows() * width);
    args_.rows = {positions.data(), offsets.data(), tables.data()};
    args_.tiles = tiles.data();
    args_.items = items.data();
    args_.num_items = num_items.data();
    args_.row_tiles = row_tiles.data();
    args_.partials = partials.data();
    args_.partial_sums = sums.data();
    args_.prefill_tiles = prefill_tiles.data();
    args_.num_prefill_tiles = static_cast<std::int32_t>(plan.prefill_tiles.size());
    args_.attended = attended.data();
    if (type_ == KvType::kF32) {
      REQUIRE(attention_f32(args_, plan.num_rows(), nullptr).has_value());
    } else {
      REQUIRE(attention_split(args_, type_, 3, nullptr).has_value());
      REQUIRE(attention_prefill(args_, type_, nullptr).has_value());
    }
    const std::int64_t stride = form_stride(Form::kF32, width);
    const auto out = device_room<float>(plan.num_rows() * stride);
    REQUIRE(attention_combine(args_, plan.num_rows(), Form::kF32,
                              {.values = out.data(), .stride = stride}, nullptr)
                .has_value());
    const std::vector<float> padded = to_host(out);
    std::vector<float> result;
    for (std::int64_t r = 0; r < plan.num_rows(); ++r) {
      const auto row = padded.begin() + r * stride;
      result.insert(result.end(), row, row + width);
    }
    return result;
  }

 private:
  static void put(KvType type, std::vector<std::uint8_t>& to, std::int64_t at, float value) {
    if (type == KvType::kF32) {
      std::memcpy(&to[static_cast<std::size_t>(at * 4)], &value, 4);
      return;
    }
    if (type == KvType::kFp8) {
      to[static_cast<std::size_t>(at)] = fp8_from_float(value);
      return;
    }
    const std::uint16_t bits =
        type == KvType::kF16 ? f16_from_float(value) : bf16_from_float(value);
    std::memcpy(&to[static_cast<std::size_t>(at * 2)], &bits, 2);
  }

  /// The other way than the plan's own for every sequence that has it otherwise.
  void force(StepPlan& plan, bool pieces) const {
    const std::int32_t per_tile = args_.heads.tokens_per_tile();
    plan.tiles.clear();
    plan.items.clear();
    plan.prefill_tiles.clear();
    plan.num_partial_tokens = 0;
    std::fill(plan.row_tiles.begin(), plan.row_tiles.end(), -1);
    for (const BatchSequence& sequence : contexts_->batch.sequences) {
      for (std::int32_t done = 0; done < sequence.num_tokens; done += per_tile) {
        const std::int32_t row = sequence.first_row + done;
        const std::int32_t count = std::min(per_tile, sequence.num_tokens - done);
        if (!pieces) {
          plan.prefill_tiles.push_back({row, count});
          continue;
        }
        const std::int32_t last = plan.positions[static_cast<std::size_t>(row + count - 1)];
        const auto index = static_cast<std::int32_t>(plan.tiles.size());
        plan.tiles.push_back({row, count, static_cast<std::int32_t>(plan.num_partial_tokens),
                              last / kSplitKeys + 1});
        plan.num_partial_tokens += std::int64_t{count} * plan.tiles.back().num_splits;
        for (std::int32_t s = 0; s < plan.tiles.back().num_splits; ++s) {
          plan.items.push_back({index, s});
        }
        for (std::int32_t i = 0; i < count; ++i) {
          plan.row_tiles[static_cast<std::size_t>(row + i)] = index;
        }
      }
    }
  }

  Shape shape_;
  const Contexts* contexts_;
  KvType type_;
  AttentionArgs args_;
  DeviceArray<std::uint8_t> cache_;
  DeviceArray<std::uint8_t> q_;
};

std::vector<float> reference_result(const Shape& shape, const Contexts& contexts,
                                    std::span<const float> keys, std::span<const float> values,
                                    std::span<const float> queries, KvType type = KvType::kF32) {
  const LlamaConfig config = config_of(shape);
  auto cache = reference::KvCache::create(
      config, {.num_blocks = contexts.num_blocks, .block_size = shape.block_size, .type = type});
  REQUIRE(cache.has_value());
  reference::Attention attention(config);
  const std::int32_t kv_size = shape.num_kv_heads * shape.head_dim;
  const std::int32_t width = shape.num_heads * shape.head_dim;
  std::vector<float> out(queries.size());
  std::int64_t token = 0;
  for (const BatchSequence& sequence : contexts.batch.sequences) {
    const auto first = static_cast<std::size_t>(sequence.first_row);
    const std::int32_t last = contexts.batch.positions[first] + sequence.num_tokens - 1;
    for (std::int32_t p = 0; p <= last; ++p, ++token) {
      const std::int32_t block =
          sequence.block_table[static_cast<std::size_t>(p / shape.block_size)];
      const std::int32_t slot = p % shape.block_size;
      cache->store(block, kLayer, reference::KvCache::Part::kKeys, slot,
                   keys.data() + token * kv_size);
      cache->store(block, kLayer, reference::KvCache::Part::kValues, slot,
                   values.data() + token * kv_size);
    }
    for (std::int32_t i = 0; i < sequence.num_tokens; ++i) {
      const std::int64_t row = sequence.first_row + i;
      attention.run(*cache, sequence.block_table, kLayer,
                    contexts.batch.positions[static_cast<std::size_t>(row)],
                    queries.data() + row * width, out.data() + row * width);
    }
  }
  return out;
}

TEST_CASE("cuda::attention: equals the reference; pieces and tiles give the same bits") {
  if (!device_answers()) return;
  Rng rng(10, "cuda", "attention");
  // No group, groups that fill a tile and that do not, one of more heads than a tile has rows.
  std::vector<Shape> shapes = {{4, 4, 32, 16},  {8, 2, 64, 16}, {6, 2, 24, 4},
                               {7, 1, 128, 32}, {20, 1, 40, 8}, {2, 1, 160, 16}};
  const std::vector<Context> contexts = {{0, 1},  {130, 1}, {5, 40}, {260, 3},
                                         {0, 21}, {127, 1}, {63, 1}, {100, 33}};
  if (!kEmulated) shapes.push_back({32, 8, 128, 16});
  for (const Shape& shape : shapes) {
    CAPTURE(shape.num_heads, shape.num_kv_heads, shape.head_dim, shape.block_size);
    const Contexts made = make_contexts(rng, contexts, shape.block_size);
    std::int64_t tokens = 0;
    for (const Context& context : contexts) tokens += context.before + context.tokens;
    const std::int64_t kv_size = shape.num_kv_heads * shape.head_dim;
    const std::vector<float> keys = random_floats(rng, tokens * kv_size);
    const std::vector<float> values = random_floats(rng, tokens * kv_size);
    // Large enough that some keys weigh much more than others.
    const std::vector<float> queries = random_floats(
        rng, std::int64_t{made.batch.num_rows()} * shape.num_heads * shape.head_dim, 6.0);
    const std::vector<float> expected = reference_result(shape, made, keys, values, queries);
    Run plain(shape, made, KvType::kF32, keys, values, queries);
    CHECK(relative_error(plain(false), expected) < 5e-6);
    for (const KvType type : {KvType::kF16, KvType::kBF16}) {
      Run run(shape, made, type, keys, values, queries);
      const std::vector<float> tiles = run(false);
      const std::vector<float> pieces = run(true);
      CHECK(relative_error(tiles, expected) < (type == KvType::kF16 ? 2e-3 : 2e-2));
      CHECK(same_bits(tiles, pieces));
    }
    // Rounded as the reference rounds, so the rest is no further off than with F16.
    Run run(shape, made, KvType::kFp8, keys, values, queries);
    const std::vector<float> tiles = run(false);
    CHECK(relative_error(
              tiles, reference_result(shape, made, keys, values, queries, KvType::kFp8)) < 2e-3);
    CHECK(same_bits(tiles, run(true)));
  }
}

TEST_CASE("fp8 on the device: both ways as engine/formats has it, every code") {
  for (std::uint32_t code = 0; code < 256; ++code) {
    CAPTURE(code);
    const float value = fp8_to_float(static_cast<Fp8>(code));
    CHECK(fp8_from_float(value) == code);
    const std::uint32_t pair = f16_pair_from_fp8(code | (code ^ 0xffU) << 16);
    const float low = kFp8Unit * float_from_f16(static_cast<std::uint16_t>(pair));
    const float high = kFp8Unit * float_from_f16(static_cast<std::uint16_t>(pair >> 16));
    const float other = fp8_to_float(static_cast<Fp8>(code ^ 0xffU));
    CHECK((low == value || (std::isnan(low) && std::isnan(value))));
    CHECK((high == other || (std::isnan(high) && std::isnan(other))));
  }
  Rng rng(12, "cuda", "fp8");
  for (int round = 0; round < 100'000; ++round) {
    const auto value = float_of(static_cast<std::uint32_t>(rng.below(std::uint64_t{1} << 32)));
    REQUIRE(fp8_from_float(value) == float_to_fp8(value));
  }
}

TEST_CASE("cuda::attention: a row's bits do not depend on the tokens and sequences beside it") {
  if (!device_answers()) return;
  Rng rng(11, "cuda", "attention_rows");
  const Shape shape = {8, 2, 64, 16};
  const std::int64_t width = std::int64_t{shape.num_heads} * shape.head_dim;
  const std::int64_t kv_size = shape.num_kv_heads * shape.head_dim;
  constexpr std::int32_t kLength = 150;
  const std::vector<float> keys = random_floats(rng, kLength * kv_size);
  const std::vector<float> values = random_floats(rng, kLength * kv_size);
  const std::vector<float> queries = random_floats(rng, kLength * width, 6.0);
  const auto part = [&](std::int32_t before, std::int32_t count, bool pieces) {
    const Contexts made = make_contexts(rng, {{before, count}}, shape.block_size);
    Run run(shape, made, KvType::kBF16,
            std::span(keys).first(static_cast<std::size_t>((before + count) * kv_size)),
            std::span(values).first(static_cast<std::size_t>((before + count) * kv_size)),
            std::span(queries).subspan(static_cast<std::size_t>(before * width),
                                       static_cast<std::size_t>(count * width)));
    return run(pieces);
  };
  const std::vector<float> whole = part(0, kLength, false);
  for (const auto& [before, count, pieces] :
       {std::tuple{149, 1, true}, {128, 1, true}, {127, 2, true}, {64, 30, false}, {1, 5, true}}) {
    CAPTURE(before, count, pieces);
    CHECK(same_bits(part(before, count, pieces),
                    std::span(whole).subspan(static_cast<std::size_t>(before * width),
                                             static_cast<std::size_t>(count * width))));
  }
}

}  // namespace
}  // namespace inferlab::cuda::test
