// Adapters on the device: the kernels against sums in double, the backend against the reference.

#include "engine/backend/cuda/lora.h"

#include "engine/backend/cuda/cuda_backend.h"
#include "tests/engine/backend/cuda/device_test.h"
#include "tests/engine/backend/generation.h"
#include "tests/engine/model/random_adapter.h"

namespace inferlab::cuda::test {
namespace {

using inferlab::test::block_table;
using inferlab::test::forward;
using inferlab::test::load_random_model;
using inferlab::test::RandomAdapter;

constexpr std::int64_t kColumns = 100;
constexpr std::int64_t kStride = 128;  // of x
constexpr std::int64_t kOutputs[] = {300, 40};

/// Two slots with two targets each; the second slot has not the second target.
struct KernelCase {
  explicit KernelCase(Rng& rng) {
    for (int i = 0; i < 3; ++i) {
      const std::int64_t rank = i == 1 ? 5 : 17;
      ranks.push_back(rank);
      a.push_back(random_floats(rng, rank * kColumns));
      b.push_back(random_floats(rng, rank * kOutputs[i % 2]));
      device.push_back(to_device(a.back()));
      device.push_back(to_device(b.back()));
    }
    std::vector<LoraView> all(4);
    for (std::size_t i = 0; i < 3; ++i) {
      all[i] = {.a = device[2 * i].data(),
                .b = device[2 * i + 1].data(),
                .rank = static_cast<std::int32_t>(ranks[i]),
                .scale = 0.5F + static_cast<float>(i)};
    }
    views = to_device(all);
  }

  [[nodiscard]] std::vector<float> run(const std::vector<std::int32_t>& slots,
                                       const std::vector<float>& x, std::vector<float> y) const {
    const auto device_slots = to_device(slots);
    const auto device_x = to_device(x);
    auto device_y = to_device(y);
    const auto narrow = device_room<float>(std::ssize(slots) * kMostLoraTargets * 20);
    LoraArgs args;
    args.views = views.data();
    args.views_stride = 2;
    args.slots = device_slots.data();
    args.targets[0] = {.view = 0, .first_output = 0, .num_outputs = kOutputs[0]};
    args.targets[1] = {.view = 1, .first_output = kOutputs[0], .num_outputs = kOutputs[1]};
    args.num_targets = 2;
    args.x = device_x.data();
    args.x_stride = kStride;
    args.columns = kColumns;
    args.num_rows = std::ssize(slots);
    args.narrow = narrow.data();
    args.narrow_stride = 20;
    args.y = device_y.data();
    args.y_stride = kOutputs[0] + kOutputs[1];
    REQUIRE(add_adapters(args, nullptr));
    REQUIRE(cudaStreamSynchronize(nullptr) == cudaSuccess);
    return to_host(device_y);
  }

  void add_expected(std::int32_t slot, std::span<const float> x, std::span<float> y) const {
    for (std::size_t target = 0; slot > 0 && target < 2; ++target) {
      const std::size_t i = static_cast<std::size_t>(slot - 1) * 2 + target;
      if (i >= ranks.size()) continue;
      const auto rank = static_cast<std::size_t>(ranks[i]);
      const auto outputs = static_cast<std::size_t>(kOutputs[target]);
      for (std::size_t o = 0; o < outputs; ++o) {
        double sum = 0;
        for (std::size_t r = 0; r < rank; ++r) {
          double narrow = 0;
          for (std::size_t c = 0; c < kColumns; ++c) {
            narrow += static_cast<double>(a[i][r * kColumns + c]) * static_cast<double>(x[c]);
          }
          sum += static_cast<double>(b[i][r * outputs + o]) * narrow;
        }
        y[(target == 0 ? 0 : kOutputs[0]) + o] +=
            static_cast<float>(sum * (0.5 + static_cast<double>(i)));
      }
    }
  }

