#pragma once

#include <initializer_list>
#include <memory>
#include <string>
#include <vector>

#include "sim/apiserver/api_server.h"
#include "tests/support/process.h"

namespace inferlab::sim::testing {

/// The real kubectl against a server under test, with a home of its own.
class Kubectl {
 public:
  /// Serves the door over TLS with a token.
  explicit Kubectl(RunDoor door);

  /// False, with a notice on standard output, when there is no kubectl on this machine.
  static bool available();

  /// True for a kubectl of version 1.MINOR or newer: Debian 12 ships 1.20, which lacks some
  /// commands.
  [[nodiscard]] bool at_least(int minor) const { return minor_ >= minor; }

  inferlab::testing::ProcessResult run(std::vector<std::string> args,
                                       const std::string& input = {});
  /// run(), which must succeed; gives its standard output.
  std::string good(std::vector<std::string> args, const std::string& input = {});
  /// run(), which must fail; gives its standard error.
  std::string bad(std::vector<std::string> args, const std::string& input = {});
  /// Starts it and comes back at once.
  std::unique_ptr<inferlab::testing::Process> start(std::vector<std::string> args);

  void set_environment(const std::string& name, const std::string& value) {
    options_.environment[name] = value;
  }
  ApiServer& server() { return *server_; }

 private:
  inferlab::testing::TemporaryFolder home_;
  std::unique_ptr<ApiServer> server_;
  inferlab::testing::ProcessOptions options_;
  int minor_ = 0;
};

}  // namespace inferlab::sim::testing
