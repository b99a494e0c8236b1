#include "labs/grade/batch/report_folder.h"

#include <fmt/format.h>

#include <filesystem>
#include <system_error>

#include "engine/base/hash.h"
#include "labs/spec/text_file.h"

namespace inferlab::labs::batch {
namespace {

constexpr std::size_t kLongest = 200;  // a file system takes 255, and there is an ending

bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '_' || c == '-' || c == '@' || c == '+';
}

}  // namespace

Result<void> make_report_folder(const std::string& folder, const std::string& submissions) {
  namespace fs = std::filesystem;
  std::error_code failed;
  fs::path canonical = fs::weakly_canonical(folder, failed);
  if (canonical.filename().empty()) canonical = canonical.parent_path();
  const bool is_submission = !failed &&
                             canonical.parent_path() == fs::canonical(submissions, failed) &&
                             !canonical.filename().string().starts_with(".");
  if (is_submission) {
    return Error{ErrorKind::kInvalid,
                 fmt::format("{}: lies among the submissions and would be taken for one", folder),
                 "name a folder elsewhere: --report-folder"};
  }
  fs::create_directories(folder, failed);
  if (!failed) return {};
  return Error{ErrorKind::kInvalid, fmt::format("{}: {}", folder, failed.message()),
               "name a folder that can be made: --report-folder"};
}

std::string file_name_for(std::string_view name) {
  std::string out;
  for (const char c : name) {
    const bool begins_like_an_option = out.empty() && c == '-';
    if (is_plain(c) && !begins_like_an_option) {
      out += c;
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  if (out.size() <= kLongest) return out;
  // '~' stands in no other name.
  return fmt::format("{}~{:016x}", out.substr(0, kLongest - 17), hash_of(name));
}

Result<void> write_reports(const std::string& folder, std::string_view name,
                           const std::string& json, const std::string& text) {
  const std::string path = (std::filesystem::path(folder) / file_name_for(name)).string();
  INFERLAB_TRY_VOID(write_text_file(path + ".json", json));
  return write_text_file(path + ".txt", text);
}

}  // namespace inferlab::labs::batch
