#include "labs/spec/profile_section.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "labs/calibrate/profile_file.h"
#include "labs/spec/suggest.h"

namespace inferlab::labs {
namespace fs = std::filesystem;
namespace {

using sim::Value;

/// Whether the path stays in the folder that it counts from. Of what it spells: a lab's folder is
/// its author's, links in it are too.
bool stays_inside(const fs::path& path) {
  if (path.empty() || path.is_absolute()) return false;
  return std::ranges::none_of(path, [](const fs::path& part) { return part == ".."; });
}

/// Whether `name` is one of `names`, or says "any".
bool check_name(const std::string& name, const std::vector<std::string_view>& names,
                const std::string& path, const char* list, const SpecValidator& places,
                std::vector<Error>& errors) {
  if (name.empty() || std::ranges::find(names, name) != names.end()) return true;
  errors.push_back(places.error(path, fmt::format("\"{}\" is not in cluster.{}", name, list),
                                suggestion(name, names)));
  return false;
}

}  // namespace

void read_profiles(const Value& list, const SpecValidator& places, std::string_view folder,
                   sim::ClusterSpec& cluster, std::vector<Error>& errors) {
  std::vector<std::string_view> gpus;
  for (const sim::GpuSpec& gpu : cluster.gpus) gpus.push_back(gpu.name);
  std::vector<std::string_view> models;
  for (const sim::ModelSpec& model : cluster.models) models.push_back(model.id);
  for (std::size_t i = 0; i < list.size(); ++i) {
    const std::string path = fmt::format(".cluster.profiles[{}]", i);
    sim::ReplicaProfile profile{
        .gpu = list[i]["gpu"].str(), .model = list[i]["model"].str(), .steps = {}};
    const bool is_known =
        check_name(profile.gpu, gpus, path + ".gpu", "gpus", places, errors) &&
        check_name(profile.model, models, path + ".model", "models", places, errors);
    if (!is_known) continue;
    const fs::path file = list[i]["file"].str();
    if (!stays_inside(file)) {
      errors.push_back(places.error(path + ".file", "must be a file beside this one, or below",
                                    "a relative path without .."));
      continue;
    }
    auto measured = load_profile((fs::path(folder) / file).string());
    if (!measured) {
      const Error& error = measured.error();  // of what is in the file, it has its own place
      errors.push_back(error.kind == ErrorKind::kInvalid
                           ? error
                           : places.error(path + ".file", error.message, error.hint));
      continue;
    }
    profile.steps = std::move(measured->steps);
    cluster.profiles.push_back(std::move(profile));
  }
}

}  // namespace inferlab::labs
