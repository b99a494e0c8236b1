#include "sim/node/container_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "engine/base/check.h"

namespace inferlab::sim {
namespace {

// As strerror() of glibc and of uClibc, with which the images busybox:1.36 are linked.
constexpr const char* kNoEntry = "No such file or directory";
constexpr const char* kNoFolder = "Not a directory";
constexpr const char* kIsFolder = "Is a directory";
constexpr const char* kIsThere = "File exists";
constexpr const char* kReadOnly = "Read-only file system";
constexpr const char* kNotEmpty = "Directory not empty";
constexpr const char* kBusy = "Device or resource busy";
constexpr const char* kTooLong = "File name too long";
constexpr const char* kFull = "No space left on device";

constexpr std::size_t kLongestPath = 4096;  // PATH_MAX

// Source: Filesystem Hierarchy Standard 3.0, section 3.
constexpr std::string_view kFoldersOfImage[] = {
    "/bin",      "/dev",  "/etc",       "/home",    "/lib",     "/proc",    "/root",
    "/run",      "/sbin", "/sys",       "/tmp",     "/usr",     "/usr/bin", "/usr/lib",
    "/usr/sbin", "/var",  "/var/cache", "/var/lib", "/var/log", "/var/tmp"};

std::string parent_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == 0 ? "/" : path.substr(0, slash);
}

bool is_below(std::string_view path, std::string_view folder) {
  if (folder == "/") return path.size() > 1;
  return path.size() > folder.size() && path.starts_with(folder) && path[folder.size()] == '/';
}

}  // namespace

std::string joined_path(const std::string& folder, std::string_view name) {
  return folder + (folder.ends_with('/') ? "" : "/") + std::string(name);
}

std::string_view last_part(std::string_view path) {
  return path.substr(path.rfind('/') + 1);
}

