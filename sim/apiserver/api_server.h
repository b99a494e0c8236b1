#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

#include "engine/base/result.h"
#include "sim/apiserver/kubeconfig.h"
#include "sim/apiserver/run_door.h"

namespace inferlab::sim {

struct ApiServerOptions {
  std::string host = "127.0.0.1";
  int port = 0;  // 0: any free one
  bool tls = true;
  /// Where CA, certificate and key are kept between starts (mode 0700). Empty: made for this server
  /// alone and kept nowhere.
  std::string tls_folder;
  /// The bearer token that clients must show. Empty: none asked; only together with a loopback
  /// host.
  std::string token;
  std::string version = "v1.32.4";     // of Kubernetes, as /version tells
  std::size_t max_connections = 1000;  // each watch is one
  std::chrono::seconds io_timeout{5};  // for a client that stops in the middle of something
  std::chrono::milliseconds request_timeout{30'000};  // for one request, head and body
};

/// The HTTP(S) face of a run's API: what kubectl talks to.
///
/// Threads: one per connection, its own. They reach the run only through the door's mailbox, so the
/// run's thread must be draining it for anything to be answered; after mailbox.close() every
/// request gets 503. All methods from one thread, which is not the run's.
class ApiServer {
 public:
  /// Listens and serves from now on. kUnavailable: no such address; kInvalid: no token on an
  /// address that others can reach.
  static Result<std::unique_ptr<ApiServer>> start(RunDoor door, const ApiServerOptions& options);
  /// stop()s.
  ~ApiServer();
  ApiServer(const ApiServer&) = delete;
  ApiServer& operator=(const ApiServer&) = delete;

  /// Ends all watches and joins all threads. Requests in flight are waited for: the run's thread
  /// must still drain the mailbox, or have closed it.
  void stop();

  [[nodiscard]] int port() const;
  [[nodiscard]] std::string url() const;                    // "https://127.0.0.1:41234"
  [[nodiscard]] const std::string& ca_certificate() const;  // PEM; empty without TLS
  /// Watches being served now.
  [[nodiscard]] std::size_t watches() const;
  /// A kubeconfig for this server, mode 0600.
  [[nodiscard]] Result<void> write_kubeconfig(const std::string& path) const;

 private:
  struct Parts;
  explicit ApiServer(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace inferlab::sim
