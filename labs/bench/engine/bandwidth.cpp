#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <thread>
#include <vector>

#include "engine/backend/cpu/thread_pool.h"
#include "engine/model/model_weights.h"
#include "labs/bench/engine/engine_cases.h"
#include "labs/bench/engine/engine_figures.h"

namespace inferlab::labs {
namespace {

constexpr std::string_view kFile = "1.1B-Q8_0";
constexpr std::size_t kWords = std::size_t{64} << 20;  // of 8 bytes: far beyond any cache
constexpr int kRounds = 5;

/// Bytes a second that all cores read together, each its part of one piece of memory.
double read_bandwidth(const std::vector<std::uint64_t>& words) {
  const int num_threads = cpu::available_processors();
  const std::size_t part = words.size() / static_cast<std::size_t>(num_threads);
  std::vector<std::uint64_t> sums(static_cast<std::size_t>(num_threads));
  const auto begin = std::chrono::steady_clock::now();
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < sums.size(); ++t) {
    threads.emplace_back([&, t] {
      const std::uint64_t* from = words.data() + t * part;
      std::uint64_t sum[4] = {};
      for (std::size_t i = 0; i + 4 <= part; i += 4) {
        for (std::size_t k = 0; k < 4; ++k) sum[k] += from[i + k];
      }
      sums[t] = sum[0] ^ sum[1] ^ sum[2] ^ sum[3];
    });
  }
  for (std::thread& thread : threads) thread.join();
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  volatile std::uint64_t all = 0;  // so that nothing is left out
  for (const std::uint64_t sum : sums) all = all ^ sum;
  return static_cast<double>(part * sums.size() * sizeof(std::uint64_t)) / took.count();
}

/// What one token reads of the weights: all matrices but the embeddings, of which it reads a row,
/// unless they are the output's too.
std::int64_t bytes_of_token(const ModelWeights& weights) {
  const Matrix& embeddings = weights.token_embd;
  return weights.weights_bytes() -
         (weights.tied_embeddings ? 0 : embeddings.rows * embeddings.row_bytes());
}

}  // namespace

Result<Figures> measure_bandwidth(const Doing& doing) {
  const auto file = std::ranges::find(engine_files(), kFile, &EngineFile::name);
  doing("writing the model");
  INFERLAB_TRY(const std::string path, engine_file_path(*file));
  INFERLAB_TRY(const Model model, Model::open(path));
  const auto bytes = static_cast<double>(bytes_of_token(model.weights));
  const std::vector<std::uint64_t> words(kWords, 1);
  const EngineTask task = EngineTask::kDecode;
  std::vector<double> shares;
  std::vector<double> bandwidths;
  // By turns: the memory's speed changes from one second to the next.
  for (int round = 0; round < kRounds; ++round) {
    doing("reading memory and decoding by turns");
    const double before = read_bandwidth(words);
    INFERLAB_TRY(const std::vector<EngineTime> time,
                 measure_engine(path, std::span(&task, 1), cpu::available_processors()));
    const double bandwidth = std::max(before, read_bandwidth(words));
    bandwidths.push_back(bandwidth / 1e9);
    shares.push_back(100 * bytes / (time.front().ms * 1e-3) / bandwidth);
  }
  std::ranges::sort(shares);
  std::ranges::sort(bandwidths);
  return Figures{{.what = "read by a bare loop on all cores",
                  .value = bandwidths[kRounds / 2],
                  .unit = "GB/s"},
                 {.what = fmt::format("of that by the weights of a token, {}, one sequence", kFile),
                  .value = shares[kRounds / 2],
                  .unit = "%",
                  .asked = 75}};
}

}  // namespace inferlab::labs
