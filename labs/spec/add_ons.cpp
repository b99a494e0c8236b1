#include "labs/spec/add_ons.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "labs/spec/data_dirs.h"
#include "labs/spec/suggest.h"
#include "labs/spec/text_file.h"

namespace inferlab::labs {
namespace fs = std::filesystem;
namespace {

constexpr const char* kFolder = "assets/addons";
constexpr std::size_t kMaxBytes = std::size_t{1} << 20;

}  // namespace

Result<std::vector<std::string>> list_add_ons() {
  INFERLAB_TRY(const std::string folder, find_data(kFolder));
  std::vector<std::string> out;
  std::error_code failed;
  // increment(): the range-for's ++ would throw when the folder cannot be read to its end.
  for (fs::directory_iterator entry(folder, failed), end; !failed && entry != end;
       entry.increment(failed)) {
    if (entry->path().extension() == ".yaml") out.push_back(entry->path().stem().string());
  }
  if (failed) {
    return Error{ErrorKind::kUnavailable, fmt::format("{}: {}", folder, failed.message())};
  }
  std::sort(out.begin(), out.end());
  return out;
}

Result<void> check_add_on_name(std::string_view name) {
  INFERLAB_TRY(const std::vector<std::string> names, list_add_ons());
  if (std::find(names.begin(), names.end(), name) != names.end()) return {};
  const std::string near = nearest_word(name, {names.begin(), names.end()});
  return Error{
      ErrorKind::kNotFound, fmt::format("\"{}\" is no add-on", name),
      fmt::format("{}there are {}",
                  near.empty() ? std::string() : fmt::format("did you mean \"{}\"? ", near),
                  fmt::join(names, ", "))};
}

Result<std::vector<sim::AddOnSpec>> load_add_ons(std::vector<std::string> names) {
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  std::vector<sim::AddOnSpec> out;
  for (const std::string& name : names) {
    INFERLAB_TRY(const std::string file, find_data(fmt::format("{}/{}.yaml", kFolder, name)));
    INFERLAB_TRY(const std::string text, read_text_file(file, kMaxBytes));
    INFERLAB_TRY(sim::AddOnSpec add_on, sim::read_add_on(text, file));
    out.push_back(std::move(add_on));
  }
  INFERLAB_TRY_VOID(sim::check_add_ons(out));
  return out;
}

}  // namespace inferlab::labs
