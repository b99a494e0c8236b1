#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/serve/sequence.h"

namespace inferlab {

/// Names of the adapters of some requests, each once, in their order.
std::vector<std::string> lora_names(const std::vector<RequestId>& ids,
                                    const SequenceTable& sequences);

/// vllm:lora_requests_info, whose value is the time in seconds since 1970: routers take the newest
/// sample for what is true now. Source: vLLM, docs/design/metrics.md ("LoRA Metrics").
std::string lora_requests_info(std::int64_t max_loras, const std::vector<std::string>& running,
                               const std::vector<std::string>& waiting);

}  // namespace inferlab
