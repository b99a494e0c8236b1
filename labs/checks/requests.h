#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "engine/base/time.h"
#include "sim/serving/gateway.h"

namespace inferlab::labs {

/// What became of the requests to one Service that arrived in [from, to).
struct RequestCount {
  std::int64_t sent = 0;               // those that had ended by the end of the run
  std::int64_t answered = 0;           // with 200
  std::int64_t unloaded = 0;           // routed to a replica that had not loaded
  std::map<int, std::int64_t> failed;  // by status code

  /// "12 got 503, 3 got 499"
  [[nodiscard]] std::string failures() const;
};

RequestCount count_requests(const sim::Gateway& gateway, std::string_view ns,
                            std::string_view service, Time from, Time to);

}  // namespace inferlab::labs
