// The program's manners: exit statuses, what it leaves behind, and what an interrupt does.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "tests/support/process.h"

using namespace inferlab::testing;
using namespace std::chrono_literals;

namespace {

const std::string kScenario = std::string(INFERLAB_SOURCE_DIR) + "/scenarios/vllm-inference";

ProcessOptions own_home(const TemporaryFolder& home) {
  ProcessOptions options;
  options.environment = {{"HOME", home.path()}, {"NO_COLOR", "1"}, {"TMPDIR", home.path()}};
  options.timeout = 120s;
  return options;
}

ProcessResult run(const TemporaryFolder& home, std::vector<std::string> words) {
  words.insert(words.begin(), INFERLAB_PROGRAM);
  return run_process(words, own_home(home));
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// A port of this machine that somebody listens on.
class TakenPort {
 public:
  TakenPort() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    REQUIRE(::bind(socket_, reinterpret_cast<sockaddr*>(&address), size) == 0);
    REQUIRE(::listen(socket_, 1) == 0);
    REQUIRE(::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size) == 0);
    port_ = std::to_string(ntohs(address.sin_port));
  }
  ~TakenPort() { ::close(socket_); }
  TakenPort(const TakenPort&) = delete;
  TakenPort& operator=(const TakenPort&) = delete;
  [[nodiscard]] const std::string& port() const { return port_; }

 private:
  int socket_;
  std::string port_;
};

}  // namespace

TEST_CASE("program: an address that cannot be listened on is the user's to mend") {
  const TemporaryFolder home;
  const TakenPort taken;
  const ProcessResult serve = run(home, {"serve", "--host", "127.0.0.1", "--port", taken.port()});
  CHECK(serve.exit_code == 2);
  CHECK(contains(serve.err, "cannot listen: another program uses this port"));
  const ProcessResult foreign = run(home, {"serve", "--host", "192.0.2.1", "--port", "0"});
  CHECK(foreign.exit_code == 2);
  CHECK(contains(foreign.err, "--host 192.0.2.1: is not an address of this machine"));
  CHECK(run(home, {"cluster", "up", "--port", taken.port()}).exit_code == 2);
}

TEST_CASE("program: folders that cannot be written are the machine's fault") {
  const TemporaryFolder home;
  ProcessOptions options = own_home(home);
  options.environment["XDG_STATE_HOME"] = "/proc/nope";
  CHECK(run_process({INFERLAB_PROGRAM, "lab", "start", "vllm-inference"}, options).exit_code == 3);
  options.environment["XDG_DATA_HOME"] = "/proc/nope";
  CHECK(run_process({INFERLAB_PROGRAM, "lab", "hint", "vllm-inference"}, options).exit_code == 3);
}

TEST_CASE("program: an interrupted play leaves no keys behind") {
  const TemporaryFolder home;
  Process play({INFERLAB_PROGRAM, "play"}, own_home(home));
  REQUIRE(play.wait_for_output("export KUBECONFIG=", 60s));
  REQUIRE_FALSE(std::filesystem::is_empty(home.path()));
  play.interrupt();
  CHECK(play.finish().exit_code == 130);
  for (const auto& entry : std::filesystem::directory_iterator(home.path())) {
    INFO(entry.path().string());
    CHECK(entry.path().filename().string().rfind("inferlab-", 0) != 0);
  }
}

TEST_CASE("program: a cluster without a lab says how to reach it, and what it is") {
  const TemporaryFolder home;
  Process cluster({INFERLAB_PROGRAM, "cluster", "up", "--bare", "--speed", "0"}, own_home(home));
  REQUIRE(cluster.wait_for_output("Ctrl-C ends the cluster.", 60s));
  CHECK(contains(cluster.output(), "  export KUBECONFIG=/"));
  CHECK_FALSE(contains(cluster.output(), "Gateway"));
  const std::string status = run(home, {"cluster", "status"}).out;
  CHECK(contains(status, "a cluster without a lab\n"));
  CHECK(contains(status, "s, paused\n"));
  CHECK_FALSE(contains(status, "gateway"));
  const std::string json = run(home, {"cluster", "status", "--format", "json"}).out;
  for (const char* key : {"\"lab\": null", "\"session\": \"cluster-up\"", "\"apiUrl\": \"https://",
                          "\"gatewayUrl\": null", "\"nodes\": 0"}) {
    INFO(json);
    CHECK(contains(json, key));
  }
  CHECK(run(home, {"cluster", "down"}).exit_code == 0);
  CHECK(cluster.finish().exit_code == 0);
}

TEST_CASE("program: a picture takes a folder of manifests, and no wrong one") {
  const TemporaryFolder home;
  const std::string picture = home.path() + "/window.png";
  ProcessOptions options = own_home(home);
  allow_leaks_of_the_driver(options);
  CHECK(run_process(
            {INFERLAB_PROGRAM, "ui", "--screenshot", picture, "--apply", kScenario + "/solution"},
            options)
            .exit_code == 0);
  const std::string bad = home.path() + "/bad.yaml";
  std::ofstream(bad) << "kind: Deployment\n";
  const ProcessResult refused = run(home, {"ui", "--screenshot", picture, "--apply", bad});
  CHECK(refused.exit_code == 2);
  CHECK(contains(refused.err, bad));
}
