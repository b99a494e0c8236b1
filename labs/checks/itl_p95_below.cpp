// The 95th percentile of inter-token latency of a Deployment is under a limit.
#include "labs/checks/kinds.h"
#include "labs/checks/latency.h"

namespace inferlab::labs {

Result<Finding> itl_p95_below(CheckContext& context, const Params& params) {
  return latency_p95_below(context, params, "vllm:inter_token_latency_seconds",
                           "inter-token latency");
}

}  // namespace inferlab::labs
