#include "sim/gitops/repository.h"

#include <catch2/catch.hpp>

namespace inferlab::sim {
namespace {

GitChange change(std::string message, std::map<std::string, std::optional<std::string>> files) {
  GitChange out;
  out.repository = "platform";
  out.author = "Kim <kim@example.com>";
  out.message = std::move(message);
  out.files = std::move(files);
  return out;
}

GitChange revert(std::string commit) {
  GitChange out = change("", {});
  out.reverts = std::move(commit);
  return out;
}

GitRepositorySpec spec() {
  GitRepositorySpec out;
  out.name = "platform";
  out.url = "https://git.example.com/platform.git";
  return out;
}

const auto kFirst = change("First", {{"README.md", "hello\n"},
                                     {"apps/chat/a.yaml", "a: 1\n"},
                                     {"apps/chat-b/b.yaml", "b: 2\n"},
                                     {"apps/chat.yaml", "c: 3\n"}});

}  // namespace

TEST_CASE("git: ids are those that git itself gives") {
  CHECK(git_blob_id("") == "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391");
  CHECK(git_tree_id({}) == "4b825dc642cb6eb9a060e54bf8d69288fbee4904");
  GitRepository repository(spec());
  const auto first = repository.push(kFirst, Time{30s});
  REQUIRE(first.has_value());
  CHECK(git_tree_id((*first)->files) == "edda2e29fa95c33ca1a8f0e5e657188fe8972d91");
  CHECK((*first)->id == "3687453268f870e3263108471be91b2c620f3b77");
  const auto second =
      repository.push(change("Second", {{"apps/chat/a.yaml", "a: 2\n"}}), Time{90s});
  REQUIRE(second.has_value());
  CHECK((*second)->id == "9e94ff3cbde224a18fbb04d16c3611b44fea8498");
}

TEST_CASE("git: a name is a branch, a tag, an id or the beginning of one") {
  GitRepositorySpec with_tag = spec();
  with_tag.commits = {kFirst};
  with_tag.tags = {{"v1", "main"}};
  GitRepository repository(with_tag);
  const std::string first = repository.resolve("HEAD")->id;
  REQUIRE(repository.push(change("Second", {{"b", "1"}}), Time{1s}));
  CHECK(repository.resolve("v1")->id == first);
  CHECK(repository.resolve(first.substr(0, 7))->id == first);
  CHECK(repository.resolve("")->message == "Second");
  CHECK(repository.resolve("main")->message == "Second");
  CHECK(repository.resolve("develop") == nullptr);
  CHECK(repository.resolve(first.substr(0, 6)) == nullptr);
  CHECK(repository.at("main", Time{})->id == first);
  CHECK(repository.at("main", Time{1s})->message == "Second");
}

TEST_CASE("git: a revert takes back what its commit has changed, and nothing else") {
  GitRepository repository(spec());
  REQUIRE(repository.push(kFirst, Time{}));
  const auto bad = repository.push(
      change("Bad", {{"apps/chat/a.yaml", "a: 9\n"}, {"new", "n"}, {"README.md", std::nullopt}}),
      Time{1s});
  REQUIRE(bad.has_value());
  REQUIRE(repository.push(change("Other", {{"other", "o"}}), Time{2s}));
  const auto back = repository.push(revert((*bad)->id), Time{3s});
  REQUIRE(back.has_value());
  GitTree wanted = repository.commits().front().files;
  wanted["other"] = "o";
  CHECK((*back)->files == wanted);
  CHECK((*back)->message == "Revert \"Bad\"\n\nThis reverts commit " + (*bad)->id + ".");
  // And the revert of the revert.
  const auto again = repository.push(revert("last"), Time{4s});
  REQUIRE(again.has_value());
  CHECK((*again)->files.at("apps/chat/a.yaml") == "a: 9\n");
}

TEST_CASE("git: a revert on a branch that there is not names those that there are") {
  GitRepository repository(spec());
  REQUIRE(repository.push(kFirst, Time{}).has_value());
  GitChange nowhere = revert("last");
  nowhere.branch = "nope";
  const auto refused = repository.push(nowhere, Time{});
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().message == "platform: there is no branch \"nope\"");
  CHECK(refused.error().hint == "its branches: main");
  const auto unknown = repository.push(revert("0123456789"), Time{});
  REQUIRE_FALSE(unknown.has_value());
  CHECK(unknown.error().hint ==
        "the newest of main is " + repository.resolve("")->id + "; last says the same");
}

TEST_CASE("git: what cannot be pushed says why") {
  GitRepository repository(spec());
  const auto why = [&](const GitChange& one) {
    const auto pushed = repository.push(one, Time{});
    return pushed ? std::string() : pushed.error().message;
  };
  CHECK(why(revert("last")) == "platform: there is no commit \"last\"");
  CHECK(why(kFirst).empty());
  CHECK(why(kFirst) == "platform: nothing to commit");
  CHECK(why(revert("last")) == "platform: " + repository.resolve("")->id + " is the first commit");
  CHECK(why(change("Second", {{"apps/chat.yaml", "c: 4\n"}})).empty());
  const std::string second = repository.resolve("")->id;
  CHECK(why(change("Third", {{"apps/chat.yaml", "c: 5\n"}})).empty());
  CHECK(why(revert(second)) == "platform: apps/chat.yaml has changed since " + second);
}

TEST_CASE("git: repositories are found by address as Argo CD compares them") {
  GitRepositories all({spec()});
  CHECK(all.by_url("https://git.example.com/Platform") != nullptr);
  CHECK(all.by_url("https://git.example.com/platform.git/") != nullptr);
  CHECK(all.by_url("https://git.example.com/platform2") == nullptr);
  CHECK(all.by_name("platform") != nullptr);
  GitChange lost = kFirst;
  lost.repository = "lost";
  CHECK(all.push(lost, Time{}).error().kind == ErrorKind::kNotFound);
}

}  // namespace inferlab::sim
