#include <sys/resource.h>

#include "labs/bench/measurements.h"

namespace inferlab::labs {
namespace {

constexpr BenchRow kRows[] = {
    {"kernel", "the event kernel with 10,000 events pending", measure_event_kernel},
    {"scheduling", "kube-scheduler on 1,000 nodes", measure_scheduling},
    {"large-scheduling", "kube-scheduler on 15,000 nodes", measure_large_scheduling},
    {"scale", "a control plane with 15,000 nodes and 150,000 Pods", measure_scale},
    {"idle-day", "a virtual day of 1,000 nodes with nothing to do", measure_idle_day},
    {"same-seed", "one scenario twice, from one seed", measure_same_seed},
};

}  // namespace

std::span<const BenchRow> cluster_bench_table() {
  return kRows;
}

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto of = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
  };
  return of(usage.ru_utime) + of(usage.ru_stime);
}

}  // namespace inferlab::labs
