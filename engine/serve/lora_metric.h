#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "engine/serve/sequence.h"

namespace inferlab {

/// Names of the adapters of some requests (a range of Request*), each adapter once, in their order.
template <typename Requests>
std::vector<std::string> lora_names(const Requests& requests, const SequenceTable& sequences) {
  std::vector<std::string> names;
  std::vector<LoraId> seen;  // at most as many as are loaded: requests of one are many
  for (const Request* request : requests) {
    if (request->lora == 0 || std::ranges::find(seen, request->lora) != seen.end()) continue;
    seen.push_back(request->lora);
    const std::string& name = sequences.at(request->id)->lora->name;
    if (std::ranges::find(names, name) == names.end()) names.push_back(name);
  }
  return names;
}

/// vllm:lora_requests_info, whose value is the time in seconds since 1970: routers take the newest
/// sample for what is true now. Source: vLLM, docs/design/metrics.md ("LoRA Metrics").
std::string lora_requests_info(std::int64_t max_loras, const std::vector<std::string>& running,
                               const std::vector<std::string>& waiting);

}  // namespace inferlab
