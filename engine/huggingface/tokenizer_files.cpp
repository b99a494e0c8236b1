#include <fmt/format.h>

#include <string>

#include "engine/formats/mapped_file.h"
#include "engine/huggingface/tokenizer_json.h"

namespace inferlab {
namespace {

Result<std::string> read_file(const std::string& path, bool required) {
  constexpr std::size_t kMaxBytes = std::size_t{512} << 20U;
  const auto file = MappedFile::open(path);
  if (!file) {
    if (!required && file.error().kind == ErrorKind::kNotFound) return std::string();
    return file.error();
  }
  const auto bytes = file->bytes();
  if (bytes.size() > kMaxBytes) {
    return Error{ErrorKind::kInvalid, fmt::format("{}: has {} bytes", path, bytes.size())};
  }
  return std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

}  // namespace

Result<TokenizerFiles> TokenizerFiles::read(const std::string& folder) {
  TokenizerFiles files;
  INFERLAB_TRY(files.tokenizer, read_file(folder + "/tokenizer.json", true));
  INFERLAB_TRY(files.tokenizer_config, read_file(folder + "/tokenizer_config.json", false));
  INFERLAB_TRY(files.special_tokens_map, read_file(folder + "/special_tokens_map.json", false));
  INFERLAB_TRY(files.generation_config, read_file(folder + "/generation_config.json", false));
  INFERLAB_TRY(files.config, read_file(folder + "/config.json", false));
  INFERLAB_TRY(files.chat_template, read_file(folder + "/chat_template.jinja", false));
  return files;
}

}  // namespace inferlab
