// A submission is written by a stranger: what is wrong is said with its place, what is hostile is
// refused before it costs anything.
#include "labs/grade/submission.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <filesystem>
#include <fstream>

#include "labs/grade/grade.h"
#include "labs/spec/load_lab.h"
#include "tests/labs/small_lab.h"
#include "tests/labs/temp_dir.h"

using namespace inferlab;        // NOLINT
using namespace inferlab::labs;  // NOLINT

namespace {

LabSpec small_lab() {
  auto lab = parse_lab(kSmallLab, "lab.yaml");
  REQUIRE(lab.has_value());
  return *lab;
}

std::string with(std::string_view from, std::string_view to) {
  std::string text(kFrontDeployment);
  return text.replace(text.find(from), from.size(), to);
}

// The message of what is refused, or "".
std::string refused(const std::vector<SubmissionFile>& files) {
  const auto journal = journal_from_files(files, small_lab());
  if (journal) return {};
  CHECK(journal.error().kind == ErrorKind::kInvalid);
  return journal.error().message;
}

std::string refused_folder(const std::string& folder) {
  const auto begin = std::chrono::steady_clock::now();
  const auto journal = journal_from_submission(folder, small_lab());
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(1));
  if (journal) return {};
  return journal.error().message;
}

void make_socket(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  REQUIRE(path.copy(address.sun_path, sizeof address.sun_path - 1) == path.size());
  const int descriptor = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  REQUIRE(descriptor >= 0);
  const int bound = ::bind(descriptor, reinterpret_cast<sockaddr*>(&address),  // NOLINT: its type
                           sizeof address);
  ::close(descriptor);
  REQUIRE(bound == 0);
}

}  // namespace

TEST_CASE("submission: each document is one write at the lab's apply time, in order of names") {
  const auto journal = journal_from_files(
      {{"a.yaml", std::string(kFrontDeployment) + "---\n" + with("name: front", "name: second")},
       {"b.json", R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c"}})"},
       {"c.yaml", with("matchLabels", "matchLabels")}},
      small_lab());
  if (!journal) FAIL(journal.error().message);
  REQUIRE(journal->size() == 4);
  CHECK(journal->at(0).request.verb == sim::Verb::kCreate);
  CHECK(journal->at(0).at == Time{} + std::chrono::seconds(10));
  CHECK(journal->at(1).request.body["metadata"]["name"].as_string() == "second");
  CHECK(journal->at(2).request.resource == "configmaps");
  CHECK(journal->at(3).request.verb == sim::Verb::kUpdate);
  CHECK(journal->at(3).request.field_validation == sim::FieldValidation::kStrict);
}

TEST_CASE("submission: a list is its items, and nothing at all is a submission too") {
  const auto journal = journal_from_files(
      {{"l.yaml",
        "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: ConfigMap\n"
        "  metadata: {name: a}\n- apiVersion: v1\n  kind: ConfigMap\n"
        "  metadata: {name: b}\n"}},
      small_lab());
  if (!journal) FAIL(journal.error().message);
  CHECK(journal->size() == 2);
  CHECK(journal_from_files({}, small_lab())->empty());
  CHECK(journal_from_files({{"empty.yaml", "# nothing\n---\n"}}, small_lab())->empty());
}

TEST_CASE("submission: mistakes are named with file, line and column") {
  CHECK(refused({{"d.yaml", "kind: [Deployment"}}).substr(0, 7) == "d.yaml:");
  CHECK(refused({{"d.yaml", "- a\n- b\n"}}) == "d.yaml:1:1: document: must be a Kubernetes object");
  CHECK(refused({{"d.yaml", "kind: Deployment\n"}}) == "d.yaml:1:1: apiVersion: is missing");
  CHECK(refused({{"d.yaml", with("kind: Deployment", "kind: Deploiment")}}) ==
        "d.yaml:2:1: kind: no \"Deploiment\" in this cluster");
  CHECK(refused({{"d.yaml", with("apps/v1", "v1")}}) ==
        "d.yaml:1:1: apiVersion: there is no Deployment in \"v1\"");
  CHECK(refused({{"d.yaml", with("  name: front", "  labels: {a: b}")}}) ==
        "d.yaml:3:1: metadata.name: is missing");
  const std::string unknown = refused({{"d.yaml", with("      containers:", "      conteiners:")}});
  CHECK(unknown.substr(0, 13) == "d.yaml:12:7: ");
  CHECK(unknown.find("unknown field \"spec.template.spec.conteiners\"") != std::string::npos);
  const std::string type =
      refused({{"d.yaml", with("spec:\n  sel", "spec:\n  replicas: two\n  sel")}});
  CHECK(type.substr(0, 7) == "d.yaml:");
  const std::string quantity = refused(
      {{"d.yaml", std::string(kFrontDeployment) +
                      "          resources:\n            limits:\n              memory: 16 GB\n"}});
  CHECK(quantity.substr(0, 7) == "d.yaml:");
  CHECK(quantity.find("quantities must match the regular expression") != std::string::npos);
  const std::string twice =
      refused({{"d.yaml", with("spec:\n  sel", "spec:\n  replicas: 1\n  replicas: 2\n  sel")}});
  CHECK(twice.find("replicas") != std::string::npos);
}

