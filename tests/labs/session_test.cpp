// Live sessions: who may use a folder, what a journal keeps, and what the live gateway answers.
#include "labs/session/session.h"

#include <fcntl.h>
#include <httplib.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>
#include <csignal>
#include <fstream>
#include <thread>

#include "labs/desk/apply_manifest.h"
#include "labs/desk/desk.h"
#include "labs/session/journal_file.h"
#include "labs/session/replay.h"
#include "labs/session/session_folder.h"
#include "labs/session/session_lock.h"
#include "labs/session/token_counter.h"
#include "labs/spec/catalog.h"
#include "labs/spec/text_file.h"
#include "sim/node/kubelets.h"
#include "sim/serving/gateway.h"
#include "tests/labs/temp_dir.h"

using namespace inferlab;        // NOLINT
using namespace inferlab::labs;  // NOLINT

namespace {

Result<std::unique_ptr<Session>> start(const TempDir& folder, double speed = 0,
                                       std::optional<std::uint64_t> seed = {}, bool fresh = false) {
  SessionOptions options;
  options.lab = *find_lab("vllm-inference");
  options.folder = folder.path();
  options.speed = speed;
  options.seed = seed;
  options.fresh = fresh;
  options.tls = false;
  return Session::start(std::move(options));
}

constexpr const char* kConfigMap =
    "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: kept}\ndata: {a: b}\n";

Time now_of(Session& session) {
  return *session.driver().mailbox().call(
      [&] { return session.driver().cluster().simulation().now(); });
}

// Runs the paused cluster on.
void run_for(Session& session, Duration duration) {
  session.driver().mailbox().call([&] {
    sim::Cluster& cluster = session.driver().cluster();
    cluster.run_until(cluster.simulation().now() + duration);
    return true;
  });
}

std::string solution_with(const std::string& from, const std::string& to) {
  const LabSpec lab = *find_lab("vllm-inference");
  std::string text;
  for (const auto& entry : std::filesystem::directory_iterator(lab.folder + "/solution")) {
    text += *read_text_file(entry.path(), 1 << 20) + "\n---\n";
  }
  if (from.empty()) return text;
  const std::size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

httplib::Result ask(const Session& session) {
  httplib::Client client(session.gateway_url());
  client.set_read_timeout(std::chrono::seconds(60));
  const httplib::Headers headers = {{"Accept-Encoding", "gzip, deflate"}, {"Range", "bytes=0-3"}};
  return client.Post("/v1/chat/completions", headers,
                     R"({"model": "meta-llama/Llama-3.1-8B-Instruct", "stream": true,
                         "max_tokens": 4, "messages": [{"role": "user", "content": "Hi"}]})",
                     "application/json");
}

Result<std::unique_ptr<Desk>> open_desk() {
  Desk::Options options;
  options.lab_id = "vllm-inference";
  return Desk::open(std::move(options));
}

std::size_t requests_of(Session& session, int code) {
  return *session.driver().mailbox().call([&] {
    std::size_t count = 0;
    for (const sim::RequestRecord& record : session.driver().cluster().gateway().records()) {
      count += record.code == code ? 1 : 0;
    }
    return count;
  });
}

}  // namespace

TEST_CASE("session lock: one holder, and it goes with the holder") {
  const TempDir dir;
  CHECK_FALSE(SessionLock::is_held(dir.path()));
  {
    const auto lock = SessionLock::take(dir.path());
    REQUIRE(lock.has_value());
    CHECK(SessionLock::is_held(dir.path()));
    const auto second = SessionLock::take(dir.path());
    REQUIRE_FALSE(second.has_value());
    CHECK(second.error().kind == ErrorKind::kConflict);
  }
  CHECK_FALSE(SessionLock::is_held(dir.path()));
  CHECK(SessionLock::take(dir.path()).has_value());
}

