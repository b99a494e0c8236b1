// Encoders and hidden states on every backend that runs without a device: a sequence's states are
// its own, to the last bit.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>
#include <string>
#include <vector>

#include "engine/backend/cpu/kernels/kernels.h"
#include "engine/backend/reference/matmul.h"
#include "engine/base/rng.h"
#include "engine/model/random_encoder.h"
#include "generation.h"

namespace inferlab {
namespace {

const std::vector<std::string> kNames = {"cpu", "reference"};

Model load_random_encoder(const RandomEncoderShape& shape = {}) {
  auto file = GgufFile::parse(random_encoder_bytes(shape), "encoder.gguf");
  INFERLAB_CHECK(file.has_value());
  auto model = Model::from(std::move(file).value());
  INFERLAB_CHECK(model.has_value());
  return std::move(model).value();
}

std::unique_ptr<Backend> load_encoder(const Model& model, const std::string& name) {
  auto backend = make_backend(name);
  INFERLAB_CHECK(backend.has_value());
  INFERLAB_CHECK((*backend)->load_encoder(*model.encoder).has_value());
  return std::move(backend).value();
}

std::vector<float> encode(Backend& backend, const Model& model, const EncoderBatch& batch) {
  std::vector<float> states(static_cast<std::size_t>(batch.num_rows()) *
                            static_cast<std::size_t>(model.config().hidden_size));
  const auto encoded = backend.encode(batch, states);
  if (!encoded) FAIL(encoded.error().message);
  return states;
}

std::vector<std::int32_t> random_ids(Rng& rng, const Model& model, std::uint64_t count) {
  std::vector<std::int32_t> ids;
  while (ids.size() < count) {
    ids.push_back(static_cast<std::int32_t>(
        rng.below(static_cast<std::uint64_t>(model.config().vocab_size))));
  }
  return ids;
}

bool same_bits(std::span<const float> a, std::span<const float> b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size_bytes()) == 0;
}

double cosine(std::span<const float> a, std::span<const float> b) {
  double ab = 0.0, aa = 0.0, bb = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    ab += static_cast<double>(a[i]) * static_cast<double>(b[i]);
    aa += static_cast<double>(a[i]) * static_cast<double>(a[i]);
    bb += static_cast<double>(b[i]) * static_cast<double>(b[i]);
  }
  return ab / std::sqrt(aa * bb);
}

std::vector<RandomEncoderShape> all_shapes() {
  std::vector<RandomEncoderShape> shapes;
  for (const TensorType type : {TensorType::kF32, TensorType::kF16, TensorType::kBF16,
                                TensorType::kQ8_0, TensorType::kQ4_0}) {
    shapes.push_back({.type = type});
  }
  shapes.push_back({.type = TensorType::kQ4_K, .hidden_size = 256, .ffn_size = 256});
  // Heads whose elements fill no vector, a width that no panel divides, no types.
  shapes.push_back({.type = TensorType::kF16,
                    .hidden_size = 72,
                    .ffn_size = 100,
                    .num_heads = 3,
                    .num_token_types = 0});
  return shapes;
}

}  // namespace

TEST_CASE("encode: the states of a sequence do not depend on what is beside it, to the bit") {
  for (const std::string& name : kNames) {
    for (const RandomEncoderShape& shape : all_shapes()) {
      CAPTURE(name, std::string(tensor_type_name(shape.type)), shape.hidden_size);
      const Model model = load_random_encoder(shape);
      const auto backend = load_encoder(model, name);
      Rng rng(1, "encoder_test", name);
      for (int round = 0; round < 4; ++round) {
        EncoderBatch all;
        std::vector<std::vector<std::int32_t>> sequences;
        const std::uint64_t count = 1 + rng.below(6);
        for (std::uint64_t s = 0; s < count; ++s) {
          sequences.push_back(random_ids(rng, model, 1 + rng.below(round == 0 ? 96 : 30)));
          all.add(sequences.back());
        }
        const std::vector<float> together = encode(*backend, model, all);
        std::span<const float> rest = together;
        for (const std::vector<std::int32_t>& ids : sequences) {
          EncoderBatch one;
          one.add(ids);
          const std::vector<float> alone = encode(*backend, model, one);
          REQUIRE(same_bits(rest.first(alone.size()), alone));
          rest = rest.subspan(alone.size());
        }
      }
    }
  }
}

