#include "labs/bench/engine/engine_figures.h"

namespace inferlab::labs {
namespace {

constexpr BenchRow kRows[] = {
    {"bandwidth", "how much of the memory's speed a token gets", measure_bandwidth},
    {"serving", "prefix caching, guesses, memory", measure_serving},
};

}  // namespace

std::span<const BenchRow> engine_bench_table() {
  return kRows;
}

}  // namespace inferlab::labs