bool fits_pattern(std::string_view pattern, std::string_view text) {
  std::size_t at = 0, star = std::string_view::npos, resume = 0;
  for (std::size_t i = 0; i < text.size();) {
    if (at < pattern.size() && pattern[at] == '*') {
      star = at++;
      resume = i;
    } else if (at < pattern.size() && (pattern[at] == '?' || pattern[at] == text[i])) {
      ++at;
      ++i;
    } else if (star != std::string_view::npos) {
      at = star + 1;
      i = ++resume;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', at) == std::string_view::npos;
}

ContainerFiles::ContainerFiles(Files& files, std::vector<Mount> mounts, std::string folder)
    : files_(files), mounts_(std::move(mounts)), folder_(std::move(folder)) {
  for (Mount& mount : mounts_) {
    mount.path = absolute("/" + mount.path);
    if (mount.path == "/") mount.path.clear();
  }
  INFERLAB_CHECK(std::ranges::any_of(mounts_, [](const Mount& one) { return one.path.empty(); }));
  folder_ = absolute("/" + folder_);
}

std::string ContainerFiles::absolute(std::string_view path) const {
  if (path.empty()) return {};  // no file has this name
  std::vector<std::string> parts;
  const auto add = [&](std::string_view text) {
    while (!text.empty()) {
      const std::string_view part = text.substr(0, text.find('/'));
      text.remove_prefix(std::min(text.size(), part.size() + 1));
      if (part.empty() || part == ".") continue;
      if (part != "..") {
        parts.emplace_back(part);
      } else if (!parts.empty()) {
        parts.pop_back();
      }
    }
  };
  if (!path.starts_with('/')) add(folder_);
  add(path);
  std::string out;
  for (const std::string& part : parts) out += "/" + part;
  return out.empty() ? "/" : out;
}

ContainerFiles::Spot ContainerFiles::spot(const std::string& path) const {
  const Mount* best = nullptr;
  for (const Mount& mount : mounts_) {
    const bool is_above = mount.path.empty() || path == mount.path || is_below(path, mount.path);
    if (is_above && (best == nullptr || mount.path.size() > best->path.size())) best = &mount;
  }
  std::string rest = path.substr(std::min(path.size(), best->path.size() + 1));
  if (best->folder.empty()) return {best, std::move(rest)};
  return {best, rest.empty() ? best->folder : best->folder + "/" + rest};
}

bool ContainerFiles::is_mount(const std::string& path) const {
  return std::ranges::any_of(mounts_, [&](const Mount& one) { return one.path == path; });
}

const Files::Entry* ContainerFiles::file(const std::string& path) const {
  const Spot at = spot(path);
  const Files::Entry* const entry = files_.find(at.mount->place, at.path);
  return entry == nullptr || entry->is_folder ? nullptr : entry;
}

bool ContainerFiles::is_folder(const std::string& path) const {
  if (path.empty()) return false;
  const Spot at = spot(path);
  if (files_.is_folder(at.mount->place, at.path)) return true;
  if (at.mount->path.empty() &&
      std::ranges::find(kFoldersOfImage, path) != std::end(kFoldersOfImage)) {
    return true;
  }
  // The runtime makes the folders in which something is mounted.
  return std::ranges::any_of(mounts_, [&](const Mount& one) { return is_below(one.path, path); });
}

bool ContainerFiles::exists(const std::string& path) const {
  return file(path) != nullptr || is_folder(path);
}

std::vector<std::string> ContainerFiles::names_in(const std::string& path) const {
  const Spot at = spot(path);
  std::set<std::string> names;
  for (std::string& name : files_.names_in(at.mount->place, at.path)) names.insert(std::move(name));
  const auto add = [&](std::string_view other) {
    if (!is_below(other, path)) return;
    const std::string_view rest = other.substr(path == "/" ? 1 : path.size() + 1);
    names.emplace(rest.substr(0, rest.find('/')));
  };
  for (const Mount& mount : mounts_) add(mount.path);
  if (at.mount->path.empty()) {
    for (const std::string_view folder : kFoldersOfImage) add(folder);
  }
  return {names.begin(), names.end()};
}

bool ContainerFiles::lies_in(const std::string& path, const std::string& other) const {
  if (path == other || is_below(path, other)) return true;
  const Spot at = spot(path);
  const Spot in = spot(other);
  return at.mount->place == in.mount->place &&
         (in.path.empty() || at.path == in.path || is_below(at.path, in.path));
}

const char* ContainerFiles::obstacle(const std::string& path) const {
  if (path.size() >= kLongestPath) return kTooLong;
  const std::string parent = parent_of(path);
  if (file(parent) != nullptr) return kNoFolder;
  if (!is_folder(parent)) return kNoEntry;
  return spot(path).mount->read_only ? kReadOnly : nullptr;
}

const char* ContainerFiles::make_folder(const std::string& path) {
  if (exists(path)) return kIsThere;
  if (const char* const why = obstacle(path)) return why;
  const Spot at = spot(path);
  // Folders of the image are there without an entry, until something lies in them.
  return files_.put(at.mount->place, at.path, {.is_folder = true}) ? nullptr : kFull;
}

const char* ContainerFiles::write_file(const std::string& path, std::string_view text,
                                       bool at_end) {
  if (is_folder(path)) return kIsFolder;
  if (const char* const why = obstacle(path)) return why;
  const Spot at = spot(path);
  const bool is_done = at_end && file(path) != nullptr
                           ? files_.append(at.mount->place, at.path, text)
                           : files_.put(at.mount->place, at.path, {.text = std::string(text)});
  return is_done ? nullptr : kFull;
}

const char* ContainerFiles::remove_one(const std::string& path) {
  if (!exists(path)) {
    const std::string parent = parent_of(path);
    return file(parent) != nullptr ? kNoFolder : kNoEntry;
  }
  const bool holds_mount =
      std::ranges::any_of(mounts_, [&](const Mount& one) { return is_below(one.path, path); });
  if (path == "/" || is_mount(path) || holds_mount) return kBusy;
  const Spot at = spot(path);
  if (at.mount->read_only) return kReadOnly;
  if (is_folder(path) && !names_in(path).empty()) return kNotEmpty;
  files_.remove(at.mount->place, at.path);
  return nullptr;
}

ContainerFiles::Ran ContainerFiles::write(const std::string& path, std::string_view text,
                                          bool at_end) {
  const char* const why = write_file(absolute(path), text, at_end);
  if (why == nullptr) return {};
  if (why == kFull) return {1, {}, fmt::format("sh: write error: {}", why)};
  // The shell has words of its own for what lies in no folder.
  const bool has_no_folder = why == kNoEntry || why == kNoFolder;
  return {
      1,
      {},
      fmt::format("sh: can't create {}: {}", path, has_no_folder ? "nonexistent directory" : why)};
}

ContainerFiles::Ran ContainerFiles::change_folder(const std::string& path) {
  const std::string to = path.empty() ? folder_ : absolute(path);
  if (is_folder(to)) {
    folder_ = to;
    return {};
  }
  return {2,
          {},
          fmt::format("sh: cd: line 0: can't cd to {}: {}", path,
                      file(to) == nullptr ? kNoEntry : kNoFolder)};
}

}  // namespace inferlab::sim
