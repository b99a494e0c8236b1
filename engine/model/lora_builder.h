#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/printable.h"
#include "engine/base/result.h"
#include "engine/model/lora_adapter.h"

namespace inferlab {

/// Puts a LoraAdapter together from the matrices of a file, whatever its format, and checks them
/// against the model. Nothing is copied before all shapes are known to be the model's.
class LoraBuilder {
 public:
  /// A matrix as the file has it; views of what outlives the builder.
  struct Part {
    std::string name;     ///< in the file
    std::string weights;  ///< what it belongs to, as "blk.3.attn_q.weight"
    bool is_b;
    double scale;
    std::int64_t rank;  ///< that it should have
    Matrix matrix;
  };

  /// `order`: which rows of queries and keys the file turns together.
  LoraBuilder(const LlamaConfig& model, std::string file, RopePairs order, std::int32_t max_rank);

  Result<void> add(Part part);
  Result<LoraAdapter> finish();

 private:
  struct Place {
    std::size_t layer;
    LoraTarget target;
  };
  using Slots = std::array<std::array<const Part*, 2>, kNumLoraTargets>;  // A and B of each

  [[nodiscard]] Error error_at(const std::string& tensor, std::string_view why,
                               std::string hint = {}) const;
  [[nodiscard]] Result<Place> place_of(const Part& part) const;
  [[nodiscard]] Result<void> check_shape(const Part& part, LoraTarget target) const;
  [[nodiscard]] Result<std::vector<Slots>> paired() const;
  /// Copies the matrix to the end of the storage, in F32 where its type is a quantised one.
  Result<Matrix> copy(const Part& part, LoraTarget target, LoraAdapter& adapter) const;
  [[nodiscard]] std::int64_t source_row(const Part& part, LoraTarget target,
                                        std::int64_t row) const;

  const LlamaConfig& model_;
  std::string file_;
  RopePairs order_;
  std::int32_t max_rank_;
  std::vector<Part> parts_;
};

}  // namespace inferlab
