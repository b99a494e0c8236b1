#include "labs/spec/repository_section.h"

#include <fmt/format.h>

#include <filesystem>
#include <set>

#include "labs/spec/tree_files.h"

namespace inferlab::labs {
namespace {

using sim::Value;
using enum SpecType;

constexpr SpecField kCommitFields[] = {
    {.name = "folder",
     .description = "of the lab: the files that the commit adds or changes",
     .required = true},
    {.name = "message", .description = "its first line", .required = true},
    {.name = "author", .description = "Name <mail>"},
    {.name = "branch", .description = "the default branch if left out"},
};
constexpr SpecTable kCommitTable = {"commit", "A commit that is there when the run begins.",
                                    kCommitFields};

constexpr SpecField kRepositoryFields[] = {
    {.name = "name", .type = kId, .description = "for events and checks", .required = true},
    {.name = "url", .description = "for Applications", .required = true},
    {.name = "branch", .description = "the default branch; main if left out"},
    {.name = "commits",
     .type = kObjects,
     .description = "what has been pushed already",
     .object = &kCommitTable},
    {.name = "submission",
     .type = kBool,
     .description = "whether repo/ of a submission is pushed to it, at run.apply_at"},
    {.name = "tags", .type = kLabels, .description = "names for the commit that a branch is at"},
};

}  // namespace

constexpr SpecTable kRepositoryTable = {"repository", "A Git repository outside the cluster.",
                                        kRepositoryFields};

Result<std::map<std::string, std::string>> lab_tree(const std::string& lab_folder,
                                                    const Parameters& parameters,
                                                    const std::string& name) {
  if (name.empty() || name.starts_with('/') || name.find("..") != std::string::npos) {
    return Error{ErrorKind::kInvalid, fmt::format("\"{}\" is no folder of the lab's", name),
                 "a relative path without .."};
  }
  INFERLAB_TRY(const std::vector<TreeFile> files,
               read_tree((std::filesystem::path(lab_folder) / name).string(), name));
  std::map<std::string, std::string> out;
  for (const TreeFile& file : files) {
    INFERLAB_TRY(out[file.path], with_parameters(file.text, parameters, name + "/" + file.path));
  }
  return out;
}

void read_repositories(const Value& list, const SpecValidator& places, std::string_view folder,
                       LabSpec& lab, std::vector<Error>& errors) {
  std::set<std::string> names;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const Value& row = list[i];
    const std::string path = fmt::format(".cluster.repositories[{}]", i);
    sim::GitRepositorySpec repository;
    repository.name = row["name"].str();
    repository.url = row["url"].str();
    if (row.has("branch")) repository.default_branch = row["branch"].str();
    if (!names.insert(repository.name).second) {
      errors.push_back(places.error(path + ".name", "a repository of this name stands above",
                                    "give each one a name of its own"));
    }
    const Value& commits = row["commits"];
    for (std::size_t j = 0; j < commits.size(); ++j) {
      sim::GitChange change{.repository = repository.name,
                            .branch = commits[j]["branch"].str(),
                            .author = commits[j]["author"].str(),
                            .message = commits[j]["message"].str(),
                            .files = {},
                            .reverts = {}};
      const std::string from = commits[j]["folder"].str();
      // A lab that is read from a text alone, as for the schema's tests, has no folder.
      if (!folder.empty()) {
        auto files = lab_tree(std::string(folder), lab.parameters, from);
        if (files) {
          for (auto& [name, text] : *files) change.files[name] = std::move(text);
        } else {
          errors.push_back(places.error(fmt::format("{}.commits[{}].folder", path, j),
                                        files.error().message, files.error().hint));
        }
      }
      repository.commits.push_back(std::move(change));
    }
    for (const auto& [tag, branch] : row["tags"].members()) repository.tags[tag] = branch.str();
    if (row["submission"].as_bool()) {
      if (!lab.submission_repository.empty()) {
        errors.push_back(places.error(path + ".submission", "another repository takes it already",
                                      "one repository takes what is handed in"));
      }
      lab.submission_repository = repository.name;
    }
    lab.cluster.repositories.push_back(std::move(repository));
  }
}

}  // namespace inferlab::labs
