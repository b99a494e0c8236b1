#include "sim/node/file_commands.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "sim/api/file_call.h"

namespace inferlab::sim {
namespace {

using Ran = ContainerFiles::Ran;

constexpr std::size_t kMostOutput = std::size_t{64} * 1024;
constexpr const char* kNoEntry = "No such file or directory";

bool has(const std::string& options, char letter) {
  return options.find(letter) != std::string::npos;
}

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    out.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(text.size(), end + 1));
  }
  return out;
}

}  // namespace

ContainerFiles::Ran ContainerFiles::run(const std::vector<std::string>& words) {
  if (words[0] == "find") return FindCommand(*this).run(words);
  return FileCommands(*this).run(words);
}

void FileCommands::print(std::string line) {
  if (out_.output.size() > kMostOutput) return;
  if (!out_.output.empty()) out_.output += '\n';
  out_.output += line;
}

void FileCommands::fail(const std::string& line) {
  if (out_.errors.size() < kMostOutput) {
    out_.errors += (out_.errors.empty() ? "" : "\n") + program_ + ": " + line;
  }
  out_.status = 1;
}

Ran FileCommands::run(const Words& words) {
  program_ = words[0];
  if (program_ == "test" || program_ == "[") return {test(words), {}, {}};
  const FileCall call = file_call_of(words);
  const Words& paths = call.operands;
  const bool recursive = has(call.options, 'r') || has(call.options, 'R');
  if (program_ == "pwd") print(files_.folder_);
  if (program_ == "ls") list(paths.empty() ? Words{"."} : paths, call.options);
  if (program_ == "mkdir") make_folders(paths, has(call.options, 'p'));
  if (program_ == "touch") touch(paths, !has(call.options, 'c'));
  if (program_ == "rm") remove(paths, recursive, has(call.options, 'f'));
  if (program_ == "rmdir") remove_folders(paths);
  if (program_ == "cp") copy(paths, recursive || has(call.options, 'a'));
  if (program_ == "mv") move(paths);
  if (program_ == "cat") print_files(paths);
  if (program_ == "grep") search(paths, call.options);
  if (program_ == "sed") delete_lines(paths);
  return std::move(out_);
}

int FileCommands::test(const Words& words) const {
  std::size_t first = 1;
  const std::size_t end = words.size() - (words[0] == "[" ? 1 : 0);
  bool wanted = true;
  for (; first < end && words[first] == "!"; ++first) wanted = !wanted;
  bool holds = false;
  if (end - first == 1) {
    holds = !words[first].empty();
  } else if (end - first == 2) {
    const std::string& what = words[first];
    const std::string& text = words[first + 1];
    if (what == "-n" || what == "-z") {
      holds = text.empty() == (what == "-z");
    } else {
      const std::string path = files_.absolute(text);
      const Files::Entry* const file = files_.file(path);
      const bool is_folder = file == nullptr && files_.is_folder(path);
      holds = file != nullptr || is_folder;
      if (what == "-f") holds = file != nullptr;
      if (what == "-d") holds = is_folder;
      if (what == "-s") holds = is_folder || (file != nullptr && !file->text.empty());
      if (what == "-w") holds = holds && !files_.spot(path).mount->read_only;
      if (what == "-x") holds = is_folder;
      if (text.empty()) holds = false;
    }
  } else if (end - first == 3) {
    holds = (words[first] == words[first + 2]) == (words[first + 1] == "=");
  }
  return holds == wanted ? 0 : 1;
}

// Not to a terminal: a name a line.
void FileCommands::list(const Words& paths, const std::string& options) {
  Words folders;
  for (const std::string& path : paths) {
    const std::string at = files_.absolute(path);
    if (files_.file(at) != nullptr) {
      print(path);
    } else if (files_.is_folder(at)) {
      folders.push_back(path);
    } else {
      fail(fmt::format("{}: {}", path, kNoEntry));
    }
  }
  const bool with_names = paths.size() > 1 || has(options, 'R');
  for (const std::string& folder : folders) list_folder(folder, with_names, options);
}

void FileCommands::list_folder(const std::string& shown, bool with_name,
                               const std::string& options) {
  if (with_name) print((out_.output.empty() ? "" : "\n") + shown + ":");
  const std::string at = files_.absolute(shown);
  const bool all = has(options, 'a') || has(options, 'A');
  if (has(options, 'a')) {
    print(".");
    print("..");
  }
  Words folders;
  for (const std::string& name : files_.names_in(at)) {
    if (name.starts_with('.') && !all) continue;
    print(name);
    if (files_.is_folder(joined_path(at, name))) folders.push_back(joined_path(shown, name));
  }
  if (!has(options, 'R')) return;
  for (const std::string& folder : folders) list_folder(folder, true, options);
}

