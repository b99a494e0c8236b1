#include "labs/calibrate/step_shape.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/base/check.h"

namespace inferlab::labs {
namespace {

constexpr std::int64_t kLongestContext = 1024;
constexpr std::int64_t kRoom = 16;  // tokens that a context leaves free

class Grid {
 public:
  explicit Grid(const GridLimits& limits)
      : limits_(limits), top_(std::min(kLongestContext, limits.max_model_len - kRoom)) {}

  std::vector<GridPoint> make() {
    add_prompts();
    add_decodes();
    add_pieces();
    add_held_out();
    return std::move(points_);
  }

 private:
  void add(StepShape shape, bool held_out) {
    const std::int64_t longest = std::max(shape.prompt_context + shape.prompt_tokens,
                                          shape.sequences > 0 ? shape.context + 1 : 0);
    const std::int64_t kv_tokens = shape.sequences * (shape.context + 1) +
                                   shape.prompts * (shape.prompt_context + shape.prompt_tokens);
    const bool is_known =
        std::ranges::any_of(points_, [&](const GridPoint& point) { return point.shape == shape; });
    if (longest > limits_.max_model_len || kv_tokens > limits_.max_kv_tokens || is_known) return;
    if (shape.prompts > 0 && shape.prompt_tokens < 1) return;
    points_.push_back({shape, held_out});
  }

  /// So many rows: one prompt, or several where the model takes none that long.
  [[nodiscard]] StepShape prompts(std::int64_t rows) const {
    const std::int64_t count = (rows - 1) / top_ + 1;
    return {.prompts = count, .prompt_tokens = rows / count};
  }

  void add_prompts() {
    const std::int64_t most = limits_.quick ? 512 : 1024;
    for (std::int64_t rows = 2; rows <= most; rows *= limits_.quick ? 4 : 2) {
      add(prompts(rows), false);
    }
    add(prompts(most), false);
    // The same rows with less attention: what the pairs cost by themselves.
    add({.prompts = 8, .prompt_tokens = std::min<std::int64_t>(most / 8, top_)}, false);
    StepShape silent = prompts(std::min<std::int64_t>(16, top_));
    silent.prompt_samples = false;
    add(silent, false);
    silent.prompt_tokens = std::min<std::int64_t>(128, top_);
    add(silent, false);
  }

  void add_decodes() {
    for (std::int64_t sequences = 1; sequences <= 64; sequences *= limits_.quick ? 4 : 2) {
      for (const std::int64_t context : {std::int64_t{24}, top_ / 4, top_}) {
        if (limits_.quick && context == top_ / 4) continue;
        add({.sequences = sequences, .context = context - 1}, false);
      }
    }
  }

  void add_pieces() {
    const std::int64_t brief = std::min<std::int64_t>(64, top_ / 4);
    add(piece(brief, top_ / 2), false);
    add(piece(brief, top_ - brief), false);
    if (!limits_.quick) add(piece(std::min<std::int64_t>(256, top_ / 2), top_ / 2), false);
  }

  static StepShape piece(std::int64_t tokens, std::int64_t context) {
    return {.prompts = 1, .prompt_tokens = tokens, .prompt_context = context};
  }

  void add_held_out() {
    for (const std::int64_t sequences : {1, 3, 6, 12, 24, 48}) {
      add({.sequences = sequences, .context = top_ / 8 + 5}, true);
      if (!limits_.quick) add({.sequences = sequences, .context = top_ / 2 + 3}, true);
    }
    for (const std::int64_t rows : {6, 12, 24, 48, 96, 192, 384}) {
      if (!limits_.quick || rows % 12 == 0) add(prompts(rows), true);
    }
    add(piece(std::min<std::int64_t>(48, top_ / 5), top_ / 3), true);
    add(piece(std::min<std::int64_t>(96, top_ / 4), 2 * top_ / 3), true);
    const auto mixed = [&](std::int64_t sequences, std::int64_t context, std::int64_t count,
                           std::int64_t tokens, std::int64_t before) {
      add({.prompts = count,
           .prompt_tokens = std::min(tokens, top_ - before),
           .prompt_context = before,
           .sequences = sequences,
           .context = context},
          true);
    };
    mixed(3, top_ / 2, 1, 29, 0);
    mixed(5, top_ / 6, 1, 123, 0);
    mixed(8, top_ / 3, 1, 120, top_ / 4);
    mixed(16, top_ / 9, 2, 100, 0);
    mixed(20, top_ / 7, 1, 236, 0);
  }

  GridLimits limits_;
  std::int64_t top_;  // tokens of the longest context
  std::vector<GridPoint> points_;
};

}  // namespace

Step step_of(const StepShape& shape) {
  Step step;
  RequestId id = 0;
  for (std::int64_t i = 0; i < shape.sequences; ++i) {
    step.scheduled.push_back({.id = ++id,
                              .num_computed_tokens = shape.context,
                              .num_tokens = 1,
                              .samples = true,
                              .prefill = false});
  }
  for (std::int64_t i = 0; i < shape.prompts; ++i) {
    step.scheduled.push_back({.id = ++id,
                              .num_computed_tokens = shape.prompt_context,
                              .num_tokens = shape.prompt_tokens,
                              .samples = shape.prompt_samples,
                              .prefill = true});
  }
  for (const ScheduledRequest& entry : step.scheduled)
    step.num_scheduled_tokens += entry.num_tokens;
  return step;
}

std::string describe(const StepShape& shape) {
  std::string text;
  if (shape.sequences > 0) {
    text = fmt::format("{} sequence{} after {}", shape.sequences, shape.sequences == 1 ? "" : "s",
                       shape.context);
  }
  if (shape.prompts == 0) return text;
  text += fmt::format("{}{} prompt{} of {}", text.empty() ? "" : ", ", shape.prompts,
                      shape.prompts == 1 ? "" : "s", shape.prompt_tokens);
  if (shape.prompt_context > 0) text += fmt::format(" after {}", shape.prompt_context);
  if (!shape.prompt_samples) text += ", no logits";
  return text;
}

std::vector<GridPoint> step_grid(const GridLimits& limits) {
  INFERLAB_CHECK(limits.max_model_len >= 2 * kRoom);
  return Grid(limits).make();
}

std::vector<std::int64_t> knot_rows(const std::vector<GridPoint>& grid) {
  std::vector<std::int64_t> rows = {1};
  for (const GridPoint& point : grid) {
    if (point.held_out || point.shape.sequences > 0 || point.shape.prompt_context > 0) continue;
    rows.push_back(point.shape.prompts * point.shape.prompt_tokens);
  }
  std::ranges::sort(rows);
  // Two that lie close together would share a difference that is noise.
  std::vector<std::int64_t> apart = {1};
  for (const std::int64_t each : rows) {
    if (2 * each >= 3 * apart.back()) apart.push_back(each);
  }
  return apart;
}

}  // namespace inferlab::labs