  std::vector<std::int64_t> ranks;
  std::vector<std::vector<float>> a, b;
  std::vector<DeviceArray<float>> device;
  DeviceArray<LoraView> views;
};

TEST_CASE("add_adapters: each row gets its own adapter's product, to 1e-6, or nothing") {
  if (!device_answers()) return;
  Rng rng(31, "cuda", "lora");
  const KernelCase with(rng);
  const std::vector<std::int32_t> slots = {1, 0, 2, 1, 2, 0, 1};
  const std::int64_t width = kOutputs[0] + kOutputs[1];
  const auto x = random_floats(rng, std::ssize(slots) * kStride);
  const auto y = random_floats(rng, std::ssize(slots) * width);
  const std::vector<float> sums = with.run(slots, x, y);
  for (std::size_t row = 0; row < slots.size(); ++row) {
    const auto own_x = std::span(x).subspan(row * kStride, kStride);
    const auto at = row * static_cast<std::size_t>(width);
    const std::vector<float> before(y.begin() + static_cast<std::ptrdiff_t>(at),
                                    y.begin() + static_cast<std::ptrdiff_t>(at) + width);
    const auto actual = std::span(sums).subspan(at, static_cast<std::size_t>(width));
    std::vector<float> expected = before;
    with.add_expected(slots[row], own_x, expected);
    CHECK(relative_error(actual, expected) < 1e-6);
    if (slots[row] == 0) CHECK(same_bits(actual, before));
    CHECK(same_bits(actual, with.run({slots[row]}, {own_x.begin(), own_x.end()}, before)));
  }
}

constexpr KvCacheShape kKv{.num_blocks = 40, .block_size = 4, .type = KvType::kF32};

std::unique_ptr<Backend> ready(std::unique_ptr<Backend> backend, const Model& model,
                               const std::vector<std::shared_ptr<const LoraAdapter>>& adapters) {
  REQUIRE(backend->enable_adapters({.num_slots = 2, .max_rank = 64}));
  REQUIRE(backend->load(model.weights, kKv));
  for (std::size_t i = 0; i < adapters.size(); ++i) {
    REQUIRE(backend->set_adapter(static_cast<std::int32_t>(i) + 1, adapters[i]));
  }
  return backend;
}

std::shared_ptr<const LoraAdapter> adapter_of(const Model& model,
                                              const inferlab::test::RandomAdapterShape& shape) {
  const auto file = GgufFile::parse(
      RandomAdapter(model.config(), shape).gguf(model.config().architecture).bytes(), "adapter");
  REQUIRE(file);
  auto adapter = LoraAdapter::from_gguf(*file, model.config(), 64);
  REQUIRE(adapter);
  return std::make_shared<const LoraAdapter>(std::move(*adapter));
}

TEST_CASE("CudaBackend: a batch of adapters and none is the reference's, and each row its own") {
  if (!device_answers()) return;
  Rng rng(32, "cuda", "lora_backend");
  for (const TensorType type : {TensorType::kF32, TensorType::kF16, TensorType::kQ8_0}) {
    CAPTURE(std::string(tensor_type_name(type)));
    const Model model = load_random_model({.type = type});
    const std::vector<std::shared_ptr<const LoraAdapter>> adapters = {
        adapter_of(model, {.seed = 1, .rank = 8, .type = TensorType::kF16}),
        adapter_of(model, {.seed = 2, .rank = 19, .targets = {LoraTarget::kV, LoraTarget::kUp}})};
    const auto reference = ready(*inferlab::make_backend("reference"), model, adapters);
    auto made = CudaBackend::create({.use_library = false});
    REQUIRE(made);
    const auto backend = ready(std::move(*made), model, adapters);
    made = CudaBackend::create({.use_library = false, .use_graphs = false});
    REQUIRE(made);
    const auto alone = ready(std::move(*made), model, adapters);
    const std::int32_t slots[] = {1, 0, 2, 1};
    const auto vocab = static_cast<std::size_t>(model.config().vocab_size);
    Batch prompts;
    std::vector<std::int32_t> lengths;
    std::vector<std::vector<std::int32_t>> ids;
    for (std::int32_t s = 0; s < 4; ++s) {
      std::vector<std::int32_t>& own = ids.emplace_back();
      for (std::uint64_t i = 3 + rng.below(12); i > 0; --i) {
        own.push_back(static_cast<std::int32_t>(rng.below(320)));
      }
      prompts.add(own, 0, block_table(8, s, 4), 1, slots[s]);
    }
    const auto close = [&](const Batch& batch) {
      const auto logits = forward(*backend, model, batch);
      const auto expected = forward(*reference, model, batch);
      const double most = type == TensorType::kF32 ? 1e-5 : type == TensorType::kF16 ? 2e-3 : 4e-2;
      CHECK(relative_error(logits, expected) < most);
      return logits;
    };
    std::vector<float> logits = close(prompts);
    // Decodes: as it is, captured, and replayed twice; then a step without adapters beside them.
    for (int step = 0; step < 5; ++step) {
      Batch decode;
      for (std::size_t s = 0; s < 4; ++s) {
        ids[s].push_back(argmax(std::span(logits).subspan(s * vocab, vocab)));
        decode.add(std::span(ids[s]).last(1), static_cast<std::int32_t>(ids[s].size()) - 1,
                   block_table(8, static_cast<std::int32_t>(s), 4), 1, slots[s]);
      }
      logits = close(decode);
      if (step == 2) {
        Batch plain;
        plain.add(std::span(ids[1]).first(4), 0, block_table(8, 32), 1);
        close(plain);
      }
    }
    for (std::size_t s = 0; s < 4; ++s) {
      Batch whole;
      whole.add(ids[s], 0, block_table(8), 1, slots[s]);
      CHECK(same_bits(std::span(logits).subspan(s * vocab, vocab), forward(*alone, model, whole)));
    }
    // Another adapter in a slot: graphs go on with it.
    REQUIRE(backend->set_adapter(1, adapter_of(model, {.seed = 5, .rank = 30})));
    REQUIRE(reference->set_adapter(1, adapter_of(model, {.seed = 5, .rank = 30})));
    close(prompts);
    Batch wrong;
    wrong.add(ids[0], 0, block_table(8), 1, 3);
    const auto refused = backend->forward(wrong, std::span(logits).first(vocab));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind == ErrorKind::kInvalid);
  }
}

}  // namespace
}  // namespace inferlab::cuda::test
