#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "engine/base/time.h"
#include "labs/spec/cause.h"
#include "sim/cluster/cluster_spec.h"
#include "sim/telemetry/telemetry.h"

namespace inferlab::labs {

/// What became of the requests to one Service that ended in (from, to], by the gateway's scraped
/// counters: what ends between `from` and the next scrape is counted nowhere, as that scrape is
/// where counting begins.
struct RequestCount {
  std::int64_t ended = 0;
  std::int64_t answered = 0;           // with 200
  std::int64_t unloaded = 0;           // routed to a replica that had not loaded
  std::map<int, std::int64_t> failed;  // by status code; those with any

  /// "12 got 503, 3 got 499"
  [[nodiscard]] std::string failures() const;
  /// kRefused when a server has turned requests away (400, 401, 404), else kFinding.
  [[nodiscard]] Cause cause() const;
};

/// Where counting must begin so that nothing of what ends after `at` is left out: at the scrape
/// before it.
Time scrape_before(Duration at, const sim::ClusterSpec& cluster);

RequestCount count_requests(const sim::Telemetry& telemetry, std::string_view ns,
                            std::string_view service, Time from, Time to);

}  // namespace inferlab::labs