TEST_CASE("session: a second one of the same folder is refused while the first lives") {
  const TempDir dir;
  auto first = start(dir);
  REQUIRE(first.has_value());
  const auto second = start(dir);
  REQUIRE_FALSE(second.has_value());
  CHECK(second.error().kind == ErrorKind::kConflict);
  CHECK(read_card(dir.path())->has_value());
  (*first)->end();
  CHECK_FALSE(read_card(dir.path())->has_value());
  CHECK(start(dir).has_value());
}

TEST_CASE("session: a card without a living session counts for nothing, whatever its process id") {
  const TempDir dir;
  REQUIRE(write_card(dir.path(), {"x", static_cast<int>(::getpid()), "", "", "", "", ""}));
  CHECK_FALSE(read_card(dir.path())->has_value());
}

TEST_CASE("session: goes on with the seed and the clock of the one before") {
  const TempDir dir;
  Time ended{};
  {
    auto session = start(dir, 0, 7);
    REQUIRE(session.has_value());
    REQUIRE(apply_manifest((*session)->driver(), kConfigMap).problems.empty());
    run_for(**session, 90s);
    ended = now_of(**session);
  }
  const auto other = start(dir, 0, 8);
  REQUIRE_FALSE(other.has_value());
  CHECK(other.error().kind == ErrorKind::kConflict);
  CHECK(other.error().hint.find("--fresh") != std::string::npos);
  {
    auto session = start(dir);
    REQUIRE(session.has_value());
    CHECK((*session)->seed() == 7);
    CHECK((*session)->resumed_entries() == 1);
    CHECK(now_of(**session) == ended);
  }
  auto fresh = start(dir, 0, 8, /*fresh=*/true);
  REQUIRE(fresh.has_value());
  CHECK((*fresh)->seed() == 8);
  CHECK((*fresh)->resumed_entries() == 0);
}

TEST_CASE("session: at full speed its clock rests at the horizon, and an act wakes it") {
  const TempDir dir;
  auto session = start(dir, kMaxSpeed);
  REQUIRE(session.has_value());
  const Duration horizon = (*session)->lab().horizon;
  const auto wait_for_rest = [&](Time at) {
    const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    const auto rests = [&] {
      const SnapshotPtr run = (*session)->driver().snapshot();
      return run->resting && run->now >= at;
    };
    while (!rests() && std::chrono::steady_clock::now() < give_up) std::this_thread::yield();
    REQUIRE(rests());
  };
  wait_for_rest(Time{horizon});
  CHECK(now_of(**session) == Time{horizon});
  std::this_thread::sleep_for(std::chrono::milliseconds(60));
  CHECK(now_of(**session) == Time{horizon});
  // What somebody does has the time of a graded run to take effect.
  const ApplyOutcome done = apply_manifest((*session)->driver(), kConfigMap);
  REQUIRE(done.problems.empty());
  wait_for_rest(Time{2 * horizon});
  CHECK(now_of(**session) == Time{2 * horizon});
  // Whoever asks for it again has it again; at another speed there is no rest.
  (*session)->driver().set_speed(kMaxSpeed);
  wait_for_rest(Time{3 * horizon});
  (*session)->driver().set_speed(1000);
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (now_of(**session) <= Time{3 * horizon} && std::chrono::steady_clock::now() < give_up) {
    std::this_thread::yield();
  }
  CHECK(now_of(**session) > Time{3 * horizon});
  CHECK_FALSE((*session)->driver().snapshot()->resting);
}

TEST_CASE("session: one that is killed goes on from about where its clock stood") {
  const TempDir dir;
  auto session = start(dir, kMaxSpeed);
  REQUIRE(session.has_value());
  const std::string path = journal_path(dir.path());
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  const auto clock = [&] { return read_journal_file(path)->clock; };
  while (clock() == Time{} && std::chrono::steady_clock::now() < give_up) std::this_thread::yield();
  CHECK(clock() > Time{});
  CHECK(clock() <= now_of(**session));
}

