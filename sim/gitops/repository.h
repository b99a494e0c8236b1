#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/base/time.h"
#include "sim/gitops/git_hash.h"

namespace inferlab::sim {

struct GitCommit {
  std::string id, parent;  // SHA-1; no parent: empty
  std::string branch;      // that it was made on
  std::string author, message;
  Time at{};
  GitTree files;
};

/// What somebody pushes to a repository: a commit of changed files, or the revert of a commit. It
/// holds all that there is to know of it, so that a journal can make the same commit again.
struct GitChange {
  std::string repository;  // by name
  std::string branch;      // empty: the repository's default branch
  std::string author;      // "Name <mail>"; empty: kGitAuthor
  std::string message;
  std::map<std::string, std::optional<std::string>> files;  // nullopt: the file goes
  /// The id of a commit, or "last": the newest of the branch. Empty: this is no revert.
  std::string reverts;
};
inline constexpr std::string_view kGitAuthor = "Platform team <platform@example.com>";

/// A repository that is there when the run begins, and what has been pushed to it by then.
struct GitRepositorySpec {
  std::string name;  // for events: "platform"
  std::string url;   // for Applications
  std::string default_branch = "main";
  std::vector<GitChange> commits;
  std::map<std::string, std::string> tags;  // to a branch, as it stands after the commits
};

/// One Git repository: branches that only grow by a commit at a time. No merges, modes or links.
class GitRepository {
 public:
  explicit GitRepository(const GitRepositorySpec& spec);

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] const std::string& url() const { return url_; }
  /// What a name stands for: HEAD (or nothing), a branch, a tag, a commit's id or at least seven
  /// of its first characters. nullptr: nothing. Good as long as the repository.
  [[nodiscard]] const GitCommit* resolve(std::string_view revision) const;
  /// The newest commit of a branch that was there at `at`; nullptr: none.
  [[nodiscard]] const GitCommit* at(std::string_view branch, Time at) const;
  /// All of them, oldest first.
  [[nodiscard]] const std::deque<GitCommit>& commits() const { return commits_; }

  /// kInvalid: the change leaves everything as it is. kNotFound: no such commit to revert.
  /// kConflict: what the commit changed has been changed since, or it is the first one.
  Result<const GitCommit*> push(const GitChange& change, Time at);

 private:
  Result<const GitCommit*> revert(const GitChange& change, const std::string& branch, Time at);
  Result<const GitCommit*> add(const GitChange& change, const std::string& branch, GitTree files,
                               Time at);

  std::string name_, url_, default_branch_;
  std::deque<GitCommit> commits_;
  std::map<std::string, std::string, std::less<>> branches_, tags_;  // to ids
};

/// The Git repositories of a run, which lie outside the cluster.
class GitRepositories {
 public:
  explicit GitRepositories(const std::vector<GitRepositorySpec>& specs);

  [[nodiscard]] const GitRepository* by_name(std::string_view name) const;
  /// As Argo CD compares addresses: case and a trailing ".git" do not count.
  [[nodiscard]] const GitRepository* by_url(std::string_view url) const;
  [[nodiscard]] bool empty() const { return all_.empty(); }

  /// kNotFound: no such repository; else as GitRepository::push().
  Result<const GitCommit*> push(const GitChange& change, Time at);

 private:
  std::deque<GitRepository> all_;
};

}  // namespace inferlab::sim
