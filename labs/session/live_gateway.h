#pragma once

#include <functional>
#include <memory>
#include <string>

#include "engine/base/result.h"
#include "labs/session/driver.h"
#include "labs/session/live_request.h"

namespace inferlab::labs {

class Control;
class LiveReplicas;

/// Where requests go that name no Service: the one that the lab's clients call.
struct DefaultService {
  std::string ns, name;
  int port = 0;  // 0: its first
};

/// The way in from this machine to the Services of the simulated cluster: an HTTP proxy on
/// 127.0.0.1.
///
///   /v1/…                            the lab's own Service
///   /services/NAMESPACE/NAME[:PORT]/…   any Service
///   /inferlab/…                      the session itself (see Control)
///
/// The simulated cluster decides which Pod gets the request, by its ready endpoints, and whether
/// that Pod could answer: 503 says why not, as the simulated gateway would. Else the real engine
/// behind the Pod answers, and its stream is passed on piece by piece as it comes.
class LiveGateway {
 public:
  /// Hears of every completion that was asked for, when it is over; `at` is not set. From the
  /// gateway's threads.
  using OnAnswered = std::function<void(LiveRequest)>;
  /// All three must outlive the gateway. Port 0: a free one; kInvalid: another that cannot be had.
  static Result<std::unique_ptr<LiveGateway>> start(Driver& driver, LiveReplicas& replicas,
                                                    Control& control, DefaultService service,
                                                    int port, OnAnswered on_answered);
  ~LiveGateway();
  LiveGateway(const LiveGateway&) = delete;
  LiveGateway& operator=(const LiveGateway&) = delete;

  [[nodiscard]] int port() const;
  [[nodiscard]] std::string url() const;  // "http://127.0.0.1:PORT"
  void stop();

 private:
  class Impl;
  explicit LiveGateway(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace inferlab::labs