TEST_CASE("replay: tells how far it is, and runs as it does without being asked") {
  const LabSpec lab = *find_lab("vllm-inference");
  SessionJournal journal;
  journal.clock = Time{std::chrono::minutes(3)};
  sim::Cluster told(lab.cluster, lab.seed), silent(lab.cluster, lab.seed);
  std::vector<Time> seen;
  replay_session(told, journal, {}, [&](Time now, Time end) {
    CHECK(end == journal.clock);
    seen.push_back(now);
  });
  replay_session(silent, journal);
  REQUIRE(seen.size() >= 10);
  CHECK(std::is_sorted(seen.begin(), seen.end()));
  CHECK(told.simulation().now() == journal.clock);
  CHECK(told.run_hash() == silent.run_hash());
}

TEST_CASE("journal file: begins with its header, and a line cut off is taken away") {
  const TempDir dir;
  const std::string path = dir.path() + "/journal.jsonl";
  REQUIRE(JournalFile::open(path, {18446744073709551615ULL, "lab", "hash", 5s}).has_value());
  std::ofstream(path, std::ios::app) << "{\"clock\":5}\n{\"at\":1";
  auto journal = read_journal_file(path);
  REQUIRE(journal.has_value());
  CHECK(journal->header->seed == 18446744073709551615ULL);
  CHECK(journal->clock == Time{Duration{5}});
  auto file = JournalFile::open(path, {1, "other", ""});
  REQUIRE(file.has_value());
  REQUIRE(file->append_clock(Time{Duration{9}}));
  journal = read_journal_file(path);
  REQUIRE(journal.has_value());
  CHECK(journal->header->lab == "lab");
  CHECK(journal->header->start == 5s);
  CHECK(journal->clock == Time{Duration{9}});
}

TEST_CASE("journal file: another format, disorder and links are refused with the line") {
  const TempDir dir;
  const auto error_of = [&](const std::string& text) {
    return read_journal_file(dir.write("j.jsonl", text)).error().message;
  };
  const std::string header =
      R"({"inferlab":"session-journal/v1","seed":"1","lab":"x","cluster":""})"
      "\n";
  CHECK(error_of("{\"at\":1}\n").find("j.jsonl:1: inferlab: is \"\"") != std::string::npos);
  CHECK(error_of(header + "{\"clock\":5}\n{\"clock\":4}\n").find(":3: ") != std::string::npos);
  CHECK(error_of(header + "{\"at\":-1}\n").find(":2: at: ") != std::string::npos);
  std::filesystem::create_symlink(dir.path() + "/j.jsonl", dir.path() + "/link");
  CHECK_FALSE(read_journal_file(dir.path() + "/link").has_value());
}

TEST_CASE("session: a journal that cannot be kept stops the run and fails the write") {
  const TempDir dir;
  auto session = start(dir);
  REQUIRE(session.has_value());
  const auto size = std::filesystem::file_size(dir.path() + "/journal.jsonl");
  // A full disk, as this process sees it: no file may grow over where the journal ends.
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  const rlimit full{size + 10, before.rlim_max};
  std::signal(SIGXFSZ, SIG_IGN);
  setrlimit(RLIMIT_FSIZE, &full);
  httplib::Client client((*session)->api_url());
  const httplib::Headers headers = {{"Authorization", "Bearer " + (*session)->token()}};
  const auto post = [&] {
    return client.Post("/api/v1/namespaces/default/configmaps", headers,
                       R"({"metadata": {"name": "lost"}})", "application/json");
  };
  const auto first = post();
  const auto second = post();
  setrlimit(RLIMIT_FSIZE, &before);
  REQUIRE(first);
  CHECK(first->status == 500);
  CHECK(first->body.find("Internal error occurred: ") != std::string::npos);
  CHECK(second->status == 500);
  REQUIRE((*session)->driver().failure().has_value());
  (*session)->driver().set_speed(10);
  CHECK((*session)->driver().speed() == 0);
  const ApplyOutcome applied = apply_manifest((*session)->driver(), kConfigMap);
  CHECK(applied.done.empty());
  CHECK(applied.problems.size() == 1);
  (*session)->end();
  CHECK(std::filesystem::file_size(dir.path() + "/journal.jsonl") == size);
}

