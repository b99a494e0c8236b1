#include "sim/gitops/manifests.h"

#include <fmt/format.h>

#include <array>

#include "sim/api/yaml.h"

namespace inferlab::sim {
namespace {

// A repository is anybody's text, and is read anew whenever it is compared.
constexpr YamlLimits kFileLimits = {
    .max_bytes = std::size_t{1} << 20, .max_nodes = 20'000, .max_documents = 200};
constexpr std::size_t kMostValues = 50'000;  // of all files together

Error invalid(std::string message) {
  return Error{ErrorKind::kInvalid, std::move(message)};
}

Error not_simulated(const std::string& path, std::string_view tool) {
  return invalid(
      fmt::format("{}: {} is not simulated here: keep plain manifests in the folder", path, tool));
}

// Which tool Argo CD would take for a folder with this file.
std::string_view tool_of(std::string_view name) {
  for (const std::string_view own : {"kustomization.yaml", "kustomization.yml", "Kustomization"}) {
    if (name == own) return "Kustomize";
  }
  return name == "Chart.yaml" ? "Helm" : "";
}

bool ends_with_one_of(std::string_view name, const std::array<std::string_view, 3>& endings) {
  for (const std::string_view ending : endings) {
    if (name.ends_with(ending)) return true;
  }
  return false;
}

// As YamlLimits counts: keys too.
std::size_t count_values(const Value& value) {
  std::size_t out = 1 + value.members().size();
  for (const Value& item : value.items()) out += count_values(item);
  for (const auto& [key, member] : value.members()) out += count_values(member);
  return out;
}

Result<void> add(const Value& object, const std::string& name, std::vector<Value>& out) {
  if (object["kind"].as_string() == "List" && object["items"].is_array()) {
    for (const Value& item : object["items"].items()) INFERLAB_TRY_VOID(add(item, name, out));
    return {};
  }
  for (const char* needed : {"kind", "apiVersion"}) {
    if (object[needed].is_string() && !object[needed].empty()) continue;
    return invalid(fmt::format("Failed to unmarshal \"{}\": Object '{}' is missing", name,
                               needed[0] == 'k' ? "Kind" : "apiVersion"));
  }
  if (object["metadata"]["name"].as_string().empty()) {
    return invalid(fmt::format("Failed to unmarshal \"{}\": metadata.name is missing", name));
  }
  out.push_back(object);
  return {};
}

}  // namespace

Result<std::vector<Value>> manifests_in(const GitTree& tree, const ManifestSource& source) {
  std::string folder = source.path;
  while (folder.ends_with('/')) folder.pop_back();
  if (folder.starts_with("./")) folder.erase(0, 2);
  if (folder == ".") folder.clear();
  if (folder.starts_with('/')) return invalid(folder + ": app path is absolute");
  const std::string prefix = folder.empty() ? std::string() : folder + "/";
  std::vector<Value> out;
  std::size_t num_values = 0;
  bool is_there = folder.empty();
  for (auto file = tree.lower_bound(prefix); file != tree.end(); ++file) {
    if (!file->first.starts_with(prefix)) break;
    is_there = true;
    const std::string name = file->first.substr(prefix.size());
    const bool is_deeper = name.find('/') != std::string::npos;
    if (!is_deeper && !tool_of(name).empty()) return not_simulated(source.path, tool_of(name));
    if (is_deeper && !source.recurse) continue;
    if (name.ends_with(".jsonnet")) return not_simulated(source.path, "Jsonnet");
    if (!ends_with_one_of(name, {".yaml", ".yml", ".json"})) continue;
    const auto documents = parse_yaml(file->second, name, kFileLimits);
    if (!documents) {
      return invalid(
          fmt::format("Failed to unmarshal \"{}\": {}", name, documents.error().message));
    }
    for (const YamlDocument& document : *documents) {
      num_values += count_values(document.value);
      if (num_values > kMostValues) {
        return Error{ErrorKind::kInvalid,
                     fmt::format("{}: with \"{}\" its manifests have more than {} values, and no "
                                 "more are read here",
                                 source.path, name, kMostValues),
                     "give the Application a folder with less in it"};
      }
      INFERLAB_TRY_VOID(add(document.value, name, out));
    }
  }
  if (!is_there) return invalid(fmt::format("{}: app path does not exist", source.path));
  return out;
}

}  // namespace inferlab::sim