void FileCommands::make_folders(const Words& paths, bool with_parents) {
  for (const std::string& path : paths) {
    const std::string at = files_.absolute(path);
    if (with_parents) {
      make_folder_and_parents(at);
    } else if (const char* const why = files_.make_folder(at)) {
      fail(fmt::format("can't create directory '{}': {}", path, why));
    }
  }
}

void FileCommands::make_folder_and_parents(const std::string& path) {
  for (std::size_t end = path.find('/', 1);; end = path.find('/', end + 1)) {
    const std::string part = path.substr(0, end);
    const char* const why = files_.is_folder(part) ? nullptr : files_.make_folder(part);
    if (why != nullptr) return fail(fmt::format("can't create directory '{}': {}", part, why));
    if (end == std::string::npos) return;
  }
}

void FileCommands::touch(const Words& paths, bool make) {
  for (const std::string& path : paths) {
    const std::string at = files_.absolute(path);
    if (files_.exists(at)) {
      if (files_.spot(at).mount->read_only) fail(path + ": Read-only file system");
      continue;
    }
    const char* const why = make ? files_.write_file(at, "", false) : nullptr;
    if (why != nullptr) fail(fmt::format("{}: {}", path, why));
  }
}

void FileCommands::remove(const Words& paths, bool folders, bool quiet) {
  for (const std::string& path : paths) {
    const std::string at = files_.absolute(path);
    if (!files_.exists(at)) {
      if (!quiet) fail(fmt::format("can't remove '{}': {}", path, kNoEntry));
    } else if (files_.file(at) == nullptr && !folders) {
      fail(fmt::format("'{}' is a directory", path));
    } else {
      remove_tree(path, quiet);
    }
  }
}

void FileCommands::remove_tree(const std::string& shown, bool quiet) {
  const std::string at = files_.absolute(shown);
  if (files_.file(at) == nullptr) {
    for (const std::string& name : files_.names_in(at))
      remove_tree(joined_path(shown, name), quiet);
    // A folder of which something could not be removed is told of once.
    if (out_.status != 0 && !files_.names_in(at).empty()) return;
  }
  if (const char* const why = files_.remove_one(at)) {
    fail(fmt::format("can't remove '{}': {}", shown, why));
  }
}

void FileCommands::remove_folders(const Words& paths) {
  for (const std::string& path : paths) {
    const std::string at = files_.absolute(path);
    const char* const why = files_.file(at) != nullptr ? "Not a directory" : files_.remove_one(at);
    if (why != nullptr) fail(fmt::format("'{}': {}", path, why));
  }
}

void FileCommands::copy(const Words& paths, bool folders) {
  const std::string target = files_.absolute(paths.back());
  const bool into = files_.is_folder(target);
  if (!into && paths.size() > 2) {
    return fail(fmt::format("target '{}' is not a directory", paths.back()));
  }
  for (std::size_t i = 0; i + 1 < paths.size(); ++i) {
    const std::string from = files_.absolute(paths[i]);
    if (!files_.exists(from)) {
      fail(fmt::format("can't stat '{}': {}", paths[i], kNoEntry));
      continue;
    }
    const std::string_view name = last_part(paths[i]);
    const bool has_name = !name.empty() && name != "." && name != "..";
    const std::string to = into && has_name       ? joined_path(target, name)
                           : into && name.empty() ? joined_path(target, last_part(from))  // "a/"
                                                  : target;
    if (files_.lies_in(to, from)) {
      fail(to == from ? fmt::format("'{}' and '{}' are the same file", paths[i], paths.back())
                      : fmt::format("recursion detected, omitting directory '{}'", paths[i]));
      continue;
    }
    copy_tree(from, to, folders);
  }
}

/// Whether all of it could be copied.
bool FileCommands::copy_tree(const std::string& from, const std::string& to, bool folders) {
  if (const Files::Entry* const file = files_.file(from)) {
    const std::string text = file->text;
    const char* const why = files_.write_file(to, text, false);
    if (why != nullptr) fail(fmt::format("can't create '{}': {}", to, why));
    return why == nullptr;
  }
  if (!folders) return fail(fmt::format("omitting directory '{}'", from)), false;
  if (!files_.is_folder(to)) {
    if (const char* const why = files_.make_folder(to)) {
      fail(fmt::format("can't create directory '{}': {}", to, why));
      return false;
    }
  }
  bool is_whole = true;
  for (const std::string& name : files_.names_in(from)) {
    is_whole = copy_tree(joined_path(from, name), joined_path(to, name), true) && is_whole;
  }
  return is_whole;
}

