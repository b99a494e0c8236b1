#include "engine/model/read_matrix.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/base/printable.h"

namespace inferlab {

Result<Matrix> read_matrix(const GgufFile& file, const std::string& name, std::int64_t rows,
                           std::int64_t columns) {
  INFERLAB_TRY(const GgufTensor* tensor, file.tensor(name));
  if (tensor->columns() != columns || tensor->rows() != rows) {
    return Error{ErrorKind::kInvalid,
                 fmt::format("{}: tensor {}: is {} x {}, the metadata ask for {} x {}", file.name(),
                             name, tensor->rows(), tensor->columns(), rows, columns),
                 "the file was converted wrongly or is damaged"};
  }
  return Matrix{.type = tensor->type, .rows = rows, .columns = columns, .data = tensor->data};
}

Result<Matrix> read_vector(const GgufFile& file, const std::string& name, std::int64_t columns) {
  INFERLAB_TRY(const Matrix result, read_matrix(file, name, 1, columns));
  if (result.type != TensorType::kF32) {
    return Error{ErrorKind::kInvalid, fmt::format("{}: tensor {}: is {}, need F32", file.name(),
                                                  name, tensor_type_name(result.type))};
  }
  return result;
}

Result<void> check_all_used(const GgufFile& file, std::vector<const std::byte*> used,
                            std::string_view architecture, std::string_view variants) {
  std::ranges::sort(used);
  for (const GgufTensor& tensor : file.tensors()) {
    if (std::ranges::binary_search(used, tensor.data.data())) continue;
    return Error{
        ErrorKind::kInvalid,
        fmt::format("{}: tensor {}: is not supported: the {} architecture here has no use for it",
                    file.name(), printable(tensor.name), architecture),
        fmt::format("the model is a variant ({}) that the engine cannot run", variants)};
  }
  return {};
}

}  // namespace inferlab