TEST_CASE("submission: what the API refuses is said in its words, at the field's place") {
  const std::string selector =
      refused({{"d.yaml", with("labels: {app: front}", "labels: {app: back}")}});
  CHECK(selector.find("`selector` does not match template `labels`") != std::string::npos);
  CHECK(selector.substr(0, 13) == "d.yaml:10:7: ");
  const std::string gpu = refused(
      {{"d.yaml",
        std::string(kFrontDeployment) +
            "          resources:\n            limits:\n              nvidia.com/gpu: 0.5\n"}});
  CHECK(gpu.find("must be an integer") != std::string::npos);
  CHECK(gpu.substr(0, 11) == "d.yaml:16:1");
}

TEST_CASE("submission: links, devices and files too large are refused at once") {
  const TempDir dir;
  std::filesystem::create_symlink("/etc/passwd", dir.path() + "/a.yaml");
  CHECK(refused_folder(dir.path()) == "a.yaml: is a link");

  const TempDir pipe;
  REQUIRE(std::system(("mkfifo " + pipe.path() + "/p.yaml").c_str()) == 0);
  CHECK(refused_folder(pipe.path()) == "p.yaml: is no regular file");

  const TempDir socket;
  make_socket(socket.path() + "/s.yaml");
  CHECK(refused_folder(socket.path()) == "s.yaml: is no regular file");

  const TempDir large;
  large.write("large.yaml", "");
  std::filesystem::resize_file(large.path() + "/large.yaml", 100'000'000);
  CHECK(refused_folder(large.path()) ==
        "large.yaml: has 100000000 bytes, at most 1048576 are read");

  const TempDir many;
  for (int i = 0; i < 201; ++i) many.write("f" + std::to_string(i) + ".yaml", "");
  CHECK(refused_folder(many.path()) == many.path() + ": has 201 manifests, at most 200 are read");

  const TempDir total;
  for (int i = 0; i < 5; ++i) {
    total.write("f" + std::to_string(i) + ".yaml", "# " + std::string(1'000'000, 'x'));
  }
  CHECK(refused_folder(total.path()) ==
        total.path() + ": the manifests have more than 4194304 bytes together");

  CHECK(refused_folder("/nowhere") == "/nowhere: no such folder");
}

TEST_CASE("submission: what lies beside repo/ is refused as it is without it") {
  const auto refused_answer = [](const TempDir& dir, const SubmissionLimits& limits = {}) {
    const auto read = read_answer(dir.path(), limits);
    return read ? std::string() : read.error().message;
  };
  const TempDir linked;
  linked.write("repo/apps/a.yaml", "kind: x\n");
  CHECK(refused_answer(linked).empty());
  std::filesystem::create_symlink("/etc/passwd", linked.path() + "/answers.txt");
  CHECK(refused_answer(linked) == "answers.txt: is a link");

  const TempDir pipe;
  pipe.write("repo/apps/a.yaml", "kind: x\n");
  REQUIRE(std::system(("mkfifo " + pipe.path() + "/answers.txt").c_str()) == 0);
  CHECK(refused_answer(pipe) == "answers.txt: is no regular file");

  const TempDir full;
  full.write("repo/a.yaml", "kind: x\n");
  for (const char* name : {"one.md", "two.md", "three.md"}) full.write(name, "");
  CHECK(refused_answer(full, {.max_entries = 3}) == full.path() + ": has more than 3 entries");

  const TempDir file;
  file.write("a.yaml", std::string(kFrontDeployment));
  file.write("repo", "");
  CHECK(refused_answer(file) == "repo: is no folder");

  const TempDir empty;
  empty.write("repo/.git/HEAD", "");
  CHECK(refused_answer(empty) == empty.path() + ": no .yaml, .yml or .json here");
}

TEST_CASE("submission: a limit is one for the folder and repo/ together") {
  const TempDir dir;
  dir.write("a.yaml", "12345");
  dir.write("repo/b.yaml", "12345");
  CHECK(read_answer(dir.path(), {.max_files = 2, .max_total_bytes = 10}).has_value());
  const auto files = read_answer(dir.path(), {.max_files = 1});
  REQUIRE_FALSE(files.has_value());
  CHECK(files.error().message ==
        dir.path() + ": has 2 files with those of repo/, at most 1 are read");
  const auto bytes = read_answer(dir.path(), {.max_total_bytes = 9});
  REQUIRE_FALSE(bytes.has_value());
  CHECK(bytes.error().message ==
        dir.path() + ": has 10 bytes with those of repo/, at most 9 are read");
}

TEST_CASE("submission: subfolders and other files are not looked at") {
  const TempDir dir;
  dir.write("sub/bad.yaml", "kind: [");
  dir.write("notes.txt", "kind: [");
  dir.write("d.yaml", std::string(kFrontDeployment));
  std::filesystem::create_directory(dir.path() + "/folder.yaml");
  CHECK(refused_folder(dir.path()).empty());
}

