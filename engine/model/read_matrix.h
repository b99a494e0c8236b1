#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/formats/gguf.h"
#include "engine/model/matrix.h"

namespace inferlab {

/// The tensor of this name, where it lies. kInvalid when it is not there or has another shape.
Result<Matrix> read_matrix(const GgufFile& file, const std::string& name, std::int64_t rows,
                           std::int64_t columns);

/// A vector in full precision: a norm's weights, or biases. kInvalid for another type too.
Result<Matrix> read_vector(const GgufFile& file, const std::string& name, std::int64_t columns);

/// kInvalid names the first tensor of the file that is not among those that begin at `used`:
/// tensors do not overlap, so that each is known by its first byte. `variants`: what a model of the
/// architecture may be beyond what the engine runs.
Result<void> check_all_used(const GgufFile& file, std::vector<const std::byte*> used,
                            std::string_view architecture, std::string_view variants);

}  // namespace inferlab