TEST_CASE("live gateway: answers what the cluster could, and leaves a mark that is replayed") {
  const TempDir dir;
  {
    auto session = start(dir);
    REQUIRE(session.has_value());
    CHECK(ask(**session)->status == 503);  // no Service
    // Without a readiness probe the Pod counts as Ready from the start of its container: it is
    // routed to while nothing listens there yet.
    std::string text = solution_with("", "");
    for (const char* probe : {"readinessProbe:", "startupProbe:", "livenessProbe:"}) {
      const std::size_t at = text.find(probe);
      if (at == std::string::npos) continue;
      const std::size_t line = text.rfind('\n', at) + 1;
      const std::size_t indent = at - line;
      std::size_t end = text.find('\n', at) + 1;
      while (end < text.size() &&
             text.compare(end, indent + 1, std::string(indent + 1, ' ')) == 0) {
        end = text.find('\n', end) + 1;
      }
      text.erase(line, end - line);
    }
    REQUIRE(apply_manifest((*session)->driver(), text).problems.empty());
    httplib::Result refused = ask(**session);
    for (int i = 0; i < 200; ++i) {
      refused = ask(**session);
      if (refused->body.find("connection refused") != std::string::npos) break;
      run_for(**session, 5s);
    }
    CHECK(refused->status == 503);
    CHECK(refused->body.find("nothing listens on this port yet") != std::string::npos);
    httplib::Result answered = std::move(refused);
    for (int i = 0; i < 200 && answered->status != 200; ++i) {
      run_for(**session, 10s);
      answered = ask(**session);
    }
    REQUIRE(answered->status == 200);
    CHECK_FALSE(answered->has_header("Content-Encoding"));
    CHECK_FALSE(answered->has_header("Content-Range"));
    CHECK(answered->body.find("data: [DONE]") != std::string::npos);
  }
  const auto journal = read_journal_file(dir.path() + "/journal.jsonl");
  REQUIRE(journal.has_value());
  REQUIRE_FALSE(journal->live.empty());
  CHECK(journal->live.back().request.code == 200);
  CHECK(journal->live.back().request.output_tokens > 0);
  std::size_t unloaded = 0;
  for (const auto& live : journal->live) unloaded += live.request.unloaded ? 1 : 0;
  CHECK(unloaded > 0);
  auto again = start(dir);
  REQUIRE(again.has_value());
  CHECK(requests_of(**again, 200) >= 1);
}

TEST_CASE("live gateway: a Service whose targetPort is wrong answers 503") {
  const TempDir dir;
  auto session = start(dir);
  REQUIRE(session.has_value());
  REQUIRE(apply_manifest((*session)->driver(), solution_with("", "")).problems.empty());
  run_for(**session, 30min);
  REQUIRE(ask(**session)->status == 200);
  REQUIRE(apply_manifest((*session)->driver(), solution_with("targetPort: 8000", "targetPort: 9"))
              .problems.empty());
  run_for(**session, 10s);
  const auto refused = ask(**session);
  CHECK(refused->status == 503);
  CHECK(refused->body.find("connection refused: nothing listens on this port\"") !=
        std::string::npos);
}

TEST_CASE("token counter: counts events that carry text, and believes usage") {
  TokenCounter stream;
  const std::string event = R"(data: {"choices":[{"delta":{"content":"a"}}]})"
                            "\n\n";
  for (const char c : event + event) stream.add({&c, 1});
  CHECK(stream.output_tokens() == 2);
  stream.add(R"({"usage":{"prompt_tokens":12,"completion_tokens":)");
  stream.add("34}}");
  CHECK(stream.prompt_tokens() == 12);
  CHECK(stream.output_tokens() == 34);
}

