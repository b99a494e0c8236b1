// What a day costs in which nothing happens: a thousand kubelets renew their Leases every ten
// seconds and report their status every five minutes, the node lifecycle controller listens,
// metrics-server reads, series are scraped.
#include <fmt/format.h>

#include "labs/bench/measurements.h"
#include "sim/cluster/cluster.h"

namespace inferlab::labs {

Result<Figures> measure_idle_day(const Doing& doing) {
  doing("starting 1,000 nodes");
  sim::ClusterSpec spec;
  sim::NodePoolSpec pool;
  pool.name = "general";
  pool.count = 1'000;
  spec.pools = {pool};
  sim::Cluster cluster(std::move(spec), 1);
  constexpr Duration kSettled = 10min;
  cluster.run_until(Time{kSettled});
  const std::uint64_t writes = cluster.store().revision();
  const std::uint64_t events = cluster.simulation().events_run();
  const double begin = cpu_seconds();
  for (int hour = 1; hour <= 24; ++hour) {
    doing(fmt::format("hour {} of 24", hour));
    cluster.run_until(Time{kSettled + std::chrono::hours(hour)});
  }
  const double took = cpu_seconds() - begin;
  const auto millions = [](std::uint64_t count) { return static_cast<double>(count) * 1e-6; };
  return Figures{
      {"an idle virtual day of 1,000 nodes", took, "s", 5, Figure::Better::kLess},
      {"its writes", millions(cluster.store().revision() - writes), "M"},
      {"its events", millions(cluster.simulation().events_run() - events), "M"},
  };
}

}  // namespace inferlab::labs
