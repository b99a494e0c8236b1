#include "sim/node/files.h"

#include <utility>

namespace inferlab::sim {
namespace {

std::size_t bytes_of(std::string_view place, std::string_view path, const Files::Entry& entry) {
  return Files::kPerFile + place.size() + path.size() + entry.text.size();
}

}  // namespace

const Files::Entry* Files::find(std::string_view place, std::string_view path) const {
  const auto folder = places_.find(place);
  if (folder == places_.end()) return nullptr;
  const auto found = folder->second.find(path);
  return found == folder->second.end() ? nullptr : &found->second;
}

bool Files::is_folder(std::string_view place, std::string_view path) const {
  if (path.empty()) return true;
  const Entry* const entry = find(place, path);
  return entry != nullptr && entry->is_folder;
}

std::vector<std::string> Files::names_in(std::string_view place, std::string_view path) const {
  std::vector<std::string> out;
  const auto folder = places_.find(place);
  if (folder == places_.end()) return out;
  const std::string prefix = path.empty() ? std::string() : std::string(path) + "/";
  for (auto at = folder->second.lower_bound(prefix);
       at != folder->second.end() && at->first.starts_with(prefix);) {
    const std::string rest = at->first.substr(prefix.size());
    const std::size_t slash = rest.find('/');
    if (slash != std::string::npos) {  // past all that lies in that folder
      constexpr char kAfterSlash = '/' + 1;
      at = folder->second.lower_bound(prefix + rest.substr(0, slash) + kAfterSlash);
      continue;
    }
    if (!rest.empty()) out.push_back(rest);
    ++at;
  }
  return out;
}

bool Files::put(const std::string& place, const std::string& path, Entry entry) {
  Folder& folder = places_[place];
  const auto found = folder.find(path);
  const std::size_t bytes = bytes_of(place, path, entry);
  if (entry.text.size() > kMostText || bytes_ + bytes > kMostBytes) return false;
  if (found == folder.end() && folder.size() >= kMostEntries) return false;
  if (found != folder.end()) end(place, path, found->second);
  bytes_ += bytes;
  entry.since = simulation_.now();
  folder[path] = std::move(entry);
  return true;
}

bool Files::append(const std::string& place, const std::string& path, std::string_view text) {
  Entry& entry = places_[place].at(path);
  if (entry.text.size() + text.size() > kMostText || bytes_ + text.size() > kMostBytes) {
    return false;
  }
  bytes_ += text.size();
  entry.text += text;
  return true;
}

void Files::remove(std::string_view place, std::string_view path) {
  const auto folder = places_.find(place);
  if (folder == places_.end()) return;
  const auto found = folder->second.find(path);
  if (found == folder->second.end()) return;
  end(folder->first, found->first, found->second);
  folder->second.erase(found);
}

void Files::copy(std::string_view from, const std::string& to) {
  const auto folder = places_.find(from);
  if (folder == places_.end()) return;
  const Folder entries = folder->second;
  for (const auto& [path, entry] : entries) put(to, path, entry);
}

void Files::drop(std::string_view place) {
  const auto folder = places_.find(place);
  if (folder == places_.end()) return;
  for (const auto& [path, entry] : folder->second) end(folder->first, path, entry);
  places_.erase(folder);
}

void Files::drop_all(std::string_view prefix) {
  std::vector<std::string> names;
  for (auto at = places_.lower_bound(prefix); at != places_.end() && at->first.starts_with(prefix);
       ++at) {
    names.push_back(at->first);
  }
  for (const std::string& name : names) drop(name);
}

void Files::forget(std::string_view place) {
  const auto folder = places_.find(place);
  if (folder == places_.end()) return;
  for (const auto& [path, entry] : folder->second) bytes_ -= bytes_of(place, path, entry);
  places_.erase(folder);
}

void Files::end(const std::string& place, const std::string& path, const Entry& entry) {
  if (entry.is_folder) {
    bytes_ -= bytes_of(place, path, entry);
  } else {
    gone_.push_back({place, path, entry.text, entry.since, simulation_.now()});
  }
}

std::vector<Files::Record> Files::records() const {
  std::vector<Record> out = gone_;
  for (const auto& [place, folder] : places_) {
    for (const auto& [path, entry] : folder) {
      if (!entry.is_folder) out.push_back({place, path, entry.text, entry.since, Time::max()});
    }
  }
  return out;
}

}  // namespace inferlab::sim
