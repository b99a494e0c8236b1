#include "engine/huggingface/weight_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <system_error>

#include "engine/base/printable.h"
#include "engine/formats/mapped_file.h"
#include "engine/huggingface/refusing_sax.h"

namespace inferlab::huggingface {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxIndexBytes = std::size_t{64} << 20;
constexpr std::size_t kMaxFiles = 4096;

bool is_plain_name(std::string_view name) {
  return !name.empty() && name != "." && name != ".." && name.size() <= 255 &&
         name.find('/') == std::string_view::npos && name.find('\0') == std::string_view::npos;
}

/// {"metadata": {"total_size": 1}, "weight_map": {"TENSOR": "FILE"}}
class IndexSax final : public RefusingSax {
 public:
  std::vector<std::pair<std::string, std::string>> entries;
  bool has_map = false;

  bool start_object(std::size_t /*count*/) override {
    if (++depth_ > 32) return refuse("is nested too deep");
    if (depth_ == 2) in_map_ = key_ == "weight_map";
    if (depth_ == 2 && in_map_ && std::exchange(has_map, true)) {
      return refuse("weight_map is there twice");
    }
    return depth_ < 3 || !in_map_ ||
           refuse("weight_map: an object where a file's name is expected");
  }
  bool end_object() override {
    if (--depth_ == 1) in_map_ = false;
    return true;
  }
  bool key(std::string& name) override {
    key_ = std::move(name);
    return true;
  }
  bool string(std::string& text) override {
    if (!in_map_) return true;
    if (!is_plain_name(text)) {
      return refuse(fmt::format("weight_map: tensor {}: {} is no name of a file in the folder",
                                printable(key_), printable(text)));
    }
    entries.emplace_back(std::move(key_), std::move(text));
    return true;
  }
  bool start_array(std::size_t /*count*/) override {
    return ++depth_ <= 32 ? elsewhere() : refuse("is nested too deep");
  }
  bool end_array() override {
    --depth_;
    return true;
  }
  // Nobody reads what stands outside of the map.
  bool null() override { return elsewhere(); }
  bool boolean(bool /*value*/) override { return elsewhere(); }
  bool number_integer(std::int64_t /*value*/) override { return elsewhere(); }
  bool number_unsigned(std::uint64_t /*value*/) override { return elsewhere(); }
  bool number_float(double /*value*/, const std::string& /*text*/) override { return elsewhere(); }

 private:
  bool elsewhere() { return !in_map_ || refuse("weight_map: holds more than names of files"); }

  int depth_ = 0;
  bool in_map_ = false;
  std::string key_;
};

bool is_there(const fs::path& path) {
  std::error_code error;
  return fs::exists(path, error);
}

Result<std::vector<SafetensorsFile>> open_indexed(const fs::path& folder, const fs::path& index) {
  INFERLAB_TRY(const MappedFile mapped, MappedFile::open(index.string()));
  const auto bytes = mapped.bytes();
  INFERLAB_TRY(const auto entries,
               parse_weight_index({reinterpret_cast<const char*>(bytes.data()), bytes.size()},
                                  index.string()));
  std::vector<std::string> names;
  for (const auto& [tensor, file] : entries) names.push_back(file);
  std::ranges::sort(names);
  names.erase(std::unique(names.begin(), names.end()), names.end());
  if (names.size() > kMaxFiles) {
    return Error{ErrorKind::kInvalid, fmt::format("{}: weight_map: names {} files, more than {}",
                                                  index.string(), names.size(), kMaxFiles)};
  }
  std::vector<SafetensorsFile> files;
  for (const std::string& name : names) {
    INFERLAB_TRY(SafetensorsFile file, SafetensorsFile::open((folder / name).string()));
    files.push_back(std::move(file));
  }
  for (const auto& [tensor, file] : entries) {
    const auto at = std::ranges::lower_bound(names, file) - names.begin();
    if (files[static_cast<std::size_t>(at)].find(tensor) != nullptr) continue;
    return Error{ErrorKind::kInvalid,
                 fmt::format("{}: weight_map: tensor {} is not in {}", index.string(),
                             printable(tensor), printable(file)),
                 "the folder holds files of another version: download it again"};
  }
  return files;
}

}  // namespace

Result<std::vector<std::pair<std::string, std::string>>> parse_weight_index(
    std::string_view json, const std::string& name) {
  const auto invalid = [&name](const std::string& why) {
    return Error{ErrorKind::kInvalid, fmt::format("{}: {}", name, why),
                 "the download is incomplete or the file is damaged"};
  };
  if (json.size() > kMaxIndexBytes) {
    return invalid(fmt::format("has {} bytes, more than {}", json.size(), kMaxIndexBytes));
  }
  IndexSax sax;
  if (!nlohmann::json::sax_parse(json.begin(), json.end(), &sax)) return invalid(sax.reason());
  if (!sax.has_map || sax.entries.empty()) return invalid("weight_map: is missing or empty");
  std::ranges::sort(sax.entries);
  const auto twice =
      std::ranges::adjacent_find(sax.entries, {}, &std::pair<std::string, std::string>::first);
  if (twice != sax.entries.end()) {
    return invalid(fmt::format("weight_map: tensor {} is there twice", printable(twice->first)));
  }
  return std::move(sax.entries);
}

Result<std::vector<SafetensorsFile>> open_weight_files(const std::string& folder) {
  const fs::path root(folder);
  if (const fs::path single = root / "model.safetensors"; is_there(single)) {
    INFERLAB_TRY(SafetensorsFile file, SafetensorsFile::open(single.string()));
    std::vector<SafetensorsFile> files;
    files.push_back(std::move(file));
    return files;
  }
  if (const fs::path index = root / "model.safetensors.index.json"; is_there(index)) {
    return open_indexed(root, index);
  }
  for (const char* pickle : {"pytorch_model.bin", "pytorch_model.bin.index.json"}) {
    if (!is_there(root / pickle)) continue;
    return Error{ErrorKind::kInvalid,
                 fmt::format("{}: {}: weights in Python's pickle format are not read: doing so can "
                             "run code",
                             folder, pickle),
                 "look for the same model as safetensors, or save it again with transformers"};
  }
  return Error{
      ErrorKind::kNotFound,
      fmt::format("{}: has neither model.safetensors nor model.safetensors.index.json", folder),
      "download the weights too"};
}

}  // namespace inferlab::huggingface
