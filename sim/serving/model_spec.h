#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace inferlab::sim {

/// A model that the simulated model hub has. Figures: see assets/facts/SOURCE.md.
struct ModelSpec {
  std::string id;                      // "meta-llama/Llama-3.1-8B-Instruct"
  std::vector<std::string> revisions;  // what --revision may name; "main" always exists
  double parameters = 0;
  int layers = 0;
  std::int64_t weights_bytes = 0;       // as stored and as loaded
  std::int64_t kv_bytes_per_token = 0;  // all layers
  std::int64_t max_model_len = 0;       // tokens
};

}  // namespace inferlab::sim
