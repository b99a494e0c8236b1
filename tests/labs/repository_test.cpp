// What is handed in for a Git repository, and what a lab's events push to it.
#include <catch2/catch.hpp>
#include <filesystem>

#include "labs/grade/event_player.h"
#include "labs/grade/settle.h"
#include "labs/grade/submission.h"
#include "labs/session/control.h"
#include "labs/session/picture.h"
#include "labs/session/record.h"
#include "labs/session/timeline.h"
#include "labs/spec/load_lab.h"
#include "labs/spec/tree_files.h"
#include "sim/api/json.h"
#include "tests/labs/cli_run.h"
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

sim::JournalEntry push_at(Duration at, sim::GitChange change) {
  sim::JournalEntry entry;
  entry.at = Time{at};
  entry.kind = sim::JournalEntry::Kind::kGit;
  entry.git = std::move(change);
  return entry;
}

sim::GitChange change(const std::string& message, const std::string& path,
                      const std::string& branch = "", const std::string& repository = "platform") {
  return {.repository = repository,
          .branch = branch,
          .author = {},
          .message = message,
          .files = {{path, message}},
          .reverts = {}};
}

sim::GitChange revert_of(const std::string& commit) {
  return {.repository = "platform",
          .branch = {},
          .author = {},
          .message = {},
          .files = {},
          .reverts = commit};
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

TEST_CASE("settled journal: pushes to other branches and repositories do not count, and are told") {
  LabSpec of = lab();
  of.cluster.repositories.push_back({.name = "other",
                                     .url = "https://git.example.com/other.git",
                                     .default_branch = "main",
                                     .commits = {},
                                     .tags = {}});
  const sim::Journal session = {push_at(1min, change("one", "a.yaml")),
                                push_at(2min, change("two", "b.yaml", "main")),
                                push_at(3min, change("three", "c.yaml", "trial")),
                                push_at(4min, change("four", "d.yaml", "trial")),
                                push_at(5min, change("five", "e.yaml", "", "other"))};
  std::vector<std::string> notes;
  const sim::Journal settled = settled_journal(of, session, &notes);
  REQUIRE(settled.size() == 1);
  CHECK(settled[0].git.files ==
        std::map<std::string, std::optional<std::string>>{{"a.yaml", "one"}, {"b.yaml", "two"}});
  CHECK(notes == std::vector<std::string>{
                     "a push to branch trial of platform does not count: it is not the default one",
                     "a push to other does not count"});
}

TEST_CASE("record: what a learner has pushed lies in repo/, as a submission has it") {
  const LabSpec of = lab();
  sim::GitChange away = change("Away", "apps/chat/mine.yaml");
  away.files = {{"README.md", std::nullopt}};
  SessionJournal journal;
  journal.entries = {push_at(8min, change("Use vLLM v0.13.0", "apps/chat/server.yaml")),
                     push_at(9min, change("kind: Mine", "apps/chat/mine.yaml")),
                     push_at(10min, away), push_at(11min, change("Trial", "b.yaml", "trial")),
                     push_at(2h, change("Late", "late.yaml"))};
  std::vector<std::string> notes;
  const std::vector<SubmissionFile> files = record_session(of, journal, notes);
  REQUIRE(files.size() == 3);
  CHECK(files[0].name == "actions.yaml");
  CHECK(files[1].name == "repo/README.md");
  CHECK(files[1].text == "# removed in the session\n");
  CHECK(files[2].name == "repo/apps/chat/mine.yaml");
  CHECK(files[2].text == "kind: Mine");
  CHECK(notes ==
        std::vector<std::string>{
            "what was done after 36m0s, when a graded run ends, does not count",
            "a push to branch trial of platform does not count: it is not the default one",
            "what was pushed to platform up to 11m0s lies in repo/: a graded run pushes it "
            "in one commit at 30s, before all actions",
            "README.md was removed: repo/README.md is a file without objects"});
  CHECK(journal_from_files({files[1], files[2]}, of).has_value());
}

TEST_CASE("record: pushes of the lab's events alone make no repository") {
  const LabSpec of = lab();
  SessionJournal journal;
  journal.entries = {push_at(8min, change("Use vLLM v0.13.0", "apps/chat/server.yaml"))};
  std::vector<std::string> notes;
  CHECK(record_session(of, journal, notes).size() == 1);
  CHECK(notes.empty());
}

TEST_CASE("timeline: pushes, reverts and what was said of incidents") {
  const LabSpec of = lab();
  sim::Cluster run(of.cluster, of.seed);
  REQUIRE(run.push(change("Mine\n\nAnd why.", "a.yaml")).has_value());
  run.run_until(Time{1min});
  REQUIRE(run.push(revert_of("last")).has_value());
  const std::vector<IncidentNote> said = {
      {Time{20s}, "leak", ""}, {Time{30s}, "leak", "token"}, {Time{2min}, "leak", "login"}};
  std::vector<std::string> lines;
  for (const TimelineEntry& entry : timeline_of(run, run.gateway(), said)) {
    if (entry.kind != TimelineEntry::Kind::kWrite && entry.kind != TimelineEntry::Kind::kNote) {
      continue;
    }
    lines.push_back(std::string(word_of(entry.kind)) + " " + entry.about + " " + entry.text);
  }
  const std::string by = " by " + std::string(sim::kGitAuthor);
  CHECK(lines == std::vector<std::string>{"write repository platform pushed: Mine" + by,
                                          "note incident leak acknowledged",
                                          "note incident leak diagnosed: token",
                                          "write repository platform pushed: revert of last" + by});
}

TEST_CASE("control: a push goes to the graded repository, and removes what the learner has added") {
  LabSpec of = lab();
  of.cluster.repositories.insert(of.cluster.repositories.begin(),
                                 {.name = "other",
                                  .url = "https://git.example.com/other.git",
                                  .default_branch = "main",
                                  .commits = {},
                                  .tags = {}});
  Driver driver(std::make_unique<sim::Cluster>(of.cluster, of.seed), 0, take_picture);
  Control control(driver, "secret", {}, of.submission_repository);
  const auto push = [&](const std::string& path) {
    const sim::Value body =
        sim::Value::object({{"message", "Mine"}, {"files", sim::Value::object({{path, "mine"}})}});
    return control.answer("POST", "/inferlab/push", sim::to_json(body), "Bearer secret").status;
  };
  REQUIRE(push("first.yaml") == 200);
  const auto labs = driver.mailbox().call(
      [&] { return driver.cluster().push(change("Labs", "labs.yaml")).has_value(); });
  REQUIRE(labs.value_or(false));
  REQUIRE(push("second.yaml") == 200);
  const auto files = driver.mailbox().call(
      [&] { return driver.cluster().repositories().by_name("platform")->resolve("")->files; });
  REQUIRE(files.has_value());
  CHECK_FALSE(files->contains("first.yaml"));
  CHECK(files->contains("second.yaml"));
  CHECK(files->contains("labs.yaml"));
  for (const auto& [path, unused] : of.cluster.repositories.back().commits.front().files) {
    CHECK(files->contains(path));  // from the beginning
  }
}

TEST_CASE("cluster push: what is no folder of a repository is refused before anybody is asked") {
  const TempDir folder;
  folder.write("answer/repo/apps/chat/server.yaml", "kind: x");
  folder.write("answer/application.yaml", "kind: Application");
  std::filesystem::create_directory(folder.path() + "/nothing");
  const Ran file = run({"cluster", "push", folder.path() + "/answer/application.yaml"});
  CHECK(file.status == 2);
  CHECK(file.err.find("is no folder") != std::string::npos);
  const Ran answer = run({"cluster", "push", folder.path() + "/answer"});
  CHECK(answer.status == 2);
  CHECK(answer.err.find("/answer/repo") != std::string::npos);
  CHECK(run({"cluster", "push", folder.path() + "/nothing"}).status == 2);
}

}  // namespace inferlab::labs