TEST_CASE("desk: labs are opened and reset while others chat and turn the speed") {
  const TempDir home;
  setenv("XDG_DATA_HOME", home.path().c_str(), 1);
  setenv("XDG_STATE_HOME", home.path().c_str(), 1);
  {
    auto desk = open_desk();
    REQUIRE(desk.has_value());
    DeskCommands& commands = (*desk)->commands();
    // Every run that comes up brings the starter into the editor: four resets, two openings.
    const auto last_editor = (*desk)->view()->editor_version + 6;
    std::atomic<bool> done = false;
    std::thread chatter([&] {
      while (!done) commands.chat("Hi");
    });
    std::thread driver([&] {
      for (double speed = 0; !done; speed = speed == 0 ? 10 : 0) {
        commands.set_speed(speed);
        (void)(*desk)->view();
      }
    });
    for (int i = 0; i < 4; ++i) {
      commands.reset_lab();
      commands.inject_fault("node-down", "nowhere");
      commands.apply_manifest(kConfigMap);
      commands.open_lab(i % 2 == 0 ? "no-such-lab" : "vllm-inference");
    }
    const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while ((*desk)->view()->editor_version < last_editor &&
           std::chrono::steady_clock::now() < give_up) {
      std::this_thread::yield();
    }
    done = true;
    chatter.join();
    driver.join();
    CHECK((*desk)->view()->editor_version == last_editor);
    CHECK((*desk)->view()->run != nullptr);
    CHECK_FALSE((*desk)->view()->gateway_url.empty());
  }
  unsetenv("XDG_DATA_HOME");
  unsetenv("XDG_STATE_HOME");
}

TEST_CASE("desk: a hint that was taken stands in the report of the next check") {
  const TempDir home;
  setenv("XDG_DATA_HOME", home.path().c_str(), 1);
  setenv("XDG_STATE_HOME", home.path().c_str(), 1);
  {
    auto desk = open_desk();
    REQUIRE(desk.has_value());
    DeskCommands& commands = (*desk)->commands();
    commands.take_hint("why-pending");
    commands.check();
    const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while ((*desk)->view()->score < 0 && std::chrono::steady_clock::now() < give_up) {
      std::this_thread::yield();
    }
    const DeskViewPtr view = (*desk)->view();
    CHECK(view->error.empty());
    CHECK(view->score == 0);
    CHECK(std::any_of(view->hints.begin(), view->hints.end(), [](const HintRow& hint) {
      return hint.id == "why-pending" && hint.taken && !hint.text.empty();
    }));
  }
  unsetenv("XDG_DATA_HOME");
  unsetenv("XDG_STATE_HOME");
}

TEST_CASE("desk: without a running lab everything answers, and a reset starts one") {
  const TempDir home;
  setenv("XDG_DATA_HOME", home.path().c_str(), 1);
  setenv("XDG_STATE_HOME", home.path().c_str(), 1);
  {
    auto desk = open_desk();
    REQUIRE(desk.has_value());
    DeskCommands& commands = (*desk)->commands();
    const auto wait_for = [&](const auto& reached) {
      const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(60);
      while (!reached(*(*desk)->view()) && std::chrono::steady_clock::now() < give_up) {
        std::this_thread::yield();
      }
      return reached(*(*desk)->view());
    };
    // A folder where the journal should be: no session can start here.
    const std::string journal = home.path() + "/inferlab/sessions/vllm-inference/journal.jsonl";
    std::filesystem::remove(journal);
    std::filesystem::create_directories(journal + "/in-the-way");
    commands.reset_lab();
    REQUIRE(
        wait_for([](const DeskView& view) { return view.run == nullptr && !view.error.empty(); }));
    commands.set_speed(10);
    commands.chat("Hi");
    commands.apply_manifest(kConfigMap);
    commands.inject_fault("node-down", "x");
    commands.take_hint("why-pending");
    commands.check();
    CHECK(wait_for([](const DeskView& view) {
      return !view.busy && !view.chatting &&
             view.error.find("no lab is running") != std::string::npos;
    }));
    std::filesystem::remove_all(journal);
    commands.reset_lab();
    CHECK(wait_for([](const DeskView& view) { return view.run != nullptr; }));
  }
  unsetenv("XDG_DATA_HOME");
  unsetenv("XDG_STATE_HOME");
}
