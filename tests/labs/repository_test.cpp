// What is handed in for a Git repository, and what a lab's events push to it.
#include <catch2/catch.hpp>
#include <filesystem>

#include "labs/grade/event_player.h"
#include "labs/grade/settle.h"
#include "labs/grade/submission.h"
#include "labs/spec/load_lab.h"
#include "labs/spec/tree_files.h"
#include "tests/labs/temp_dir.h"

namespace inferlab::labs {
namespace {

namespace fs = std::filesystem;

const std::string kFolder = std::string(INFERLAB_SOURCE_DIR) + "/scenarios/gitops-rollback";

std::string why_refused(const std::string& folder, const TreeLimits& limits = {}) {
  const auto read = read_tree(folder, "repo", limits);
  return read ? std::string() : read.error().message;
}

LabSpec lab() {
  auto out = load_lab(kFolder);
  REQUIRE(out.has_value());
  return std::move(*out);
}

sim::Journal solution(const LabSpec& lab) {
  const auto files = shipped_answer(lab, "solution");
  REQUIRE(files.has_value());
  auto journal = journal_from_files(*files, lab);
  REQUIRE(journal.has_value());
  return std::move(*journal);
}

}  // namespace

TEST_CASE("tree files: all of a folder by path, without .git") {
  const TempDir dir;
  dir.write("b/c.yaml", "c: 1\n");
  dir.write("a.md", "a\n");
  dir.write(".git/HEAD", "ref\n");
  const auto files = read_tree(dir.path(), "repo");
  REQUIRE(files.has_value());
  REQUIRE(files->size() == 2);
  CHECK(files->front().path == "a.md");
  CHECK(files->back().path == "b/c.yaml");
  CHECK(files->back().text == "c: 1\n");
}

TEST_CASE("tree files: links, bytes that are no text, and too much are refused") {
  const TempDir dir;
  const fs::path root(dir.path());
  fs::create_directories(root / "deep");
  fs::create_symlink("/etc", root / "deep/etc");
  CHECK(why_refused(dir.path()) == "repo/deep/etc: is a link");
  fs::remove(root / "deep/etc");
  dir.write("deep/x.yaml", std::string("a\xff\n"));
  CHECK(why_refused(dir.path()) == "repo/deep/x.yaml: is no text in UTF-8");
  dir.write("deep/x.yaml", "a: 1\n");
  dir.write("y.yaml", "b: 2\n");
  CHECK(why_refused(dir.path(), {.max_files = 1}) ==
        "repo/y.yaml: is one file more than the 1 that are read");
  CHECK(why_refused(dir.path(), {.max_total_bytes = 6}) ==
        "repo/y.yaml: makes more than 6 bytes together");
  CHECK(why_refused(dir.path(), {.max_entries = 2}) == "repo/deep: has more than 2 entries");
  CHECK(why_refused(dir.path(), {.max_depth = 0}) == "repo/deep: lies too deep");
  CHECK(why_refused(dir.path() + "/lost").find("repo: ") == 0);
}

TEST_CASE("submission: repo/ is pushed in one commit before the manifests are applied") {
  const LabSpec of = lab();
  const sim::Journal journal = solution(of);
  REQUIRE(journal.size() == 2);
  CHECK(journal[0].kind == sim::JournalEntry::Kind::kGit);
  CHECK(journal[0].git.repository == "platform");
  CHECK(journal[0].git.files.size() == 4);
  CHECK(journal[0].git.files.contains("apps/chat/server.yaml"));
  CHECK(journal[1].request.resource == "applications.argoproj.io");
  // A link in the place of the folder leads nowhere.
  const TempDir dir;
  dir.write("a.yaml", "");
  fs::create_symlink("/etc", fs::path(dir.path()) / "repo");
  const auto read = read_answer(dir.path());
  REQUIRE_FALSE(read.has_value());
  CHECK(read.error().message == "repo: is a link");
}

TEST_CASE("events: commits and reverts reach the repository, and the journal replays them") {
  const LabSpec of = lab();
  const auto play = [&](Duration end) {
    auto run = std::make_unique<sim::Cluster>(of.cluster, of.seed);
    EventPlayer player(*run, of, of.events);
    for (const sim::JournalEntry& entry : solution(of)) {
      player.run_until(entry.at);
      run->replay({entry});
    }
    player.run_until(Time{end});
    return run;
  };
  const auto run = play(27min);
  const auto& commits = run->repositories().by_name("platform")->commits();
  REQUIRE(commits.size() == 5);
  const auto server = [&](std::size_t i) { return commits[i].files.at("apps/chat/server.yaml"); };
  CHECK(commits[2].message == "Use vLLM v0.13.0");
  CHECK(commits[2].at == Time{8min});
  CHECK(server(2).find("ai/vllm:v0.13.0") != std::string::npos);
  CHECK(server(3) == server(1));
  CHECK(commits[3].files == commits[1].files);
  CHECK_FALSE(commits[4].files.contains("apps/chat/old-name.yaml"));

  const auto journal = sim::read_journal(sim::write_journal(run->journal()), "journal.jsonl");
  REQUIRE(journal.has_value());
  sim::Cluster again(of.cluster, of.seed);
  again.replay(*journal);
  again.run_until(Time{27min});
  CHECK(again.run_hash() == run->run_hash());
  CHECK(again.repositories().by_name("platform")->commits().back().id == commits.back().id);
}

TEST_CASE("settled journal: what the learner has pushed is handed in, the lab's pushes are not") {
  const LabSpec of = lab();
  sim::Journal session;
  const auto push = [&](Duration at, sim::GitChange change) {
    sim::JournalEntry entry;
    entry.at = Time{at};
    entry.kind = sim::JournalEntry::Kind::kGit;
    entry.git = std::move(change);
    entry.git.repository = "platform";
    session.push_back(std::move(entry));
  };
  sim::GitChange mine;
  mine.message = "Mine";
  mine.files["apps/chat/server.yaml"] = "a";
  push(1min, mine);
  sim::GitChange labs;
  labs.message = "Use vLLM v0.13.0";
  labs.files["apps/chat/server.yaml"] = "b";
  push(8min, labs);
  mine.files = {{"apps/chat/more.yaml", "c"}};
  push(9min, mine);
  mine.files = {{"apps/chat/more.yaml", "d"}, {"apps/chat/new.yaml", "e"}};
  push(10min, mine);
  sim::GitChange back;
  back.reverts = "last";
  push(11min, back);
  const sim::Journal settled = settled_journal(of, session);
  REQUIRE(settled.size() == 1);
  CHECK(settled[0].at == Time{of.apply_at});
  CHECK(settled[0].git.files == std::map<std::string, std::optional<std::string>>{
                                    {"apps/chat/more.yaml", "c"}, {"apps/chat/server.yaml", "a"}});
}

}  // namespace inferlab::labs
