#include "sim/gitops/repository.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

namespace inferlab::sim {
namespace {

constexpr std::size_t kShortestId = 7;

std::int64_t unix_seconds(Time at) {
  return kEpochOfRun + std::chrono::floor<std::chrono::seconds>(at.time_since_epoch()).count();
}

std::string first_line(const std::string& text) {
  return text.substr(0, text.find('\n'));
}

const std::string* find_file(const GitTree& tree, const std::string& path) {
  const auto found = tree.find(path);
  return found == tree.end() ? nullptr : &found->second;
}

bool same(const std::string* a, const std::string* b) {
  return a == nullptr || b == nullptr ? a == b : *a == *b;
}

std::string normal_url(std::string_view url) {
  std::string out(url);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  while (out.ends_with('/')) out.pop_back();
  if (out.ends_with(".git")) out.resize(out.size() - 4);
  return out;
}

}  // namespace

GitRepository::GitRepository(const GitRepositorySpec& spec)
    : name_(spec.name), url_(spec.url), default_branch_(spec.default_branch) {
  for (const GitChange& change : spec.commits) (void)push(change, Time{});
  for (const auto& [tag, branch] : spec.tags) {
    if (const GitCommit* commit = resolve(branch)) tags_[tag] = commit->id;
  }
}

const GitCommit* GitRepository::resolve(std::string_view revision) const {
  if (revision.empty() || revision == "HEAD") revision = default_branch_;
  std::string_view wanted = revision;
  if (const auto branch = branches_.find(revision); branch != branches_.end()) {
    wanted = branch->second;
  } else if (const auto tag = tags_.find(revision); tag != tags_.end()) {
    wanted = tag->second;
  }
  if (wanted.size() < kShortestId) return nullptr;
  const auto found = std::find_if(commits_.begin(), commits_.end(), [&](const GitCommit& commit) {
    return commit.id.starts_with(wanted);
  });
  return found == commits_.end() ? nullptr : &*found;
}

const GitCommit* GitRepository::at(std::string_view branch, Time at) const {
  const GitCommit* commit = resolve(branch);
  while (commit != nullptr && commit->at > at) {
    commit = commit->parent.empty() ? nullptr : resolve(commit->parent);
  }
  return commit;
}

Result<const GitCommit*> GitRepository::push(const GitChange& change, Time at) {
  const std::string branch = change.branch.empty() ? default_branch_ : change.branch;
  if (!change.reverts.empty()) return revert(change, branch, at);
  const auto tip = branches_.find(branch);
  const GitCommit* parent = resolve(tip == branches_.end() ? default_branch_ : tip->second);
  GitTree files = parent == nullptr ? GitTree{} : parent->files;
  for (const auto& [path, text] : change.files) {
    if (text) {
      files[path] = *text;
    } else {
      files.erase(path);
    }
  }
  return add(change, branch, std::move(files), at);
}

Result<const GitCommit*> GitRepository::revert(const GitChange& change, const std::string& branch,
                                               Time at) {
  if (!branches_.empty() && branches_.count(branch) == 0) {
    std::vector<std::string> known;
    for (const auto& [name, tip] : branches_) known.push_back(name);
    return Error{ErrorKind::kNotFound, fmt::format("{}: there is no branch \"{}\"", name_, branch),
                 fmt::format("its branches: {}", fmt::join(known, ", "))};
  }
  const GitCommit* tip = resolve(branch);
  const GitCommit* undone = change.reverts == "last" ? tip : resolve(change.reverts);
  if (tip == nullptr || undone == nullptr) {
    return Error{ErrorKind::kNotFound,
                 fmt::format("{}: there is no commit \"{}\"", name_, change.reverts),
                 tip == nullptr
                     ? std::string("nothing has been pushed yet")
                     : fmt::format("the newest of {} is {}; last says the same", branch, tip->id)};
  }
  if (undone->parent.empty()) {
    return Error{ErrorKind::kConflict, fmt::format("{}: {} is the first commit", name_, undone->id),
                 "before it there is nothing to go back to"};
  }
  const GitTree& before = resolve(undone->parent)->files;
  GitTree files = tip->files;
  GitTree touched = before;
  for (const auto& [path, text] : undone->files) touched.try_emplace(path);
  for (const auto& [path, unused] : touched) {
    const std::string* old = find_file(before, path);
    const std::string* made = find_file(undone->files, path);
    if (same(old, made)) continue;
    if (!same(find_file(tip->files, path), made)) {
      return Error{ErrorKind::kConflict,
                   fmt::format("{}: {} has changed since {}", name_, path, undone->id),
                   "revert the later commits first"};
    }
    if (old == nullptr) {
      files.erase(path);
    } else {
      files[path] = *old;
    }
  }
  GitChange out = change;
  out.message = fmt::format("Revert \"{}\"\n\nThis reverts commit {}.", first_line(undone->message),
                            undone->id);
  return add(out, branch, std::move(files), at);
}

Result<const GitCommit*> GitRepository::add(const GitChange& change, const std::string& branch,
                                            GitTree files, Time at) {
  const auto tip = branches_.find(branch);
  const GitCommit* parent = resolve(tip == branches_.end() ? default_branch_ : tip->second);
  if (parent != nullptr && parent->files == files) {
    return Error{ErrorKind::kInvalid, fmt::format("{}: nothing to commit", name_),
                 "the files are as the branch has them"};
  }
  GitCommit commit{.id = {},
                   .parent = parent == nullptr ? std::string() : parent->id,
                   .branch = branch,
                   .author = change.author.empty() ? std::string(kGitAuthor) : change.author,
                   .message = change.message,
                   .at = at,
                   .files = std::move(files)};
  commit.id = git_commit_id({.tree = git_tree_id(commit.files),
                             .parent = commit.parent,
                             .author = commit.author,
                             .unix_seconds = unix_seconds(at),
                             .message = commit.message});
  branches_[branch] = commit.id;
  commits_.push_back(std::move(commit));
  return &commits_.back();
}

GitRepositories::GitRepositories(const std::vector<GitRepositorySpec>& specs) {
  for (const GitRepositorySpec& spec : specs) all_.emplace_back(spec);
}

const GitRepository* GitRepositories::by_name(std::string_view name) const {
  for (const GitRepository& one : all_) {
    if (one.name() == name) return &one;
  }
  return nullptr;
}

const GitRepository* GitRepositories::by_url(std::string_view url) const {
  const std::string wanted = normal_url(url);
  for (const GitRepository& one : all_) {
    if (normal_url(one.url()) == wanted) return &one;
  }
  return nullptr;
}

Result<const GitCommit*> GitRepositories::push(const GitChange& change, Time at) {
  for (GitRepository& one : all_) {
    if (one.name() == change.repository) return one.push(change, at);
  }
  return Error{ErrorKind::kNotFound,
               fmt::format("there is no repository \"{}\"", change.repository)};
}

}  // namespace inferlab::sim
