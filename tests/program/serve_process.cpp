#include "tests/program/serve_process.h"

#include <httplib.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <cstdlib>
#include <thread>

namespace inferlab::testing {

using namespace std::chrono_literals;

ServeProcess::ServeProcess(std::vector<std::string> words, const Environment& more) {
  words.insert(words.begin(), {INFERLAB_PROGRAM, "serve", "--port", "0"});
  ProcessOptions options;
  options.environment = {{"HOME", home_.path()}, {"NO_COLOR", "1"}};
  options.environment.insert(more.begin(), more.end());
  options.timeout = 250s;
  process_ = std::make_unique<Process>(words, options);
  const std::string mark = "http://127.0.0.1:";
  REQUIRE(process_->wait_for_output(mark, 60s));
  REQUIRE(process_->wait_for_output("\n", 60s));
  const std::string& said = process_->output();
  port_ = std::atoi(said.c_str() + said.find(mark) + mark.size());
  REQUIRE(port_ > 0);
  httplib::Client client("127.0.0.1", port_);
  bool ready = false;
  for (int i = 0; i < 1200 && !ready; ++i) {
    const httplib::Result health = client.Get("/health");
    ready = health && health->status == 200;
    if (!ready) std::this_thread::sleep_for(50ms);
  }
  REQUIRE(ready);
}

void ServeProcess::terminate() const {
  ::kill(process_->pid(), SIGTERM);
}

}  // namespace inferlab::testing
