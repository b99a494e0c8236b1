#include "engine/backend/backend.h"

namespace inferlab {

void Batch::add(std::span<const std::int32_t> ids, std::int32_t first_position,
                std::span<const std::int32_t> block_table, bool sample_last) {
  sequences.push_back({.first_row = num_rows(),
                       .num_tokens = static_cast<std::int32_t>(ids.size()),
                       .block_table = {block_table.begin(), block_table.end()}});
  token_ids.insert(token_ids.end(), ids.begin(), ids.end());
  for (std::size_t i = 0; i < ids.size(); ++i) {
    positions.push_back(first_position + static_cast<std::int32_t>(i));
  }
  if (sample_last && !ids.empty()) sampled_rows.push_back(num_rows() - 1);
}

}  // namespace inferlab
