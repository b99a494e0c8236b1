// find: names below folders, and what is done with them. Source: BusyBox 1.36, findutils/find.c;
// names come in order, where BusyBox has that of the file system.
#include <fmt/format.h>

#include <algorithm>

#include "sim/node/file_commands.h"

namespace inferlab::sim {

ContainerFiles::Ran FindCommand::run(const std::vector<std::string>& words) {
  std::vector<std::string> paths;
  std::size_t at = 1;
  while (at < words.size() && !words[at].starts_with('-')) paths.push_back(words[at++]);
  if (paths.empty()) paths.emplace_back(".");
  bool says_print = false;
  for (; at < words.size(); ++at) {
    if (words[at] == "-delete") {
      deletes_ = true;
    } else if (words[at] == "-print") {
      says_print = true;
    } else {
      tests_.emplace_back(words[at], words[at + 1]);
      ++at;
    }
  }
  prints_ = says_print || !deletes_;
  for (const std::string& path : paths) {
    if (files_.exists(files_.absolute(path))) {
      visit(path);
    } else {
      fail(path, "No such file or directory");
    }
  }
  return std::move(out_);
}

// -delete implies that what lies in a folder comes before it.
void FindCommand::visit(const std::string& path) {
  if (!deletes_ && fits(path)) act(path);
  const std::string at = files_.absolute(path);
  if (files_.is_folder(at)) {
    for (const std::string& name : files_.names_in(at)) visit(joined_path(path, name));
  }
  if (deletes_ && fits(path)) act(path);
}

bool FindCommand::fits(const std::string& path) const {
  const bool is_folder = files_.is_folder(files_.absolute(path));
  return std::ranges::all_of(tests_, [&](const auto& test) {
    if (test.first == "-type") return (test.second == "d") == is_folder;
    return fits_pattern(test.second, test.first == "-name" ? last_part(path) : path);
  });
}

void FindCommand::act(const std::string& path) {
  if (prints_) out_.output += (out_.output.empty() ? "" : "\n") + path;
  if (!deletes_) return;
  if (const char* const why = files_.remove_one(files_.absolute(path))) fail(path, why);
}

void FindCommand::fail(const std::string& path, const char* why) {
  out_.errors += fmt::format("{}find: {}: {}", out_.errors.empty() ? "" : "\n", path, why);
  out_.status = 1;
}

}  // namespace inferlab::sim
