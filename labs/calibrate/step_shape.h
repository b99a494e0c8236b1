#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/schedule/step.h"

namespace inferlab::labs {

/// A step that is measured: prompts, or pieces of them, beside sequences that decode.
struct StepShape {
  std::int64_t prompts = 0;
  std::int64_t prompt_tokens = 0;   ///< of each, computed by the step
  std::int64_t prompt_context = 0;  ///< of each, computed before
  bool prompt_samples = true;       ///< the piece is its prompt's last one
  std::int64_t sequences = 0;       ///< that decode
  std::int64_t context = 0;         ///< of each, before the step

  friend bool operator==(const StepShape&, const StepShape&) = default;
};

/// As the scheduler would plan it: sequences first. Request ids count from 1.
Step step_of(const StepShape& shape);

/// "8 sequences of 256, 1 prompt of 64 after 128".
std::string describe(const StepShape& shape);

struct GridPoint {
  StepShape shape;
  bool held_out = false;  ///< not used for the fit: what its error is measured with
};

struct GridLimits {
  std::int64_t max_model_len = 0;
  std::int64_t max_kv_tokens = 0;  ///< of one step, all requests together
  bool quick = false;              ///< a coarser grid
};

/// Steps that tell what a step's parts cost: products of 1 to 1,024 rows, contexts from short to as
/// long as the model takes (1,024 at most), with and without logits. The held-out ones lie between
/// those and mix prompts with decoding. Checks: max_model_len is at least 32.
std::vector<GridPoint> step_grid(const GridLimits& limits);

/// Rows between which the time of products is taken for linear: those of the grid's prompts, and 1.
std::vector<std::int64_t> knot_rows(const std::vector<GridPoint>& grid);

}  // namespace inferlab::labs
