#include "sim/node/container_files.h"

#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <memory>

#include "sim/node/shell_run.h"

namespace inferlab::sim {
namespace {

/// A container with a volume at /data, the same one for reading alone at /ro, a folder of it at
/// /sub, and a disk of its Pod at /cache.
struct World {
  Simulation simulation{1};
  Files files{simulation};

  World() {
    files.put("v", "sub", {.is_folder = true});
    files.put("v", "sub/in", {.text = "x\n"});
  }
  std::shared_ptr<ContainerFiles> container() {
    return std::make_shared<ContainerFiles>(
        files, std::vector<ContainerFiles::Mount>{{.path = "", .place = "layer"},
                                                  {.path = "/data", .place = "v"},
                                                  {.path = "/ro/", .place = "v", .read_only = true},
                                                  {.path = "/sub", .place = "v", .folder = "sub"},
                                                  {.path = "/var/cache/x", .place = "p"}});
  }
  /// Lines, and "exit N" at the end; "none" for what is not carried out.
  std::string sh(const std::string& line) {
    auto script = ShellScript::of_command({"sh", "-c", line});
    if (!script) return "none";
    ShellRun run(std::move(*script),
                 {.environment = {{"WHO", "a"}}, .hostname = "c", .files = container()});
    const auto ended = run.run_to_end(Time{});
    if (!ended) return "unknown";
    std::string out = ended->output;
    for (char& c : out) c = c == '\n' ? '|' : c;
    return out + (out.empty() ? "" : "|") + fmt::format("exit {}", ended->status);
  }
};

}  // namespace

TEST_CASE("container files: folders and files are made, listed, removed") {
  World world;
  CHECK(world.sh("mkdir /data/a; touch /data/a/f; ls /data /data/a") ==
        "/data:|a|sub||/data/a:|f|exit 0");
  CHECK(world.sh("mkdir /data/a") == "mkdir: can't create directory '/data/a': File exists|exit 1");
  CHECK(world.sh("mkdir /data/x/y") ==
        "mkdir: can't create directory '/data/x/y': No such file or directory|exit 1");
  CHECK(world.sh("mkdir -p /data/x/y/z && ls /data/x") == "y|exit 0");
  CHECK(world.sh("rm /data/x") == "rm: '/data/x' is a directory|exit 1");
  CHECK(world.sh("rm /data/nobody") ==
        "rm: can't remove '/data/nobody': No such file or directory|exit 1");
  CHECK(world.sh("rm -f /data/nobody; rm -rf /data/x /data/nobody; ls /data") == "a|sub|exit 0");
  CHECK(world.sh("rmdir /data/a") == "rmdir: '/data/a': Directory not empty|exit 1");
  CHECK(world.sh("rm /data/a/f; rmdir /data/a; ls /data") == "sub|exit 0");
  CHECK(world.sh("ls /data/nobody") == "ls: /data/nobody: No such file or directory|exit 1");
  CHECK(world.sh("touch /data/x/f") == "touch: /data/x/f: No such file or directory|exit 1");
  CHECK(world.sh("rm -r /data") == "rm: can't remove '/data': Device or resource busy|exit 1");
  CHECK(world.sh("ls /data") == "exit 0");
}

TEST_CASE("container files: the same volume in two places, and for reading alone") {
  World world;
  CHECK(world.sh("ls /sub; cat /ro/sub/in; cat /sub/in") == "in|x|x|exit 0");
  const std::string read_only = "Read-only file system|exit 1";
  CHECK(world.sh("touch /ro/f") == "touch: /ro/f: " + read_only);
  CHECK(world.sh("mkdir -p /ro/a/b") == "mkdir: can't create directory '/ro/a': " + read_only);
  CHECK(world.sh("rm -rf /ro/sub") == "rm: can't remove '/ro/sub/in': " + read_only);
  CHECK(world.sh("echo a > /ro/f") == "sh: can't create /ro/f: " + read_only);
  CHECK(world.sh("cp /sub/in /ro/f") == "cp: can't create '/ro/f': " + read_only);
  CHECK(world.sh("mv /ro/sub/in /data/in") == "mv: can't rename '/ro/sub/in': " + read_only);
  CHECK(world.sh("cp /ro/sub/in /data/copy; mv /data/copy /var/cache/x; cat /var/cache/x/copy") ==
        "x|exit 0");
  CHECK(world.sh("ls /data /var/cache") == "/data:|sub||/var/cache:|x|exit 0");
}

TEST_CASE("container files: copies of folders, into and over what is there") {
  World world;
  CHECK(world.sh("cp /data/sub /data/b") == "cp: omitting directory '/data/sub'|exit 1");
  CHECK(world.sh("cp -r /data/sub /data/b; cp -r /data/sub /data/b; find /data/b") ==
        "/data/b|/data/b/in|/data/b/sub|/data/b/sub/in|exit 0");
  CHECK(world.sh("rm -r /data/b; mkdir /data/b; cp -r /data/sub/. /data/b; find /data/b -type f") ==
        "/data/b/in|exit 0");
  CHECK(world.sh("cp -r /data /data/b") ==
        "cp: recursion detected, omitting directory '/data'|exit 1");
  CHECK(world.sh("cp /data/nobody /data/b") ==
        "cp: can't stat '/data/nobody': No such file or directory|exit 1");
}

TEST_CASE("container files: > and >>, and what grep and sed make of lines") {
  World world;
  CHECK(world.sh("for i in $WHO b; do echo line $i >> /tmp/log; done; cat /tmp/log") ==
        "line a|line b|exit 0");
  CHECK(world.sh("echo new > /data/log; echo -n more >> /data/log; cat /data/log") ==
        "new|more|exit 0");
  CHECK(world.sh("grep -q more /data/log && grep -v more /data/log; grep none /data/log") ==
        "new|exit 1");
  CHECK(world.sh("sed -i '/mor/d' /data/log; cat /data/log; grep -c new /data/log") ==
        "new|1|exit 0");
  CHECK(world.sh("grep -rl x /data; grep x /data/nobody") ==
        "/data/sub/in|grep: /data/nobody: No such file or directory|exit 2");
  CHECK(world.sh("echo a > /data/x/f; echo $?") ==
        "sh: can't create /data/x/f: nonexistent directory|1|exit 0");
  CHECK(world.sh("ls /data/nobody /sub > /data/out 2>&1; cat /data/out") ==
        "ls: /data/nobody: No such file or directory|/sub:|in|exit 0");
  CHECK(world.sh("cat /data/nobody 2>/dev/null || echo no; ls /data > /dev/null") == "no|exit 0");
  CHECK(world.sh("cd /data/sub; pwd; cat in; cd ../nobody") ==
        "/data/sub|x|sh: cd: line 0: can't cd to ../nobody: No such file or directory|exit 2");
}

TEST_CASE("container files: no file is called nothing") {
  World world;
  CHECK(world.sh("cd /data; rm -rf \"\" \"$NOBODY\"; find . -type f") == "./sub/in|exit 0");
  CHECK(world.sh("cd /data; test -d \"\" || ls \"\"") == "ls: : No such file or directory|exit 1");
  CHECK(world.sh("echo a > \"$NOBODY\"") == "sh: can't create : nonexistent directory|exit 1");
}

TEST_CASE("container files: what values make of a command is judged again") {
  World world;
  CHECK(world.sh("O=-i; rm $O /data/sub/in") == "unknown");
  CHECK(world.sh("X=a.b; sed -i \"/$X/d\" /data/sub/in") == "unknown");
}

TEST_CASE("container files: names in a folder are those that lie in it, not below") {
  World world;
  CHECK(
      world.sh("mkdir -p /data/a/b/c /data/a-b /data/a0; touch /data/a/b/c/f; ls /data /data/a") ==
      "/data:|a|a-b|a0|sub||/data/a:|b|exit 0");
}

TEST_CASE("container files: mounts are where their paths mean") {
  World world;
  ContainerFiles files(world.files,
                       {{.path = "/", .place = "layer"}, {.path = "data//x/", .place = "v"}});
  CHECK(files.run({"ls", "/data"}).output == "x");
  CHECK(files.run({"cat", "/data/x/sub/in"}).output == "x");
}

TEST_CASE("container files: find and test") {
  World world;
  REQUIRE(
      world.sh(
          "mkdir -p /data/acme /data/acme-labs; touch /data/acme/1.pdf /data/acme-labs/2.pdf") ==
      "exit 0");
  CHECK(world.sh("find /data -name '*.pdf'") == "/data/acme/1.pdf|/data/acme-labs/2.pdf|exit 0");
  CHECK(world.sh("find /data -path '*/acme/*' -delete; find /data/nobody") ==
        "find: /data/nobody: No such file or directory|exit 1");
  CHECK(world.sh("find /data -type d -name acme -delete -print; find /data -type f") ==
        "/data/acme|/data/acme-labs/2.pdf|/data/sub/in|exit 0");
  CHECK(world.sh("find /data -name acme-labs -delete") ==
        "find: /data/acme-labs: Directory not empty|exit 1");
  CHECK(world.sh("test -d /data && [ -f /data/sub/in ] && [ ! -e /data/no ] && echo yes") ==
        "yes|exit 0");
  CHECK(world.sh("[ \"$WHO\" = a ] && [ $WHO != b ] && test -s /sub/in && [ -w /ro ]") == "exit 1");
}

TEST_CASE("container files: what is not carried out is told beforehand") {
  World world;
  for (const char* line :
       {"ls -l /data", "rm", "rm -i /data", "find /data -exec rm {} ;", "find /data -name '[ab]*'",
        "rm /data/*", "grep 'a.b' /f", "sed -i s/a/b/ /f", "sed '/a/d' /f", "cp /a", "[ -f /a",
        "echo a 2> /f", "echo a > /dev/sda", "cd", "while true; do echo; done > /f",
        "find /data -delete -name x", "grep 'done$' /f", "grep \"done$\" /f"}) {
    INFO(line);
    CHECK(world.sh(line) == "none");
  }
  auto script = ShellScript::of_command({"ls", "/data"});
  REQUIRE(script);
  CHECK_FALSE(ShellRun(std::move(*script), {}).run_to_end(Time{}));  // nobody knows its files
}

TEST_CASE("Files: what was there when, and a place that is full") {
  World world;
  world.simulation.run_until(Time{10s});
  world.files.put("v", "f", {.text = "a"});
  world.simulation.run_until(Time{20s});
  REQUIRE(world.files.append("v", "f", "b"));
  CHECK_FALSE(world.files.append("v", "f", std::string(Files::kMostText, 'c')));
  world.files.copy("v", "w");
  world.files.drop("v");
  world.simulation.run_until(Time{30s});
  world.files.put("w", "f", {.text = "other"});
  int there = 0;
  for (const Files::Record& record : world.files.records()) {
    if (record.path != "f") continue;
    if (record.was_there(Time{15s})) CHECK(record.place == "v");
    if (record.was_there(Time{25s})) CHECK((record.place + record.text) == "wab");
    if (record.was_there(Time{30s})) CHECK((record.place + record.text) == "wother");
    there +=
        record.was_there(Time{15s}) + record.was_there(Time{25s}) + record.was_there(Time{30s});
  }
  CHECK(there == 3);
  for (std::size_t i = 0; i < Files::kMostEntries; ++i)
    world.files.put("full", fmt::format("{}", i), {});
  CHECK_FALSE(world.files.put("full", "one more", {}));
}

TEST_CASE("Files: a run that is full of files that have gone") {
  World world;
  std::size_t written = 0;
  while (written <= Files::kMostBytes &&
         world.files.put("v", "f", {.text = std::string(50'000, 'x')}))
    written += 50'000;
  CHECK(written > Files::kMostBytes / 2);
  CHECK(written < Files::kMostBytes);
  while (world.files.put("v", "f", {})) {
  }
  CHECK(world.sh("echo a > /data/g") == "sh: write error: No space left on device|exit 1");
  CHECK(world.sh("rm /data/f; ls /data") == "sub|exit 0");
}

}  // namespace inferlab::sim
