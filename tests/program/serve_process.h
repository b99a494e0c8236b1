#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/process.h"

namespace inferlab::testing {

/// `inferlab serve` as a program of its own on a free port of 127.0.0.1, until the destructor.
class ServeProcess {
 public:
  using Environment = std::map<std::string, std::string>;
  /// `words` come after "serve --port 0". Waits until the model is loaded.
  explicit ServeProcess(std::vector<std::string> words = {}, const Environment& more = {});

  [[nodiscard]] int port() const { return port_; }
  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  [[nodiscard]] Process& process() { return *process_; }
  void terminate() const;  ///< SIGTERM, as a kubelet does

 private:
  TemporaryFolder home_;
  std::unique_ptr<Process> process_;
  int port_ = 0;
};

}  // namespace inferlab::testing
