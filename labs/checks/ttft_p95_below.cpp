// The 95th percentile of TTFT of a Deployment is under a limit.
#include "labs/checks/kinds.h"
#include "labs/checks/latency.h"

namespace inferlab::labs {

Result<Finding> ttft_p95_below(CheckContext& context, const Params& params) {
  return latency_p95_below(context, params, "vllm:time_to_first_token_seconds",
                           "time to first token");
}

}  // namespace inferlab::labs