TEST_CASE("submission: a folder without manifests is an error, as kubectl apply -f says") {
  const TempDir empty;
  CHECK(refused_folder(empty.path()) == empty.path() + ": no .yaml, .yml or .json here");
  const TempDir deeper;
  deeper.write("mine/a.yaml", std::string(kFrontDeployment));
  deeper.write("mine/more/b.json", "{}");
  deeper.write("mine/notes.txt", "");
  CHECK(refused_folder(deeper.path()) ==
        deeper.path() + ": no .yaml, .yml or .json here; 2 in subfolders are not read");
}

TEST_CASE("submission: files without an object are an error, as kubectl apply says") {
  const TempDir dir;
  dir.write("a.yaml", "# nothing\n---\n# and nothing\n");
  dir.write("b.yaml", "");
  const auto journal = journal_from_submission(dir.path(), small_lab());
  REQUIRE_FALSE(journal.has_value());
  CHECK(journal.error().kind == ErrorKind::kInvalid);
  CHECK(journal.error().message == dir.path() + ": no object found in 2 file(s)");
}

TEST_CASE("submission: the lab's cluster is no answer: Nodes are refused with their place") {
  const std::string node =
      "apiVersion: v1\nkind: Node\nmetadata:\n  name: gpu-0\nspec:\n  taints: []\n";
  const auto journal = journal_from_files({{"n.yaml", node}}, small_lab());
  REQUIRE_FALSE(journal.has_value());
  CHECK(journal.error().kind == ErrorKind::kInvalid);
  CHECK(journal.error().message ==
        "n.yaml:2:1: kind: a Node is no answer to this lab: the cluster is given");
  CHECK(journal.error().hint == "submit what lies in a namespace, and Namespaces");
  const std::string list = "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Node\n" +
                           std::string("  metadata: {name: more}\n");
  CHECK(refused({{"l.yaml", list}}) ==
        "l.yaml:5:3: kind: a Node is no answer to this lab: the cluster is given");
  CHECK(
      refused({{"ns.yaml", "apiVersion: v1\nkind: Namespace\nmetadata: {name: mine}\n"}}).empty());
}

TEST_CASE("submission: a lab can say itself which kinds are an answer") {
  LabSpec lab = small_lab();
  lab.answer_kinds = {"Node"};
  const std::string node = "apiVersion: v1\nkind: Node\nmetadata: {name: more}\n";
  CHECK(journal_from_files({{"n.yaml", node}}, lab).has_value());
  const auto refused_now = journal_from_files({{"d.yaml", std::string(kFrontDeployment)}}, lab);
  REQUIRE_FALSE(refused_now.has_value());
  CHECK(refused_now.error().hint == "submit Node");
}

TEST_CASE(
    "submission: a path that leads out of the folder is data, never a place to read or write") {
  const TempDir dir;
  std::filesystem::create_symlink("/etc", dir.path() + "/etc.yaml");
  CHECK(refused_folder(dir.path()) == "etc.yaml: is a link");
  CHECK_FALSE(refused({{"d.yaml", with("  name: front", "  name: ../../front")}}).empty());
  CHECK_FALSE(
      refused({{"d.yaml", with("  name: front", "  name: front\n  namespace: ../kube-system")}})
          .empty());
}

TEST_CASE("submission: two thousand million replicas cost no more than the cluster can hold") {
  const auto begin = std::chrono::steady_clock::now();
  const LabSpec lab = small_lab();
  const auto journal = journal_from_files(
      {{"d.yaml", with("spec:\n  sel", "spec:\n  replicas: 2147483647\n  sel")}}, lab);
  if (!journal) FAIL(journal.error().message);
  const auto report = grade(lab, *journal);
  if (report) CHECK(report->earned <= 100);
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(20));
}

TEST_CASE("submission: alias bombs, deep nesting and odd names are refused or shown as they are") {
  std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 10; ++i) {
    const std::string before = "*a" + std::to_string(i - 1);
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + before;
    for (int j = 0; j < 9; ++j) bomb += ", " + before;
    bomb += "]\n";
  }
  const auto begin = std::chrono::steady_clock::now();
  CHECK(refused({{"bomb.yaml", bomb}}).substr(0, 10) == "bomb.yaml:");
  CHECK(refused({{"deep.yaml", std::string(100'000, '[')}}).substr(0, 10) == "deep.yaml:");
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(1));
  CHECK(refused({{"\x1b[31mred.yaml", "- a\n"}}).substr(0, 16) == "<U+001B>[31mred.");
}

TEST_CASE("submission: a mutant is the solution with some files changed and some gone") {
  const auto files = overlay({{"a", "1"}, {"b", "2"}}, {{"b", "3"}, {"c", "4"}}, {"a"});
  REQUIRE(files.size() == 2);
  CHECK(files[0].text == "3");
  CHECK(files[1].name == "c");
}
