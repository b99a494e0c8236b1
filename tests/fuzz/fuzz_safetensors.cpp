// safetensors: a file is refused, or its tensors are all there is, one behind the other.
#include <algorithm>
#include <string>
#include <vector>

#include "engine/base/check.h"
#include "engine/huggingface/safetensors.h"
#include "engine/huggingface/tensor_names.h"
#include "engine/huggingface/weight_files.h"
#include "tests/fuzz/targets.h"

namespace inferlab::fuzz {
namespace {

void check_file(const huggingface::SafetensorsFile& file, std::size_t all_bytes) {
  std::size_t bytes = 0;
  std::uint64_t sum = 0;
  std::string before;
  for (const huggingface::SafetensorsTensor& tensor : file.tensors()) {
    INFERLAB_CHECK(&tensor == &file.tensors().front() || before < tensor.name);
    before = tensor.name;
    INFERLAB_CHECK(file.find(tensor.name) == &tensor);
    bytes += tensor.data.size();
    for (const std::byte b : tensor.data) sum += static_cast<unsigned>(b);
    if (const auto type = tensor.type()) {
      std::int64_t elements = 1;
      for (const std::int64_t length : tensor.shape) elements *= length;
      INFERLAB_CHECK(elements * tensor_block(*type).bytes == std::ssize(tensor.data));
    }
    if (const auto place = huggingface::tensor_place(tensor.name)) {
      INFERLAB_CHECK(!place->gguf_name.empty());
    }
  }
  INFERLAB_CHECK(bytes + 8 <= all_bytes);
}

}  // namespace

void fuzz_safetensors(std::string_view bytes) {
  // A copy of just this size shows a read behind its end.
  const std::vector<char> copy(bytes.begin(), bytes.end());
  const auto file = huggingface::SafetensorsFile::parse(std::as_bytes(std::span(copy)), "x");
  if (file) {
    check_file(*file, copy.size());
  } else {
    INFERLAB_CHECK(file.error().message.starts_with("x: "));
  }
  const auto index = huggingface::parse_weight_index(bytes, "x");
  if (!index) return;
  for (const auto& [tensor, name] : *index) {
    INFERLAB_CHECK(!name.empty() && name != ".." && name.find('/') == std::string::npos);
  }
}

}  // namespace inferlab::fuzz
