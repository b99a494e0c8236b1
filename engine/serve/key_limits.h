#pragma once

#include <cstdint>

namespace inferlab {

/// What each API key may have; 0: as much as it likes. Limits of our own: vLLM leaves them to a
/// gateway.
struct KeyLimits {
  std::int64_t max_requests = 0;           ///< at once
  std::int64_t max_tokens_per_minute = 0;  ///< of prompts and output, over the last minute or so
};

}  // namespace inferlab
