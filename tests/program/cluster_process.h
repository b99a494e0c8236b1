#pragma once

#include <memory>
#include <string>
#include <vector>

#include "tests/support/process.h"

namespace inferlab::testing {

/// `inferlab cluster up` as a program of its own, with a home of its own, until the destructor.
class ClusterProcess {
 public:
  /// `words` come after "cluster up". Waits until the cluster is there.
  explicit ClusterProcess(std::vector<std::string> words = {});

  /// The real kubectl with the cluster's kubeconfig.
  ProcessResult kubectl(std::vector<std::string> words, const std::string& input = {}) const;
  /// kubectl(), which must succeed; gives its standard output.
  std::string good(std::vector<std::string> words, const std::string& input = {}) const;
  [[nodiscard]] std::unique_ptr<Process> start_kubectl(std::vector<std::string> words) const;

  /// What a program needs to find the cluster: HOME and KUBECONFIG.
  [[nodiscard]] ProcessOptions options() const;
  [[nodiscard]] int port() const { return port_; }
  [[nodiscard]] const std::string& token() const { return token_; }
  [[nodiscard]] std::string folder() const;  // of the session: journal, kubeconfig
  [[nodiscard]] Process& process() { return *process_; }

 private:
  TemporaryFolder home_;
  std::unique_ptr<Process> process_;
  std::string token_;
  int port_ = 0;
};

}  // namespace inferlab::testing
