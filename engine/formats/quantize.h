#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "engine/formats/tensor_type.h"

namespace inferlab {

/// Elements in the format of `type`, appended to `out`. NaN and infinity become 0 in quantised
/// types. K-quants: each slab's scale and minimum span its values, rounded to nearest.
/// Checks: values.size() is whole blocks.
void encode_elements(TensorType type, std::span<const float> values, std::vector<std::byte>& out);

}  // namespace inferlab
