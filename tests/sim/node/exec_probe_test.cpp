#include "sim/node/exec_probe.h"

#include <fmt/format.h>

#include <catch2/catch.hpp>

#include "sim/node/shell_words.h"
#include "tests/sim/node/node_rig.h"

namespace inferlab::sim {
namespace {

using Command = std::vector<std::string>;

/// Port 8000 answers /health with 200, /slow with 200 after 3 s, the rest with 404.
std::string run(const Command& command) {
  ExecWorld world;
  world.mounts = {"/models"};
  world.get = [](int port, std::string_view path) -> HttpAnswer {
    if (port != 8000) return {};
    if (path == "/slow") return {true, 200, 3s};
    return {true, path == "/health" ? 200 : 404, 1ms};
  };
  const ProbeOutcome outcome = run_exec_probe(command, 1s, world);
  if (outcome.errored) return "errored: " + outcome.output;
  return (outcome.success ? "ok " : "failed ") + outcome.output;
}

std::string sh(const std::string& line) {
  return run(Command{"sh", "-c", line});
}

TEST_CASE("exec probe: curl of localhost sees the server") {
  CHECK(sh("curl -f http://localhost:8000/health") == "ok ");
  CHECK(run({"/usr/bin/curl", "-fsS", "-o", "/dev/null", "127.0.0.1:8000/health"}) == "ok ");
  CHECK(sh("curl http://localhost:8000/nothing") == "ok ");  // without -f an answer is enough
  CHECK(sh("curl -sf http://localhost:8000/nothing") == "failed ");
  CHECK(sh("curl -fsS http://localhost:8000/nothing") ==
        "failed curl: (22) The requested URL returned error: 404");
  CHECK(sh("curl --fail http://localhost:9000/health || exit 1") ==
        "failed curl: (7) Failed to connect to localhost port 9000 after 0 ms: Couldn't connect to "
        "server");
  CHECK(sh("curl -m 0.5 localhost:8000/slow").starts_with("failed curl: (28) Operation timed out"));
  CHECK(sh("curl localhost:8000/slow") ==
        "failed command timed out: \"sh -c curl localhost:8000/slow\" timed out after 1s");
}

TEST_CASE("exec probe: wget and Python's urllib do as well") {
  CHECK(sh("wget -q -O - http://localhost:8000/health > /dev/null 2>&1") == "ok ");
  CHECK(run({"wget", "--spider", "-q", "http://127.0.0.1:8000/x"}) ==
        "failed wget: server returned error: HTTP/1.1 404 Not Found");
  CHECK(run({"wget", "-qO-", "http://127.0.0.1:1/x"}) ==
        "failed wget: can't connect to remote host (127.0.0.1): Connection refused");
  const std::string open = "import urllib.request; urllib.request.urlopen('http://localhost:";
  CHECK(run({"python3", "-c", open + "8000/health')"}) == "ok ");
  CHECK(run({"python3", "-c", open + "8000/x')"}) ==
        "failed urllib.error.HTTPError: HTTP Error 404: Not Found");
  CHECK(run({"python", "-c", open + "1/x')"}) ==
        "failed urllib.error.URLError: <urlopen error [Errno 111] Connection refused>");
}

TEST_CASE("exec probe: a file that nothing makes is not there") {
  CHECK(run({"cat", "/tmp/healthy"}) ==
        "failed cat: can't open '/tmp/healthy': No such file or directory");
  CHECK(run({"test", "-f", "/tmp/ready"}) == "failed ");
  CHECK(sh("[ -e /tmp/ready ] && echo ready") == "failed ");
  CHECK(run({"cat", "/etc/hosts"}) == "ok ");
  CHECK(run({"ls", "/models/llama"}).starts_with("errored: "));  // a volume's files
}

TEST_CASE("exec probe: && || and ; join as the shell joins them") {
  CHECK(sh("true && false") == "failed ");
  CHECK(sh("false || true") == "ok ");
  CHECK(sh("false; true") == "ok ");
  CHECK(sh("false && true || exit 3") == "failed ");
  CHECK(sh("exit 0; false") == "ok ");
  CHECK(sh("sleep 5") == "failed command timed out: \"sh -c sleep 5\" timed out after 1s");
}

TEST_CASE("exec probe: what cannot be run is named, not invented") {
  CHECK(run(Command{"pgrep", "-f", "vllm"}) ==
        "errored: the command \"pgrep -f vllm\" is not simulated: a simulated container runs only "
        "a GET of localhost (curl, wget, python), tests of files, true, false and sleep");
  for (const char* line : {"curl -s localhost:8000/health | grep ok", "curl http://other:80/",
                           "nvidia-smi", "curl -d {} localhost:8000/v1/completions", "", "x=1 y"}) {
    INFO(line);
    CHECK(sh(line).starts_with(*line == 0 ? "ok" : "errored: "));
  }
  CHECK(run(Command{}).starts_with("errored: "));
}

TEST_CASE("shell_words: quotes hide blanks and operators") {
  CHECK(shell_words("a 'b c;d' \"e&&f\" g\\ h") == Command{"a", "b c;d", "e&&f", "g h"});
  CHECK(shell_words("x&&y||z;w 2>&1 >f") ==
        Command{"x", "&&", "y", "||", "z", ";", "w", "2>&", "1", ">", "f"});
}

TEST_CASE("Kubelet: an exec probe that cannot be simulated changes nothing but says so") {
  NodeRig rig({NodeRig::pool("pool")});
  rig.create_pod("e", R"([{"name":"web","image":"r.io/web:v1","ports":[{"containerPort":80}],
    "livenessProbe":{"exec":{"command":["pgrep","web"]},"periodSeconds":5,"failureThreshold":1},
    "readinessProbe":{"exec":{"command":["sh","-c","curl -f localhost:80"]},"periodSeconds":5}}])");
  rig.run_until(60s);
  CHECK(rig.state("e") == "running restarts=0 ready");
  CHECK(rig.events("e").find("Liveness probe errored and resulted in unknown state: the command "
                             "\"pgrep web\" is not simulated") != std::string::npos);
}

TEST_CASE("Kubelet: a probe of a port name that no container has is an error of the probe") {
  NodeRig rig({NodeRig::pool("pool")});
  rig.create_pod("e", R"([{"name":"web","image":"r.io/web:v1","ports":[{"containerPort":80}],
    "readinessProbe":{"httpGet":{"path":"/","port":"http"},"periodSeconds":5}}])");
  rig.run_until(20s);
  CHECK(rig.state("e") == "running restarts=0");
  CHECK(rig.events("e").find("Readiness probe errored and resulted in unknown state: "
                             "strconv.Atoi: parsing \"http\": invalid syntax") !=
        std::string::npos);
}

}  // namespace
}  // namespace inferlab::sim