TEST_CASE("encode: the CPU's kernels agree with the reference") {
  for (const RandomEncoderShape& shape : all_shapes()) {
    CAPTURE(std::string(tensor_type_name(shape.type)), shape.hidden_size);
    const Model model = load_random_encoder(shape);
    Rng rng(2, "encoder_test", "agree");
    EncoderBatch batch;
    for (const std::uint64_t length : {1U, 16U, 17U, 96U}) {
      batch.add(random_ids(rng, model, length));
    }
    const std::vector<float> cpu = encode(*load_encoder(model, "cpu"), model, batch);
    const std::vector<float> reference = encode(*load_encoder(model, "reference"), model, batch);
    // Activations of 8 bits where the weights are quantised, as llama.cpp has them.
    const bool quantized = tensor_block(shape.type).elements > 1;
    CHECK(1.0 - cosine(cpu, reference) < (quantized ? 2e-4 : 1e-9));
  }
}

TEST_CASE("encode: tokens see those behind them, and their order") {
  const Model model = load_random_encoder();
  for (const std::string& name : kNames) {
    const auto backend = load_encoder(model, name);
    const auto first_state = [&](std::vector<std::int32_t> ids) {
      EncoderBatch batch;
      batch.add(ids);
      std::vector<float> states = encode(*backend, model, batch);
      states.resize(64);
      return states;
    };
    CHECK_FALSE(same_bits(first_state({5, 6, 7}), first_state({5, 6, 8})));
    CHECK_FALSE(same_bits(first_state({5, 6, 7}), first_state({5, 7, 6})));
  }
}

TEST_CASE("encode: batches that contradict themselves are refused, and the next one runs") {
  const Model model = load_random_encoder();
  for (const std::string& name : kNames) {
    const auto backend = load_encoder(model, name);
    EncoderBatch good;
    good.add(std::vector<std::int32_t>{1, 2, 3});
    std::vector<float> states(std::size_t{3} * 64);
    struct Row {
      EncoderBatch batch;
      const char* why;
    };
    const std::vector<std::int32_t> long_ids(97, 1);
    EncoderBatch too_long;
    too_long.add(long_ids);
    const Row rows[] = {
        {{.token_ids = {1, 2, 320}, .lengths = {3}}, "no token 320"},
        {{.token_ids = {1, -1, 3}, .lengths = {3}}, "no token -1"},
        {{.token_ids = {1, 2, 3}, .lengths = {2}}, "lengths of 2 tokens for 3"},
        {{.token_ids = {1, 2, 3}, .lengths = {3, 0}}, "a sequence of 0 tokens"},
        {{.token_ids = {1, 2, 3}, .lengths = {4, -1}}, "a sequence of -1 tokens"},
        {{.token_ids = {1, 2}, .lengths = {2}}, "room for 192 states"},
        {too_long, "a sequence of 97 tokens, the encoder takes 1 to 96"},
    };
    for (const Row& row : rows) {
      CAPTURE(row.why);
      const auto encoded = backend->encode(row.batch, states);
      REQUIRE_FALSE(encoded);
      CHECK(encoded.error().kind == ErrorKind::kInvalid);
      CHECK(encoded.error().message.find(row.why) != std::string::npos);
    }
    CHECK(backend->encode(good, states));
  }
}

TEST_CASE("embed: the states are what the output matrix makes logits of") {
  const Model model = test::load_random_model({.type = TensorType::kF16});
  constexpr KvCacheShape kKv{.num_blocks = 16, .block_size = 4};
  const auto backend = test::load_backend(model, kKv, "reference");
  Rng rng(3, "encoder_test", "logits");
  Batch batch;
  batch.add(random_ids(rng, model, 9), 0, test::block_table(4), 3);
  batch.add(random_ids(rng, model, 5), 0, test::block_table(4, 4), 1);
  std::vector<float> states(std::size_t{4} * 64);
  REQUIRE(backend->embed(batch, states));
  std::vector<float> logits(std::size_t{4} * 320);
  std::vector<float> scratch;
  reference::matmul(model.weights.output, states.data(), 4, logits.data(), scratch);
  CHECK(same_bits(logits, test::forward(*backend, model, batch)));
}

