#include "labs/spec/catalog.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <system_error>

#include "labs/spec/data_dirs.h"
#include "labs/spec/load_lab.h"
#include "labs/spec/suggest.h"
#include "labs/spec/text_file.h"
#include "labs/spec/validate.h"
#include "sim/api/yaml.h"

namespace inferlab::labs {
namespace fs = std::filesystem;
namespace {

Result<std::vector<std::string>> lab_folders() {
  INFERLAB_TRY(const std::string root, find_data("scenarios"));
  std::vector<std::string> out;
  std::error_code failed;
  // increment(): the range-for's ++ would throw when the folder cannot be read to its end.
  for (fs::directory_iterator entry(root, failed), end; !failed && entry != end;
       entry.increment(failed)) {
    std::error_code ignored;
    if (fs::exists(entry->path() / "lab.yaml", ignored)) out.push_back(entry->path().string());
  }
  if (failed) {
    return Error{ErrorKind::kUnavailable, fmt::format("{}: {}", root, failed.message())};
  }
  std::sort(out.begin(), out.end());
  return out;
}

constexpr SpecField kTrackFields[] = {
    {.name = "labs", .type = SpecType::kIds, .description = "in order", .required = true},
    {.name = "title", .description = "for lists", .required = true},
};
constexpr SpecTable kTrackTable = {"track", "Labs that belong together.", kTrackFields};
constexpr SpecField kTracksFields[] = {
    {.name = "tracks",
     .type = SpecType::kObjects,
     .description = "in order",
     .required = true,
     .object = &kTrackTable},
};
constexpr SpecTable kTracksTable = {"tracks", "The order of the catalogue.", kTracksFields};

constexpr std::size_t kMaxBytes = std::size_t{1} << 20;

// Where a lab stands, and in which track.
using Places = std::map<std::string, std::pair<std::size_t, std::string>>;

Result<Places> places_in_tracks() {
  Places out;
  const auto file = find_data("scenarios/tracks.yaml");
  if (!file) return out;  // labs of one's own need none
  INFERLAB_TRY(const std::string text, read_text_file(*file, kMaxBytes));
  INFERLAB_TRY(const std::vector<sim::YamlDocument> documents, sim::parse_yaml(text, *file));
  if (documents.size() != 1) {
    return Error{ErrorKind::kInvalid, fmt::format("{}:1:1: document: must be one", *file)};
  }
  SpecValidator validator(documents.front(), *file, [](std::string_view) { return nullptr; });
  const std::vector<Error> errors = validator.validate(kTracksTable);
  if (!errors.empty()) return errors.front();
  const sim::Value& tracks = documents.front().value["tracks"];
  for (const sim::Value& track : tracks.items()) {
    const sim::Value& labs = track["labs"];
    for (const sim::Value& lab : labs.items()) {
      out.try_emplace(lab.str(), out.size(), track["title"].str());
    }
  }
  return out;
}

}  // namespace

Result<std::vector<LabSpec>> list_labs() {
  INFERLAB_TRY(const std::vector<std::string> folders, lab_folders());
  INFERLAB_TRY(const Places places, places_in_tracks());
  std::vector<LabSpec> out;
  for (const std::string& folder : folders) {
    INFERLAB_TRY(LabSpec lab, load_lab(folder));
    if (const auto place = places.find(lab.id); place != places.end()) {
      lab.track = place->second.second;
    }
    out.push_back(std::move(lab));
  }
  const auto rank = [&](const LabSpec& lab) {
    const auto place = places.find(lab.id);
    return place == places.end() ? places.size() : place->second.first;
  };
  std::stable_sort(out.begin(), out.end(),
                   [&](const LabSpec& a, const LabSpec& b) { return rank(a) < rank(b); });
  return out;
}

Result<std::vector<std::string>> lab_names() {
  INFERLAB_TRY(const std::vector<std::string> folders, lab_folders());
  std::vector<std::string> out;
  for (const std::string& folder : folders) out.push_back(fs::path(folder).filename().string());
  return out;
}

Result<std::string> find_lab_folder(const std::string& id_or_path) {
  if (id_or_path == "." || id_or_path == ".." || id_or_path.find('/') != std::string::npos) {
    std::error_code failed;
    if (fs::is_directory(id_or_path, failed)) return id_or_path;
    return Error{ErrorKind::kNotFound, fmt::format("{}: no such folder", id_or_path)};
  }
  INFERLAB_TRY(const std::vector<std::string> folders, lab_folders());
  std::vector<std::string> names;
  for (const std::string& folder : folders) {
    names.push_back(fs::path(folder).filename().string());
    if (names.back() == id_or_path) return folder;
  }
  return Error{ErrorKind::kNotFound, fmt::format("lab \"{}\": there is none", id_or_path),
               suggestion(id_or_path, {names.begin(), names.end()})};
}

Result<LabSpec> find_lab(const std::string& id_or_path, const std::string& learner) {
  INFERLAB_TRY(const std::string folder, find_lab_folder(id_or_path));
  return load_lab(folder, learner);
}

}  // namespace inferlab::labs