void FileCommands::move(const Words& paths) {
  const std::string target = files_.absolute(paths.back());
  const bool into = files_.is_folder(target);
  if (!into && paths.size() > 2) {
    return fail(fmt::format("target '{}' is not a directory", paths.back()));
  }
  for (std::size_t i = 0; i + 1 < paths.size(); ++i) {
    const std::string from = files_.absolute(paths[i]);
    const std::string to = into ? joined_path(target, last_part(from)) : target;
    const char* why = nullptr;
    if (!files_.exists(from)) {
      why = kNoEntry;
    } else if (files_.lies_in(to, from)) {
      why = "Invalid argument";
    } else if (files_.is_mount(from)) {
      why = "Device or resource busy";
    } else if (files_.spot(from).mount->read_only) {
      why = "Read-only file system";
    }
    if (why != nullptr) {
      fail(fmt::format("can't rename '{}': {}", paths[i], why));
    } else if (copy_tree(from, to, true)) {
      remove_tree(from, false);
    }
  }
}

void FileCommands::print_files(const Words& paths) {
  for (const std::string& path : paths) {
    const std::string at = files_.absolute(path);
    const Files::Entry* const file = files_.file(at);
    if (file != nullptr) {
      for (std::string& line : lines_of(file->text)) print(std::move(line));
    } else if (files_.is_folder(at)) {
      fail("read error: Is a directory");
    } else {
      fail(fmt::format("can't open '{}': {}", path, kNoEntry));
    }
  }
}

void FileCommands::files_below(const std::string& path, Words& out) const {
  const std::string at = files_.absolute(path);
  if (files_.is_folder(at)) {
    for (const std::string& name : files_.names_in(at)) files_below(joined_path(path, name), out);
  } else {
    out.push_back(path);
  }
}

void FileCommands::search(const Words& operands, const std::string& options) {
  Words paths(operands.begin() + 1, operands.end());
  const bool with_names = has(options, 'r') || (paths.size() > 1 && !has(options, 'h'));
  if (has(options, 'r')) {
    const Words wanted = std::exchange(paths, {});
    for (const std::string& path : wanted) files_below(path, paths);
  }
  for (const std::string& path : paths) search_file(path, operands[0], options, with_names);
  // Even where something could not be read, what was found counts with -q.
  if (out_.status == 1) out_.status = has_found_ && has(options, 'q') ? 0 : 2;
  if (out_.status == 0 && !has_found_) out_.status = 1;
}

void FileCommands::search_file(const std::string& path, const std::string& pattern,
                               const std::string& options, bool with_name) {
  const std::string at = files_.absolute(path);
  const Files::Entry* const file = files_.file(at);
  if (file == nullptr) {
    return fail(fmt::format("{}: {}", path, files_.is_folder(at) ? "Is a directory" : kNoEntry));
  }
  int count = 0;
  const std::string prefix = with_name ? path + ":" : std::string();
  const bool prints = !has(options, 'q') && !has(options, 'l') && !has(options, 'c');
  for (const std::string& line : lines_of(file->text)) {
    if ((line.find(pattern) != std::string::npos) == has(options, 'v')) continue;
    ++count;
    if (prints) print(prefix + line);
  }
  has_found_ = has_found_ || count > 0;
  if (has(options, 'q')) return;
  if (has(options, 'l')) {
    if (count > 0) print(path);
  } else if (has(options, 'c')) {
    print(fmt::format("{}{}", prefix, count));
  }
}

// sed -i '/TEXT/d' FILE…
void FileCommands::delete_lines(const Words& operands) {
  const std::string pattern = operands[0].substr(1, operands[0].size() - 3);
  for (std::size_t i = 1; i < operands.size(); ++i) {
    const std::string at = files_.absolute(operands[i]);
    const Files::Entry* const file = files_.file(at);
    if (file == nullptr) {
      fail(fmt::format("{}: {}", operands[i],
                       files_.is_folder(at) ? "couldn't edit: not a regular file" : kNoEntry));
      continue;
    }
    std::string text;
    for (const std::string& line : lines_of(file->text)) {
      if (line.find(pattern) == std::string::npos) text += line + "\n";
    }
    if (const char* const why = files_.write_file(at, text, false)) {
      fail(fmt::format("can't create temp file {}XXXXXX: {}", operands[i], why));
    }
  }
}

}  // namespace inferlab::sim
