#include "engine/model/pooling_type.h"

#include <fmt/format.h>

namespace inferlab {

std::string_view to_string(PoolingType type) {
  switch (type) {
    case PoolingType::kCls:
      return "CLS";
    case PoolingType::kMean:
      return "MEAN";
    case PoolingType::kLast:
      return "LAST";
  }
  return "";
}

Result<std::optional<PoolingType>> read_pooling_type(const GgufFile& file,
                                                     std::string_view architecture) {
  const std::string key = fmt::format("{}.pooling_type", architecture);
  INFERLAB_TRY(const std::int64_t number, file.integer_or(key, 0));
  switch (number) {
    case 0:
      return std::optional<PoolingType>();
    case 1:
      return std::optional(PoolingType::kMean);
    case 2:
      return std::optional(PoolingType::kCls);
    case 3:
      return std::optional(PoolingType::kLast);
    default:
      return Error{ErrorKind::kInvalid,
                   fmt::format("{}: {}: {} is not supported", file.name(), key, number),
                   "the engine knows none (0), mean (1), cls (2) and last (3)"};
  }
}

}  // namespace inferlab
