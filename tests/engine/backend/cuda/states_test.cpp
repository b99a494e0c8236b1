// Hidden states, which embeddings are made of, against the reference.

#include "tests/engine/backend/cuda/backend_cases.h"

namespace inferlab::cuda::test {
namespace {

TEST_CASE("CudaBackend: hidden states are those of the reference, of many rows and of few") {
  if (!device_answers()) return;
  Rng rng(24, "cuda", "states");
  for (const RandomModelShape& shape : all_shapes()) {
    const Model model = load_random_model(shape);
    CAPTURE(std::string(shape.architecture), std::string(tensor_type_name(shape.type)));
    const auto ids = random_ids(rng, 21);
    KvCacheShape kv = kKv;
    kv.type = KvType::kF32;
    const auto reference = inferlab::test::load_backend(model, kv, "reference");
    const auto backend = load_cuda(model, kv);
    const auto width = static_cast<std::size_t>(model.config().hidden_size);
    Batch prompt;
    prompt.add(std::span(ids).first(20), 0, block_table(6), 20);
    Batch decode;
    decode.add(std::span(ids).last(1), 20, block_table(6), 1);
    for (const Batch& batch : {prompt, decode}) {
      std::vector<float> expected(static_cast<std::size_t>(batch.num_sampled()) * width);
      std::vector<float> states(expected.size());
      REQUIRE(reference->embed(batch, expected));
      REQUIRE(backend->embed(batch, states));
      CHECK(relative_error(states, expected) < tolerance(shape.type, kv.type));
    }
    // Nothing of it stays: logits come as before.
    CHECK(relative_error(forward(*backend, model, decode), forward(*reference, model, decode)) <
          tolerance(shape.type, kv.type));
  }
}

}  // namespace
}  // namespace inferlab::cuda::test
