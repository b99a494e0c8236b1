// The whole backend against the reference, and what it promises of bits.

#include <numeric>

#include "engine/backend/cuda/kv_budget.h"
#include "tests/engine/backend/cuda/backend_cases.h"

namespace inferlab::cuda::test {
namespace {

TEST_CASE("CudaBackend: logits are those of the reference, every type of weights and cache") {
  if (!device_answers()) return;
  Rng rng(20, "cuda", "backend");
  for (const RandomModelShape& shape : all_shapes()) {
    const Model model = load_random_model(shape);
    const auto ids = random_ids(rng, 21);
    for (const KvType type : {KvType::kF32, KvType::kF16, KvType::kBF16, KvType::kFp8}) {
      CAPTURE(std::string(shape.architecture), std::string(tensor_type_name(shape.type)),
              static_cast<int>(type));
      KvCacheShape kv = kKv;
      kv.type = KvType::kF32;
      // What FP8 rounds away is more than all else: the reference rounds it away too.
      if (type == KvType::kFp8) kv.type = type;
      const auto reference = inferlab::test::load_backend(model, kv, "reference");
      kv.type = type;
      const auto backend = load_cuda(model, kv);
      Batch prompt;
      prompt.add(std::span(ids).first(20), 0, block_table(6), true);
      prompt.sampled_rows = {19, 0, 7};
      CHECK(relative_error(forward(*backend, model, prompt), forward(*reference, model, prompt)) <
            tolerance(shape.type, type));
      Batch decode;
      decode.add(std::span(ids).last(1), 20, block_table(6), true);
      CHECK(relative_error(forward(*backend, model, decode), forward(*reference, model, decode)) <
            tolerance(shape.type, type));
    }
  }
}

TEST_CASE("CudaBackend: a row's bits depend neither on chunks, nor on the batch, nor on graphs") {
  if (!device_answers()) return;
  Rng rng(21, "cuda", "invariance");
  for (const RandomModelShape& shape : all_shapes()) {
    const Model model = load_random_model(shape);
    const std::size_t vocab = static_cast<std::size_t>(model.config().vocab_size);
    CAPTURE(std::string(shape.architecture), std::string(tensor_type_name(shape.type)));
    const auto ids = random_ids(rng, 23);
    const auto alone = load_cuda(model);
    CHECK(alone->rows_are_invariant());
    CHECK(alone->load_summary().starts_with("Weights on "));
    Batch whole;
    whole.add(ids, 0, block_table(6), true);
    const std::vector<float> expected = forward(*alone, model, whole);
    for (int round = 0; round < 2; ++round) {
      const auto backend = load_cuda(model);
      const auto table = block_table(6, 23, -2);
      std::vector<float> logits;
      // The last tokens one by one, so that a graph is captured and replayed.
      for (std::size_t done = 0; done < ids.size();) {
        const std::size_t count =
            done < 18 ? std::min<std::size_t>(18 - done, 1 + rng.below(9)) : 1;
        Batch batch;
        batch.add(std::span(ids).subspan(done, count), static_cast<std::int32_t>(done), table,
                  true);
        logits = forward(*backend, model, batch);
        done += count;
      }
      REQUIRE(same_bits(logits, expected));
    }
    // Among others: a prefill beside it, then decodes of three, which a graph for four rows takes.
    const auto other = random_ids(rng, 9);
    Batch prefill;
    prefill.add(other, 0, block_table(3, 10), false);
    prefill.add(std::span(ids).first(20), 0, block_table(6), false);
    forward(*alone, model, prefill);
    for (std::size_t done = 20; done < ids.size(); ++done) {
      Batch decode;
      decode.add(std::span(other).last(1), 8, block_table(3, 10), true);
      decode.add(std::span(ids).subspan(done, 1), static_cast<std::int32_t>(done), block_table(6),
                 true);
      decode.add(std::span(other).last(1), 8, block_table(3, 10), true);
      const std::vector<float> logits = forward(*alone, model, decode);
      if (done + 1 == ids.size()) {
        REQUIRE(same_bits(std::span(logits).subspan(vocab, vocab), expected));
      }
    }
  }
}

TEST_CASE("CudaBackend: large steps may go through the library, and mean the same") {
  if (!device_answers()) return;
  Rng rng(25, "cuda", "library");
  // Past the number of rows from which on the library takes quantised matrices.
  for (const TensorType type : {TensorType::kBF16, TensorType::kF16, TensorType::kQ4_0}) {
    RandomModelShape shape = shape_for(type);
    shape.max_model_len = 512;
    shape.tied_embeddings = false;
    const Model model = load_random_model(shape);
    CAPTURE(std::string(tensor_type_name(type)));
    const auto ids = random_ids(rng, 261);
    KvCacheShape kv{.num_blocks = 80, .block_size = 4};
    const auto reference = inferlab::test::load_backend(model, kv, "reference");
    kv.type = KvType::kF16;
    const auto backend = load_cuda(model, kv, {.use_library = true});
    Batch prompt;
    prompt.add(std::span(ids).first(260), 0, block_table(66), true);
    CHECK(relative_error(forward(*backend, model, prompt), forward(*reference, model, prompt)) <
          tolerance(type, KvType::kF16));
    Batch decode;
    decode.add(std::span(ids).last(1), 260, block_table(66), true);
    CHECK(relative_error(forward(*backend, model, decode), forward(*reference, model, decode)) <
          tolerance(type, KvType::kF16));
  }
}

TEST_CASE("CudaBackend: stretched rotations are those of the reference") {
  if (!device_answers()) return;
  Rng rng(26, "cuda", "stretched");
  for (const bool yarn : {false, true}) {
    Model model = load_random_model({.type = TensorType::kF32});
    const auto ids = random_ids(rng, 40);
    const KvCacheShape kv{.num_blocks = 24, .block_size = 4, .type = KvType::kF32};
    Batch batch;
    batch.add(ids, 0, block_table(10), 1);
    const std::vector<float> plain = forward(*load_cuda(model, kv), model, batch);
    RopeScaling& scaling = model.weights.config.rope_scaling;
    scaling.factor = 4.0F;
    if (yarn) {
      scaling.attention_factor = 1.14F;
      scaling.yarn = YarnScaling{.original_context_length = 16};
    }
    const auto reference = inferlab::test::load_backend(model, kv, "reference");
    const std::vector<float> expected = forward(*reference, model, batch);
    CHECK(relative_error(forward(*load_cuda(model, kv), model, batch), expected) < 1e-5);
    CHECK(relative_error(plain, expected) > 1e-4);  // it makes a difference
  }
}

// What prefix caching and speculative decoding ask for.
TEST_CASE("CudaBackend: sequences share blocks that the batch itself fills, rows ask for logits") {
  if (!device_answers()) return;
  Rng rng(27, "cuda", "shared");
  for (const KvType type : {KvType::kF32, KvType::kF16}) {
    const Model model = load_random_model();
    const auto vocab = static_cast<std::size_t>(model.config().vocab_size);
    KvCacheShape kv = kKv;
    kv.type = type;
    const auto prefix = random_ids(rng, 8);
    const auto with_prefix = [&](const std::vector<std::int32_t>& rest) {
      std::vector<std::int32_t> ids = prefix;
      ids.insert(ids.end(), rest.begin(), rest.end());
      return ids;
    };
    const auto first = with_prefix(random_ids(rng, 11));  // more rows than are taken in pieces
    const auto second = with_prefix(random_ids(rng, 3));
    const auto third = with_prefix(random_ids(rng, 1));
    const auto backend = load_cuda(model, kv);
    Batch batch;
    // Who reads the two blocks comes before who fills them, and behind.
    batch.add(std::span(second).subspan(8), 8, std::vector<std::int32_t>{0, 1, 9}, 3);
    batch.add(first, 0, block_table(5), 2);
    batch.add(std::span(third).subspan(8), 8, std::vector<std::int32_t>{0, 1, 10}, 1);
    const std::vector<float> logits = forward(*backend, model, batch);
    const auto alone = [&](std::span<const std::int32_t> ids) {
      Batch whole;
      whole.add(ids, 0, block_table(6), 1);
      return forward(*load_cuda(model, kv), model, whole);
    };
    const auto row = [&](std::size_t index) {
      return std::span(logits).subspan(index * vocab, vocab);
    };
    for (std::size_t i = 0; i < 3; ++i) {
      CHECK(same_bits(row(i), alone(std::span(second).first(9 + i))));
    }
    CHECK(same_bits(row(3), alone(std::span(first).first(18))));
    CHECK(same_bits(row(4), alone(first)));
    CHECK(same_bits(row(5), alone(third)));
  }
}

TEST_CASE("CudaBackend: a copied KV block serves like its original") {
  if (!device_answers()) return;
  Rng rng(22, "cuda", "copies");
  const Model model = load_random_model();
  const auto ids = random_ids(rng, 9);
  const auto backend = load_cuda(model);
  Batch whole;
  whole.add(ids, 0, block_table(3, 10), true);
  const std::vector<float> expected = forward(*backend, model, whole);
  Batch prefix;
  prefix.add(std::span(ids).first(8), 0, std::vector<std::int32_t>{0, 1}, false);
  forward(*backend, model, prefix);
  const std::vector<KvBlockCopy> copies = {{0, 5}, {5, 6}, {1, 7}};
  REQUIRE(backend->copy_kv_blocks(copies).has_value());
  Batch decode;
  decode.add(std::span(ids).last(1), 8, std::vector<std::int32_t>{6, 7, 2}, true);
  CHECK(same_bits(forward(*backend, model, decode), expected));
  const std::vector<KvBlockCopy> wrong = {{0, kKv.num_blocks}};
  CHECK(backend->copy_kv_blocks(wrong).error().kind == ErrorKind::kInvalid);
}

TEST_CASE("CudaBackend: what does not fit together is refused") {
  if (!device_answers()) return;
  const Model model = load_random_model();
  const auto refused = [&](const KvCacheShape& kv) {
    auto backend = CudaBackend::create({});
    REQUIRE(backend.has_value());
    return (*backend)->load(model.weights, kv).error();
  };
  CHECK(refused({.num_blocks = 0, .block_size = 16}).kind == ErrorKind::kInvalid);
  CHECK(refused({.num_blocks = 4, .block_size = 2}).kind == ErrorKind::kInvalid);
  CHECK(refused({.num_blocks = 4, .block_size = 24}).kind == ErrorKind::kInvalid);
  CHECK(refused({.num_blocks = 4, .block_size = 16, .type = KvType::kQ8}).message ==
        "KV cache: Q8 is for the CPU");
  CHECK(refused({.num_blocks = 2000000000, .block_size = 4096}).kind == ErrorKind::kExhausted);
  const auto backend = load_cuda(model);
  std::vector<float> logits(320);
  Batch batch;
  batch.add(std::vector<std::int32_t>{1, 2}, 0, block_table(1), true);
  Batch bad = batch;
  bad.token_ids[0] = 320;
  CHECK(backend->forward(bad, logits).error().message == "batch: no token 320");
  CHECK(backend->forward(batch, logits).has_value());
  // Beyond the model's context, though blocks are named for it.
  Batch far;
  far.add(std::vector<std::int32_t>{1}, 256, std::vector<std::int32_t>(65, 0), true);
  CHECK(backend->forward(far, logits).error().kind == ErrorKind::kInvalid);
  CHECK(backend->forward(batch, logits).has_value());
}

TEST_CASE("CudaBackend: fit_kv() leaves room for steps, and the cache that it names can be had") {
  if (!device_answers()) return;
  const Model model = load_random_model({.type = TensorType::kBF16});
  auto backend = CudaBackend::create({.use_library = false});
  REQUIRE(backend.has_value());
  const StepLimits limits = {.max_num_batched_tokens = 40,
                             .max_num_seqs = 5,
                             .max_model_len = 256,
                             .max_sampled_rows = 20,
                             .max_state_rows = 40,
                             .memory_utilization = 0.5};
  CHECK((*backend)->default_kv_type(model.weights) == KvType::kBF16);
  KvCacheShape kv{.num_blocks = 1, .block_size = 16, .type = KvType::kBF16};
  const auto fit = (*backend)->fit_kv(model.weights, kv, limits);
  REQUIRE(fit.has_value());
  REQUIRE(fit->has_value());
  kv.num_blocks = **fit;
  CHECK(kv.num_blocks > 100);
  const std::int64_t bytes = kv.block_bytes(model.config()) * kv.num_blocks;
  CHECK(bytes <= (*backend)->info().memory_bytes / 2);
  REQUIRE((*backend)->load(model.weights, kv).has_value());
  Batch batch;
  batch.add(std::vector<std::int32_t>{1, 2, 3}, 0, std::vector<std::int32_t>{kv.num_blocks - 1},
            true);
  const auto other = load_cuda(model, {.num_blocks = 1, .block_size = 16, .type = KvType::kBF16});
  Batch same;
  same.add(std::vector<std::int32_t>{1, 2, 3}, 0, block_table(1), true);
  CHECK(same_bits(forward(**backend, model, batch), forward(*other, model, same)));

  auto small = CudaBackend::create({});
  REQUIRE(small.has_value());
  StepLimits too_little = limits;
  too_little.memory_utilization = 1e-9;
  CHECK((*small)->fit_kv(model.weights, kv, too_little).error().kind == ErrorKind::kExhausted);
}

TEST_CASE("CudaBackend: forward_sampled() draws greedy tokens as Sampler does") {
  if (!device_answers()) return;
  Rng rng(23, "cuda", "sampled");
  const Model model = load_random_model();
  const std::size_t vocab = static_cast<std::size_t>(model.config().vocab_size);
  const auto backend = load_cuda(model);
  REQUIRE(backend->can_sample());
  Batch batch;
  batch.add(random_ids(rng, 7), 0, block_table(2), true);
  batch.add(random_ids(rng, 3), 0, block_table(2, 4), true);
  const std::vector<float> logits = forward(*backend, model, batch);
  std::vector<std::int32_t> tokens(2);
  REQUIRE(backend->forward_sampled(batch, std::vector<RowSampling>(2), tokens).has_value());
  for (std::size_t i = 0; i < 2; ++i) {
    CHECK(tokens[i] == argmax(std::span(logits).subspan(i * vocab, vocab)));
  }
}

TEST_CASE("CudaBackend: greedy tokens over many steps are the reference's") {
  if (!device_answers()) return;
  const Model model = load_random_model({.seed = 4, .type = TensorType::kF32});
  const std::vector<std::int32_t> prompt = {5, 6, 7};
  const auto run = [&](Backend& backend) {
    return inferlab::test::greedy(backend, model, prompt, block_table(20), kEmulated ? 24 : 60,
                                  [](std::int32_t) { return false; });
  };
  KvCacheShape kv = kKv;
  kv.type = KvType::kF32;
  const auto reference = inferlab::test::load_backend(model, kv, "reference");
  const auto backend = load_cuda(model, kv);
  CHECK(run(*backend) == run(*reference));
}

TEST_CASE("kv_blocks_within: what is left of the allowed part") {
  const MemoryBudget budget = {
      .total_bytes = 1000, .used_bytes = 300, .reserved_bytes = 50, .utilization = 0.9};
  CHECK(kv_blocks_within(budget, 100) == 5);
  CHECK(kv_blocks_within(budget, 551) == 0);
  MemoryBudget more = budget;
  more.utilization = 1.5;
  CHECK(kv_blocks_within(more, 1) == 650);
  MemoryBudget full = budget;
  full.used_bytes = 2000;
  CHECK(kv_blocks_within(full, 1) == 0);
}

TEST_CASE("cut_into_pieces: every row of every matrix once, tiles whole") {
  Rng rng(24, "cuda", "pieces");
  std::vector<WeightJob> jobs;
  for (const TensorType type : kTypes) {
    const std::int64_t columns = 256 * static_cast<std::int64_t>(1 + rng.below(3));
    jobs.push_back({.from = {.type = type,
                             .rows = static_cast<std::int64_t>(1 + rng.below(200)),
                             .columns = columns,
                             .data = {}},
                    .to = nullptr});
  }
  for (const std::int64_t bytes : {std::int64_t{1}, std::int64_t{40000}, std::int64_t{1} << 40}) {
    std::vector<std::int64_t> next(jobs.size());
    for (const WeightPiece& piece : cut_into_pieces(jobs, bytes)) {
      REQUIRE(piece.first_row == next[piece.job]);
      REQUIRE(piece.first_row % kTileRows == 0);
      REQUIRE(piece.num_rows >= 1);
      const Matrix& from = jobs[piece.job].from;
      REQUIRE((piece.num_rows <= kTileRows || piece.num_rows * from.row_bytes() <= bytes));
      next[piece.job] += piece.num_rows;
    }
    for (std::size_t i = 0; i < jobs.size(); ++i) REQUIRE(next[i] == jobs[i].from.rows);
  }
}

}  // namespace
}  // namespace inferlab::cuda::test