TEST_CASE("embed: the states of a prompt do not depend on batch and steps, to the bit") {
  constexpr KvCacheShape kKv{.num_blocks = 24, .block_size = 4, .type = KvType::kF16};
  for (const std::string& name : kNames) {
    for (const TensorType type : {TensorType::kF16, TensorType::kQ8_0, TensorType::kQ4_0}) {
      CAPTURE(name, std::string(tensor_type_name(type)));
      const Model model = test::load_random_model({.type = type});
      const auto states_of = [&](Backend& backend, const Batch& batch) {
        std::vector<float> states(static_cast<std::size_t>(batch.num_sampled()) * 64);
        REQUIRE(backend.embed(batch, states));
        return states;
      };
      Rng rng(4, "encoder_test", name);
      const auto ids = random_ids(rng, model, 21);
      const auto other = random_ids(rng, model, 13);
      Batch whole;
      whole.add(ids, 0, test::block_table(6), 21);
      const std::vector<float> expected = states_of(*test::load_backend(model, kKv, name), whole);
      const auto backend = test::load_backend(model, kKv, name);
      std::vector<float> pieces;
      for (std::int32_t at = 0; at < 21;) {
        const auto count =
            std::min<std::int32_t>(1 + static_cast<std::int32_t>(rng.below(6)), 21 - at);
        Batch step;
        step.add(other, 0, test::block_table(4, 12), 2);
        step.add(
            std::span(ids).subspan(static_cast<std::size_t>(at), static_cast<std::size_t>(count)),
            at, test::block_table(6), count);
        const std::vector<float> states = states_of(*backend, step);
        pieces.insert(pieces.end(), states.begin() + 2 * 64, states.end());
        at += count;
      }
      CHECK(same_bits(pieces, expected));
      std::vector<float> wrong_size(63);
      CHECK(backend->embed(whole, wrong_size).error().kind == ErrorKind::kInvalid);
    }
  }
}

TEST_CASE("layer_norm and gelu: every instruction set, against double") {
  Rng rng(5, "encoder_test", "kernels");
  for (const cpu::Kernels* kernels : cpu::supported_kernels()) {
    for (const std::int64_t width : {1, 15, 16, 40, 384}) {
      CAPTURE(std::string(kernels->name), width);
      const auto random = [&](double size) {
        std::vector<float> values(static_cast<std::size_t>(width));
        for (float& value : values) value = static_cast<float>((rng.unit() * 2.0 - 1.0) * size);
        return values;
      };
      const std::vector<float> x = random(4.0);
      const std::vector<float> weight = random(2.0);
      const std::vector<float> bias = random(1.0);
      double mean = 0.0;
      for (const float value : x) mean += static_cast<double>(value) / static_cast<double>(width);
      double variance = 0.0;
      for (const float value : x) {
        variance += std::pow(static_cast<double>(value) - mean, 2) / static_cast<double>(width);
      }
      std::vector<float> out = x;
      kernels->layer_norm(out.data(), weight.data(), bias.data(), 1e-5F, width, out.data());
      std::vector<float> bent = x;
      kernels->gelu(bent.data(), bias.data(), width);
      for (std::size_t i = 0; i < x.size(); ++i) {
        const double normed = (static_cast<double>(x[i]) - mean) / std::sqrt(variance + 1e-5) *
                                  static_cast<double>(weight[i]) +
                              static_cast<double>(bias[i]);
        CHECK(static_cast<double>(out[i]) == Approx(normed).margin(1e-4).epsilon(1e-5));
        const double sum = static_cast<double>(x[i] + bias[i]);
        CHECK(static_cast<double>(bent[i]) ==
              Approx(0.5 * sum * std::erfc(-sum / std::sqrt(2.0))).margin(2e-6).epsilon(1e-6));
      }
    }
    for (const float x : {0.0F, -0.0F, 1e-30F, -1e-38F, 30.0F, -30.0F, 1e30F, -1e30F}) {
      std::vector<float> value = {x};
      const std::vector<float> none = {0.0F};
      kernels->gelu(value.data(), none.data(), 1);
      CHECK(std::abs(value[0] - std::max(x, 0.0F)) < 1e-6F);
    }
  }
}

}  // namespace inferlab
