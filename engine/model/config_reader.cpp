#include "engine/model/config_reader.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/base/printable.h"

namespace inferlab {

std::string ConfigReader::key(std::string_view name) const {
  return fmt::format("{}.{}", architecture_, name);
}

Result<std::int32_t> ConfigReader::count(std::string_view name, std::int64_t most) const {
  INFERLAB_TRY(const std::int64_t number, file_.integer(key(name)));
  return checked(key(name), number, most);
}

Result<std::int32_t> ConfigReader::count_or(std::string_view name, std::int64_t fallback) const {
  INFERLAB_TRY(const std::int64_t number, file_.integer_or(key(name), fallback));
  return checked(key(name), number, kMaxCount);
}

Error ConfigReader::contradiction(std::string_view where, std::string_view why) const {
  return Error{ErrorKind::kInvalid, fmt::format("{}: {}: {}", file_.name(), where, why),
               "the file was converted wrongly or is damaged"};
}

Result<std::int32_t> ConfigReader::checked(std::string_view where, std::int64_t number,
                                           std::int64_t most) const {
  if (number < 1 || number > most) {
    return contradiction(where, fmt::format("is {}, need 1 to {}", number, most));
  }
  return static_cast<std::int32_t>(number);
}

std::string model_name(const GgufFile& file) {
  const auto name = file.text("general.name");
  if (name.has_value() && !name->empty()) return printable(*name);
  std::string_view path = file.name();
  path.remove_prefix(std::min(path.size(), path.rfind('/') + 1));
  if (path.ends_with(".gguf")) path.remove_suffix(5);
  return std::string(path);
}

}  // namespace inferlab
